"""Which texts are worth comparing: pairs that share a key, or most of their anchors.

A text has a row for each of its keys. Rows with the same key form a group, in which every text meets the `HUBS` most
complete ones: in a small group all meet all, and a notice that a million posts share costs no more than a million
times `HUBS`. Who is a hub depends on all texts that are known, not on the order in which they came: a text that takes
the place of a hub meets the whole group, and what only the displaced hub had brought together is looked at again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.compiled import compiled
from transforms.words import Hashes

Indices = NDArray[np.int64]
Flags = NDArray[np.uint8]
Mask = NDArray[np.bool_]

# A post that has many copies is as a rule among the most complete of the texts that share a key with them.
HUBS: Final = 32
# An excerpt shares all its anchors with the text that it was cut from, and some nine in ten of them where its
# containment is at the threshold; a footer or a notice that two texts share is seldom half of either.
LEAST_SHARED: Final = 0.5
# Pairs found at a time, 16 bytes each.
AT_ONCE: Final = 1 << 20

# What a text is to the search: known from before, new, or known and now taken out.
OLD, NEW, DEAD = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Texts:
    """What the search knows of each text, by its number: OLD, NEW or DEAD, and its rank.

    Ranks sort the most complete first; where `rank` is equal, `tie` decides. `hubs` is how many a group has.
    """

    state: Flags
    rank: Hashes
    tie: Hashes
    hubs: int = HUBS


@dataclass(frozen=True, slots=True)
class Groups:
    """Rows sorted by key and, in large groups, by rank, each with where its group begins.

    `hub` says of which rows the texts meet the whole group now, `was_hub` of which they did before.
    """

    owners: Indices
    begins: Indices
    hub: Mask
    was_hub: Mask


def groups_of(keys: Hashes, owners: Indices, texts: Texts) -> Groups:
    """Sorts rows, a key and the number of a text each, into groups; those in which nothing changes are left out."""
    order = np.argsort(keys)
    keys, owners = keys[order], owners[order]
    kept = np.zeros(len(keys), np.bool_)
    _mark_changed(keys, owners, texts.state, kept)
    keys, owners = keys[kept], owners[kept]
    groups = Groups(owners, np.zeros(len(keys), np.int64), np.zeros(len(keys), np.bool_), np.zeros(len(keys), np.bool_))
    _mark_hubs(keys, owners, texts.state, texts.rank, texts.tie, texts.hubs, groups.begins, groups.hub, groups.was_hub)
    return groups


def pairs_of(groups: Groups, texts: Texts) -> Iterator[tuple[Indices, Indices]]:
    """Pairs that the groups propose and did not propose before, as two arrays of texts, AT_ONCE or so at a time.

    A pair comes once for each key that its texts share.

    >>> texts = Texts(np.array([0, 0, 1, 1], np.uint8), np.arange(4, dtype=np.uint64), np.arange(4, dtype=np.uint64))
    >>> rows = np.array([7, 9, 7, 9, 9], np.uint64), np.array([0, 0, 1, 2, 3])
    >>> [(left.tolist(), right.tolist()) for left, right in pairs_of(groups_of(*rows, texts), texts)]
    [([0, 0, 2], [2, 3, 3])]
    """
    row, room = 0, AT_ONCE + texts.hubs
    left, right = np.empty(room, np.int64), np.empty(room, np.int64)
    marks = groups.hub, groups.was_hub, texts.state
    while row < len(groups.owners):
        row, found = _fill(groups.owners, groups.begins, *marks, row, left, right, texts.hubs)
        if found:
            yield left[:found].copy(), right[:found].copy()


def displaced(groups: Groups, texts: Texts) -> Indices:
    """The texts that were hubs of some group and are so no more, though they live."""
    lost: Indices = np.unique(groups.owners[groups.was_hub & ~groups.hub])
    alive: Indices = lost[texts.state[lost] != DEAD]
    return alive


def passed_over(groups: Groups, texts: Texts) -> int:
    """How many pairs with a new text the groups hold of which neither is a hub, so that this key does not propose them.

    Each is counted once for each key.
    """
    rest = ~groups.hub & (texts.state[groups.owners] != DEAD)
    if not rest.any():
        return 0
    starts, group = np.unique(groups.begins[rest], return_inverse=True)
    many = np.bincount(group, minlength=len(starts))
    old = np.bincount(group, texts.state[groups.owners[rest]] == OLD, minlength=len(starts)).astype(np.int64)
    return int((many * (many - 1) // 2 - old * (old - 1) // 2).sum())


def distinct(pairs: Hashes) -> Hashes:
    """The distinct values, sorted. `np.unique` makes a table of what it has met, which takes ten times as long.

    >>> distinct(np.array([3, 1, 3], np.uint64)).tolist()
    [1, 3]
    """
    ordered = np.sort(pairs)
    first = np.ones(len(ordered), np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    return ordered[first]


def share_most(left: Indices, right: Indices, anchors: Hashes, offsets: Indices) -> Mask:
    """Which pairs share at least LEAST_SHARED of the anchors of the one that has fewer, and one at the least.

    Text `i` has the sorted `anchors[offsets[i] : offsets[i + 1]]`.
    """
    shared = np.zeros(len(left), np.bool_)
    _share_most(left, right, anchors, offsets, LEAST_SHARED, shared)
    return shared


@compiled
def _mark_changed(keys: Hashes, owners: Indices, state: Flags, kept: Mask) -> None:
    """Marks the rows of groups of two and more with a text that is new or taken out."""
    begin = 0
    while begin < len(keys):
        end, changed = begin, False
        while end < len(keys) and keys[end] == keys[begin]:
            changed |= state[owners[end]] != 0
            end += 1
        if changed and end - begin > 1:
            kept[begin:end] = True
        begin = end


@compiled
def _mark_hubs(  # noqa: PLR0913, PLR0917
    keys: Hashes, owners: Indices, state: Flags, rank: Hashes, tie: Hashes, hubs: int,
    begins: Indices, hub: Mask, was_hub: Mask,
) -> None:  # fmt: skip
    """Finds where groups begin, sorts the large ones by rank, and marks their first `hubs` now and before."""
    begin = 0
    while begin < len(keys):
        end = begin
        while end < len(keys) and keys[end] == keys[begin]:
            end += 1
        if end - begin > hubs:
            group = owners[begin:end].copy()
            group = group[np.argsort(tie[group], kind="mergesort")]
            owners[begin:end] = group[np.argsort(rank[group], kind="mergesort")]
        now, before = 0, 0
        for row in range(begin, end):
            begins[row] = begin
            if state[owners[row]] != 1:
                was_hub[row] = before < hubs
                before += 1
            if state[owners[row]] != 2:
                hub[row] = now < hubs
                now += 1
        begin = end


@compiled
def _fill(  # noqa: PLR0913, PLR0917
    owners: Indices, begins: Indices, hub: Mask, was_hub: Mask, state: Flags, row: int,
    left: Indices, right: Indices, hubs: int,
) -> tuple[int, int]:  # fmt: skip
    """Writes pairs, the smaller number first, from `row` on until there is no room; gives the next row, and how many.

    In a group a row meets the hubs before it. A pair of old texts was proposed before if one of them was a hub.
    """
    found = 0
    while row < len(owners) and found + hubs <= len(left):
        one = owners[row]
        if state[one] != 2:
            for other_row in range(begins[row], row):
                if not hub[other_row]:
                    if state[owners[other_row]] == 2:
                        continue
                    break
                other = owners[other_row]
                proposed_before = state[one] == 0 and state[other] == 0 and (was_hub[row] or was_hub[other_row])
                if not proposed_before:
                    left[found], right[found] = min(one, other), max(one, other)
                    found += 1
        row += 1
    return row, found


@compiled
def _share_most(  # noqa: PLR0913, PLR0917
    left: Indices, right: Indices, anchors: Hashes, offsets: Indices, share: float, shared: Mask
) -> None:
    for pair in range(len(left)):
        a, a_end = offsets[left[pair]], offsets[left[pair] + 1]
        b, b_end = offsets[right[pair]], offsets[right[pair] + 1]
        least = max(1, int(min(a_end - a, b_end - b) * share))
        while a < a_end and b < b_end and least > 0 and min(a_end - a, b_end - b) >= least:
            if anchors[a] < anchors[b]:
                a += 1
            elif anchors[a] > anchors[b]:
                b += 1
            else:
                least -= 1
                a += 1
                b += 1
        shared[pair] = least == 0
