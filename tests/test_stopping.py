"""Ctrl-C that a library swallowed is heard of all the same."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import suppress
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
def swallowed() -> Iterator[None]:
    """A command at work, in which Ctrl-C was pressed while a library called back, which knew no better."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        stopping.at_once()
        with stopping.in_order():
            with suppress(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
            yield
    finally:
        stopping.PRESSED.clear()
        signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("swallowed")
def test_an_error_that_comes_of_it_is_no_fault_of_a_dump() -> None:
    with pytest.raises(KeyboardInterrupt), own_faults():
        raise ValueError("half of a callback")


def test_without_it_such_an_error_is_one() -> None:
    with pytest.raises(FaultError), own_faults():
        raise ValueError("half of a callback")


@pytest.mark.usefixtures("swallowed")
def test_the_run_ends_without_a_commit(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(Request((str(RAW),), tmp_path / "w"), local(lambda _batch, _staged: None))
    assert Warehouse.open(tmp_path / "w", create=True).read("runs").num_rows == 0
