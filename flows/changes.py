"""What a run changes: the staged rows joined with what the warehouse knows, table by table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from flows import staging
from flows.posts import relate_and_merge
from flows.staging import Staged
from flows.warehouse import Change, Warehouse
from transforms.identity import unreadable_id
from transforms.tables import DUMPS

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Derived:
    """The changes to commit, and what they amount to."""

    tables: Mapping[str, Change]
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to commit."""
        return all(change.empty for change in self.tables.values())


def known_files(warehouse: Warehouse) -> dict[str, tuple[int, int]]:
    """Size and time of change of every file that was read to its end, by location."""
    columns = warehouse.read("files", ["location", "size_bytes", "modified_ns"]).to_pydict()
    return dict(zip(columns["location"], zip(columns["size_bytes"], columns["modified_ns"], strict=True), strict=True))


def derive(warehouse: Warehouse, staged: Sequence[Staged], run_id: str) -> Derived:
    """Works out what a run changes. A dump that already is in the warehouse, at the same place, changes nothing."""
    if not staged:
        return Derived({})
    dumps, new_places = _dump_changes(warehouse, staging.read(staged, "dumps").to_pylist())
    copies, bodies = staging.read(staged, "copies"), staging.read(staged, "bodies")
    fresh = _first_at(new_places, copies)
    residue = staging.read(staged, "residue")
    residue = residue.filter(_first_at(new_places, residue))
    tables, counts = relate_and_merge(warehouse, copies.filter(fresh), bodies.filter(fresh), run_id)
    return Derived(
        tables={
            **tables,
            "residue": Change(inserts=residue),
            "dumps": dumps,
            "files": _file_changes(warehouse, staged),
        },
        counts={**counts, "dumps": dumps.inserts.num_rows if dumps.inserts else 0, "residue": residue.num_rows},
    )


def _first_at(places: set[tuple[str, str]], rows: pa.Table) -> pa.Array:
    """Which rows belong to one of the places (dump_id, path), each span once.

    Two sources can hold the same bytes under the same relative path; that is one place, met twice.
    """
    spans = zip(*(rows[name].to_pylist() for name in ("dump_id", "dump_path", "start", "end")), strict=True)
    first: dict[tuple[Any, ...], int] = {}
    kept = [first.setdefault(span, number) == number and span[:2] in places for number, span in enumerate(spans)]
    return pa.array(kept, pa.bool_())


def _dump_changes(warehouse: Warehouse, staged: Sequence[Row]) -> tuple[Change, set[tuple[str, str]]]:
    """Rows of `dumps` to write, and the places (dump_id, path) where bytes were met that had not been met there."""
    # What lies below a folder that could not be listed has been read now.
    retried = {unreadable_id(str(path)) for row in staged for path in _upwards(PurePosixPath(row["path"]))}
    ids = {row["dump_id"] for row in staged} | retried
    known = {row["dump_id"]: row for row in warehouse.read("dumps", where=("dump_id", ids)).to_pylist()}
    places = {(row["dump_id"], path) for row in known.values() for path in (row["path"], *row["also_at"])}
    rows: dict[str, Row] = {}
    new_places: set[tuple[str, str]] = set()
    for row in staged:
        place = (row["dump_id"], row["path"])
        before = rows.get(row["dump_id"]) or known.get(row["dump_id"])
        if place in places | new_places:
            if before and before["error"] != row["error"]:
                rows[row["dump_id"]] = row | {"path": before["path"], "also_at": before["also_at"]}
            continue
        new_places.add(place)
        paths = sorted({row["path"], *((before["path"], *before["also_at"]) if before else ())})
        rows[row["dump_id"]] = (before or row) | {"path": paths[0], "also_at": paths[1:]}
    gone = sorted((retried & known.keys()) - {row["dump_id"] for row in staged})
    inserts = [row for dump_id, row in rows.items() if dump_id not in known]
    updates = [row for dump_id, row in rows.items() if dump_id in known]
    return Change(_table(inserts, DUMPS), _table(updates, DUMPS), gone), new_places


def _upwards(path: PurePosixPath) -> Iterator[PurePosixPath]:
    yield path
    yield from path.parents


def _file_changes(warehouse: Warehouse, staged: Sequence[Staged]) -> Change:
    files = staging.read(staged, "files")
    known = warehouse.read("files", ["location"], ("location", files["location"].to_pylist()))
    met = pc.is_in(files["location"], value_set=known["location"].combine_chunks())
    return Change(inserts=files.filter(pc.invert(met)), updates=files.filter(met))


def _table(rows: Sequence[Row], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=schema)
