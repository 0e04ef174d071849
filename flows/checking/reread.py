"""A dump read again by the very stages that read it, and what comes of it held against its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from flows.asked import How
from flows.containers.found import Member
from flows.dump_rows import add_read
from flows.held import Held
from flows.landing import RawFile
from flows.reading import Stated
from flows.rows import Place, told_back
from flows.staging import Chunks
from transforms import PIPELINE_VERSION
from transforms.errors import DumpError
from transforms.hidden import Hidden
from transforms.tables import COPIES, RESIDUE

Row = Mapping[str, Any]
# Columns of a copy that come from what it was related to, or from the run.
OF_OTHERS: Final = frozenset({"post_id", "relation", "jaccard", "containment", "run_id", "source"})
# How many characters of a value are shown.
SHOWN: Final = 40
KEPT: Final = {"copies": COPIES, "residue": RESIDUE}


class Kept(Chunks):
    """Keeps in memory what a dump yields, instead of writing it."""

    def __init__(self) -> None:
        super().__init__(Path(), 0)
        self.tables: dict[str, list[pa.Table]] = {name: [] for name in KEPT}

    def flush(self) -> None:
        """Takes what was added to the tables."""
        for name, schema in KEPT.items():
            self.tables[name].append(pa.Table.from_pydict(self._rows[name], schema=schema))
        self._clear()


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one dump at one place: its own, its copies and its residue; and how it was asked to be read.

    `path` is that of the place.
    """

    path: str
    dump: Row
    copies: pa.Table
    residue: pa.Table
    ways: Sequence[How]


def unlike(found: Member, held: Held, rows: Rows, hidden: Hidden) -> list[str] | None:
    """What reading a dump again gives otherwise than its rows say; None where another version had read it."""
    if rows.dump["pipeline_version"] != PIPELINE_VERSION:
        return None
    said: list[str] = []
    for way in rows.ways:
        try:
            said = list(_differences(rows, _read(found, held, rows, way, hidden)))
        except DumpError as error:
            said = [f"it can't be read again: {error}"]
        if not said:
            break
    return said


def _read(found: Member, held: Held, rows: Rows, way: How, hidden: Hidden) -> Kept:
    source = rows.copies["source"][0].as_py() if rows.copies.num_rows else ""
    kept = Kept()
    known = told_back(rows.dump["told"], rows.dump["way"])
    stated = Stated(found.charset, found.url, way.fields.names(), rows.dump["format"], known, way.steps, hidden=hidden)
    add_read(kept, Place(RawFile("/", rows.path, source), "", found.name, held.dump_id, held.size), held, stated)
    kept.flush()
    return kept


def _differences(rows: Rows, kept: Kept) -> Iterator[str]:
    for name, there in (("copies", rows.copies), ("residue", rows.residue)):
        made = pa.concat_tables(kept.tables[name]).sort_by([("ordinal" if name == "copies" else "start", "ascending")])
        if made.num_rows != there.num_rows:
            yield f"reading it again gives {made.num_rows} rows of {name}, and {there.num_rows} are stored"
            continue
        for column in made.column_names:
            one, other = made[column].combine_chunks(), there[column].combine_chunks()
            if column not in OF_OTHERS and not one.equals(other):
                yield _first(name, column, there, zip(one.to_pylist(), other.to_pylist(), strict=True))


def _first(name: str, column: str, there: pa.Table, values: Iterator[tuple[Any, Any]]) -> str:
    """The first row in which a column differs."""
    at, (made, stored) = next((at, pair) for at, pair in enumerate(values) if str(pair[0]) != str(pair[1]))
    row = f"copy {there['copy_id'][at]}" if name == "copies" else f"the residue at {there['start'][at]}"
    return f"{row}: its {column} is {str(stored)[:SHOWN]!r}, and reading the dump again gives {str(made)[:SHOWN]!r}"
