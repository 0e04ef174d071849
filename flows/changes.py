"""What a run changes: the staged rows joined with what the warehouse knows, table by table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from flows import staging
from flows.posts import relate_and_merge
from flows.staging import Staged
from flows.warehouse import Change, Warehouse
from transforms.identity import place_of, unreadable_id
from transforms.tables import DUMPS

Row = dict[str, Any]
Place = tuple[str, str]  # the dump, and where it lies


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
    dumps, new_places = _dump_changes(warehouse, staged)
    copies, bodies = staging.read(staged, "copies"), staging.read(staged, "bodies")
    fresh = _first_at(new_places, copies, ("dump_member", "copy_id"))
    residue = staging.read(staged, "residue")
    residue = residue.filter(_first_at(new_places, residue, ("member", "start", "end")))
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


def _first_at(places: set[Place], rows: pa.Table, identity: Sequence[str]) -> pa.Array:
    """Which rows belong to one of the places, each once. `identity` tells them apart; first of it, the dump's member.

    Two sources can hold the same bytes under the same relative path; that is one place, met twice.
    """
    columns = (rows[name].to_pylist() for name in ("dump_id", "dump_path", *identity))
    first: dict[tuple[Any, ...], int] = {}
    kept = [
        first.setdefault(row, number) == number and (row[0], place_of(row[1], row[2])) in places
        for number, row in enumerate(zip(*columns, strict=True))
    ]
    return pa.array(kept, pa.bool_())


def _dump_changes(warehouse: Warehouse, staged: Sequence[Staged]) -> tuple[Change, set[Place]]:
    """Rows of `dumps` to write, and the places where bytes were understood that had not been understood there."""
    found = staging.read(staged, "dumps").to_pylist()
    readable = _readable_now(warehouse, staging.read(staged, "files")) - {row["dump_id"] for row in found}
    ids = {row["dump_id"] for row in found} | readable
    known = {row["dump_id"]: row for row in warehouse.read("dumps", where=("dump_id", ids)).to_pylist()}
    rows: dict[str, Row] = dict(known)
    new_places: set[Place] = set()
    for row in found:
        before = rows.get(row["dump_id"])
        rows[row["dump_id"]] = row if before is None else _both(before, row)
        new = before is None or not _understood(before) or _place(row) not in _places(before)
        if _understood(row) and new:
            new_places.add((row["dump_id"], _place(row)))
    gone = sorted(readable & known.keys())
    inserts = [row for dump_id, row in rows.items() if dump_id not in known]
    updates = [row for dump_id, row in rows.items() if known.get(dump_id, row) != row and dump_id not in gone]
    return Change(_table(inserts, DUMPS), _table(updates, DUMPS), gone), new_places


def _both(before: Row, row: Row) -> Row:
    """The row of a dump that is met again: what was understood counts, and it stands at the first of its places."""
    if _understood(row) != _understood(before):
        return row if _understood(row) else before
    places = sorted({*_places(before), *_places(row)} - {first := min(_place(before), _place(row))})
    kept = {"run_id": before["run_id"], "pipeline_version": before["pipeline_version"]}
    if before["error"] != row["error"]:
        kept = {"error": row["error"], "run_id": row["run_id"]}
    return (before if _place(before) == first else row) | kept | {"also_at": places}


def _understood(row: Row) -> bool:
    return bool(row["status"] == "ingested")


def _place(row: Row) -> str:
    return place_of(row["path"], row["member"])


def _places(row: Row) -> list[str]:
    return [_place(row), *row["also_at"]]


def _readable_now(warehouse: Warehouse, files: pa.Table) -> set[str]:
    """The ids that stood for what could not be read in the files that now have been: they, and their members."""
    ids = {unreadable_id(above) for location in files["location"] for above in _upwards(location)}
    locations: dict[str, list[str]] = defaultdict(list)
    for path, location in zip(files["path"].to_pylist(), files["location"].to_pylist(), strict=True):
        locations[path].append(location)
    columns = ["path", "member", "status"]
    for row in warehouse.read("dumps", columns, ("path", locations)).to_pylist():
        if row["member"] is not None and not _understood(row):
            ids |= {unreadable_id(place_of(location, row["member"])) for location in locations[row["path"]]}
    return ids


def _upwards(location: pa.StringScalar) -> Iterator[str]:
    """A location and the folders above it: once a file has been read, none of them is unreadable any more."""
    parts = location.as_py().split("/")
    return ("/".join(parts[:length]) for length in range(1, len(parts) + 1))


def _file_changes(warehouse: Warehouse, staged: Sequence[Staged]) -> Change:
    files = staging.read(staged, "files")
    known = warehouse.read("files", ["location"], ("location", files["location"].to_pylist()))
    met = pc.is_in(files["location"], value_set=known["location"].combine_chunks())
    return Change(inserts=files.filter(pc.invert(met)), updates=files.filter(met))


def _table(rows: Sequence[Row], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=schema)
