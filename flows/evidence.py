"""Which dumps are to be split again, since new ones share text with them, and what they are told.

Three questions to the outlines, each for the dumps of a run and not for the whole corpus: who holds a paragraph of a
new dump, who shares a paragraph with these, and what do those that share say. The first two read the column
`paragraphs` part by part; the third reads whole outlines, of some dumps at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flows import landing, staging
from flows.landing import RawFile
from flows.rows import told_back, told_rows
from flows.staging import Staged
from flows.warehouse import Warehouse
from transforms.errors import DumpError, WarehouseError, way_out
from transforms.evidence import MOST_DUMPS, NO_EVIDENCE, Evidence, Outline, gather
from transforms.identity import dump_id_of
from transforms.tables import TOLD
from transforms.words import Hashes

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
    outlines = _Outlines(warehouse, fresh_outlines(warehouse, staged))
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


def fresh_outlines(warehouse: Warehouse, staged: Sequence[Staged]) -> pa.Table:
    """The outlines of dumps that had none; the same bytes at several places have one."""
    outlines = staging.read(staged, "outlines")
    ids = outlines["dump_id"].to_pylist()
    known = set(warehouse.read("outlines", ["dump_id"], ("dump_id", ids))["dump_id"].to_pylist())
    first = {dump_id: number for number, dump_id in reversed(list(enumerate(ids))) if dump_id not in known}
    return outlines.take(pa.array(sorted(first.values()), pa.int64()))


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


class _Outlines:
    """The outlines of the warehouse and those of the new dumps, asked together."""

    def __init__(self, warehouse: Warehouse, fresh: pa.Table) -> None:
        self._warehouse = warehouse
        self._fresh = fresh

    def concerned(self) -> set[str]:
        """The dumps to which new ones may have something to tell: who holds a paragraph of theirs, and they themselves.

        Not for a paragraph that so many had before that it had ceased to count.
        """
        paragraphs = np.unique(_values(self._fresh["paragraphs"]))
        holders = _holders(self._warehouse.scan("outlines", ["dump_id", "paragraphs"]), paragraphs)
        few = chain.from_iterable(dumps for dumps in holders.values() if len(dumps) <= MOST_DUMPS)
        return {*self._fresh["dump_id"].to_pylist(), *few}

    def sharers(self, dumps: Sequence[str]) -> dict[str, set[str]]:
        """The other dumps that share a paragraph with each of these, where any does."""
        wanted = pa.array(dumps, pa.string())
        own = [batch.filter(pc.is_in(batch["dump_id"], value_set=wanted)) for batch in self._scan()]
        paragraphs = np.unique(np.concatenate([np.zeros(0, np.uint64), *(_values(part["paragraphs"]) for part in own)]))
        found: dict[str, set[str]] = defaultdict(set)
        asking = set(dumps)
        for holders in _holders(self._scan(), paragraphs).values():
            if 1 < len(holders) <= MOST_DUMPS:
                for dump_id in asking.intersection(holders):
                    found[dump_id].update(holders)
        return {dump_id: others - {dump_id} for dump_id, others in found.items()}

    def read(self, dumps: Iterable[str]) -> dict[str, Outline]:
        """Whole outlines, by dump."""
        wanted = pa.array(sorted(dumps), pa.string())
        fresh = self._fresh.filter(pc.is_in(self._fresh["dump_id"], value_set=wanted))
        table = pa.concat_tables([self._warehouse.read("outlines", where=("dump_id", dumps)), fresh])
        columns = {name: [row.values for row in table[name]] for name in ("lines", "hashes", "widths", "starts")}
        arrays = {name: [_numbers(values) for values in rows] for name, rows in columns.items()}
        return {
            dump_id: Outline(arrays["lines"][k], arrays["hashes"][k].view(np.uint64), arrays["widths"][k], starts)
            for k, (dump_id, starts) in enumerate(zip(table["dump_id"].to_pylist(), arrays["starts"], strict=True))
        }

    def _scan(self) -> Iterator[pa.RecordBatch]:
        yield from self._warehouse.scan("outlines", ["dump_id", "paragraphs"])
        yield from self._fresh.select(["dump_id", "paragraphs"]).to_batches()


def _evidence(outlines: _Outlines, dumps: Sequence[str]) -> Iterator[tuple[str, Evidence]]:
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


def _holders(batches: Iterable[pa.RecordBatch], hashes: Hashes) -> dict[int, list[str]]:
    """Which dumps hold each of some hashes (sorted and distinct); where too many do, one too many is named."""
    found: dict[int, list[str]] = defaultdict(list)
    for batch in batches:
        values = _values(batch["paragraphs"])
        owners = np.repeat(np.arange(batch.num_rows), pc.list_value_length(batch["paragraphs"]).to_numpy())
        at = np.flatnonzero(np.isin(values, hashes))
        names = batch["dump_id"].to_pylist()
        for value, owner in zip(values[at].tolist(), owners[at].tolist(), strict=True):
            if len(found[value]) <= MOST_DUMPS:
                found[value].append(names[owner])
    return found


def _values(lists: pa.Array | pa.ChunkedArray) -> Hashes:
    """The elements of a column of lists of hashes."""
    return np.asarray(pc.list_flatten(lists).to_numpy(zero_copy_only=False), np.int64).view(np.uint64)


def _numbers(values: pa.Array) -> Any:  # noqa: ANN401 - an array of whatever kind of number
    return np.asarray(values.to_numpy(zero_copy_only=False), np.int64)
