"""Trials of `benchmarks.torture`: what is done to a run, and what must hold after it."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow.dataset as ds

from benchmarks.faults import KILLED, Door, Plan, after_power_cut
from benchmarks.soak import dump
from flows import stopping
from flows.pipeline import Request, run
from flows.runners import local
from flows.verify import verify
from flows.warehouse import Warehouse
from transforms.errors import WinnowError

DUMPS: Final = 4
SIGNALS: Final = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
FAULTS: Final = (errno.ENOSPC, errno.EIO)
# Steps of this part of a run's duration visit it evenly, however many are taken.
GOLDEN: Final = 0.6180339887
# How a run may end that was refused by its disk: in winnow's own words.
TOLD, NOT_TOLD = 2, 3
# As the command does.
INTERRUPTED: Final = 128 + signal.SIGINT
READERS: Final = 2
# Seconds that a reader rests after two reads, so that there is time for runs.
RESTS: Final = 0.05
LASTING: Final = "EIO in the middle of raw files, lasting"
Tables = dict[str, list[str]]
COLUMNS: Final = {
    "posts": ["post_id", "text_sha256", "n_copies", "canonical_copy_id"],
    "copies": ["copy_id", "post_id", "relation"],
    "dumps": ["dump_id", "path", "status"],
}
# Processes of one that has imported all and has done nothing yet: each starts at once, as if it were new.
FRESH: Final = multiprocessing.get_context("forkserver")


@dataclass(slots=True)
class Ground:
    """Where trials happen: raw dumps, the warehouse before a run and after it, and its two states."""

    place: Path
    states: list[Tables] = field(default_factory=list)
    calls: int = 0
    duration: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def raw(self) -> Path:
        return self.place / "raw"


def torture(place: Path, trials: int, until: float, names: Sequence[str] = ()) -> None:
    """Tries the ways of these names in turn, or all."""
    ground = prepared(place)
    ways = [WAYS[name] for name in names or WAYS]
    with readers(ground) as (show, reads):
        for number in range(trials):
            if time.monotonic() > until:
                print(f"the time is over after {number} of {trials} trials")
                break
            warehouse = Path(shutil.copytree(place / "before", place / f"trial-{number}", symlinks=True))
            if ways[number % len(ways)] is not misread:
                show(warehouse)
            way = ways[number % len(ways)]
            survive(ground, warehouse, partial(way, ground, warehouse, number // len(ways)))
            # Readers may still look at the last two.
            shutil.rmtree(place / f"trial-{number - 2}", ignore_errors=True)
    print("survived:", ", ".join(f"{number} {name}" for name, number in sorted(ground.counts.items())))
    print(f"calls of a run that can fail: {ground.calls}")
    print(f"reads by {READERS} readers, each of a whole state: {reads():,}")


def survive(ground: Ground, warehouse: Path, way: Callable[[], str]) -> None:
    """Lets something happen to a run, and checks what is left and what the next run makes of it."""
    what = way()
    left = warehouse.with_name(warehouse.name + "-cut")
    there = left if left.exists() else warehouse
    if what == LASTING:
        assert [row for row in tables(there)["dumps"] if "rejected" in row]
        assert verify(Warehouse.open(there)).problems == []
    else:
        assert tables(there) in ground.states, what
    assert ingested(ground, there) == 0, what
    assert tables(there) == committed(there) == ground.states[1], what
    verdict = verify(Warehouse.open(there))
    assert (verdict.problems, verdict.missing) == ([], []), (what, verdict.problems)
    shutil.rmtree(left, ignore_errors=True)
    ground.counts[what] += 1


def prepared(place: Path) -> Ground:
    ground = Ground(place)
    ground.raw.mkdir()
    for number in range(2 * DUMPS):
        if number == DUMPS:
            assert ingested(ground, place / "before") == 0
            shutil.copytree(place / "before", place / "after", symlinks=True)
        (ground.raw / f"{number}.txt").write_text(dump(3 * number), encoding="utf-8")
    started = time.monotonic()
    assert ingested(ground, place / "after") == 0
    ground.duration = time.monotonic() - started
    shutil.copytree(place / "before", place / "counted", symlinks=True)
    plan = Plan(0, 0, place / "calls.json", place / "counted")
    assert ingested(ground, place / "counted", plan) == 0
    ground.calls = json.loads(plan.report.read_text())["calls"]
    ground.states = [tables(place / "before"), tables(place / "after")]
    return ground


def signalled(ground: Ground, warehouse: Path, number: int) -> str:
    sent = SIGNALS[number % len(SIGNALS)]
    process = begun(ground, warehouse)
    time.sleep(ground.duration * (number * GOLDEN % 1))
    if process.pid and process.is_alive():
        os.kill(process.pid, sent)
    process.join()
    return f"{sent.name} at a moment by chance"


def stopped(ground: Ground, warehouse: Path, number: int) -> str:
    at = 1 + int(number * GOLDEN % 1 * ground.calls)
    plan = Plan(at, 0, ground.place / "report.json", warehouse)
    assert ingested(ground, warehouse, plan) in {0, KILLED}
    return "ended at a call"


def cut(ground: Ground, warehouse: Path, number: int) -> str:
    stopped(ground, warehouse, number)
    to = warehouse.with_name(warehouse.name + "-cut")
    after_power_cut(warehouse, ground.place / "before", ground.place / "report.json", to, random.Random(number))
    return "power cut at a call"


def refused(ground: Ground, warehouse: Path, number: int) -> str:
    fault = FAULTS[number % len(FAULTS)]
    at = 1 + int(number * GOLDEN % 1 * ground.calls)
    plan = Plan(at, fault, ground.place / "report.json", warehouse)
    assert ingested(ground, warehouse, plan) in {0, 1, TOLD}
    return f"{errno.errorcode[fault]} at a call"


def misread(ground: Ground, warehouse: Path, number: int) -> str:
    """A file that can't be read once is tried again; one that can't be read is a row with the reason, and not lost."""
    plan = Plan(1 + number % DUMPS, errno.EIO, ground.place / "report.json", warehouse, "_pull", bool(number % 2))
    code = ingested(ground, warehouse, plan)
    assert code == int(plan.lasting), code
    return LASTING if plan.lasting else "EIO in the middle of a raw file, once"


def filled(ground: Ground, warehouse: Path, number: int) -> str:
    """A second run, and one that cleans up, on a file system with less and less room."""
    size = sum(path.stat().st_size for path in (ground.place / "after").rglob("*") if path.is_file())
    with small_disk(ground.place / "disk", size * 4) as disk:
        if disk is None:
            return "(no tmpfs can be mounted here)"
        there = Path(shutil.copytree(warehouse, disk / "warehouse", symlinks=True))
        room = int((number * GOLDEN % 1) * size)
        with (disk / "ballast").open("wb") as file:
            file.write(bytes(max(0, shutil.disk_usage(disk).free - room)))
        code = ingested(ground, there, keep=0.0 if number % 2 else None)
        assert code in {0, TOLD}, code
        assert tables(there) in ground.states
        (disk / "ballast").unlink()
        assert ingested(ground, there) == 0
        assert tables(there) == committed(there) == ground.states[1]
        verdict = verify(Warehouse.open(there))
        assert (verdict.problems, verdict.missing) == ([], []), verdict.problems
    return "full disk, refused" if code else "nearly full disk"


WAYS: Final[dict[str, Callable[[Ground, Path, int], str]]] = {
    "signals": signalled,
    "ends": stopped,
    "cuts": cut,
    "refusals": refused,
    "misreadings": misread,
    "full-disks": filled,
}


@contextmanager
def small_disk(place: Path, size: int) -> Iterator[Path | None]:
    place.mkdir(exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], capture_output=True, check=False
    )
    try:
        yield None if mounted.returncode else place
    finally:
        if not mounted.returncode:
            subprocess.run(["umount", place], check=True)


def ingested(ground: Ground, warehouse: Path, plan: Plan | None = None, keep: float | None = None) -> int:
    process = begun(ground, warehouse, plan, keep)
    process.join()
    return process.exitcode or 0


def begun(ground: Ground, warehouse: Path, plan: Plan | None = None, keep: float | None = None) -> Any:  # noqa: ANN401
    process = FRESH.Process(target=ingest, args=(ground.raw, warehouse, plan, keep))
    process.start()
    return process


def ingest(raw: Path, warehouse: Path, plan: Plan | None, keep: float | None) -> None:
    """A run, in a process of its own: 0 done, 1 some dumps rejected, 2 refused in winnow's own words."""
    door = Door(plan) if plan else None
    if door:
        door.install()
    options = {} if keep is None else {"keep": keep}
    stopping.at_once()
    try:
        with stopping.in_order():
            summary = run(Request((str(raw),), warehouse, **options), local(lambda _batch, _staged: None))  # type: ignore[arg-type]
    except WinnowError as error:
        sys.exit(TOLD if "\n" not in str(error) else NOT_TOLD)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    if door:
        door.close()
    sys.exit(1 if summary.rejected else 0)


