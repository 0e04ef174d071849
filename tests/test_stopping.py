"""Ctrl-C that a library swallowed is heard of all the same."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from samples import RAW

from flows import stopping
from flows.dump_rows import own_faults
from flows.pipeline import Request, run
from flows.runners import local
from flows.warehouse import Warehouse
from transforms.errors import FaultError


@pytest.fixture
def at_work() -> Iterator[None]:
    """A command that has begun to work."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        stopping.at_once()
        with stopping.in_order():
            yield
    finally:
        stopping.PRESSED.clear()
        signal.signal(signal.SIGINT, before)


class Swallows:
    """As a library that calls back to Python: what is raised while it does so is lost."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)
        time.sleep(0)


class Fails:
    """Fails where nobody can hear of it."""

    def __del__(self) -> None:
        raise ValueError("not to be heard of")


@pytest.mark.usefixtures("at_work")
def test_what_is_swallowed_is_said_again(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012 - it comes while we wait
        swallows = Swallows()
        del swallows
        time.sleep(10)
    assert capfd.readouterr().err == ""


@pytest.mark.usefixtures("at_work")
def test_the_run_ends_without_a_commit(tmp_path: Path) -> None:
    stopping.PRESSED.set()
    with pytest.raises(KeyboardInterrupt):
        run(Request((str(RAW),), tmp_path / "w"), local(lambda _batch, _staged: None))
    assert Warehouse.open(tmp_path / "w", create=True).read("runs").num_rows == 0


def test_an_error_that_comes_of_it_is_no_fault_of_a_dump() -> None:
    error = ValueError("half of a callback")
    error.__context__ = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt), own_faults():
        raise error


def test_another_error_is_one() -> None:
    with pytest.raises(FaultError), own_faults():
        raise ValueError("half of a callback")


def test_what_else_is_ignored_goes_where_it_went_before(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda ignored: heard.append(ignored.exc_value))
    with stopping.in_order():
        fails = Fails()
        del fails
    assert [str(error) for error in heard] == ["not to be heard of"]


@pytest.mark.parametrize("closed", [1, 2])
def test_a_command_started_without_a_stream_ends_well(closed: int) -> None:
    code = f"import sys\nfrom flows import stopping\nsys.{('stdout', 'stderr')[closed - 1]} = None\nstopping.leave(3)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (3, "", "")
