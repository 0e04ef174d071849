"""A run that is killed leaves the last commit, whole; the next one gives what an undisturbed run would have given."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import corpora
import pytest
from conftest import COMMAND, committed, environment, ingest, rows_of, snapshot, winnow, without_runs
from samples import RAW

import flows.view
from flows.pipeline import BATCH_FILES
from flows.runners import WORTH_A_PROCESS
from flows.verify import verify
from flows.warehouse import Warehouse

KILLS = 10
# Columns that name runs.
VARYING = {"first_run", "last_run", "run_id"}
# Where the steps of a commit are found, so that a process can be made to die at one of them.
STEPS: dict[str, Any] = {
    "_apply": Warehouse,
    "_recover": Warehouse,
    "publish": flows.view,
    "_forget_old": flows.view,
    "link": os,
    "rename": Path,
    "symlink_to": Path,
}
# Processes of one that has imported all and has done nothing yet: each starts at once, as if it were new.
FRESH = multiprocessing.get_context("forkserver")
FRESH.set_forkserver_preload(["flows.pipeline", "flows.runners"])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A source of which one part is committed in `before/`, and all of it in `after/`."""
    folder = tmp_path_factory.mktemp("crash")
    shutil.copytree(RAW / "tidepool", folder / "raw/tidepool")
    (folder / "raw/empty.txt").touch()
    ingest(folder / "raw", folder / "before")
    shutil.copytree(RAW, folder / "raw", dirs_exist_ok=True)
    shutil.copytree(folder / "before", folder / "after", symlinks=True)
    ingest(folder / "raw", folder / "after")
    return folder


@pytest.fixture
def warehouse(place: Path, tmp_path: Path) -> Path:
    """A warehouse with one commit, as it was before the run that is going to die."""
    return Path(shutil.copytree(place / "before", tmp_path / "warehouse", symlinks=True))


def facts(warehouse: Path) -> dict[str, list[str]]:
    """All rows but those of `runs`, without the columns that name runs."""
    return {
        name: sorted(
            str({column: value for column, value in row.items() if column not in VARYING})
            for row in rows_of(warehouse, name)
        )
        for name in ("posts", "copies", "dumps", "residue")
    }


def assert_mended(place: Path, warehouse: Path, runs: int = 2) -> None:
    """The next run makes of what a dead one left just what an undisturbed one makes, and leaves no rubbish."""
    ingest(place / "raw", warehouse)
    assert facts(warehouse) == facts(place / "after")
    assert snapshot(warehouse) == committed(warehouse)
    assert len(rows_of(warehouse, "runs")) == runs
    verdict = verify(Warehouse.open(warehouse))
    assert (verdict.problems, verdict.missing) == ([], [])
    assert not (warehouse / ".staging").exists()
    assert not list((warehouse / ".views").glob(".*"))
    assert not (warehouse / ".lock-holder.json").exists()


def start(place: Path, warehouse: Path) -> subprocess.Popen[str]:
    command = [COMMAND, "ingest", place / "raw", "-w", warehouse]
    return subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )


def test_killed_at_random_moments(place: Path, tmp_path: Path) -> None:
    """Ten kills spread over the whole of a run: one in each tenth of its duration, the moment within it by chance."""
    before, rng = snapshot(place / "before"), random.Random(11)
    shutil.copytree(place / "before", tmp_path / "measured", symlinks=True)
    started = time.monotonic()
    start(place, tmp_path / "measured").communicate()
    duration = time.monotonic() - started
    killed = 0
    for number in range(KILLS):
        warehouse = tmp_path / str(number)
        shutil.copytree(place / "before", warehouse, symlinks=True)
        run = start(place, warehouse)
        time.sleep(duration * (number + rng.random()) / KILLS)
        run.kill()
        run.communicate()
        killed += run.returncode == -signal.SIGKILL
        assert snapshot(warehouse) == before or facts(warehouse) == facts(place / "after")
        assert_mended(place, warehouse)
    assert killed >= KILLS // 2
    assert winnow("verify", "-w", warehouse, cwd=tmp_path).code == 0


