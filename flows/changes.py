"""What a run changes: the staged rows joined with what the warehouse knows, table by table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from flows import staging
from flows.evidence import Again
from flows.lookup import Arrivals
from flows.outlines import fresh_outlines
from flows.posts import relate_and_merge
from flows.staging import Staged
from flows.warehouse import Change, Warehouse
from transforms.identity import unreadable_id
from transforms.tables import DUMPS

Row = dict[str, Any]
Place = tuple[str, str]  # dump_id and path
# What changes in the row of a dump when it is split again.
RESPLIT: Final = ("n_copies", "n_residue", "told")


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


def derive(warehouse: Warehouse, staged: Sequence[Staged], again: Again, run_id: str) -> Derived:
    """Works out what a run changes. A dump that already is in the warehouse, at the same place, changes nothing.

    Dumps that were split `again`, new or known, are given the new rows at all their places.
    """
    if not staged:
        return Derived({})
    dumps, new_places = _dump_changes(warehouse, staged, again.staged)
    anew = staging.read(again.staged, "dumps", ["dump_id"])["dump_id"].unique()
    replaced = warehouse.read("dumps", ["dump_id"], ("dump_id", anew.to_pylist()))["dump_id"].to_pylist()
    copies, bodies, residue = (staging.read(staged, name) for name in ("copies", "bodies", "residue"))
    fresh = pc.and_not(_first_at(new_places, copies, ("copy_id",)), pc.is_in(copies["dump_id"], value_set=anew))
    left = _first_at(new_places, residue, ("dump_id", "dump_path", "start", "end"))
    left = pc.and_not(left, pc.is_in(residue["dump_id"], value_set=anew))
    arrivals = Arrivals(
        copies=pa.concat_tables([copies.filter(fresh), staging.read(again.staged, "copies")]),
        bodies=pa.concat_tables([bodies.filter(fresh), staging.read(again.staged, "bodies")]),
        replaced=replaced,
        reread=again.reread,
    )
    tables, counts = relate_and_merge(warehouse, arrivals, run_id)
    rest = pa.concat_tables([residue.filter(left), staging.read(again.staged, "residue")])
    old = pc.is_in(rest["dump_id"], value_set=pa.array(replaced, pa.string()))
    return Derived(
        tables={
            **tables,
            "residue": Change(rest.filter(pc.invert(old)), rest.filter(old), replaced),
            "dumps": dumps,
            "files": _file_changes(warehouse, staged),
            "outlines": Change(inserts=fresh_outlines(warehouse, staged)),
        },
        counts={
            **counts,
            **again.counts,
            "dumps": dumps.inserts.num_rows if dumps.inserts else 0,
            "residue": rest.num_rows - pc.sum(old).as_py() if rest.num_rows else 0,
        },
    )


def _first_at(places: set[Place], rows: pa.Table, identity: Sequence[str]) -> pa.Array:
    """Which rows belong to one of the places, each once.

    Two sources can hold the same bytes under the same relative path; that is one place, met twice.
    """
    at = zip(rows["dump_id"].to_pylist(), rows["dump_path"].to_pylist(), strict=True)
    keys = zip(*(rows[name].to_pylist() for name in identity), strict=True)
    first: dict[tuple[Any, ...], int] = {}
    kept = [
        first.setdefault(key, number) == number and place in places
        for number, (place, key) in enumerate(zip(at, keys, strict=True))
    ]
    return pa.array(kept, pa.bool_())


def _dump_changes(warehouse: Warehouse, staged: Sequence[Staged], again: Sequence[Staged]) -> tuple[Change, set[Place]]:
    """Rows of `dumps` to write, and the places where bytes were understood that had not been understood there."""
    found = staging.read(staged, "dumps").to_pylist()
    read_now = {unreadable_id(above) for name in staging.read(staged, "files")["location"] for above in _upwards(name)}
    anew = staging.read(again, "dumps", ["dump_id", *RESPLIT]).to_pylist()
    ids = {row["dump_id"] for row in (*found, *anew)} | read_now
    known = {row["dump_id"]: row for row in warehouse.read("dumps", where=("dump_id", ids)).to_pylist()}
    rows: dict[str, Row] = dict(known)
    new_places: set[Place] = set()
    for row in found:
        before = rows.get(row["dump_id"])
        understood = row["status"] == "ingested"
        if before is None or (understood and before["status"] != "ingested"):
            rows[row["dump_id"]] = row
        elif understood:
            rows[row["dump_id"]] = _also_at(before, row["path"])
        elif before["status"] != "ingested" and before["error"] != row["error"]:
            rows[row["dump_id"]] = before | {"error": row["error"], "run_id": row["run_id"]}
        if understood and (before is None or before["status"] != "ingested" or row["path"] not in _paths(before)):
            new_places.add((row["dump_id"], row["path"]))
    for row in anew:
        rows[row["dump_id"]] = rows[row["dump_id"]] | row
    gone = sorted(read_now & known.keys())
    inserts = [row for dump_id, row in rows.items() if dump_id not in known]
    updates = [row for dump_id, row in rows.items() if known.get(dump_id, row) != row and dump_id not in gone]
    return Change(_table(inserts, DUMPS), _table(updates, DUMPS), gone), new_places


def _paths(row: Row) -> list[str]:
    return [row["path"], *row["also_at"]]


def _also_at(row: Row, path: str) -> Row:
    paths = sorted({*_paths(row), path})
    return row | {"path": paths[0], "also_at": paths[1:]}


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
