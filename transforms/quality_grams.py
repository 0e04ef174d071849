"""The loops that tell what recurs in a text: lines and n-grams, by their hashes."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from transforms.compiled import compiled
from transforms.quality_marks import BASE, LAST_BIT, ONE, SIX, SPREAD, Hashes, Items, Lengths

# n-grams of up to four words are asked for the most frequent one, the others for all that recur.
LEAST, TOP, LONGEST = 2, 4, 10
# Steps an item in a table that is half full; chance takes one or two (Knuth 6.4).
MOST_STEPS: Final = 16
NO_BOUND: Final = 1 << 62
HALF: Final = np.uint64(32)


class Table(NamedTuple):
    """A hash table with open addressing: a key of 0 is a free slot.

    `bits` holds how many bits number the slots, and how many steps have been gone beyond the first slot of a key.
    """

    keys: Hashes
    counts: NDArray[np.int32]
    bits: Lengths


@compiled
def emptied(table: Table, items: int) -> None:
    """Empties a table, and narrows it to what so many items need, so that it stays in the cache."""
    bits = 1
    while 1 << bits < 2 * (items + 1):
        bits += 1
    table.bits[0], table.bits[1] = bits, 0
    table.keys[: 1 << bits] = 0


@compiled
def counted(value: np.uint64, table: Table) -> int:
    """How often a value has been counted in a table, this time too."""
    key = value or ONE
    slot = home = np.int64((key * SPREAD) >> np.uint64(64 - table.bits[0]))
    while table.keys[slot] and table.keys[slot] != key:
        slot = (slot + 1) & ((1 << table.bits[0]) - 1)
    table.bits[1] += (slot - home) & ((1 << table.bits[0]) - 1)
    if not table.keys[slot]:
        table.keys[slot], table.counts[slot] = key, 0
    table.counts[slot] += 1
    return int(table.counts[slot])


@compiled
def slot_of(value: np.uint64, table: Table) -> int:
    """Where a value stands that is in a table."""
    key = value or ONE
    slot = np.int64((key * SPREAD) >> np.uint64(64 - table.bits[0]))
    while table.keys[slot] != key:
        slot = (slot + 1) & ((1 << table.bits[0]) - 1)
    return int(slot)


@compiled
def count_of(value: np.uint64, table: Table) -> int:
    """How often a value that is in a table has been counted."""
    return int(table.counts[slot_of(value, table)])


@compiled
def fill(hashes: Hashes, places: Lengths, table: Table) -> None:
    """Counts the items at some places; those that were chosen to meet in the table are numbered first."""
    emptied(table, len(places))
    at, most = 0, MOST_STEPS * len(places)
    while at < len(places):
        counted(hashes[places[at]], table)
        at += 1
        if table.bits[1] > most:
            number(hashes, places)
            emptied(table, len(places))
            at, most = 0, NO_BOUND


@compiled
def mixed(value: np.uint64) -> np.uint64:
    """Tells apart what sums of polynomials do not: else "12 34" and "13 24" were one n-gram, by 2 + 3 and 3 + 2."""
    return np.uint64((value ^ (value >> HALF)) * SPREAD)


@compiled
def number(hashes: Hashes, places: Lengths) -> None:
    """Puts numbers in place of hashes, in their order, spread over 64 bits: longer n-grams are made of them."""
    order = places[np.argsort(hashes[places], kind="mergesort")]
    before, found = hashes[order[0]], ONE
    for at in order:
        found += np.uint64(hashes[at] != before)
        before, hashes[at] = hashes[at], mixed(found * SPREAD)


@compiled
def forget(hashes: Hashes, places: Lengths, table: Table) -> None:
    """Sets back how often items that are in a table have been counted."""
    for at in places:
        table.counts[slot_of(hashes[at], table)] = 0


@compiled
def repeated(items: Items, found: int, table: Table) -> tuple[int, int]:
    """How many of the first `found` items stood before, and the sum of their lengths."""
    emptied(table, found)
    again, inside, at, most = 0, 0, 0, MOST_STEPS * found
    while at < found:
        if counted(items.hashes[at], table) > 1:
            again += 1
            inside += items.lengths[at]
        at += 1
        if table.bits[1] > most:
            number(items.hashes, np.arange(found))
            emptied(table, found)
            again, inside, at, most = 0, 0, 0, NO_BOUND
    return again, inside


@compiled
def recurring(grams: Hashes, found: int, places: Lengths, room: Hashes) -> int:
    """Writes the places of n-grams that may stand in a text twice; gives how many. `room` has one for each and more.

    Each sets one of 32 to 64 bits an n-gram; only those whose bit is set once more can recur.
    """
    bits = SIX
    while ONE << bits < 32 * found:
        bits += ONE
    unused, words, kept = np.uint64(64) - bits, (ONE << bits) >> SIX, 0
    met, again = room[:words], room[words : 2 * words]
    for at in range(words):
        met[at] = again[at] = 0
    for at in range(found):
        bit = (grams[at] * SPREAD) >> unused
        there = met[bit >> SIX]
        again[bit >> SIX] |= there & (ONE << (bit & LAST_BIT))
        met[bit >> SIX] = there | (ONE << (bit & LAST_BIT))
    for at in range(found):
        bit = (grams[at] * SPREAD) >> unused
        places[kept] = at
        kept += int((again[bit >> SIX] >> (bit & LAST_BIT)) & ONE != 0)
    return kept


@compiled
def counted_at(grams: Hashes, places: Lengths, kept: int, table: Table) -> int:
    """Keeps the places of n-grams that stand in a text twice, of those there are; gives how many."""
    fill(grams, places[:kept], table)
    left = 0
    for k in range(kept):
        places[left] = places[k]
        left += int(count_of(grams[places[k]], table) > 1)
    return left


@compiled
def top_gram(grams: Hashes, sums: Lengths, size: int, places: Lengths, table: Table) -> int:
    """The characters in all occurrences of the most frequent n-gram; 0 where none occurs twice.

    Of n-grams that are equally frequent the longest counts. `sums` are the lengths of all tokens before each.
    """
    most, longest = 1, 0
    for at in places:
        count, length = count_of(grams[at], table), sums[at + size] - sums[at]
        if count > most or (count == most and count > 1 and length > longest):
            most, longest = count, length
    return most * longest


@compiled
def covered(grams: Hashes, sums: Lengths, size: int, places: Lengths, table: Table) -> int:
    """The characters of tokens that lie in an n-gram which stood before, each counted once; the table has them all."""
    forget(grams, places, table)
    inside, reached = 0, 0
    for at in places:
        if counted(grams[at], table) > 1:
            start = max(at, reached)
            reached = at + size
            inside += sums[reached] - sums[start]
    return inside


@compiled
def gram_shares(tokens: Items, found: int, table: Table, grams: Hashes, shares: NDArray[np.float64]) -> None:
    """Fills in the share of characters in n-grams, for each length of these.

    An n-gram recurs only where both of one word less that it is made of do: few are left after the first length.
    """
    sums, hashes, places = np.zeros(found + 1, np.int64), tokens.hashes, tokens.starts
    for at in range(found):
        sums[at + 1] = sums[at] + tokens.lengths[at]
        hashes[at] = mixed(hashes[at])
    for at in range(found - 1):
        grams[at] = hashes[at] * BASE + hashes[at + 1]
    kept = recurring(grams, max(found - 1, 0), places, table.keys)
    for size in range(LEAST, LONGEST + 1):
        kept = counted_at(grams, places, kept, table)
        if kept == 0:
            break
        if size <= TOP:
            characters = top_gram(grams, sums, size, places[:kept], table)
        else:
            characters = covered(grams, sums, size, places[:kept], table)
        # Occurrences of one n-gram may overlap each other.
        shares[size - LEAST] = min(1.0, characters / sums[found])
        kept = longer_grams(grams, hashes[size:found], places, kept)


@compiled
def longer_grams(grams: Hashes, next_tokens: Hashes, places: Lengths, kept: int) -> int:
    """Adds a token to each n-gram of which the next one stands there too; gives how many are left."""
    left = 0
    for k in range(kept):
        at = places[k]
        both = k + 1 < kept and places[k + 1] == at + 1
        if both:
            grams[at] = grams[at] * BASE + next_tokens[at]
            places[left] = at
            left += 1
    return left
