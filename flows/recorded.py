"""Runs that did not complete: a row of `runs` says when, what was asked and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from flows.lock import Patience
from flows.pipeline import Each, Request, Summary, run
from flows.warehouse import Warehouse
from transforms.addresses import without_login
from transforms.errors import BusyError, IndexWrittenError, UsageError, WinnowError
from transforms.tables import COMPLETED

Status = Literal["failed", "crashed", "cancelled"]
# What stops a run before it was one: wrong use, and a warehouse in which another run is at work, or to be rebuilt.
NO_RUN: Final = (UsageError, BusyError, IndexWrittenError)
# Seconds that the row of a run waits for the run that came next. A person who pressed Ctrl-C waits for nothing.
ROW_WAITS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Unfinished:
    """How a run ended that committed nothing."""

    status: Status
    error: str
    started: datetime
    finished: datetime


def record(request: Request, how: Unfinished, wait: float = 0.0) -> str | None:
    """Adds the row of a run that committed nothing; gives its id. The tables and the versions stay what they are.

    Nothing is recorded, and None given, where there is no warehouse yet, or it can't be written, or another run holds
    it for longer than `wait` seconds. A run that was stopped after its commit has its row: the id of that is given.
    """
    row = {
        "command": request.command,
        "started": how.started,
        "finished": how.finished,
        "options": request.options(),
        "counts": "{}",
        "status": how.status,
        "error": without_login(how.error, "…@"),
    }
    try:
        warehouse = Warehouse.open(request.warehouse)
        with warehouse.writing(f"the record of a {how.status} run", how.started, Patience(wait)) as (run_id, _):
            committed = _committed(warehouse, request, how)
            if committed is None:
                warehouse.record(run_id, row)
    except WinnowError:
        return None
    return committed or run_id


def run_recorded(
    request: Request, each: Each, patience: Patience, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Summary:
    """`flows.pipeline.run`, which leaves a row of `runs` also where it does not complete. Raises as it does."""
    started = now()
    try:
        return run(request, each, now, patience)
    except BaseException as error:
        if not isinstance(error, NO_RUN):
            record(request, Unfinished(_status(error), _said(error), started, now()))
        raise


def _committed(warehouse: Warehouse, request: Request, how: Unfinished) -> str | None:
    """The run that did commit what was asked, if it began while the unfinished one was at work."""
    rows = warehouse.read("runs", ["run_id", "options", "started", "status"]).to_pylist()
    asked = request.options()
    found = [
        row
        for row in rows
        if row["status"] == COMPLETED and row["options"] == asked and how.started <= row["started"] <= how.finished
    ]
    return found[-1]["run_id"] if found else None


def _status(error: BaseException) -> Status:
    if isinstance(error, KeyboardInterrupt):
        return "cancelled"
    return "failed" if isinstance(error, WinnowError) else "crashed"


def _said(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "stopped by Ctrl-C"
    return str(error) if isinstance(error, WinnowError) else f"{type(error).__name__}: {error}"
