"""The rows of copies and residue by the place of their dump, a bounded number of rows at a time."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flows.warehouse import Warehouse
from transforms.columns import Indices
from transforms.identity import place_of
from transforms.tables import SCHEMAS

Place = tuple[str, str]  # the dump, and where it lies
# The column that names the member of an archive which is the dump.
MEMBER: Final = {"copies": "dump_member", "residue": "member"}
# Rows that are held at once: about a gigabyte of them.
AT_ONCE: Final = 500_000


class Placed:
    """Some rows of one table, by place; `of` gives those of a place in the order in which they stand there."""

    def __init__(self, name: str, rows: pa.Table) -> None:
        order = "ordinal" if name == "copies" else "start"
        self._rows = rows.combine_chunks().sort_by([(column, "ascending") for column in (*_place(name), order)])
        self._spans = _spans(self._rows, name)

    def of(self, place: Place) -> pa.Table:
        """The rows of one place; none where there are none."""
        return self._rows.slice(*self._spans.get(place, (0, 0)))

    def places(self) -> set[Place]:
        """All places that have rows."""
        return set(self._spans)


def parts_of(warehouse: Warehouse, folder: Path) -> Iterator[tuple[int, int, dict[str, Placed]]]:
    """The rows of both tables in so many parts that each fits in memory; a file is in the part that `part_of` says.

    Gives the number of the part, how many there are, and its rows. They wait in `folder`.
    """
    number = sum(batch.num_rows for name in MEMBER for batch in warehouse.scan(name, ["dump_id"]))
    parts = max(1, -(-number // AT_ONCE))
    if parts == 1:
        yield 0, 1, {name: Placed(name, warehouse.read(name)) for name in MEMBER}
        return
    for name in MEMBER:
        _spread(warehouse, name, parts, folder)
    for part in range(parts):
        yield part, parts, {name: Placed(name, pq.read_table(_file(folder, name, part))) for name in MEMBER}


def part_of(path: str, parts: int) -> int:
    """The part in which the rows of a file are."""
    return zlib.crc32(path.encode("utf-8", "surrogatepass")) % parts


def _spread(warehouse: Warehouse, name: str, parts: int, folder: Path) -> None:
    with ExitStack() as stack:
        writers = [
            stack.enter_context(pq.ParquetWriter(_file(folder, name, part), SCHEMAS[name])) for part in range(parts)
        ]
        for batch in warehouse.scan(name, SCHEMAS[name].names):
            encoded = batch["dump_path"].dictionary_encode()
            of_path = np.array([part_of(path, parts) for path in encoded.dictionary.to_pylist()], np.int64)
            of_row = of_path[encoded.indices.to_numpy()]
            for part in np.unique(of_row).tolist():
                writers[part].write_batch(batch.filter(pa.array(of_row == part)))


def _file(folder: Path, name: str, part: int) -> Path:
    return folder / f"{name}-{part}.parquet"


def _place(name: str) -> tuple[str, str, str]:
    return "dump_id", "dump_path", MEMBER[name]


def _spans(rows: pa.Table, name: str) -> dict[Place, tuple[int, int]]:
    """For each place its first row and how many there are."""
    columns = [rows[column] for column in _place(name)]
    begins = _begins(columns, rows.num_rows)
    named = zip(*(column.take(pa.array(begins)).to_pylist() for column in columns), strict=True)
    lengths = np.diff(np.r_[begins, rows.num_rows]).tolist()
    return {
        (dump_id, place_of(path, member)): (begin, length)
        for (dump_id, path, member), begin, length in zip(named, begins.tolist(), lengths, strict=True)
    }


def _begins(columns: list[pa.ChunkedArray], number: int) -> Indices:
    """The rows that differ from the one before."""
    if not number:
        return np.zeros(0, np.int64)
    differs = np.ones(number, np.bool_)
    differs[1:] = False
    for column in columns:
        filled = pc.fill_null(column, "\0")
        differs[1:] |= pc.not_equal(filled.slice(1), filled.slice(0, number - 1)).to_numpy()
    return np.flatnonzero(differs)
