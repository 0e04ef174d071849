"""What is wrong with a warehouse, and what would mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

# `view`: making the view anew. `file`: taking a file out of its table, whose rows are then made again. `rows`: taking
# out the second of two rows with one name. `dumps`: reading some dumps again. `all`: reading all dumps again, since
# what relates them is wrong. `nothing`: it can't be made from raw dumps.
Mend = Literal["view", "file", "rows", "dumps", "all", "nothing"]
# Faults of one kind that are named; of more their number is said.
NAMED: Final = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, in a line; `table` and `path` where it lies in one, `dumps` to be read again."""

    said: str
    mend: Mend = "all"
    table: str | None = None
    path: Path | None = None
    dumps: frozenset[str] = frozenset()


def bounded(faults: Iterable[Fault], number: int, kind: str) -> Iterator[Fault]:
    """The first faults of a kind of which there are so many, and how many more there are."""
    last = None
    for _, last in zip(range(NAMED), faults, strict=False):
        yield last
    if number > NAMED and last:
        yield Fault(f"and {number - NAMED:,} more {kind}", last.mend, last.table)
