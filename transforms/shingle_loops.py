"""The loops that turn the words of a text into shingles, a signature, keys and anchors, as machine code.

Constants that the machine code holds stand beside it: what is cached on disk is renewed when this file changes.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from transforms.compiled import compiled
from transforms.vectors import wide_vectors
from transforms.word_loops import Hashes, Offsets, mixed_bits

Halves = NDArray[np.uint32]
Pair = tuple[NDArray[Any], NDArray[Any]]
Found = tuple[NDArray[np.uint8], Offsets, Hashes, Offsets]

# Five words, as in most published work on near-duplicates: fewer recur by chance, more break at each edit.
SHINGLE_WORDS: Final = 5
PERMUTATIONS: Final = 128
# The chance to propose a pair with Jaccard similarity s is 1 - (1 - s^ROWS)^BANDS (Leskovec, Rajaraman and Ullman,
# Mining of Massive Datasets, section 3.4.2): 0.9992 at the threshold of 0.8. docs/decisions.md has the table.
BANDS: Final = 18
ROWS: Final = 5
# Any run of WINDOW + SHINGLE_WORDS - 1 = 28 words that two texts share gives them a common key
# (Schleimer, Wilkerson and Aiken 2003, Winnowing). A text has about 2 keys in WINDOW + 1 shingles.
WINDOW: Final = 24
# Values of a signature that the bands need, filled up to whole vectors.
VALUES: Final = (BANDS * ROWS + 31) // 32 * 32
# Factors of the two halves of a wording, odd and with well mixed bits: 2^64 divided by the golden ratio, which is the
# base of polynomials too, and by the square root of two.
_ONE: Final = np.uint64(0x9E3779B97F4A7C15)
_OTHER: Final = np.uint64(0xB504F333F9DE6485)
# Stands before the words of a body, and before each text whose bytes count: no byte is as large.
_BODY: Final = np.uint64(256)
_HALF: Final = np.uint64(32)
# Steps a value in a hash table that is half full; chance takes one or two (Knuth 6.4).
MOST_STEPS: Final = 16
_STEP_ON: Final = np.uint64(1)
_SIX: Final = np.uint64(6)
_LAST: Final = np.uint64(63)


@compiled
def shingles_of(words: Hashes, run: Hashes) -> int:
    """Writes the hashes of the shingles of one text to `run`, in the order of its words, and gives how many.

    None is 0, which marks a free place in `distinct`.
    """
    count = max(len(words) - SHINGLE_WORDS + 1, 0)
    for i in range(count):
        state = words[i]
        for k in range(1, SHINGLE_WORDS):
            state = state * _ONE + words[i + k]
        run[i] = max(mixed_bits(state), np.uint64(1))
    return count


@compiled
def distinct(values: Hashes, table: Hashes, leasts: bool) -> int:  # noqa: FBT001 - compiled loops take no names
    """Sorts the distinct values to the front of `table` and gives how many; needs room for 3 times the values.

    The place of a value is told by its upper bits, and what meets moves on so that the table stays sorted (Amble and
    Knuth 1974, Ordered hash tables). Values are hashes other than 0, so few meet; where they were chosen to, they are
    sorted. The `leasts` of windows of hashes lie close together, which their place has to take into account.
    """
    size, steps = np.uint64(2 * len(values)), MOST_STEPS * len(values)
    table[: 3 * len(values)] = 0
    for value in values:
        at = place_of_least(value, size) if leasts else ((value >> _HALF) * size) >> _HALF
        home = at
        while table[at] < value and table[at] != 0:
            at += _STEP_ON
        if table[at] != value:
            carried = value
            while carried != 0:
                carried, table[at] = table[at], carried
                at += _STEP_ON
        steps -= int(np.int64(at - home))
        if steps < 0:
            return distinct_sorted(values, table)
    return packed(table[: 3 * len(values)])


@compiled
def distinct_sorted(values: Hashes, table: Hashes) -> int:
    """The same as `distinct`, at the same cost for any values; these are not 0."""
    count, before = 0, np.uint64(0)
    for place in np.argsort(values, kind="mergesort"):
        table[count] = before = values[place]
        count += int(count == 0 or table[count - 1] != before)
    return count


@compiled
def place_of_least(value: np.uint64, size: np.uint64) -> np.uint64:
    """A place from 0 to `size` that grows with the value, and is even for the least of WINDOW even values.

    The chance that one of them is smaller than a part x of all is 1 - (1 - x)^WINDOW. Rounding keeps the order.
    """
    left = 1.0 - float(value >> _HALF) * 2.0**-32
    twice = left * left
    eight = twice * twice * twice * twice
    return np.uint64((1.0 - eight * eight * eight) * float(size))


@compiled
def number_distinct(values: Hashes, doubtful: Hashes, table: Hashes) -> int:
    """How many distinct values there are, none of them 0; needs room for all and for 4 times as many.

    A value sets one of 32 to 64 bits for each of the values. Only those whose bit is set once more are compared: they
    are few, so the processor hardly guesses wrong.
    """
    number, bits = len(values), np.uint64(6)
    while _STEP_ON << bits < 32 * number:
        bits += _STEP_ON
    unused, words = np.uint64(64) - bits, (_STEP_ON << bits) >> _SIX
    met, again = table[:words], table[words : 2 * words]
    for at in range(words):
        met[at] = again[at] = 0
    for value in values:
        bit = value >> unused
        there = met[bit >> _SIX]
        again[bit >> _SIX] |= there & (_STEP_ON << (bit & _LAST))
        met[bit >> _SIX] = there | (_STEP_ON << (bit & _LAST))
    found = 0
    for value in values:
        bit = value >> unused
        doubtful[found] = value
        found += int((again[bit >> _SIX] >> (bit & _LAST)) & _STEP_ON != 0)
    return number - found + distinct_of_few(doubtful[:found], table)


@compiled
def distinct_of_few(values: Hashes, table: Hashes) -> int:
    """How many distinct values there are."""
    bits, count, steps = np.uint64(1), 0, MOST_STEPS * len(values)
    while 1 << bits < 2 * len(values):
        bits += _STEP_ON
    for at in range(1 << bits):
        table[at] = 0
    last, unused = (_STEP_ON << bits) - _STEP_ON, np.uint64(64) - bits
    for value in values:
        at = value >> unused
        home = at
        while table[at] != 0 and table[at] != value:
            at = (at + _STEP_ON) & last
        steps -= int(np.int64((at - home) & last))
        if steps < 0:
            return distinct_sorted(values, table)
        count += int(table[at] == 0)
        table[at] = value
    return count


@compiled
def packed(table: Hashes) -> int:
    """Moves what is not 0 to the front and gives how many."""
    count = 0
    for value in table:
        table[count] = value
        count += int(value != 0)
    return count


@compiled
def minimise(run: Hashes, permutations: Halves, lowest: Halves) -> None:
    """Lowers each value of `lowest` to the least that its permutation gives for a shingle.

    The inner loop runs over permutations, so that it becomes vector instructions for a text of any length; it takes
    four shingles at once (the last one again where there are fewer), since fetching and storing costs as much as two.
    """
    wide_vectors()
    factors, summands, last = permutations[0], permutations[1], len(run) - 1
    for first in range(0, len(run), 4):
        one, two = mixed_half(run[first]), mixed_half(run[min(first + 1, last)])
        three, four = mixed_half(run[min(first + 2, last)]), mixed_half(run[min(first + 3, last)])
        for k in range(len(lowest)):
            a, b = factors[k], summands[k]
            left = min(np.uint32(a * one + b), np.uint32(a * two + b))
            right = min(np.uint32(a * three + b), np.uint32(a * four + b))
            lowest[k] = min(lowest[k], left, right)


@compiled
def minimise_all(hashes: Hashes, offsets: Offsets, permutations: Halves) -> Halves:
    """The values of `minimise` for many sets in a row, a line each."""
    wide_vectors()
    lowest = np.full((len(offsets) - 1, permutations.shape[1]), np.uint32(0xFFFFFFFF), np.uint32)
    for i in range(len(offsets) - 1):
        minimise(hashes[offsets[i] : offsets[i + 1]], permutations, lowest[i])
    return lowest


@compiled
def mixed_half(shingle: np.uint64) -> np.uint32:
    """The finaliser of MurmurHash3 for the upper 32 bits, which `datasketch` applies before its permutations."""
    value = np.uint32(shingle >> _HALF)
    value ^= value >> np.uint32(16)
    value = np.uint32(value * np.uint32(0x85EBCA6B))
    value ^= value >> np.uint32(13)
    value = np.uint32(value * np.uint32(0xC2B2AE35))
    return np.uint32(value ^ (value >> np.uint32(16)))


@compiled
def winnowed(run: Hashes, kept: Hashes) -> int:
    """Writes the smallest shingle of each window to `kept`, once for windows in a row, and gives how many.

    The smallest of 2, 4 and 8 in a row come from those of half as many, a window is three times 8: vector instructions.
    To follow the smallest one through the text guesses wrong twice a window, and costs twice as much.
    """
    number = len(run) - WINDOW + 1
    if number < 1:
        return 0
    least_of_two(run[:-1], run[1:], kept)
    least_of_two(kept[: len(run) - 3], kept[2:], kept)
    least_of_two(kept[: len(run) - 7], kept[4:], kept)
    second, third, count, before = kept[8:], kept[16:], 0, np.uint64(0)
    for i in range(number):
        least = min(kept[i], second[i], third[i])
        count += int(least != before)
        kept[count - 1] = before = least
    return count


@compiled
def least_of_two(some: Hashes, others: Hashes, least: Hashes) -> None:
    """The smaller of each two; the first may be overwritten."""
    for i in range(len(some)):
        least[i] = min(some[i], others[i])


@compiled
def band_keys(lowest: Halves, keys: Hashes) -> None:
    """Writes one key a band: equal exactly where the band's rows are (to 64 bits)."""
    for band in range(BANDS):
        key = np.uint64(band + 1)
        for row in range(ROWS):
            key = mixed_bits(key * _ONE + np.uint64(lowest[band * ROWS + row]))
        keys[band] = key


