"""Columns of tables as numbers: 64 bits stand for a name, so that millions of rows can be held against each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from flows.warehouse import Warehouse
from transforms.columns import NAME_CHARS, Indices, hashed

Column = NDArray[Any]
Row = dict[str, Any]
# Columns of SHA-256, whose first digits tell them apart; as many as an id has are hashed at once.
DIGESTS: Final = frozenset({"dump_id", "text_sha256"})
NOTHING: Final = np.uint64(0)


class Numbers:
    """Some columns of a table, as hashes where they hold text and as they are where they hold numbers."""

    def __init__(self, warehouse: Warehouse, name: str, columns: Sequence[str]) -> None:
        self._warehouse, self.name = warehouse, name
        parts: list[list[Column]] = [[] for _ in columns]
        for batch in warehouse.scan(name, columns):
            for part, column in zip(parts, columns, strict=True):
                part.append(_numbers(batch[column], column))
        self._columns = {column: _joined(part) for column, part in zip(columns, parts, strict=True)}

    def __getitem__(self, column: str) -> Column:
        return self._columns[column]

    def __len__(self) -> int:
        return len(next(iter(self._columns.values())))

    def doubled(self, *columns: str) -> Indices:
        """The rows that agree in all these columns with one that stands before."""
        if not len(self):
            return np.zeros(0, np.int64)
        order = np.lexsort(tuple(self[column] for column in columns[::-1]))
        same = np.ones(len(order) - 1, np.bool_)
        for column in columns:
            same &= self[column][order][1:] == self[column][order][:-1]
        return np.sort(order[1:][same])

    def rows(self, numbers: Indices, columns: Sequence[str]) -> Iterator[Row]:
        """Some rows as they stand in the table."""
        first = 0
        for batch in self._warehouse.scan(self.name, columns):
            here = numbers[(numbers >= first) & (numbers < first + batch.num_rows)] - first
            yield from batch.take(pa.array(here)).to_pylist()
            first += batch.num_rows


def _numbers(column: pa.Array, name: str) -> Column:
    if not pa.types.is_string(column.type):
        return np.asarray(column.to_numpy(zero_copy_only=False))
    values = hashed(pc.utf8_slice_codeunits(column, 0, NAME_CHARS) if name in DIGESTS else column)
    values[column.is_null().to_numpy(zero_copy_only=False)] = NOTHING
    return values


def _joined(parts: Sequence[Column]) -> Column:
    return np.concatenate(parts) if parts else np.zeros(0, np.uint64)
