"""One writer at a time, between real processes, and no lock that outlives its holder."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Timer

import pytest

from flows.lock import Patience, only_writer
from transforms.errors import BusyError, WarehouseError

HOLD = """
import sys
from pathlib import Path
from flows.lock import only_writer
with only_writer(Path(sys.argv[1]), "ingest dumps"):
    print("held", flush=True)
    sys.stdin.read()
"""
ROOT = Path(__file__).parent.parent
Holder = subprocess.Popen[str]


@pytest.fixture
def hold(tmp_path: Path) -> Iterator[Callable[[], Holder]]:
    """Starts other processes that hold the warehouse in `tmp_path` until their input is closed."""
    started: list[Holder] = []

    def start() -> Holder:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_a_second_holder_hears_who_the_first_is(tmp_path: Path, hold: Callable[[], Holder]) -> None:
    first = hold()
    with pytest.raises(BusyError, match=f"{tmp_path}.*ingest dumps, process {first.pid} on "):
        only_writer(tmp_path, "second").__enter__()
    first.communicate("")
    assert first.returncode == 0
    with only_writer(tmp_path, "second"):
        pass


def test_who_is_patient_waits_until_the_holder_ends(tmp_path: Path, hold: Callable[[], Holder]) -> None:
    first, said = hold(), list[str]()
    Timer(0.5, first.communicate, [""]).start()
    with only_writer(tmp_path, "second", Patience(60, said.append)):
        assert first.wait(30) == 0
    assert re.fullmatch(rf".*{first.pid} on .*; waiting for it to end, 60 seconds at most", said.pop())
    assert not said


def test_patience_has_an_end_and_names_the_holder(tmp_path: Path, hold: Callable[[], Holder]) -> None:
    first = hold()
    with pytest.raises(BusyError, match=f"process {first.pid} on .*after 1 seconds of waiting"):
        only_writer(tmp_path, "second", Patience(1)).__enter__()


def test_nobody_is_told_of_waiting_where_nobody_waits(tmp_path: Path) -> None:
    said: list[str] = []
    with only_writer(tmp_path, "only", Patience(5, said.append)):
        assert not said


def test_a_killed_holder_leaves_no_lock(tmp_path: Path, hold: Callable[[], Holder]) -> None:
    first = hold()
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    with only_writer(tmp_path, "after"):
        assert json.loads((tmp_path / ".lock-holder.json").read_text())["command"] == "after"


def test_the_next_holder_is_named_not_the_killed_one(tmp_path: Path, hold: Callable[[], Holder]) -> None:
    first = hold()
    first.kill()
    first.wait()
    second = hold()
    with pytest.raises(BusyError, match=f"process {second.pid} "):
        only_writer(tmp_path, "third").__enter__()


def test_the_same_process_is_no_exception(tmp_path: Path) -> None:
    with only_writer(tmp_path, "outer"), pytest.raises(BusyError, match="outer"), only_writer(tmp_path, "inner"):
        pass


def test_an_error_inside_frees_the_lock_and_goes_on(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), only_writer(tmp_path, "first"):
        raise ZeroDivisionError
    assert not (tmp_path / ".lock-holder.json").exists()
    with only_writer(tmp_path, "second"):
        pass


@pytest.mark.parametrize("said", ["", "{", "{}", "\xff", "[]", "null", '"text"'])
def test_a_damaged_note_of_the_holder_is_passed_over(tmp_path: Path, said: str) -> None:
    with only_writer(tmp_path, "first"):
        (tmp_path / ".lock-holder.json").write_text(said)
        with pytest.raises(BusyError, match="another run; try again"):
            only_writer(tmp_path, "second").__enter__()


def test_a_warehouse_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WarehouseError, match="file"), only_writer(tmp_path / "file", "ingest"):
        pass


def test_a_full_disk_is_told_and_frees_the_lock(tmp_path: Path) -> None:
    (tmp_path / ".lock-holder.json").symlink_to("/dev/full")
    with pytest.raises(WarehouseError, match="No space left"), only_writer(tmp_path, "ingest"):
        pass
    with only_writer(tmp_path, "again"):
        pass


def test_two_warehouses_are_two_locks(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with only_writer(tmp_path, "one"), only_writer(tmp_path / "other", "two"):
        pass