@compiled
def taken(value: np.uint64, halves: tuple[np.uint64, np.uint64]) -> tuple[np.uint64, np.uint64]:
    """The two halves of a wording after one value more; each step is a bijection of the half and of the value."""
    one = (halves[0] ^ value) * _ONE
    other = (halves[1] + value) * _OTHER
    return one ^ (one >> _HALF), other ^ (other >> np.uint64(29))


@compiled
def taken_all(words: Hashes, halves: tuple[np.uint64, np.uint64]) -> tuple[np.uint64, np.uint64]:
    """The two halves of a wording after these words."""
    for word in words:
        halves = taken(word, halves)
    return halves


@compiled
def close(halves: tuple[np.uint64, np.uint64], wording: Hashes) -> None:
    """Writes a wording, every bit spread over all."""
    wording[0] = mixed_bits(halves[0] + halves[1] * _OTHER)
    wording[1] = mixed_bits(halves[1] ^ wording[0])


@compiled
def sort_few(values: Hashes) -> None:
    """Sorts a short array in place."""
    for i in range(1, len(values)):
        value, at = values[i], i
        while at > 0 and values[at - 1] > value:
            values[at] = values[at - 1]
            at -= 1
        values[at] = value


@compiled
def sign_words(words: Hashes, ends: Offsets, permutations: Halves, anchors: Hashes) -> tuple[Hashes, Hashes, Offsets]:
    """Signs texts of which the words are known: wordings, keys and counts, a row each; 0 for those without shingles.

    The counts are the number of distinct shingles and where its anchors end in `anchors`.
    """
    wide_vectors()
    number, longest = len(ends) - 1, 1
    for i in range(number):
        longest = max(longest, ends[i + 1] - ends[i])
    run, kept, table = (
        np.empty(longest + 1, np.uint64),
        np.empty(longest + 1, np.uint64),
        np.empty(4 * longest, np.uint64),
    )
    lowest = np.empty(VALUES, np.uint32)
    wordings, keys = np.zeros((number, 2), np.uint64), np.zeros((number, BANDS + 1), np.uint64)
    counts = np.zeros((number, 2), np.int64)
    filled = 0
    for i in range(number):
        own = words[ends[i] : ends[i + 1]]
        shingles = run[: shingles_of(own, run)]
        if len(shingles):
            close(taken_all(own, (_ONE, _OTHER)), wordings[i])
            lowest[:] = np.uint32(0xFFFFFFFF)
            minimise(shingles, permutations, lowest)
            band_keys(lowest, keys[i])
            keys[i, BANDS] = wordings[i, 0]
            sort_few(keys[i])
            counts[i, 0] = number_distinct(shingles, kept, table)
            found = distinct(kept[: winnowed(shingles, kept)], table, True)  # noqa: FBT003 - as above
            anchors[filled : filled + found] = table[:found]
            filled += found
        counts[i, 1] = filled
    return wordings, keys, counts


