"""Which dumps are to be split again, since new ones share text with them, and what they are told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flows import landing, staging
from flows.landing import RawFile
from flows.outlines import Outlines, fresh_outlines
from flows.rows import told_back, told_rows
from flows.staging import Staged
from flows.warehouse import Warehouse
from transforms.errors import DumpError, WarehouseError, way_out
from transforms.evidence import NO_EVIDENCE, Evidence, gather
from transforms.identity import dump_id_of
from transforms.tables import TOLD

Row = dict[str, Any]

# Dumps whose evidence is gathered together: their outlines and those of the dumps that share with them are in memory.
AT_ONCE: Final = 1000
# The file of the staging folder that says what is to be split again, and the folder for what comes of it.
FILE: Final = "evidence.parquet"
AGAIN: Final = "again"
ORDERS: Final = pa.schema(
    [
        ("dump_id", pa.string()),
        ("location", pa.string()),
        ("told", TOLD),
        ("places", pa.list_(pa.struct([("path", pa.string()), ("source", pa.string())]))),
    ]
)


@dataclass(frozen=True, slots=True)
class Order:
    """One dump to be split again: what it is told, and the places (path, source) whose rows are replaced."""

    known: Evidence
    places: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """The files to read again, and how many dumps keep their split because their bytes are gone."""

    files: tuple[RawFile, ...] = ()
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Again:
    """What was split again, and how many dumps should have been whose bytes are gone.

    `reread` gives the text of a copy that was found before; None where its bytes are gone.
    """

    reread: Callable[[Row], str | None]
    staged: tuple[Staged, ...] = ()
    kept: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """What `runs.counts` says of it."""
        return {"dumps_split_again": sum(batch.dumps for batch in self.staged), "dumps_not_split_again": self.kept}


def ask(warehouse: Warehouse, staged: Sequence[Staged], folder: Path) -> Asked:
    """Finds the dumps for which there is other evidence than that with which they were split, and writes their orders.

    Raises `WarehouseError`.
    """
    met = staging.read(staged, "outlines", ["dump_id"])["dump_id"].to_pylist()
    if not met:
        return Asked()
    outlines = Outlines(warehouse, fresh_outlines(warehouse, staged))
    affected = sorted({*met, *outlines.concerned()})
    before = warehouse.read("dumps", ["dump_id", "told", "path", "also_at"], ("dump_id", affected)).to_pylist()
    told = {row["dump_id"]: row["told"] for row in before}
    places = {(row["dump_id"], path) for row in before for path in (row["path"], *row["also_at"])}
    found = staging.read(staged, "dumps", ["dump_id", "path"]).to_pylist()
    elsewhere = {row["dump_id"] for row in found if (row["dump_id"], row["path"]) not in places} & told.keys()
    orders: list[Row] = []
    for dump_id, known in _evidence(outlines, affected):
        rows = told_rows(known)
        if rows != told.get(dump_id) or (rows and dump_id in elsewhere):
            orders.append({"dump_id": dump_id, "told": rows})
    return _issue(warehouse, staged, orders, folder) if orders else Asked()


def bytes_of(warehouse: Warehouse, dump_id: str) -> bytes | None:
    """The bytes of a dump that was read before; None where no file has them any more."""
    for row in warehouse.read("files", where=("dump_id", [dump_id])).to_pylist():
        try:
            data = landing.read(landing.at(row["location"], row["path"]))
        except DumpError:
            continue
        if dump_id_of(data) == dump_id:
            return data
    return None


def told_to(warehouse: Warehouse, dump_id: str) -> Evidence:
    """With what evidence a dump was split."""
    rows = warehouse.read("dumps", ["told"], ("dump_id", [dump_id])).to_pylist()
    return told_back(rows[0]["told"]) if rows else NO_EVIDENCE


def orders_of(folder: Path, locations: Iterable[str]) -> dict[str, Order]:
    """The orders, by dump, that concern the files at some locations."""
    table = pq.read_table(folder / FILE, filters=[("location", "in", set(locations))])
    return {
        row["dump_id"]: Order(
            known=told_back(row["told"]), places=tuple((place["path"], place["source"]) for place in row["places"])
        )
        for row in table.to_pylist()
    }


def _evidence(outlines: Outlines, dumps: Sequence[str]) -> Iterator[tuple[str, Evidence]]:
    """What there is to tell each dump, a bounded number of dumps at a time."""
    for first in range(0, len(dumps), AT_ONCE):
        part = dumps[first : first + AT_ONCE]
        sharers = outlines.sharers(part)
        read = outlines.read({*sharers, *chain.from_iterable(sharers.values())})
        for dump_id in part:
            others = {other: read[other] for other in sharers.get(dump_id, ())}
            yield dump_id, gather(read[dump_id], others) if others else NO_EVIDENCE


def _issue(warehouse: Warehouse, staged: Sequence[Staged], orders: Sequence[Row], folder: Path) -> Asked:
    """Writes the orders that can be carried out, and names the files that they need."""
    ids = [order["dump_id"] for order in orders]
    files, places = _files(warehouse, staged, ids), _places(warehouse, staged, ids)
    rows, needed = [], []
    for order in orders:
        file = next((file for file in files[order["dump_id"]] if landing.stands(file)), None)
        if file:
            named = [{"path": path, "source": source} for path, source in sorted(places[order["dump_id"]].items())]
            rows.append(order | {"location": file.location, "places": named})
            needed.append(file)
    try:
        (folder / AGAIN).mkdir(exist_ok=True)
        pq.write_table(pa.Table.from_pylist(rows, schema=ORDERS), folder / FILE)
    except OSError as error:
        said = f"can't write in {folder}: {error.strerror or error}; nothing was committed, {way_out(error)}"
        raise WarehouseError(said) from error
    return Asked(tuple(sorted(needed, key=lambda file: file.path)), len(orders) - len(rows))


def _files(warehouse: Warehouse, staged: Sequence[Staged], dumps: Iterable[str]) -> dict[str, list[RawFile]]:
    """Where the bytes of each dump may still lie."""
    wanted = pa.array(sorted(dumps), pa.string())
    now = staging.read(staged, "files")
    overwritten = set(now["location"].to_pylist())
    now = now.filter(pc.is_in(now["dump_id"], value_set=wanted)).to_pylist()
    before = warehouse.read("files", where=("dump_id", wanted.to_pylist())).to_pylist()
    found: dict[str, list[RawFile]] = defaultdict(list)
    for row in (*now, *(row for row in before if row["location"] not in overwritten)):
        found[row["dump_id"]].append(landing.at(row["location"], row["path"], row["size_bytes"]))
    return {dump_id: found[dump_id] for dump_id in wanted.to_pylist()}


def _places(warehouse: Warehouse, staged: Sequence[Staged], dumps: Iterable[str]) -> Mapping[str, dict[str, str]]:
    """The paths of each dump with the source of each; the source that brought a path first is kept."""
    wanted = pa.array(sorted(dumps), pa.string())
    columns = ["dump_id", "dump_path", "source"]
    now = staging.read(staged, "copies", columns)
    now = now.filter(pc.is_in(now["dump_id"], value_set=wanted)).to_pylist()
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in (*warehouse.read("copies", columns, ("dump_id", wanted.to_pylist())).to_pylist(), *now):
        found[row["dump_id"]].setdefault(row["dump_path"], row["source"])
    return found
