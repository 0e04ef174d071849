"""What a run changes: the staged rows joined with what the warehouse knows, table by table."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from flows import staging
from flows.arrivals import Met, Place, arrive, residue
from flows.evidence import Again
from flows.masked import Masked
from flows.outlines import fresh_outlines
from flows.posts import relate_and_merge
from flows.staging import Staged
from flows.table_files import TableFiles
from flows.votes import fresh_votes
from flows.warehouse import Change, Warehouse
from transforms.identity import place_of, unreadable_id
from transforms.tables import DUMPS, FORGOTTEN

Row = dict[str, Any]
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


def derive(  # noqa: PLR0913, PLR0917 - what is there, what is new, what goes, and where to put it
    warehouse: Warehouse, staged: Sequence[Staged], again: Again, run_id: str, folder: Path, left: Masked | None = None
) -> Derived:
    """Works out what a run changes. A dump that already is in the warehouse, at the same place, changes nothing.

    Dumps that were split `again`, new or known, are given the new rows at all their places. `folder` is the staging
    folder; rows that are many lie in files there until they are committed. Dumps that `left` hides are no more, or,
    where they are among the staged ones, are made anew.
    """
    if not staged and left is None:
        return Derived({})
    known = left or warehouse
    hidden = left.hidden.to_pylist() if left else []
    dumps, met = _dump_changes(known, staged, again)
    before = ("dump_id", {*again.dumps, *hidden})
    replaced = warehouse.read("dumps", ["dump_id"], before)["dump_id"].to_pylist()
    with staging.told(folder):
        arrivals = arrive(staged, again, met, replaced, folder)
        tables, counts = relate_and_merge(warehouse, arrivals, run_id, folder)
        rest, n_left = _residue_changes(residue(staged, again, met), replaced, folder)
    return Derived(
        tables={
            **tables,
            "residue": rest,
            "dumps": replace(dumps, deletes=[*dumps.deletes, *hidden]),
            "files": _file_changes(warehouse, staged),
            "outlines": Change(inserts=fresh_outlines(known, staged), deletes=hidden),
            "forgotten": Change(inserts=_hidden(warehouse, staged, again)),
            "votes": Change(inserts=fresh_votes(known, staged), deletes=hidden),
        },
        counts={
            **counts,
            **again.counts,
            "dumps": sum(dump_id not in hidden for dump_id in _ids(dumps.inserts)),
            "residue": n_left,
        },
    )


def _hidden(warehouse: Warehouse, staged: Sequence[Staged], again: Again) -> pa.Table:
    """Where texts stood that were not taken in, as far as that is not known yet."""
    rows = [*staging.read(staged, "forgotten").to_pylist(), *again.rows("forgotten").to_pylist()]
    ids = ("dump_id", {row["dump_id"] for row in rows})
    known = {_span(row) for row in warehouse.read("forgotten", where=ids).to_pylist()}
    return _table(list({_span(row): row for row in rows if _span(row) not in known}.values()), FORGOTTEN)


def _span(row: Row) -> tuple[str, int, int]:
    return row["dump_id"], row["start"], row["end"]


def _ids(rows: pa.Table | None) -> list[str]:
    return rows["dump_id"].to_pylist() if rows else []


def _residue_changes(tables: Iterable[pa.Table], replaced: Sequence[str], folder: Path) -> tuple[Change, int]:
    """The new residue, with the number of pieces that are not those of dumps that were there before."""
    old, number, files = pa.array(replaced, pa.string()), 0, TableFiles(folder, "residue")
    for rows in tables:
        files.add(rows)
        number += rows.num_rows - (pc.sum(pc.is_in(rows["dump_id"], value_set=old)).as_py() or 0)
    return Change(files=files.close(), deletes=replaced), number


def _dump_changes(warehouse: Warehouse, staged: Sequence[Staged], again: Again) -> tuple[Change, Met]:
    """Rows of `dumps` to write, and the places of which rows are to be taken."""
    met: dict[str, list[Row]] = defaultdict(list)
    for row in staging.read(staged, "dumps").to_pylist():
        met[row["dump_id"]].append(row)
    resplit = {row["dump_id"]: row for row in again.rows("dumps", ["dump_id", *RESPLIT]).to_pylist()}
    touched = met.keys() | resplit.keys()
    readable = _readable_now(warehouse, staging.read(staged, "files")) - met.keys()
    known = {row["dump_id"]: row for row in warehouse.read("dumps", where=("dump_id", touched | readable)).to_pylist()}
    gone = sorted(readable & known.keys())
    inserts, updates, before_here = [], [], set[Place]()
    times: Counter[Place] = Counter()
    for dump_id in sorted(touched):
        before, found = known.get(dump_id), met.get(dump_id, ())
        row = _merged(before, found) | resplit.get(dump_id, {})
        if before is None:
            inserts.append(row)
        elif row != before:
            updates.append(row)
        times.update((dump_id, _place(row)) for row in found if _understood(row))
        before_here |= {(dump_id, place) for place in (_places(before) if before and _understood(before) else ())}
    several = {place for place, number in times.items() if number > 1}
    return Change(_table(inserts, DUMPS), _table(updates, DUMPS), gone), Met(times.keys() - before_here, several)


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
