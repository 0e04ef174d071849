"""Which texts are the same post: each candidate pair is compared exactly, on its shingle sets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from transforms.records import Relation
from transforms.sign import WINDOW
from transforms.words import Hashes

# At 0.8 one word in about 45 may differ when the edits are spread evenly: each edit breaks five shingles.
NEAR_IDENTICAL: Final = float(np.float32(0.8))
# Of a text cut out of a longer one nearly all shingles recur; the cut itself and a changed word may not.
EXCERPT: Final = float(np.float32(0.9))
# An excerpt of fewer shingles would not be proposed for certain, and is too likely a phrase that many use.
SHORTEST_EXCERPT: Final = WINDOW


@dataclass(frozen=True, slots=True)
class Match:
    """Two texts, by number, that are the same post. `containment` is that of the smaller in the larger."""

    left: int
    right: int
    jaccard: float
    containment: float


def verify(pairs: Iterable[tuple[int, int]], sets: dict[int, Hashes]) -> list[Match]:
    """Compares each pair exactly on its shingle sets and keeps those that are the same post.

    >>> sets = dict(enumerate(np.split(np.arange(400, dtype=np.uint64), [100])))
    >>> sets |= {2: sets[0][:75]}
    >>> verify([(0, 1), (0, 2)], sets)
    [Match(left=0, right=2, jaccard=0.75, containment=1.0)]
    """
    matches = []
    for left, right in pairs:
        a, b = sets[left], sets[right]
        smaller = min(len(a), len(b))
        if not smaller:
            continue
        shared = len(np.intersect1d(a, b, assume_unique=True))
        # Rounded to what the tables hold, so that a decision is the same now and when it is read back.
        jaccard, containment = np.float32(shared / (len(a) + len(b) - shared)), np.float32(shared / smaller)
        match = Match(left, right, float(jaccard), float(containment))
        if match.jaccard >= NEAR_IDENTICAL or (match.containment >= EXCERPT and smaller >= SHORTEST_EXCERPT):
            matches.append(match)
    return matches


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
