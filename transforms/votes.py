"""How the dumps of one source teach each other its layout: each says how likely it finds each way to cut it.

A way has a key that is the same in every dump (the masked line at which posts begin, so many rows above it). A dump
that can't tell two ways apart takes the one that others of its source are sure of. What a dump says comes from its own
bytes alone, before it has heard anybody, and what it hears is a sum; so no order of coming in can matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

# The ways of a dump that may win a vote; 10 and 30 do as well.
MOST_WAYS: Final = 20
# Ranks and chances are kept in thousandths, so that sums of them are exact in any order.
UNITS: Final = 1000
# A way gains WEIGHT * log(1 + the chances that the other dumps give it, together, MOST_VOTES at most). On the text
# views of twelve labelled blogs, each left out of learning and of the choice, 2 and 3 are best and 1.5 gains 0.007 less
# on one view; above 1.7 one of three labelled text dumps is cut worse. Without the bound, what all dumps have in common
# outweighs what is particular to each of several blogs in one folder; 4 and 16 are hardly worse.
WEIGHT: Final = 1.7
MOST_VOTES: Final = 8

Hashes = NDArray[np.uint64]
Ints = NDArray[np.int64]
NOTHING: Final = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """The best ways to cut one text dump, the one that it takes by itself first.

    `ranks` are the natural logarithms of how likely each is, up to a constant, and `chances` what that comes to, both
    in thousandths. `keys` name the ways; one way may have several, and `named` says which each belongs to, in order.
    A dump that is certain has one way.
    """

    ranks: Ints
    chances: Ints
    keys: Hashes
    named: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Ballots:
    """The ways of many dumps, one after another.

    Dump d belongs to `source[d]`, a number; it has `ways[d]` elements of `ranks` and `chances`, and `names[d]` of
    `keys` and `named`, whose numbers count from 0 for each dump.
    """

    source: Ints
    ways: Ints
    names: Ints
    ranks: Ints
    chances: Ints
    keys: Hashes
    named: Ints


def best_ways(ranks: NDArray[np.float64], own: int, keys: Hashes, named: Ints) -> Ways:
    """The ways of a dump, from the ranks of all of them; where it took another than the first of these, that alone.

    Whoever took another had a reason to think itself certain, which no other dump can know.

    >>> ways = best_ways(np.array([0.0, 2.0]), 1, np.array([7, 8, 9], np.uint64), np.array([0, 1, 1]))
    >>> ways.ranks.tolist(), ways.chances.tolist(), ways.keys.tolist(), ways.named.tolist()
    ([2000, 0], [881, 119], [8, 9, 7], [0, 0, 1])
    """
    best = np.argsort(-ranks, kind="stable")[:MOST_WAYS] if own == int(ranks.argmax()) else np.array([own])
    odds = np.exp(ranks[best] - ranks[best[0]])
    place = np.full(len(ranks), -1)
    place[best] = np.arange(len(best))
    names = np.flatnonzero(place[named] >= 0)
    order = names[np.argsort(place[named[names]], kind="stable")]
    return Ways(
        np.round(UNITS * ranks[best]).astype(np.int64),
        np.round(UNITS * odds / odds.sum()).astype(np.int64),
        keys[order],
        place[named[order]],
    )


def ballots(ways: Sequence[Ways]) -> Ballots:
    """The ways of dumps of one source."""
    return Ballots(
        source=np.zeros(len(ways), np.int64),
        ways=np.array([len(each.ranks) for each in ways], np.int64),
        names=np.array([len(each.keys) for each in ways], np.int64),
        ranks=np.concatenate([NOTHING, *(each.ranks for each in ways)]),
        chances=np.concatenate([NOTHING, *(each.chances for each in ways)]),
        keys=np.concatenate([NOTHING.view(np.uint64), *(each.keys for each in ways)]),
        named=np.concatenate([NOTHING, *(each.named for each in ways)]),
    )


def elected(ballots: Ballots) -> list[int | None]:
    """The key of the way that the others of its source make each dump take, with a sign; None where it takes its own.

    Dumps of one source hear each other alone, and none hears itself. The cost is that of sorting the keys.
    """
    if not len(ballots.ways):
        return []
    first_way = np.cumsum(ballots.ways) - ballots.ways
    way = ballots.named + np.repeat(first_way, ballots.names)
    chances = ballots.chances[way]
    said = ballots.keys ^ _spread(np.repeat(ballots.source, ballots.names))
    _, key = np.unique(said, return_inverse=True)
    others = np.bincount(key, weights=chances).astype(np.int64)[key] - chances
    # A way of several names is heard under the one that most others use.
    named_first = np.unique(way, return_index=True)[1]
    heard = np.maximum.reduceat(others, named_first)
    raised = ballots.ranks + _raises()[np.minimum(heard, UNITS * MOST_VOTES)]
    dump = np.repeat(np.arange(len(ballots.ways)), ballots.ways)
    order = np.lexsort((np.arange(len(dump)), -raised, dump))
    best = order[first_way]
    keys = ballots.keys[named_first][best].view(np.int64).tolist()
    return [key if taken else None for key, taken in zip(keys, (best != first_way).tolist(), strict=True)]


def _raises() -> Ints:
    """What a way gains, in thousandths, by the votes that it gets, in thousandths."""
    votes = np.arange(UNITS * MOST_VOTES + 1) / UNITS
    return np.round(UNITS * WEIGHT * np.log1p(votes)).astype(np.int64)


def _spread(numbers: Ints) -> Hashes:
    """Tells sources apart: an odd factor sends distinct numbers to distinct ones over all 64 bits."""
    with np.errstate(over="ignore"):
        return numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
