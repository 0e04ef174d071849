"""Which wordings a run can affect, and which of them must be looked at together.

All of it is worked out on 64-bit hashes of wordings, column by column: two names that share a hash are looked at
together, which is more than needed and never wrong. Nothing here grows with the corpus but the matches that chains
of matches lead to from what is new.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from flows.arrivals import Arrivals
from flows.index import Related
from flows.warehouse import Warehouse
from transforms.columns import Hashes, Indices, among, components, hashed, hashed_places
from transforms.tables import MATCHES

Weights = NDArray[np.float64]

# What is looked at together as Python objects: about so many bytes of them. A component that takes more is one batch.
BATCH_BYTES: Final = 150_000_000
# A copy as a row in Python takes so many bytes besides its text.
ROW_BYTES: Final = 6_000
PLACE: Final = ("dump_id", "dump_path", "dump_member")


@dataclass(frozen=True, slots=True)
class New:
    """The wordings of the new copies: their hashes, sorted, how many copies each has, and what these weigh."""

    names: Hashes
    copies: Indices
    weights: Weights

    @classmethod
    def of(cls, arrivals: Arrivals) -> New:
        """Counts the new copies."""
        columns = ["wording", "n_chars"]
        parts = [(hashed(rows["wording"]), rows["n_chars"].to_numpy()) for rows in arrivals.copies(columns)]
        hashes = np.concatenate([np.zeros(0, np.uint64), *(part[0] for part in parts)])
        sizes = np.concatenate([np.zeros(0), *(part[1] for part in parts)])
        names, at, copies = np.unique(hashes, return_inverse=True, return_counts=True)
        return cls(names, copies, _summed(at, ROW_BYTES + sizes, len(names)))


@dataclass(frozen=True, slots=True)
class Lost:
    """The copies of dumps that have been split again, and which of their wordings are `gone`: no copy has them now."""

    copies: pa.Table
    gone: pa.Array

    @classmethod
    def of(cls, warehouse: Warehouse, arrivals: Arrivals, new: New) -> Lost:
        """Finds the copies that are lost."""
        columns = ["wording", "relation", *PLACE, "start", "end"]
        copies = warehouse.read("copies", columns, ("dump_id", arrivals.replaced))
        wordings = pc.unique(copies["wording"])
        names = hashed(wordings)
        order = np.argsort(names)
        left = np.zeros(len(names), np.bool_)
        left[order] = _old_weights(warehouse, names[order], arrivals.replaced) > 0 if len(names) else False
        return cls(copies, wordings.filter(pa.array(~(left | among(names, new.names)))))


@dataclass(frozen=True, slots=True)
class Entangled:
    """The wordings that can't be dealt with each by itself: known ones, those of several copies, those that match.

    `names` are their hashes, sorted, `batches` the batch of each. `found` are the new matches, `known` the old ones
    that these and the new copies lead to, less those that are no longer matches, which are in `parted`; `lost` are
    the copies of dumps that have been split again.
    """

    names: Hashes
    batches: Indices
    number: int
    found: pa.Table
    known: pa.Table
    parted: pa.Table
    lost: pa.Table

    def batch_of(self, wordings: pa.ChunkedArray) -> Indices:
        """The batch of each wording, -1 where it can be dealt with by itself."""
        if not len(self.names):
            return np.full(len(wordings), -1)
        wanted = hashed(wordings)
        at = np.minimum(np.searchsorted(self.names, wanted), len(self.names) - 1)
        return np.where(self.names[at] == wanted, self.batches[at], -1)

    def of_batch(self, number: int) -> tuple[pa.Table, pa.Table, pa.Table]:
        """The found and the known matches of one batch, and the lost copies."""
        found, known = (table.filter(self._in(table["left"], number)) for table in (self.found, self.known))
        return found, known, self.lost.filter(self._in(self.lost["wording"], number))

    def _in(self, wordings: pa.ChunkedArray, number: int) -> pa.Array:
        return pa.array(self.batch_of(wordings) == number)


def entangle(warehouse: Warehouse, arrivals: Arrivals, new: New, lost: Lost, related: Related) -> Entangled:
    """Finds what new copies, new matches and lost copies and matches can affect, and parts it into batches."""
    own = (new.copies > 1) | _known(warehouse, new.names) | _in_use(warehouse, new.names)
    ends = [*_ends(related.found), *_ends(related.lost), hashed(lost.copies["wording"])]
    start = np.unique(np.concatenate([new.names[own], *ends]))
    known = _reached(warehouse, start)
    heirs = _heirs(lost, arrivals)
    # A match that is none any more still joins: what it made one post is looked at together.
    joined = np.concatenate([np.stack(_ends(related.found), 1), np.stack(_ends(known), 1), heirs])
    names = np.unique(np.concatenate([start, joined.reshape(-1)]))
    weights = _old_weights(warehouse, names, arrivals.replaced)
    at_new = np.flatnonzero(among(new.names, names))
    weights[np.searchsorted(names, new.names[at_new])] += new.weights[at_new]
    left, right = np.searchsorted(names, joined).T
    labels = components(left, right, len(names))
    batches, number = _batches(labels, weights)
    parted = _is_in(known, related.lost)
    stay = known.filter(pc.invert(parted))
    return Entangled(names, batches, number, related.found, stay, known.filter(parted), lost.copies)


def _known(warehouse: Warehouse, names: Hashes) -> NDArray[np.bool_]:
    """Which of some wordings the warehouse knows."""
    found = np.zeros(len(names), np.bool_)
    for batch in warehouse.scan("wordings", ["wording"]):
        _mark(found, names, hashed(batch["wording"]))
    return found


def _in_use(warehouse: Warehouse, names: Hashes) -> NDArray[np.bool_]:
    """Which of some names are borne by a post."""
    found = np.zeros(len(names), np.bool_)
    for batch in warehouse.scan("posts", ["post_id", "aliases"]):
        _mark(found, names, hashed(batch["post_id"]))
        _mark(found, names, hashed(pc.list_flatten(batch["aliases"])))
    return found


def _mark(found: NDArray[np.bool_], names: Hashes, met: Hashes) -> None:
    hits = met[among(met, names)]
    found[np.searchsorted(names, hits)] = True


def _reached(warehouse: Warehouse, start: Hashes) -> pa.Table:
    """The known matches that chains of matches lead to; each reading of the table goes one match further."""
    kept, done, edge_of = [MATCHES.empty_table()], np.zeros(0, np.uint64), start
    while len(edge_of):
        further = []
        for batch in warehouse.scan("matches", MATCHES.names):
            left, right = hashed(batch["left"]), hashed(batch["right"])
            met = among(left, edge_of) | among(right, edge_of)
            met &= ~(among(left, done) | among(right, done))
            kept.append(pa.Table.from_batches([batch.filter(pa.array(met))]))
            further += [left[met], right[met]]
        done = np.union1d(done, edge_of)
        edge_of = np.setdiff1d(np.concatenate([np.zeros(0, np.uint64), *further]), done)
    return pa.concat_tables(kept)


def _old_weights(warehouse: Warehouse, names: Hashes, replaced: Sequence[str]) -> Weights:
    """What the copies of each wording weigh that were there before and are not lost."""
    weights, gone = np.zeros(len(names)), pa.array(replaced, pa.string())
    for batch in warehouse.scan("copies", ["wording", "n_chars", "dump_id"]):
        stays = batch.filter(pc.invert(pc.is_in(batch["dump_id"], value_set=gone)))
        met = hashed(stays["wording"])
        here = among(met, names)
        at = np.searchsorted(names, met[here])
        weights += _summed(at, ROW_BYTES + stays["n_chars"].to_numpy()[here], len(names))
    return weights


def _heirs(lost: Lost, arrivals: Arrivals) -> Hashes:
    """With each wording that stood for a post and is gone, that of the new copy which now holds most of its place."""
    stood = pc.and_(
        pc.equal(lost.copies["relation"], "canonical"), pc.is_in(lost.copies["wording"], value_set=lost.gone)
    )
    dead = lost.copies.filter(stood)
    if not dead.num_rows:
        return np.zeros((0, 2), np.uint64)
    at = hashed_places(*(dead[name] for name in PLACE))
    there = _at_places(arrivals, np.unique(at))
    rows = zip(hashed(dead["wording"]).tolist(), dead["start"].to_pylist(), dead["end"].to_pylist(), strict=True)
    found = [
        (wording, min(there[place], key=lambda row: (max(row[0], start) - min(row[1], end), row[0]))[2])
        for place, (wording, start, end) in zip(at.tolist(), rows, strict=True)
        if there[place]
    ]
    return np.array(found, np.uint64).reshape(-1, 2)


def _at_places(arrivals: Arrivals, places: Hashes) -> dict[int, list[tuple[int, int, int]]]:
    """Start, end and wording of the new copies at each of some places."""
    there: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for rows in arrivals.copies(["wording", *PLACE, "start", "end"]):
        at = hashed_places(*(rows[name] for name in PLACE))
        here = np.flatnonzero(among(at, places))
        columns = rows["start"].to_numpy(), rows["end"].to_numpy(), hashed(rows["wording"])
        for place, start, end, wording in zip(
            at[here].tolist(), *(column[here].tolist() for column in columns), strict=True
        ):
            there[place].append((start, end, wording))
    return there


def _batches(labels: Indices, weights: Weights) -> tuple[Indices, int]:
    """The batch of each node: components one after the other, a new batch where one has become full."""
    if not len(labels):
        return labels, 0
    _, component = np.unique(labels, return_inverse=True)
    of_component = _summed(component, weights, int(component.max()) + 1)
    before = np.cumsum(of_component) - of_component
    _, batch = np.unique((before // BATCH_BYTES).astype(np.int64), return_inverse=True)
    return batch[component], int(batch[-1]) + 1


def _summed(at: Indices, values: Weights, number: int) -> Weights:
    return np.bincount(at, values, number).astype(np.float64)


def _is_in(matches: pa.Table, others: pa.Table) -> pa.Array:
    """Which matches are among others."""
    one, other = (pc.binary_join_element_wise(table["left"], table["right"], " ") for table in (matches, others))
    return pc.is_in(one, value_set=pc.unique(other))


def _ends(matches: pa.Table) -> tuple[Hashes, Hashes]:
    return hashed(matches["left"]), hashed(matches["right"])
