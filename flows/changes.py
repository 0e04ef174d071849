"""What a run changes: the staged rows joined with what the warehouse knows, table by table."""

from __future__ import annotations

from collections import defaultdict
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
from flows.votes import fresh_votes
from flows.warehouse import Change, Warehouse
from transforms.identity import place_of, unreadable_id
from transforms.tables import DUMPS

Row = dict[str, Any]
Place = tuple[str, str]  # the dump, and where it lies
# What changes in the row of a dump when it is split again.
RESPLIT: Final = ("n_copies", "n_residue", "told", "way")


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
    dumps, new_places = _dump_changes(warehouse, staged, again)
    anew = pa.array(sorted(again.dumps), pa.string())
    replaced = warehouse.read("dumps", ["dump_id"], ("dump_id", again.dumps))["dump_id"].to_pylist()
    copies, bodies, residue = (staging.read(staged, name) for name in ("copies", "bodies", "residue"))
    fresh = _first_at(new_places, copies, ("dump_member", "copy_id"))
    fresh = pc.and_not(fresh, pc.is_in(copies["dump_id"], value_set=anew))
    left = _first_at(new_places, residue, ("member", "start", "end"))
    left = pc.and_not(left, pc.is_in(residue["dump_id"], value_set=anew))
    new_copies, new_bodies = again.copies()
    arrivals = Arrivals(
        copies=pa.concat_tables([copies.filter(fresh), new_copies]),
        bodies=pa.concat_tables([bodies.filter(fresh), new_bodies]),
        replaced=replaced,
        reread=again.reread,
    )
    tables, counts = relate_and_merge(warehouse, arrivals, run_id)
    rest = pa.concat_tables([residue.filter(left), again.rows("residue")])
    old = pc.is_in(rest["dump_id"], value_set=pa.array(replaced, pa.string()))
    return Derived(
        tables={
            **tables,
            "residue": Change(rest.filter(pc.invert(old)), rest.filter(old), replaced),
            "dumps": dumps,
            "files": _file_changes(warehouse, staged),
            "outlines": Change(inserts=fresh_outlines(warehouse, staged)),
            "votes": Change(inserts=fresh_votes(warehouse, staged)),
        },
        counts={
            **counts,
            **again.counts,
            "dumps": dumps.inserts.num_rows if dumps.inserts else 0,
            "residue": rest.num_rows - pc.sum(old).as_py() if rest.num_rows else 0,
        },
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


def _dump_changes(warehouse: Warehouse, staged: Sequence[Staged], again: Again) -> tuple[Change, set[Place]]:
    """Rows of `dumps` to write, and the places where bytes were understood that had not been understood there."""
    met: dict[str, list[Row]] = defaultdict(list)
    for row in staging.read(staged, "dumps").to_pylist():
        met[row["dump_id"]].append(row)
    resplit = {row["dump_id"]: row for row in again.rows("dumps", ["dump_id", *RESPLIT]).to_pylist()}
    touched = met.keys() | resplit.keys()
    readable = _readable_now(warehouse, staging.read(staged, "files")) - met.keys()
    known = {row["dump_id"]: row for row in warehouse.read("dumps", where=("dump_id", touched | readable)).to_pylist()}
    gone = sorted(readable & known.keys())
    inserts, updates, new_places = [], [], set()
    for dump_id in sorted(touched):
        before, found = known.get(dump_id), met.get(dump_id, ())
        row = _merged(before, found) | resplit.get(dump_id, {})
        if before is None:
            inserts.append(row)
        elif row != before:
            updates.append(row)
        places = {_place(row) for row in found if _understood(row)}
        new_places |= {
            (dump_id, place) for place in places.difference(_places(before) if before and _understood(before) else ())
        }
    return Change(_table(inserts, DUMPS), _table(updates, DUMPS), gone), new_places


def _merged(before: Row | None, found: Sequence[Row]) -> Row:
    """The row of a dump that was met (again): what was understood counts, and it stands at the first of its places."""
    rows = [*([before] if before else []), *sorted(found, key=_place)]
    rows = [row for row in rows if _understood(row)] or rows
    first = min(rows, key=_place)
    others = sorted({place for row in rows for place in _places(row)} - {_place(first)})
    made = first | {"also_at": others}
    if rows[0] is before:
        same = before["error"] == rows[-1]["error"]
        made |= {"error": rows[-1]["error"], "run_id": before["run_id"] if same else rows[-1]["run_id"]}
        made |= {"pipeline_version": before["pipeline_version"]}
    return made


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
