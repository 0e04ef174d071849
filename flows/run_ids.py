"""Ids of runs: moments, so that they sort by time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

# Sorts by time and is a valid name of a file.
RUN_ID: Final = "%Y%m%dT%H%M%S%fZ"


def next_run_id(last: Mapping[str, Any] | None, started: datetime) -> str:
    """The id of a run that started then; later than the `last` one, a row of `runs`, also where clocks went back."""
    if last:
        moment = datetime.strptime(last["run_id"], RUN_ID).replace(tzinfo=UTC)
        started = max(started, moment + timedelta(microseconds=1))
    return started.strftime(RUN_ID)
