"""Known matches that nothing proposes any more, since a more complete text took the place of the hub between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pyarrow as pa

from flows.matching.numbered import COLUMNS, Numbered, flat, ranks_of
from flows.warehouse import Warehouse
from transforms.bloom import Bloom
from transforms.candidates import NEW, Indices, share_most
from transforms.tables import MATCHES
from transforms.wordings import Wordings
from transforms.words import Hashes

# Rows of hubs that are held before those who are none are let go.
HELD: Final = 1 << 20

Keys = Mapping[str, Hashes]  # of each wording


def no_longer_proposed(warehouse: Warehouse, numbered: Numbered, gone: Iterable[str], displaced: Indices) -> pa.Table:
    """The known matches of `displaced` hubs that no shared key proposes now; those of `gone` wordings are not asked."""
    if not len(displaced):
        return MATCHES.empty_table()
    names = numbered.wordings.names(displaced)
    rows = {(row["left"], row["right"]): row for side in ("left", "right")
            for row in warehouse.read("matches", where=(side, names)).to_pylist()}  # fmt: skip
    dead = set(gone)
    edges = [edge for edge in rows if dead.isdisjoint(edge)]
    if not edges:
        return MATCHES.empty_table()
    of_keys, of_anchors = _keys_of(warehouse, {name for edge in edges for name in edge})
    shared = {edge: np.intersect1d(of_keys[edge[0]], of_keys[edge[1]]) for edge in edges}
    anchored = {edge: _anchored(of_anchors[edge[0]], of_anchors[edge[1]]) for edge in edges}
    by_key = _Hubs.among(warehouse, numbered, dead, shared.values(), "keys")
    by_anchor = _Hubs.among(warehouse, numbered, dead, anchored.values(), "anchors")
    lost = [
        rows[edge] for edge in edges if not (by_key.holds(shared[edge], edge) or by_anchor.holds(anchored[edge], edge))
    ]
    return pa.Table.from_pylist(lost, schema=MATCHES)


def _keys_of(warehouse: Warehouse, names: set[str]) -> tuple[Keys, Keys]:
    rows = warehouse.read("wordings", ["wording", "keys", "anchors"], ("wording", names))
    wordings = rows["wording"].to_pylist()
    found = []
    for name in ("keys", "anchors"):
        values, counts = flat(rows[name])
        found.append(dict(zip(wordings, np.split(values, np.cumsum(counts)[:-1]), strict=True)))
    return found[0], found[1]


def _anchored(one: Hashes, other: Hashes) -> Hashes:
    """The anchors that two texts share; none where they are too few to propose them."""
    offsets = np.array([0, len(one), len(one) + len(other)])
    enough = share_most(np.array([0]), np.array([1]), np.concatenate([one, other]), offsets)
    return np.intersect1d(one, other) if enough[0] else one[:0]


@dataclass(slots=True)
class _Hubs:
    """The hubs of some keys, `most` of each, of all texts that are there now."""

    keys: Hashes
    most: int
    rank: Hashes = field(default_factory=lambda: np.zeros(0, np.uint64))
    tie: Hashes = field(default_factory=lambda: np.zeros(0, np.uint64))
    key: Hashes = field(default_factory=lambda: np.zeros(0, np.uint64))
    pairs: frozenset[tuple[int, int]] = frozenset()

    @classmethod
    def among(
        cls, warehouse: Warehouse, numbered: Numbered, gone: set[str], keys: Iterable[Hashes], name: str
    ) -> _Hubs:
        """Finds the hubs of all these keys; `name` is the column of the index that they stand in."""
        found = cls(np.unique(np.concatenate([np.zeros(0, np.uint64), *keys])), numbered.texts.hubs)
        sought = Bloom.for_number(len(found.keys))
        sought.add(found.keys)
        for part in _rows(warehouse, numbered, gone, sought, name):
            found._take(*part)
        found._let_go()
        found.pairs = frozenset(zip(found.key.tolist(), found.tie.tolist(), strict=True))
        return found

    def holds(self, keys: Hashes, edge: tuple[str, str]) -> bool:
        """Whether one of two texts is a hub of one of the keys."""
        ties = Wordings.named(edge).high.tolist()
        return any((key, tie) in self.pairs for key in keys.tolist() for tie in ties)

    def _take(self, key: Hashes, rank: Hashes, tie: Hashes) -> None:
        kept = np.isin(key, self.keys)
        self.key, self.rank, self.tie = (
            np.concatenate([held, new[kept]])
            for held, new in ((self.key, key), (self.rank, rank), (self.tie, tie))
        )  # fmt: skip
        if len(self.key) > HELD:
            self._let_go()

    def _let_go(self) -> None:
        """Keeps the most complete texts of each key."""
        order = np.lexsort((self.tie, self.rank, self.key))
        _, begins, sizes = np.unique(self.key[order], return_index=True, return_counts=True)
        kept = order[np.arange(len(order)) - np.repeat(begins, sizes) < self.most]
        self.key, self.rank, self.tie = self.key[kept], self.rank[kept], self.tie[kept]


def _rows(
    warehouse: Warehouse, numbered: Numbered, gone: set[str], sought: Bloom, name: str
) -> Iterator[tuple[Hashes, Hashes, Hashes]]:
    """Key, rank and tie of every text there now that has a key which is sought: the known ones, and the new."""
    dead = Wordings.named(sorted(gone)).sorted()
    for batch in warehouse.scan("wordings", COLUMNS):
        table = pa.Table.from_batches([batch])
        wordings = Wordings.of(table["wording"])
        values, counts = flat(table[name])
        rows = np.repeat(np.arange(len(counts)), counts)
        kept = sought.having(values) & ~wordings.among(dead)[rows]
        yield values[kept], ranks_of(table)[rows[kept]], wordings.high[rows[kept]]
    of_name = numbered.keys if name == "keys" else numbered.anchors
    for bucket in of_name.buckets():
        values, owners = of_name.between(bucket)
        kept = sought.having(values) & (numbered.texts.state[owners] == NEW)
        owners = owners[kept]
        yield values[kept], numbered.texts.rank[owners], numbered.texts.tie[owners]
