"""Which texts are the same post: each candidate pair is compared exactly, on its shingle sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.compiled import compiled
from transforms.records import Relation
from transforms.sign import WINDOW
from transforms.words import Hashes

Indices = NDArray[np.int64]
Shares = NDArray[np.float32]

# At 0.8 one word in about 45 may differ when the edits are spread evenly: each edit breaks five shingles.
NEAR_IDENTICAL: Final = float(np.float32(0.8))
# Of a text cut out of a longer one nearly all shingles recur; the cut itself and a changed word may not.
EXCERPT: Final = float(np.float32(0.9))
# An excerpt of fewer shingles would not be proposed for certain, and is too likely a phrase that many use.
SHORTEST_EXCERPT: Final = WINDOW
# What a pair must share to be either, less one for rounding: n shingles of n + m - n that are at least 0.8 of them,
# or 0.9 of the smaller set.
LEAST_OF_BOTH: Final = NEAR_IDENTICAL / (1 + NEAR_IDENTICAL)


@dataclass(frozen=True, slots=True)
class Matches:
    """Pairs of texts, by number, that are the same post. `containment` is that of the smaller set in the larger."""

    left: Indices
    right: Indices
    jaccard: Shares
    containment: Shares

    def chosen(self, kept: NDArray[np.bool_] | Indices) -> Matches:
        """Those that are marked, or have these numbers."""
        return Matches(self.left[kept], self.right[kept], self.jaccard[kept], self.containment[kept])


def joined(parts: Sequence[Matches]) -> Matches:
    """All of them, one part after the other."""
    nothing = np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, np.float32)
    rows = [nothing, *((part.left, part.right, part.jaccard, part.containment) for part in parts)]
    left, right, jaccard, containment = map(np.concatenate, zip(*rows, strict=True))
    return Matches(left, right, jaccard, containment)


def verified(left: Indices, right: Indices, shingles: Hashes, begins: Indices, ends: Indices) -> Matches:
    """Compares each pair exactly and keeps those that are the same post.

    The set of text `i` is the sorted `shingles[begins[i] : ends[i]]`.

    >>> begins, ends = np.array([0, 100, 0]), np.array([100, 400, 75])
    >>> found = verified(np.array([0, 0]), np.array([1, 2]), np.arange(400, dtype=np.uint64), begins, ends)
    >>> found.left.tolist(), found.right.tolist(), found.jaccard.tolist(), found.containment.tolist()
    ([0], [2], [0.75], [1.0])
    """
    shared = np.zeros(len(left), np.int64)
    _count_shared(left, right, shingles, begins, ends, LEAST_OF_BOTH, EXCERPT, shared)
    one, other = ends[left] - begins[left], ends[right] - begins[right]
    smaller = np.minimum(one, other)
    # Rounded to what the tables hold, so that a decision is the same now and when it is read back.
    jaccard = (shared / np.maximum(one + other - shared, 1)).astype(np.float32)
    containment = (shared / np.maximum(smaller, 1)).astype(np.float32)
    same = (jaccard >= np.float32(NEAR_IDENTICAL)) | (
        (containment >= np.float32(EXCERPT)) & (smaller >= SHORTEST_EXCERPT)
    )
    return Matches(left, right, jaccard, containment).chosen(same)


def relation_of(jaccard: float, *, same_wording: bool) -> Relation:
    """What a copy is to the canonical copy that it matches.

    Where Jaccard is under NEAR_IDENTICAL and containment at EXCERPT or above, the smaller set is at most 0.976
    of the larger, so an excerpt is always the shorter one.

    >>> relation_of(0.85, same_wording=False), relation_of(0.3, same_wording=False)
    ('near-identical', 'excerpt')
    """
    if same_wording:
        return "identical"
    return "near-identical" if jaccard >= NEAR_IDENTICAL else "excerpt"


@compiled
def _count_shared(  # noqa: PLR0913, PLR0917
    left: Indices, right: Indices, shingles: Hashes, begins: Indices, ends: Indices,
    of_both: float, of_smaller: float, shared: Indices,
) -> None:  # fmt: skip
    """Counts what each pair shares; stays at 0 where it can't be enough."""
    for pair in range(len(left)):
        a, a_end = begins[left[pair]], ends[left[pair]]
        b, b_end = begins[right[pair]], ends[right[pair]]
        one, other = a_end - a, b_end - b
        least = min(of_both * (one + other), of_smaller * min(one, other)) - 1
        count = 0
        while a < a_end and b < b_end and count + min(a_end - a, b_end - b) >= least:
            if shingles[a] < shingles[b]:
                a += 1
            elif shingles[a] > shingles[b]:
                b += 1
            else:
                count += 1
                a += 1
                b += 1
        if count >= least:
            shared[pair] = count
