"""Which wordings a run can affect, and which of them must be looked at together.

All of it is worked out on 64-bit hashes of wordings, column by column: two names that share a hash are looked at
together, which is more than needed and never wrong. Nothing here grows with the corpus but the matches that chains
of matches lead to from what is new.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from flows.arrivals import Arrivals
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
class Entangled:
    """The wordings that can't be dealt with each by itself: known ones, those of several copies, those that match.

    `names` are their hashes, sorted, `batches` the batch of each. `found` are the new matches, `known` the old ones
    that they and the new copies lead to; `lost` are the copies of dumps that have been split again.
    """

    names: Hashes
    batches: Indices
    number: int
    found: pa.Table
    known: pa.Table
    lost: pa.Table

    def batch_of(self, wordings: pa.ChunkedArray) -> Indices:
        """The batch of each wording, -1 where it can be dealt with by itself."""
        if not len(self.names):
            return np.full(len(wordings), -1)
        wanted = hashed(wordings)
        at = np.minimum(np.searchsorted(self.names, wanted), len(self.names) - 1)
        return np.where(self.names[at] == wanted, self.batches[at], -1)

    def of_batch(self, number: int) -> tuple[pa.Table, pa.Table, pa.Table]:
        """The found and the known matches and the lost copies of one batch."""
        found, known = (table.filter(self._in(table["left"], number)) for table in (self.found, self.known))
        return found, known, self.lost.filter(self._in(self.lost["wording"], number))

    def _in(self, wordings: pa.ChunkedArray, number: int) -> pa.Array:
        return pa.array(self.batch_of(wordings) == number)


@dataclass(frozen=True, slots=True)
class _New:
    """The wordings of the new copies: their hashes, sorted, how many copies each has, and what these weigh."""

    names: Hashes
    copies: Indices
    weights: Weights


def entangle(warehouse: Warehouse, arrivals: Arrivals, found: pa.Table) -> Entangled:
    """Finds what new copies, new matches and lost copies can affect, and parts it into batches."""
    new = _new(arrivals)
    columns = ["wording", "relation", *PLACE, "start", "end"]
    lost = warehouse.read("copies", columns, ("dump_id", arrivals.replaced))
    ends = _ends(found)
    own = (new.copies > 1) | _known(warehouse, new.names) | _in_use(warehouse, new.names)
    start = np.unique(np.concatenate([new.names[own], *ends, hashed(lost["wording"])]))
    known = _reached(warehouse, start)
    names = np.unique(np.concatenate([start, *_ends(known)]))
    old_weights = _old_weights(warehouse, names, arrivals.replaced) if len(names) else np.zeros(0)
    dead = lost.filter(pa.array(_dead(lost, names[old_weights == 0], new.names)))
    heirs = np.array(list(_heirs(dead, arrivals)), np.uint64).reshape(-1, 2)
    both = np.concatenate([names, heirs[:, 1]])
    names, at = np.unique(both, return_inverse=True)
    weights = _summed(at, np.concatenate([old_weights, np.zeros(len(heirs))]), len(names))
    at_new = np.flatnonzero(among(new.names, names))
    weights[np.searchsorted(names, new.names[at_new])] += new.weights[at_new]
    left = np.concatenate([ends[0], _ends(known)[0], heirs[:, 0]])
    right = np.concatenate([ends[1], _ends(known)[1], heirs[:, 1]])
    labels = components(np.searchsorted(names, left), np.searchsorted(names, right), len(names))
    batches, number = _batches(labels, weights)
    return Entangled(names, batches, number, found, known, lost)


def _new(arrivals: Arrivals) -> _New:
    parts = [(hashed(rows["wording"]), rows["n_chars"].to_numpy()) for rows in arrivals.copies(["wording", "n_chars"])]
    hashes = np.concatenate([np.zeros(0, np.uint64), *(part[0] for part in parts)])
    sizes = np.concatenate([np.zeros(0), *(part[1] for part in parts)])
    names, at, copies = np.unique(hashes, return_inverse=True, return_counts=True)
    return _New(names, copies, _summed(at, ROW_BYTES + sizes, len(names)))


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


def _dead(lost: pa.Table, no_old: Hashes, new: Hashes) -> NDArray[np.bool_]:
    """Which lost copies stood for a post whose words no copy has any more."""
    wordings = hashed(lost["wording"])
    stood = pc.equal(lost["relation"], "canonical").to_numpy()
    dead: NDArray[np.bool_] = stood & among(wordings, no_old) & ~among(wordings, new)
    return dead


def _heirs(dead: pa.Table, arrivals: Arrivals) -> Iterator[tuple[int, int]]:
    """With each dead wording that of the new copy which now holds most of its place."""
    if not dead.num_rows:
        return
    places = np.unique(hashed_places(*(dead[name] for name in PLACE)))
    there: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for rows in arrivals.copies(["wording", *PLACE, "start", "end"]):
        at = hashed_places(*(rows[name] for name in PLACE))
        here = np.flatnonzero(among(at, places))
        columns = rows["start"].to_numpy()[here], rows["end"].to_numpy()[here], hashed(rows["wording"])[here]
        for place, *row in zip(at[here].tolist(), *(column.tolist() for column in columns), strict=True):
            there[place].append((row[0], row[1], row[2]))
    at = hashed_places(*(dead[name] for name in PLACE))
    spans = zip(dead["start"].to_pylist(), dead["end"].to_pylist(), strict=True)
    for place, wording, (start, end) in zip(at.tolist(), hashed(dead["wording"]).tolist(), spans, strict=True):
        if there[place]:
            yield wording, min(there[place], key=lambda row: (max(row[0], start) - min(row[1], end), row[0]))[2]


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


def _ends(matches: pa.Table) -> tuple[Hashes, Hashes]:
    return hashed(matches["left"]), hashed(matches["right"])
