"""The loops by which rows with something in common become ways to cut a dump."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from transforms.compiled import compiled
from transforms.word_loops import mixed_bits

Ints = NDArray[np.int64]
Hashes = NDArray[np.uint64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

ONE = np.uint64(1)


@compiled
def best_above(scores: Floats) -> Ints:
    """For each row the first of those above it that score best; 0 for the first."""
    above = np.zeros(len(scores), np.int64)
    for row in range(1, len(scores)):
        better = scores[row - 1] > scores[above[row - 1]]
        above[row] = row - 1 if better else above[row - 1]
    return above


@compiled
def moved_rows(rows: Ints, bounds: Ints, ways: Ints, above: Ints) -> tuple[Ints, Ints]:
    """The rows of all anchors moved in several ways, one way after another, and where each anchor in each has its own.

    Anchor a has `rows[bounds[a] : bounds[a + 1]]`, two at least. A way is an offset and a manner: anchors are read as
    they stand (0), as closing the posts (1), or as closing all but the last (2). Where they close the posts the row
    `above` their first one begins the first post; in the first row they close none. What falls out of the dump is
    dropped, and so are the rows of an anchor that stands closer than the offset.
    """
    count = len(bounds) - 1
    starts = np.empty(len(ways) * (len(rows) + count), np.int64)
    borders = np.zeros(len(ways) * count + 1, np.int64)
    filled = 0
    for way in range(len(ways)):
        offset, manner = ways[way]
        for anchor in range(count):
            first, last, begin = bounds[anchor], bounds[anchor + 1], filled
            apart = (rows[last - 1] - rows[first]) / (last - first - 1)
            if abs(offset) < apart and (manner == 0 or rows[first] > 0):
                starts[filled] = above[rows[first]]
                filled += manner > 0
                for at in range(first, last - (manner == 2)):
                    starts[filled] = rows[at] + offset
                    filled += 0 <= rows[at] + offset < len(above)
                if manner > 0 and filled == begin + 1:
                    filled = begin
            borders[way * count + anchor + 1] = filled
    return starts[:filled], borders


@compiled
def first_alike(starts: Ints, bounds: Ints) -> Ints:
    """For each set `starts[bounds[s] : bounds[s + 1]]` the number of the first that has the same elements.

    Sets are told apart by the sum of their elements, each spread over 64 bits.
    """
    count, size = len(bounds) - 1, 16
    while size < 2 * count:
        size *= 2
    slots, sums, first = np.full(size, -1, np.int64), np.zeros(count, np.uint64), np.zeros(count, np.int64)
    for number in range(count):
        for at in range(bounds[number], bounds[number + 1]):
            sums[number] += mixed_bits(np.uint64(starts[at]) + ONE)  # of 0 it makes 0, which no sum would show
        slot = np.int64(sums[number] & np.uint64(size - 1))
        while slots[slot] >= 0 and sums[slots[slot]] != sums[number]:
            slot = (slot + 1) & (size - 1)
        if slots[slot] < 0:
            slots[slot] = number
        first[number] = slots[slot]
    return first


@compiled
def marked_in(marks: Bools, bounds: Ints) -> Floats:
    """How many of `marks[bounds[s] : bounds[s + 1]]` are set, for each set s."""
    counts = np.zeros(len(bounds) - 1)
    for number in range(len(counts)):
        count = 0
        for at in range(bounds[number], bounds[number + 1]):
            count += marks[at]
        counts[number] = count
    return counts


@compiled
def in_buckets(values: Ints, bounds: Ints, buckets: int) -> Ints:
    """How many of `values[bounds[s] : bounds[s + 1]]` fall into each of the buckets, a line for each set s."""
    counts = np.zeros((len(bounds) - 1, buckets), np.int64)
    for number in range(len(counts)):
        for at in range(bounds[number], bounds[number + 1]):
            counts[number, (values[at] * 40503 >> 4) % buckets] += 1
    return counts


@compiled
def first_apart(rows: Ints, starts: Ints, bounds: Ints, near: int) -> Ints:
    """Which of some rows is the first more than `near` rows from each start of a set; their number where none is."""
    found = np.zeros(len(bounds) - 1, np.int64)
    for number in range(len(found)):
        at, close = 0, True
        while close and at < len(rows):
            close = False
            for start in starts[bounds[number] : bounds[number + 1]]:
                close |= abs(rows[at] - start) <= near
            at += close
        found[number] = at
    return found
