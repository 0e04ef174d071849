"""Tables as they were last opened: reading a log again takes milliseconds, and a run asks a hundred times."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Generic, TypeVar

Table = TypeVar("Table")
# Each entry of a log with its size and the time of its last change, in nanoseconds.
State = frozenset[tuple[str, int, int]]


class Opened(Generic[Table]):
    """Opens tables, and gives one again as long as not an entry of its log has come, gone or changed.

    `opens` opens the table in a folder as of a version, or the newest one where that is None.
    """

    def __init__(self, opens: Callable[[str, int | None], Table]) -> None:
        self._opens = opens
        self._held: dict[tuple[str, int | None], tuple[State, Table]] = {}

    def table(self, place: str, version: int | None = None) -> Table:
        """The table in a folder, as of a version or the newest one. Raises as `opens` does."""
        state = _state(place)  # before the log is read: what comes meanwhile makes it be read again
        known = self._held.get((place, version))
        if known and state and known[0] == state:
            return known[1]
        table = self._opens(place, version)
        self._held[place, version] = state, table
        return table


def _state(place: str) -> State:
    log = os.path.join(place, "_delta_log")  # noqa: PTH118 - a hundred times a run, and a log has many entries
    try:
        found = [(name, os.stat(f"{log}/{name}")) for name in os.listdir(log)]  # noqa: PTH116, PTH208
    except OSError:  # there is no table, which is for `opens` to say, or none whose log can be seen: never the same
        return frozenset()
    return frozenset((name, there.st_size, there.st_mtime_ns) for name, there in found)