def dies(place: Path, warehouse: Path, step: str, when: str, nth: int) -> bool:
    """Whether the run died; it ends as usual where the step is not called so often."""
    run = FRESH.Process(target=run_and_die, args=(place / "raw", warehouse, (step, when, nth)))
    run.start()
    run.join()
    assert run.exitcode in {0, 9}
    return run.exitcode == 9


def run_and_die(source: Path, warehouse: Path, death: tuple[str, str, int]) -> None:
    """A run that ends at once, as if killed, before or after the n-th call of a step."""
    step, when, nth = death
    original, calls = getattr(STEPS[step], step), itertools.count(1)

    def dying(*arguments: Any, **options: Any) -> Any:
        number = next(calls)
        if (number, when) == (nth, "before"):
            os._exit(9)
        result = original(*arguments, **options)
        if number == nth:
            os._exit(9)
        return result

    setattr(STEPS[step], step, dying)
    ingest(source, warehouse)


def deaths() -> Iterator[tuple[str, str, int]]:
    for nth in range(1, 12):
        yield "_apply", "before", nth
    yield "_apply", "after", 11
    yield "publish", "before", 1
    yield "link", "after", 1
    yield "link", "after", 4
    yield "rename", "before", 1
    yield "symlink_to", "before", 1
    yield "symlink_to", "after", 1


@pytest.mark.parametrize(("step", "when", "nth"), list(deaths()), ids=str)
def test_dead_at_any_step_of_a_commit(place: Path, warehouse: Path, step: str, when: str, nth: int) -> None:
    """Before the link is swapped readers of the view see the old state, and all readers see whole states only."""
    before = snapshot(warehouse)
    assert dies(place, warehouse, step, when, nth)
    assert snapshot(warehouse) == before
    counted = step != "_apply" or (when == "after" and nth == 11)
    if counted:
        assert len(committed(warehouse)["runs"]) == 2
    else:
        assert committed(warehouse) == before
    assert_mended(place, warehouse)


@pytest.mark.parametrize(("step", "when"), [("_forget_old", "before"), ("publish", "after")])
def test_dead_after_the_view_was_swapped(place: Path, warehouse: Path, step: str, when: str) -> None:
    assert dies(place, warehouse, step, when, 1)
    assert facts(warehouse) == facts(place / "after")
    assert committed(warehouse) == snapshot(warehouse)
    assert_mended(place, warehouse)


def test_the_commit_has_no_more_steps_than_are_tested(place: Path, warehouse: Path) -> None:
    assert not dies(place, warehouse, "_apply", "before", 12)
    assert facts(warehouse) == facts(place / "after")


