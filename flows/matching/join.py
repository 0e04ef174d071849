"""Candidates: rows with the same key, met bucket by bucket, and the matches that a displaced hub had brought about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from flows.matching.numbered import Numbered
from flows.matching.spill import Sorted
from transforms.candidates import Indices, displaced, distinct, groups_of, pairs_of, passed_over, share_most
from transforms.words import Hashes

# A pair is one number: the text with the smaller number in the upper half.
HALF: Final = np.uint64(32)
LOWER: Final = np.uint64((1 << 32) - 1)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Which rows meet in one task: those whose key lies in a range, bounds included."""

    of_anchors: bool
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Joined:
    """What one bucket gave: distinct pairs, texts that are hubs no more, and how many pairs a frequent key hid."""

    pairs: Hashes
    displaced: Indices
    passed_over: int


@dataclass(slots=True)
class Candidates:
    """What all buckets gave. A pair may stand there several times."""

    pairs: Sorted
    displaced: Indices = field(default_factory=lambda: np.zeros(0, np.int64))
    passed_over: int = 0


def candidates_of(numbered: Numbered, folder: Path, spread: Callable[..., Iterable[Joined]]) -> Candidates:
    """All pairs worth comparing; `spread` works on several buckets at once, and they are independent."""
    found = Candidates(Sorted(folder, "pairs"))
    buckets = [Bucket(kind, span) for kind in (False, True) for span in _rows(numbered, kind).buckets()]
    for joined in spread(lambda bucket: join(numbered, bucket), buckets):
        found.pairs.add(joined.pairs)
        found.displaced = np.union1d(found.displaced, joined.displaced)
        found.passed_over += joined.passed_over
    return found


def join(numbered: Numbered, bucket: Bucket) -> Joined:
    """Joins the rows of one bucket."""
    groups = groups_of(*_rows(numbered, bucket.of_anchors).between(bucket.span), numbered.texts)
    pairs = np.zeros(0, np.uint64)
    for left, right in pairs_of(groups, numbered.texts):
        found = (left.astype(np.uint64) << HALF) | right.astype(np.uint64)
        if bucket.of_anchors:
            found = found[share_most(left, right, numbered.own_anchors, numbered.offsets)]
        pairs = distinct(np.concatenate([pairs, found]))
    return Joined(pairs, displaced(groups, numbered.texts), passed_over(groups, numbered.texts))


def pairs_in(candidates: Candidates) -> Iterator[tuple[Indices, Indices]]:
    """The distinct pairs, in order, a bucket at a time."""
    for bucket in candidates.pairs.buckets():
        pairs = distinct(candidates.pairs.between(bucket)[0])
        yield (pairs >> HALF).astype(np.int64), (pairs & LOWER).astype(np.int64)


def _rows(numbered: Numbered, of_anchors: bool) -> Sorted:  # noqa: FBT001 - one of two, named by the field
    return numbered.anchors if of_anchors else numbered.keys
