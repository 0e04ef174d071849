"""The outlines of text dumps, in the warehouse and new: who shares text with whom.

Three questions, each asked for the dumps of a run and not for the whole corpus: who holds a paragraph of a new dump,
who shares a paragraph with these, and what do the outlines of those say. The first two read the column `paragraphs`
part by part; the third reads whole outlines, of some dumps at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows import staging
from flows.staging import Staged
from flows.warehouse import Warehouse
from transforms.evidence import MOST_DUMPS, Outline
from transforms.words import Hashes


def fresh_outlines(warehouse: Warehouse, staged: Sequence[Staged]) -> pa.Table:
    """The outlines of dumps that had none; the same bytes at several places have one."""
    outlines = staging.read(staged, "outlines")
    ids = outlines["dump_id"].to_pylist()
    known = set(warehouse.read("outlines", ["dump_id"], ("dump_id", ids))["dump_id"].to_pylist())
    first = {dump_id: number for number, dump_id in reversed(list(enumerate(ids))) if dump_id not in known}
    return outlines.take(pa.array(sorted(first.values()), pa.int64()))


class Outlines:
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
