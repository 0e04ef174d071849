"""Every text that a join looks at, with a number: new ones first, then the known ones that share a key with them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from flows.matching.spill import Flat, Sorted
from flows.warehouse import Warehouse
from transforms.bloom import Bloom
from transforms.candidates import DEAD, HUBS, NEW, OLD, Flags, Indices, Mask, Texts
from transforms.wordings import Wordings
from transforms.words import Hashes

# Gives some columns of the bodies of new copies, a table for each staged file, always in the same order.
Bodies = Callable[[Sequence[str]], Iterable[pa.Table]]

COLUMNS: Final = ("wording", "n_words", "n_shingles", "keys", "anchors")
# What sorts the most complete first has its bits the other way round.
ALL_BITS: Final = np.uint64((1 << 64) - 1)
HALF: Final = np.uint64(32)


@dataclass(frozen=True, slots=True)
class Numbered:
    """What a join looks at. `fresh` marks in each table of bodies the rows that have the lowest numbers, in order.

    `keys` and `anchors` hold a row for each key that a text has and that concerns the join; text `i` has the
    `own_anchors[offsets[i] : offsets[i + 1]]`.
    """

    wordings: Wordings
    texts: Texts
    keys: Sorted
    anchors: Sorted
    own_anchors: Hashes
    offsets: Indices
    fresh: Sequence[Mask]

    @property
    def n_fresh(self) -> int:
        """How many texts are new; their numbers are below."""
        return sum(int(mask.sum()) for mask in self.fresh)


def number_all(warehouse: Warehouse, bodies: Bodies, gone: Collection[str], folder: Path) -> Numbered:
    """Numbers the new wordings, and of the known ones those that share a key with them or with one that is `gone`."""
    fresh = _fresh(warehouse, bodies)
    taken = _Taken(folder)
    for table, mask in zip(bodies(COLUMNS), fresh, strict=True):
        chosen = table.filter(pa.array(mask))
        taken.add(chosen, np.full(chosen.num_rows, NEW, np.uint8))
    dead = Wordings.named(sorted(gone)).sorted()
    sought = _sought(warehouse, taken, gone)
    if sought.number:
        for batch in warehouse.scan("wordings", COLUMNS):
            taken.add_known(pa.Table.from_batches([batch]), sought, dead)
    return taken.numbered(fresh)


def _fresh(warehouse: Warehouse, bodies: Bodies) -> list[Mask]:
    """For each table of bodies which rows hold a wording that is neither known nor met before."""
    parts = [Wordings.of(table["wording"]) for table in bodies(["wording"])]
    if not parts:
        return []
    met = Wordings(np.concatenate([part.high for part in parts]), np.concatenate([part.low for part in parts]))
    first = met.first_met()
    ordered = met.sorted()
    for batch in warehouse.scan("wordings", ["wording"]):
        known = Wordings.of(batch["wording"])
        common = known.among(ordered)
        if common.any():
            both = Wordings(known.high[common], known.low[common]).sorted()
            first &= ~met.among(both)
    return np.split(first, np.cumsum([len(part.high) for part in parts])[:-1])


def _sought(warehouse: Warehouse, taken: _Taken, gone: Collection[str]) -> Bloom:
    """The keys by which known texts are looked for; none, where no text is known."""
    if next(warehouse.scan("wordings", ["wording"]), None) is None:
        return Bloom.for_number(0)
    rows = warehouse.read("wordings", ["keys", "anchors"], ("wording", gone)) if gone else None
    more = [flat(rows[name])[0] for name in ("keys", "anchors")] if rows else []
    sought = Bloom.for_number(taken.keys.rows + taken.anchors.rows + sum(map(len, more)))
    for chunk in (*taken.keys.chunks(), *taken.anchors.chunks(), *more):
        sought.add(chunk)
    return sought


class _Taken:
    """Texts and their keys as they are taken in, one table after the other."""

    def __init__(self, folder: Path) -> None:
        self.keys, self.anchors = Sorted(folder, "keys"), Sorted(folder, "anchors")
        self._own_anchors = Flat(folder / "anchors.u64", np.uint64)
        self._parts: list[tuple[Wordings, Flags, Hashes, Indices]] = []  # with ranks, and how many anchors
        self._number = 0

    def add(self, table: pa.Table, state: Flags) -> None:
        """Takes in texts with all their keys."""
        numbers = np.arange(self._number, self._number + table.num_rows)
        for rows, name in ((self.keys, "keys"), (self.anchors, "anchors")):
            values, counts = flat(table[name])
            rows.add(values, np.repeat(numbers, counts))
        self._remember(table, state)

    def add_known(self, table: pa.Table, sought: Bloom, dead: Wordings) -> None:
        """Takes in those texts that have a key which is sought, and of their keys these."""
        found = {name: _sought_rows(table[name], sought) for name in ("keys", "anchors")}
        state = np.where(Wordings.of(table["wording"]).among(dead), DEAD, OLD).astype(np.uint8)
        concerned = np.zeros(table.num_rows, np.bool_)
        for _, rows in found.values():
            concerned[rows] = True
        numbers = self._number + np.cumsum(concerned) - 1
        for kept, name in ((self.keys, "keys"), (self.anchors, "anchors")):
            values, rows = found[name]
            kept.add(values, numbers[rows])
        self._remember(table.filter(pa.array(concerned)), state[concerned])

    def numbered(self, fresh: Sequence[Mask]) -> Numbered:
        """All that has been taken in."""
        wordings = _all([part[0].high for part in self._parts]), _all([part[0].low for part in self._parts])
        state = _all([part[1] for part in self._parts], np.uint8)
        rank = _all([part[2] for part in self._parts])
        offsets = np.r_[0, np.cumsum(_all([part[3] for part in self._parts], np.int64))].astype(np.int64)
        texts = Texts(state, rank, wordings[0], HUBS)
        return Numbered(Wordings(*wordings), texts, self.keys, self.anchors, self._own_anchors.array(), offsets, fresh)

    def _remember(self, table: pa.Table, state: Flags) -> None:
        values, counts = flat(table["anchors"])
        self._own_anchors.add(values)
        self._parts.append((Wordings.of(table["wording"]), state, ranks_of(table), counts))
        self._number += table.num_rows


def ranks_of(table: pa.Table) -> Hashes:
    """What sorts texts by how much they hold, as `transforms.merge.Wording.rank` does: most shingles, then words."""
    shingles, words = (table[name].to_numpy().astype(np.uint64) for name in ("n_shingles", "n_words"))
    ranks: Hashes = ALL_BITS - ((shingles << HALF) | np.minimum(words, ALL_BITS >> HALF))
    return ranks


def flat(lists: pa.ChunkedArray) -> tuple[Hashes, Indices]:
    """The values of all lists in a row, and how many each has."""
    counts = pc.list_value_length(lists).to_numpy().astype(np.int64)
    return np.asarray(pc.list_flatten(lists).to_numpy(), np.int64).view(np.uint64), counts


def _sought_rows(lists: pa.ChunkedArray, sought: Bloom) -> tuple[Hashes, Indices]:
    """The values of all lists that are sought, and the row of each."""
    values, counts = flat(lists)
    wanted = sought.having(values)
    return values[wanted], np.repeat(np.arange(len(counts)), counts)[wanted]


def _all(parts: list[NDArray[Any]], kind: type[np.generic] = np.uint64) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0, kind)