@pytest.mark.parametrize("nth", [1, 5])
def test_dead_in_the_first_run_of_all(nth: int, place: Path, tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse"
    assert dies(place, warehouse, "_apply", "after", nth)
    assert snapshot(warehouse) == {}
    assert not any(committed(warehouse).values())
    assert winnow("query", "from posts", cwd=tmp_path).code == 2
    ingest(place / "raw", warehouse)
    assert len(rows_of(warehouse, "runs")) == 1
    ingest(place / "raw", tmp_path / "expected")
    assert facts(warehouse) == facts(tmp_path / "expected")


def test_dead_while_mending(place: Path, warehouse: Path) -> None:
    """What a second dead run leaves, having died when it had just put back what the first left, is mended too."""
    before = snapshot(warehouse)
    assert dies(place, warehouse, "_apply", "after", 4)
    assert dies(place, warehouse, "_recover", "after", 1)
    assert snapshot(warehouse) == committed(warehouse) == before
    assert_mended(place, warehouse)


def test_an_open_reader_is_not_disturbed(place: Path, warehouse: Path) -> None:
    """Whoever resolved the view, or opened the tables, before a commit goes on reading the state of that moment."""
    before, opened = snapshot(warehouse), Warehouse.open(warehouse)
    view = (warehouse / "current").resolve()
    ingest(place / "raw", warehouse)
    assert snapshot(warehouse) != before
    assert sorted(map(str, opened.read("posts").to_pylist())) == before["posts"]
    shutil.copytree(view, place / "seen" / "current", dirs_exist_ok=True)
    assert snapshot(place / "seen") == before


def interrupted(run: subprocess.Popen[str]) -> tuple[float, str]:
    """Presses Ctrl-C, which the terminal sends to all processes of the run; gives the seconds to the end."""
    pressed = time.monotonic()
    os.killpg(run.pid, signal.SIGINT)
    said, _ = run.communicate(timeout=60)
    return time.monotonic() - pressed, said


def wait_for(warehouse: Path, run: subprocess.Popen[str]) -> None:
    """Until the run holds the warehouse."""
    while not (warehouse / ".staging").exists():
        assert run.poll() is None, "the run ended before it could be stopped"
        time.sleep(0.01)


def test_control_c(place: Path, warehouse: Path) -> None:
    before = snapshot(warehouse)
    run = start(place, warehouse)
    wait_for(warehouse, run)
    seconds, said = interrupted(run)
    assert run.returncode == 130
    assert seconds < 2
    assert "stopped" in said
    assert "Traceback" not in said
    assert without_runs(snapshot(warehouse)) == without_runs(before)
    assert sorted(run["status"] for run in rows_of(warehouse, "runs")) == ["cancelled", "completed"]
    assert_mended(place, warehouse, runs=3)


@pytest.mark.parametrize("seconds", [0.6, 0.8, 1.0])
def test_control_c_while_the_command_starts(seconds: float, place: Path, warehouse: Path) -> None:
    """Also in the middle of an import it ends at once, with a word and without a traceback."""
    run = start(place, warehouse)
    time.sleep(seconds)
    took, said = interrupted(run)
    assert (run.returncode, "stopped" in said, "Traceback" in said) == (130, True, False), said
    assert took < 2


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A source so large that it is read by several processes."""
    folder = tmp_path_factory.mktemp("large")
    rng = random.Random(3)
    text = corpora.listing([corpora.post(rng, 4) for _ in range(24)])
    dumps = {f"{number}.txt": text + f"\nThe end of number {number}.\n" for number in range(BATCH_FILES + 20)}
    corpora.write(folder / "raw", dumps)
    assert sum(path.stat().st_size for path in (folder / "raw").iterdir()) > WORTH_A_PROCESS
    return folder


def workers(run: subprocess.Popen[str], warehouse: Path) -> list[int]:
    """The processes that a run has started, once they are at work."""
    wait_for(warehouse, run)
    children = Path(f"/proc/{run.pid}/task/{run.pid}/children")
    if not children.exists():
        pytest.skip("this system does not tell the children of a process")
    while len(found := [int(pid) for pid in children.read_text().split()]) < 2:
        assert run.poll() is None, "the run ended without other processes"
        time.sleep(0.01)
    time.sleep(1.5)
    return found


def alive(processes: list[int]) -> list[int]:
    return [pid for pid in processes if Path(f"/proc/{pid}").exists() and "Z" not in _state(pid)]


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one processor: the run has no other processes")
@pytest.mark.parametrize("way", ["interrupted", "killed"])
def test_no_process_outlives_its_run(way: str, large: Path, tmp_path: Path) -> None:
    run = start(large, tmp_path / "warehouse")
    found = workers(run, tmp_path / "warehouse")
    try:
        if way == "interrupted":
            seconds, said = interrupted(run)
            assert (run.returncode, "Traceback" in said) == (130, False), said
            assert seconds < 2
        else:
            run.kill()
            _, _ = run.wait(), run.stdout and run.stdout.close()
        _wait_until_gone(found)
        tables = committed(tmp_path / "warehouse")
        # A run that was stopped, not killed, has left its row.
        assert all("'status': 'cancelled'" in row for row in tables.pop("runs"))
        assert not any(tables.values())
    finally:
        for pid in alive(found):
            os.kill(pid, signal.SIGKILL)


def _wait_until_gone(processes: list[int], seconds: float = 10.0) -> None:
    last: Any = time.monotonic() + seconds
    while alive(processes):
        assert time.monotonic() < last, f"{alive(processes)} still run"
        time.sleep(0.1)