def tables(warehouse: Path) -> Tables:
    """What does not name runs, as the plain view shows it, held against what the tables say."""
    view = (warehouse / "current").resolve()
    found = {name: texts(ds.dataset(view / name), name) for name in COLUMNS}
    with duckdb.connect() as connection:
        for name in COLUMNS:
            count = connection.sql(f"SELECT count(*) FROM '{view}/{name}/*.parquet'").fetchall()  # noqa: S608 - ours
            assert count == [(len(found[name]),)], name
    return found


def texts(data: Any, name: str) -> list[str]:  # noqa: ANN401 - pyarrow ships no types
    return sorted(map(str, data.to_table(columns=COLUMNS[name]).to_pylist()))


def committed(warehouse: Path) -> Tables:
    opened = Warehouse.open(warehouse)
    return {name: sorted(map(str, opened.read(name, columns).to_pylist())) for name, columns in COLUMNS.items()}


@contextmanager
def readers(ground: Ground) -> Iterator[tuple[Callable[[Path], None], Callable[[], int]]]:
    """Processes that read while this holds; gives how to show them another warehouse, and the number of reads."""
    done, shown = FRESH.Event(), ground.place / "shown.txt"
    answers = FRESH.Queue()
    shown.write_text(str(ground.place / "before"))
    processes = [FRESH.Process(target=read_on, args=(shown, ground.states, done, answers)) for _ in range(READERS)]

    def show(warehouse: Path) -> None:
        shown.with_suffix(".new").write_text(str(warehouse))
        shown.with_suffix(".new").replace(shown)
        assert answers.empty(), answers.get()

    total = 0
    for process in processes:
        process.start()
    try:
        yield show, lambda: total
    finally:
        done.set()
        for process in processes:
            answer = answers.get(timeout=60)
            process.join()
            assert isinstance(answer, int), answer
            total += answer


def read_on(shown: Path, states: list[Tables], done: Any, answers: Any) -> None:  # noqa: ANN401 - of any context
    """Reads until told to stop; its answer is the number of reads, or the fault."""
    reads = 0
    try:
        while not done.is_set():
            warehouse = Path(shown.read_text())
            try:
                assert tables(warehouse) in states, "a mixed view"
                assert committed(warehouse) in states, "mixed tables"
            except (AssertionError, WinnowError, OSError, duckdb.Error) as error:
                if Path(shown.read_text()) == warehouse and warehouse.exists():
                    raise RuntimeError(f"{warehouse}: {error!r}") from error
            else:
                reads += 2
            time.sleep(RESTS)
    except Exception as error:  # noqa: BLE001 - any is a fault
        answers.put(repr(error))
    else:
        answers.put(reads)
