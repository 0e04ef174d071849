"""Which dumps are to be split again, since new ones share text with them, and what they are told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from flows import landing, staging
from flows.landing import RawFile
from flows.outlines import Outlines, fresh_outlines
from flows.reopened import Whereabouts
from flows.rows import told_back, told_rows
from flows.staging import Staged
from flows.votes import voted
from flows.warehouse import Warehouse
from transforms.errors import WarehouseError, way_out
from transforms.evidence import NO_EVIDENCE, Evidence, gather
from transforms.identity import place_of
from transforms.tables import TOLD

Row = dict[str, Any]
# What a dump is told, as the table `dumps` has it: of its lines, and how the others of its source are cut.
Told = tuple[list[Row] | None, int | None]
NOTHING_TOLD: Final[Told] = (None, None)
# Of each dump the places (path and member) where it lies, with the source of each.
Places = Mapping[str, Mapping[tuple[str, str | None], str]]

# Dumps whose evidence is gathered together: their outlines and those of the dumps that share with them are in memory.
AT_ONCE: Final = 1000
# The file of the staging folder that says what is to be split again, and the folder for what comes of it.
FILE: Final = "evidence.parquet"
AGAIN: Final = "again"
SPOTS: Final = pa.list_(
    pa.struct([("location", pa.string()), ("path", pa.string()), ("member", pa.string()), ("own", pa.bool_())])
)
ORDERS: Final = pa.schema(
    [
        ("dump_id", pa.string()),
        ("path", pa.string()),
        ("member", pa.string()),
        ("source", pa.string()),
        ("told", TOLD),
        ("way", pa.int64()),
        ("location", pa.string()),
        ("spots", SPOTS),
    ]
)
# Other places where the bytes of a dump are sought when they are gone at one of its places.
ELSEWHERE: Final = 3


@dataclass(frozen=True, slots=True)
class Spot:
    """A file, and the member in it (None: itself), where a dump should lie; `own` where it is the very place asked."""

    location: str
    path: str
    member: str | None
    own: bool


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """One place of a dump that is to be split again: what the dump is told, and where its bytes may be found."""

    dump_id: str
    path: str
    member: str | None
    source: str
    known: Evidence
    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """The files to read again, and how many dumps should be split again, also those whose bytes are gone."""

    files: tuple[RawFile, ...] = ()
    dumps: int = 0


@dataclass(frozen=True, slots=True)
class Again:
    """What was split again: `dumps` at all their places. `kept` is how many should have been, but were not.

    `reread` gives the text of a copy that was found before; None where its bytes are gone.
    """

    reread: Callable[[Row], str | None]
    staged: tuple[Staged, ...] = ()
    dumps: frozenset[str] = frozenset()
    kept: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """What `runs.counts` says of it."""
        return {"dumps_split_again": len(self.dumps), "dumps_not_split_again": self.kept}

    def rows(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """The new rows of one table that has the column `dump_id`."""
        return staging.read(self.staged, name, columns, self.dumps)

    def counting(self, rows: pa.Table) -> NDArray[np.bool_]:
        """Which rows are of dumps that were split again at all their places."""
        found: NDArray[np.bool_] = pc.is_in(
            rows["dump_id"], value_set=pa.array(sorted(self.dumps), pa.string())
        ).to_numpy()
        return found


@dataclass(frozen=True, slots=True)
class Disturbed:
    """What the going of dumps leaves behind: `dumps` that may have learnt from them, `sources` that they spoke for."""

    dumps: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()


UNDISTURBED: Final = Disturbed()


def ask(warehouse: Warehouse, staged: Sequence[Staged], folder: Path, lost: Disturbed = UNDISTURBED) -> Asked:
    """Finds the dumps for which there is other evidence than that with which they were split, and writes their orders.

    Raises `WarehouseError`.
    """
    met = staging.read(staged, "outlines", ["dump_id"])["dump_id"].to_pylist()
    if not met and lost == UNDISTURBED:
        return Asked()
    outlines = Outlines(warehouse, fresh_outlines(warehouse, staged))
    ways = voted(warehouse, staged, lost.sources)
    affected = sorted({*met, *outlines.concerned(), *_swayed(warehouse, ways), *lost.dumps})
    columns = ["dump_id", "told", "way", "path", "member", "also_at"]
    before = warehouse.read("dumps", columns, ("dump_id", affected)).to_pylist()
    told = {row["dump_id"]: (row["told"], row["way"]) for row in before}
    places = {(row["dump_id"], at) for row in before for at in (place_of(row["path"], row["member"]), *row["also_at"])}
    found = staging.read(staged, "dumps", ["dump_id", "path", "member", "status"]).to_pylist()
    here = {(row["dump_id"], place_of(row["path"], row["member"])) for row in found if row["status"] == "ingested"}
    elsewhere = {dump_id for dump_id, _ in here - places} & told.keys()
    orders: dict[str, Told] = {}
    for dump_id, known in _evidence(outlines, affected):
        was = told.get(dump_id, NOTHING_TOLD)
        now = told_rows(known), ways.get(dump_id, was[1])
        if now != was or (now != NOTHING_TOLD and dump_id in elsewhere):
            orders[dump_id] = now
    return issue(warehouse, _places(warehouse, staged, orders), staged, orders, folder) if orders else Asked()


def orders_of(folder: Path, locations: Iterable[str]) -> list[Order]:
    """The orders that begin with the files at some locations."""
    rows = pq.read_table(folder / FILE, filters=[("location", "in", set(locations))]).to_pylist()
    known = {row["dump_id"]: told_back(row["told"], row["way"]) for row in rows}
    return [
        Order(
            **{name: row[name] for name in ("dump_id", "path", "member", "source")},
            known=known[row["dump_id"]],
            spots=tuple(Spot(**spot) for spot in row["spots"]),
        )
        for row in rows
    ]


def done_whole(folder: Path, done: Sequence[Staged]) -> frozenset[str]:
    """The dumps that were split again at all their places: otherwise the rows of one dump would contradict another."""
    ordered = Counter(pq.read_table(folder / FILE, columns=["dump_id"])["dump_id"].to_pylist())
    made = Counter(staging.read(done, "dumps", ["dump_id"])["dump_id"].to_pylist())
    return frozenset(dump_id for dump_id, places in ordered.items() if made[dump_id] == places)


def _swayed(warehouse: Warehouse, ways: Mapping[str, int | None]) -> set[str]:
    """The dumps for which their sources now speak for another way to cut them than when they were split."""
    before = warehouse.read("dumps", ["dump_id", "way"], ("dump_id", ways))
    was = dict(zip(before["dump_id"].to_pylist(), before["way"].to_pylist(), strict=True))
    return {dump_id for dump_id, way in ways.items() if way != was.get(dump_id)}


def _evidence(outlines: Outlines, dumps: Sequence[str]) -> Iterator[tuple[str, Evidence]]:
    """What there is to tell each dump, a bounded number of dumps at a time."""
    for first in range(0, len(dumps), AT_ONCE):
        part = dumps[first : first + AT_ONCE]
        sharers = outlines.sharers(part)
        read = outlines.read({*sharers, *chain.from_iterable(sharers.values())})
        for dump_id in part:
            others = {other: read[other] for other in sharers.get(dump_id, ())}
            yield dump_id, gather(read[dump_id], others) if others else NO_EVIDENCE


def issue(
    warehouse: Warehouse, places: Places, staged: Sequence[Staged], told: Mapping[str, Told], folder: Path
) -> Asked:
    """Writes an order for each of the places of dumps that still lie anywhere, and names the files that they need."""
    files = _files(warehouse, staged, {path for found in places.values() for path, _ in found})
    standing: dict[str, RawFile | None] = {}
    rows = []
    for dump_id, (rows_told, way) in told.items():
        spots = _spots(dump_id, list(places[dump_id]), files, standing)
        anywhere = [replace(found[0], own=False) for found in spots.values() if found]
        for (path, member), source in places[dump_id].items() if anywhere else ():
            own = spots[path, member]
            others = (spot for spot in anywhere if (spot.path, spot.member) != (path, member))
            found = [*own, *islice(others, ELSEWHERE)]
            rows.append(
                {"dump_id": dump_id, "path": path, "member": member, "source": source, "told": rows_told,
                 "way": way, "location": found[0].location, "spots": [asdict(spot) for spot in found]}
            )  # fmt: skip
    try:
        (folder / AGAIN).mkdir(exist_ok=True)
        pq.write_table(pa.Table.from_pylist(rows, schema=ORDERS), folder / FILE)
    except OSError as error:
        said = f"can't write in {folder}: {error.strerror or error}; nothing was committed, {way_out(error)}"
        raise WarehouseError(said) from error
    first = {row["location"] for row in rows}
    needed = [file for location, file in standing.items() if file and location in first]
    return Asked(tuple(sorted(needed, key=lambda file: (file.path, file.place))), len(told))


def _spots(
    dump_id: str, places: Sequence[tuple[str, str | None]], files: Whereabouts, standing: dict[str, RawFile | None]
) -> dict[tuple[str, str | None], list[Spot]]:
    """Where each place of a dump may still be read; `standing` remembers which files are there (None: no more)."""
    found: dict[tuple[str, str | None], list[Spot]] = {}
    for path, member in places:
        here = files.of(dump_id, path, member)
        for file in here:
            if file.location not in standing:
                standing[file.location] = file if landing.stands(file) else None
        found[path, member] = [Spot(file.location, path, member, own=True) for file in here if standing[file.location]]
    return found


def _files(warehouse: Warehouse, staged: Sequence[Staged], paths: Iterable[str]) -> Whereabouts:
    """The files at some paths, as they were read last."""
    now = staging.read(staged, "files").to_pylist()
    overwritten = {row["location"] for row in now}
    before = warehouse.read("files", where=("path", paths)).to_pylist()
    return Whereabouts([*now, *(row for row in before if row["location"] not in overwritten)])


def _places(
    warehouse: Warehouse, staged: Sequence[Staged], dumps: Iterable[str]
) -> dict[str, dict[tuple[str, str | None], str]]:
    """The places (path, member) of each dump with the source of each; what brought a place first is kept."""
    wanted = pa.array(sorted(dumps), pa.string())
    columns = ["dump_id", "dump_path", "dump_member", "source"]
    tables = warehouse.read("copies", columns, ("dump_id", wanted)), staging.read(staged, "copies", columns, dumps)
    found: dict[str, dict[tuple[str, str | None], str]] = {dump_id: {} for dump_id in dumps}
    # Dumps have many copies, and few places.
    for row in chain.from_iterable(
        table.group_by(columns, use_threads=False).aggregate([]).to_pylist() for table in tables
    ):
        found[row["dump_id"]].setdefault((row["dump_path"], row["dump_member"]), row["source"])
    return found