@compiled
def wording_of_short(texts: Pair, words: Pair) -> tuple[np.uint64, np.uint64]:
    """The wording of a title and a body too short for a shingle: of their words, or of the very text without any."""
    halves = (_ONE, _OTHER)
    if len(words[0]) or len(words[1]):
        return taken_all(words[1], taken(_BODY, taken_all(words[0], halves)))
    for text in texts:
        halves = taken(_BODY, halves)
        for byte in text:
            halves = taken(np.uint64(byte), halves)
    return halves


@compiled
def word_short(rows: Offsets, titles: Found, bodies: Found, wordings: Hashes) -> None:
    """Writes the wordings of the bodies of these rows; `titles` are theirs only."""
    title_data, title_offsets, title_words, title_ends = titles
    body_data, body_offsets, body_words, body_ends = bodies
    for k in range(len(rows)):
        row = rows[k]
        title = title_data[title_offsets[k] : title_offsets[k + 1]]
        body = body_data[body_offsets[row] : body_offsets[row + 1]]
        of_title = title_words[title_ends[k] : title_ends[k + 1]]
        of_body = body_words[body_ends[row] : body_ends[row + 1]]
        close(wording_of_short((title, body), (of_title, of_body)), wordings[row])


@compiled
def sets_of(words: Hashes, ends: Offsets, found: Hashes) -> Offsets:
    """Writes the distinct shingles of each text to `found`, sorted, and gives their offsets."""
    longest = 1
    for i in range(len(ends) - 1):
        longest = max(longest, ends[i + 1] - ends[i])
    run, table = np.empty(longest, np.uint64), np.empty(3 * longest, np.uint64)
    offsets = np.zeros(len(ends), np.int64)
    for i in range(len(ends) - 1):
        own = words[ends[i] : ends[i + 1]]
        count = distinct(run[: shingles_of(own, run)], table, False)  # noqa: FBT003 - as above
        found[offsets[i] : offsets[i] + count] = table[:count]
        offsets[i + 1] = offsets[i] + count
    return offsets
