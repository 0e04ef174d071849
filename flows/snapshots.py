"""Earlier versions: what each run left can be read again, named by the id of the run or by a moment."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from flows.upkeep import committed
from flows.warehouse import Warehouse
from transforms.errors import UsageError, WarehouseError

Row = dict[str, Any]
# A run's id, or the beginning of one: digits and a T, as in 20261122T0729. Eight digits alone are a day.
ID_BEGINS: Final = re.compile(r"\d{8}T\d*Z?")
DAY: Final = re.compile(r"\d{4}-?\d\d-?\d\d")
LISTED: Final = 8
# What was before the first run: tables without rows.
NOTHING: Final[Row] = {"run_id": "", "versions": "{}"}


def runs_of(warehouse: Warehouse) -> list[Row]:
    """The rows of `runs`, oldest first. Raises `WarehouseError` where nothing has been committed."""
    rows: list[Row] = warehouse.read("runs").sort_by("run_id").to_pylist()
    if not rows:
        raise WarehouseError(f"nothing has been committed to {warehouse.place} yet; run `winnow ingest` first")
    return rows


def run_named(runs: Sequence[Row], name: str) -> Row:
    """The run that `name` means: an id, its unique beginning, `first`, `last`, or the last run that had ended then.

    A moment is written as in ISO 8601, in UTC where it names no zone; a day without a time means its end.
    Raises `UsageError` that names the nearest runs.
    """
    done = [run for run in runs if committed(run)]
    if name in {"first", "last"}:
        if not done:
            raise UsageError(_listing(f"there is no {name} run that committed anything; there are:", runs))
        return done[0 if name == "first" else -1]
    begun = [run for run in runs if run["run_id"].startswith(name)] if ID_BEGINS.fullmatch(name) else []
    exact = [run for run in begun if run["run_id"] == name]
    if len(exact or begun) == 1:
        return (exact or begun)[0]
    if begun:
        raise UsageError(_listing(f"{name} is the beginning of several runs; give more of it:", begun))
    moment = None if ID_BEGINS.fullmatch(name) else moment_of(name)
    if moment is None:
        raise UsageError(
            _listing(f"no run is named {name!r}, and it is no moment; the nearest are:", _near(runs, name))
        )
    ended = [run for run in done if run["finished"] <= moment]
    if not ended:
        raise UsageError(_listing(f"nothing had been committed at {name}; the first runs are:", runs))
    return ended[-1]


def at(warehouse: Warehouse, name: str | None) -> Warehouse:
    """The warehouse as it was after the run that `name` means (`run_named`), as it is now where that is None.

    Raises `WarehouseError` where what the run left can't be read any more.
    """
    if name is None:
        return warehouse
    runs = runs_of(warehouse)
    run = run_named(runs, name)
    found, missing = _opened(warehouse, run)
    if found is not None:
        return found
    later = (row["run_id"] for row in runs if row["run_id"] > run["run_id"] and _opened(warehouse, row)[0])
    oldest = next(later, None)
    way_out = f"the oldest after it that can be read is {oldest}" if oldest else "without --at the tables can be read"
    raise WarehouseError(f"what run {run['run_id']} left is gone ({missing}); {way_out}")


def _opened(warehouse: Warehouse, run: Row) -> tuple[Warehouse | None, str]:
    """The warehouse as a run left it, or None where files of it were cleaned up, with what is missing."""
    earlier = warehouse.left_by(run)
    try:
        files = [path for paths in earlier.shown().values() for path in paths]
    except WarehouseError:
        return None, "the log of a table no longer reaches back to it"
    missing = [path for path in files if not path.exists()]
    return (None, f"{len(missing)} of its {len(files)} files were removed") if missing else (earlier, "")


def moment_of(text: str, *, end: bool = True) -> datetime | None:
    """The moment that is meant, in UTC; None where it is none. A day means its end, or without `end` its beginning.

    >>> moment_of("2026-11-22"), moment_of("2026-11-22T10:00+02:00"), moment_of("soon")
    (datetime.datetime(2026, 11, 22, 23, 59, 59, 999999, tzinfo=datetime.timezone.utc), \
datetime.datetime(2026, 11, 22, 8, 0, tzinfo=datetime.timezone.utc), None)
    """
    try:
        moment = datetime.fromisoformat(text)
        if end and DAY.fullmatch(text):
            moment += timedelta(days=1, microseconds=-1)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _near(runs: Sequence[Row], name: str) -> list[Row]:
    ids = {run["run_id"]: run for run in runs}
    return [ids[near] for near in difflib.get_close_matches(name, ids, LISTED, 0.5)] or list(runs[-LISTED:])


def _listing(said: str, runs: Sequence[Row]) -> str:
    lines = [f"  {run['run_id']}  {run['command']}" for run in runs[:LISTED]]
    return "\n".join([said, *lines, *(["  and more"] if len(runs) > LISTED else [])])
