"""Which texts are worth comparing: pairs that share a key, or most of their anchors.

The answer for a pair depends on the two texts alone, never on what else is known: otherwise the order in which
dumps come in would decide which copies are found.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.words import Hashes

Indices = NDArray[np.int64]
Pairs = set[tuple[int, int]]

# An excerpt shares all its anchors with the text that it was cut from, and some nine in ten of them where its
# containment is at the threshold; a footer or a notice that two texts share is seldom half of either.
LEAST_SHARED: Final = 0.5
# Pairs looked at together: 32 bytes each.
AT_ONCE: Final = 1 << 20


def sharing_a_key(keys: Hashes, owners: Indices, first_new: int) -> Pairs:
    """Pairs of owners that share a key, the smaller number first; at least one is `first_new` or above.

    `keys` and `owners` go together, a row for each key that an owner has.

    >>> keys, owners = np.array([7, 9, 7, 9, 9], np.uint64), np.array([0, 0, 1, 2, 3])
    >>> sorted(sharing_a_key(keys, owners, first_new=2))
    [(0, 2), (0, 3), (2, 3)]
    """
    keys, owners = _by_key(keys, owners)
    return {
        pair
        for left, right in _expanded(keys, owners, np.ones(len(keys), np.bool_), first_new)
        for pair in _distinct(left, right)
    }


def sharing_most(keys: Hashes, owners: Indices, first_new: int) -> Pairs:
    """Pairs of owners that share at least LEAST_SHARED of the keys of the one that has fewer; as above otherwise.

    Who must share s of his k keys shares one of any k - s + 1, so only the rarest of them are looked up, and what
    very many have in common costs nothing (Chaudhuri, Ganti and Kaushik 2006, the prefix filter).

    >>> keys, owners = np.array([1, 2, 3, 4, 1, 5, 6, 7, 1, 2, 8], np.uint64), np.repeat([0, 1, 2], [4, 4, 3])
    >>> sorted(sharing_most(keys, owners, first_new=0))
    [(0, 2), (1, 2)]
    """
    if not len(keys):
        return set()
    keys, owners = _by_key(keys, owners)
    numbers = np.bincount(owners)
    least = np.maximum(1, (numbers * LEAST_SHARED).astype(np.int64))
    probes = _rank_within_owner(keys, owners) < (numbers - least + 1)[owners]
    by_owner = np.lexsort((keys, owners))
    own = np.split(keys[by_owner], np.cumsum(numbers)[:-1])
    found: Pairs = set()
    for left, right in _expanded(keys, owners, probes, first_new):
        fits = numbers[left] <= numbers[right]
        found.update(
            (min(a, b), max(a, b))
            for a, b in set(_distinct(left[fits], right[fits], ordered=True)) - found
            if len(np.intersect1d(own[a], own[b], assume_unique=True)) >= least[a]
        )
    return found


def _by_key(keys: Hashes, owners: Indices) -> tuple[Hashes, Indices]:
    order = np.lexsort((owners, keys))
    return keys[order], owners[order]


def _group_sizes(keys: Hashes) -> tuple[Indices, Indices]:
    """Where each group of equal keys begins and how many there are; `keys` are sorted."""
    begins = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]]) if len(keys) else np.zeros(0, np.int64)
    return begins, np.diff(np.r_[begins, len(keys)])


def _rank_within_owner(keys: Hashes, owners: Indices) -> Indices:
    """The place of each row among those of its owner, the key that the fewest share first; rows sorted by key."""
    _, sizes = _group_sizes(keys)
    order = np.lexsort((np.arange(len(keys)), np.repeat(sizes, sizes), owners))
    firsts, numbers = _group_sizes(owners[order].astype(np.uint64))
    ranks = np.empty(len(keys), np.int64)
    ranks[order] = np.arange(len(keys)) - np.repeat(firsts, numbers)
    return ranks


def _expanded(
    keys: Hashes, owners: Indices, probes: NDArray[np.bool_], first_new: int
) -> Iterator[tuple[Indices, Indices]]:
    """Each probing row with every row of the same key, as two arrays of owners, AT_ONCE or so at a time."""
    begins, sizes = _group_sizes(keys)
    if not len(begins):
        return
    worth = (sizes > 1) & (np.maximum.reduceat(owners, begins) >= first_new)
    rows = np.flatnonzero(probes & np.repeat(worth, sizes))
    begin_of, size_of = np.repeat(begins, sizes)[rows], np.repeat(sizes, sizes)[rows]
    borders = np.flatnonzero(np.diff(np.cumsum(size_of) // AT_ONCE)) + 1
    for first, last in pairwise([0, *borders.tolist(), len(rows)]):
        part, size, begin = rows[first:last], size_of[first:last], begin_of[first:last]
        left = np.repeat(owners[part], size)
        steps = np.arange(len(left)) - np.repeat(np.cumsum(size) - size, size)
        right = owners[np.repeat(begin, size) + steps]
        kept = (left != right) & (np.maximum(left, right) >= first_new)
        yield left[kept], right[kept]


def _distinct(left: Indices, right: Indices, *, ordered: bool = False) -> Iterator[tuple[int, int]]:
    """The distinct pairs, the smaller number first unless `ordered` says that the order matters."""
    pairs = np.stack([left, right], axis=1)
    if not ordered:
        pairs.sort(axis=1)
    if len(pairs):
        yield from map(tuple, np.unique(pairs, axis=0).tolist())
