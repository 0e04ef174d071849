"""The loops that tell what is in a text: tokens, chunks, lines, sentences, known words, what may be personal.

A *chunk* is a run without white space; a *token* is the same, but in scripts that are written without spaces each
letter is a token of its own. Where they begin and end is seen in the bits that tell what 64 characters are; nothing is
asked character by character, since nobody can guess where the next word ends, the processor neither.

Lines and n-grams are found by hashes of 64 bits; those that share one are taken for the same: in a text of a million
words the chance that any two do so by accident is less than one in ten million.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from transforms.compiled import compiled
from transforms.vectors import flag_bits, lowest_bit, set_bits

Points = NDArray[np.uint32]
Kinds = NDArray[np.uint16]
Hashes = NDArray[np.uint64]
Lengths = NDArray[np.int64]


class Items(NamedTuple):
    """Tokens or lines: the hash of each, where it begins and how long it is, in arrays with room for more."""

    hashes: Hashes
    starts: Lengths
    lengths: Lengths


# What a character is, as bits.
SPACE: Final = np.uint16(1)
LETTER: Final = np.uint16(2)
WORD: Final = np.uint16(4)  # part of a word: letters, digits, marks
ALONE: Final = np.uint16(8)  # a token of its own
LINE_END: Final = np.uint16(16)  # what a line that is not broken off ends with
STOP: Final = np.uint16(32)  # ends a sentence where white space follows
WIDE_STOP: Final = np.uint16(64)  # ends a sentence wherever it stands
ENDS_SENTENCE: Final = np.uint16(STOP | WIDE_STOP)
CLOSING: Final = np.uint16(128)  # may stand between the end of a sentence and the white space
BREAK: Final = np.uint16(256)  # ends a line
SYMBOL: Final = np.uint16(512)  # a hash sign or an ellipsis
FULL_STOP: Final = np.uint16(1024)
FIGURE: Final = np.uint16(2048)  # 0 to 9
AT_SIGN: Final = np.uint16(4096)
CURLY: Final = np.uint16(8192)  # a curly bracket

DOT, ELLIPSIS = 0x2E, 0x2026
# The multiplier of the polynomial over a token (2^64 divided by the golden ratio).
BASE: Final = np.uint64(0x9E3779B97F4A7C15)
SPREAD: Final = np.uint64(0xC2B2AE3D27D4EB4F)
ONE: Final = np.uint64(1)
FIRST: Final = np.uint64(0)
SIX: Final = np.uint64(6)
BLOCK: Final = 64
LAST_BIT: Final = np.uint64(BLOCK - 1)
# Letters of a token that are taken in before it is asked whether it has more.
AT_ONCE: Final = 8
# Lines shorter than this are short; FineWeb chose it.
SHORT: Final = 30
# A phone number has at least as many figures, one less where it begins with a plus.
PHONE_FIGURES: Final = 9
# How many known words there are, and how many upper bits of a hash tell its place among them.
KNOWN_WORDS: Final = 11
KNOWN_BITS: Final = 8


class Marks(NamedTuple):
    """The kinds of code points, the bullets, and known words by their hashes.

    A known word stands in `known` at the place that the upper bits of its hash tell, its number at the same place of
    `numbers`; of the two numbered last, the second counts only behind the first.
    """

    kinds: Kinds
    bullets: Points
    known: Hashes
    numbers: Lengths


class Seen(NamedTuple):
    """A text, and white space behind it: its code points, the same with the capitals of ASCII folded, their kinds."""

    points: Points
    folded: Points
    kinds: Kinds


@compiled
def look(points: Points, kinds: Kinds, seen: Seen) -> None:
    """Fills in what is seen of a text."""
    number = len(points)
    for k in range(number):
        seen.points[k] = points[k]
    for k in range(number):
        capital = np.uint32(points[k] - np.uint32(0x41)) < np.uint32(26)
        seen.folded[k] = points[k] | np.uint32(0x20) if capital else points[k]
    for k in range(number):
        seen.kinds[k] = kinds[points[k]]
    for k in range(number, number + BLOCK + AT_ONCE):
        seen.points[k] = seen.folded[k] = 0x20
        seen.kinds[k] = SPACE


@compiled
def places_of(bits: np.uint64, place: int, places: Lengths, found: int) -> int:
    """Writes the places of bits behind those found and gives how many there are then; more are written, for nothing."""
    at, left = np.uint64(found), bits
    while left:
        for k in range(16):
            places[at + np.uint64(k)] = place + lowest_bit(left)
            left &= left - ONE
        at += np.uint64(16)
    return found + set_bits(bits)


@compiled
def tokens_in(seen: Seen, number: int, tokens: Items) -> int:
    """Fills in the tokens of a text; gives how many there are."""
    begun, ended, inside_before, alone_before = 0, 0, np.uint64(0), np.uint64(0)
    for place in range(0, number + 1, BLOCK):
        inside, alone = ~flag_bits(seen.kinds, place, SPACE), flag_bits(seen.kinds, place, ALONE)
        behind = (inside << ONE) | inside_before
        begins = inside & (alone | ~behind | (alone << ONE) | alone_before)
        begun = places_of(begins, place, tokens.starts, begun)
        ended = places_of(behind & (begins | ~inside), place, tokens.lengths, ended)
        inside_before, alone_before = inside >> LAST_BIT, alone >> LAST_BIT
    hash_items(seen.points, tokens, begun)
    return begun


@compiled
def hash_items(points: Points, items: Items, found: int) -> None:
    """Fills in hashes and lengths of items whose lengths still tell where they end: the first letters, then others."""
    reached = np.empty(AT_ONCE, np.uint64)
    for k in range(found):
        items.lengths[k] -= items.starts[k]
        at, value = np.uint64(items.starts[k]), FIRST
        for letter in range(AT_ONCE):
            value = np.uint64((value + np.uint64(points[at + np.uint64(letter)]) + ONE) * BASE)
            reached[letter] = value
        items.hashes[k] = reached[np.uint64(min(items.lengths[k], AT_ONCE) - 1)]
    for k in range(found):
        for place in range(items.starts[k] + AT_ONCE, items.starts[k] + items.lengths[k]):
            value = items.hashes[k] + np.uint64(points[place]) + ONE
            items.hashes[k] = value * BASE


@compiled
def chunk_figures(seen: Seen, number: int) -> tuple[int, int, int, int]:
    """The numbers of chunks, of characters in them, of chunks with a letter, and of `#` and ellipses.

    What begins a chunk and is no letter is added to all that is none: the carry runs up to the first that is a letter.
    """
    chunks, characters, lettered, symbols = 0, 0, 0, 0
    before, unlettered, dots, dotted = np.uint64(0), np.uint64(0), np.uint64(0), np.uint64(0)
    for place in range(0, number, BLOCK):
        inside, letters = ~flag_bits(seen.kinds, place, SPACE), flag_bits(seen.kinds, place, LETTER)
        begins = inside & ~((inside << ONE) | before)
        chunks += set_bits(begins)
        characters += set_bits(inside)
        others, first = inside & ~letters, begins | (inside & unlettered)
        carried = (first & others) + others
        lettered += set_bits((first | (carried & ~others)) & letters)
        unlettered, before = np.uint64(carried < others), inside >> LAST_BIT
        symbols += set_bits(flag_bits(seen.kinds, place, SYMBOL))
        here = flag_bits(seen.kinds, place, FULL_STOP)
        dotted |= here & ((here << ONE) | dots)
        dots = here >> LAST_BIT
    return chunks, characters, lettered, symbols + (ellipses_in(seen.points, number) if dotted else 0)


@compiled
def ellipses_in(points: Points, number: int) -> int:
    """How many times there are three full stops in a row."""
    found, dots = 0, 0
    for place in range(number):
        dots = dots + 1 if points[place] == DOT else 0
        found += int(dots == 3)
        dots %= 3
    return found


@compiled
def lines_in(seen: Seen, number: int, bullets: Points, lines: Items, counts: Lengths) -> int:
    """Fills in the lines that are not blank; gives how many there are.

    `counts` gets the numbers of those that end as sentences do, begin with a bullet, end in an ellipsis, are short.
    """
    breaks, start = 0, 0
    for place in range(0, number, BLOCK):
        breaks = places_of(flag_bits(seen.kinds, place, BREAK), place, lines.lengths, breaks)
    lines.lengths[breaks] = number
    found, points, kinds = 0, seen.points, seen.kinds
    counts[:] = 0
    for line in range(breaks + 1):
        end = lines.lengths[line]
        first, last = start, end - 1
        while first < end and kinds[first] & SPACE:
            first += 1
        while last > first and kinds[last] & SPACE:
            last -= 1
        if first < end:
            lines.hashes[found], lines.starts[found], lines.lengths[found] = (
                line_hash(points, start, end),
                start,
                end - start,
            )
            found += 1
            counts[0] += kinds[last] & LINE_END != 0
            counts[1] += is_bullet(points, kinds, bullets, first, end)
            dotted = last - first >= 2 and points[last] == DOT and points[last - 1] == DOT and points[last - 2] == DOT
            counts[2] += dotted or points[last] == ELLIPSIS
            counts[3] += last - first + 1 < SHORT
        start = end + 1
    return found


@compiled
def line_hash(points: Points, start: int, end: int) -> np.uint64:
    """The hash of a line: of every fourth character a polynomial, since each waits for its last product only."""
    one, two, three, four = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4)
    at = start
    while at + 4 <= end:
        one = (one + points[at]) * BASE
        two = (two + points[at + 1]) * BASE
        three = (three + points[at + 2]) * BASE
        four = (four + points[at + 3]) * BASE
        at += 4
    while at < end:
        one = (one + points[at] + ONE) * SPREAD
        at += 1
    mixed = ((one ^ (one >> np.uint64(32))) * SPREAD + two) * BASE
    mixed = ((mixed ^ (mixed >> np.uint64(32))) * SPREAD + three) * BASE
    return ((mixed ^ (mixed >> np.uint64(32))) * SPREAD + four) * BASE


@compiled
def is_bullet(points: Points, kinds: Kinds, bullets: Points, first: int, end: int) -> bool:
    """Whether a bullet and white space stand at `first`."""
    if first + 1 >= end or not kinds[first + 1] & SPACE:
        return False
    for bullet in bullets:  # noqa: SIM110 - numba knows no generators in any()
        if points[first] == bullet:
            return True
    return False


@compiled
def sentences_in(seen: Seen, number: int, places: Lengths) -> int:
    """How many sentences there are: stretches with a letter or digit, up to a mark that ends one, or the end."""
    stops, kinds = 0, seen.kinds
    for place in range(0, number, BLOCK):
        stops = places_of(flag_bits(kinds, place, ENDS_SENTENCE), place, places, stops)
    found, looked, word, after = 0, 0, False, 0
    for k in range(stops):
        if kinds[places[k]] & WIDE_STOP:
            after = places[k]
        else:
            # Of several in a row each leads to the same place: no way is gone twice.
            after = max(after, places[k] + 1)
            while kinds[after] & (STOP | CLOSING) and not kinds[after] & WIDE_STOP and after < number:
                after += 1
            if not kinds[after] & SPACE:
                continue
        while looked < places[k]:
            if kinds[looked] & WORD:
                word, looked = True, places[k]
            looked += 1
        found += word
        word, looked = False, max(looked, after)
    while looked < number and not word:
        word = kinds[looked] & WORD != 0
        looked += 1
    return found + word


@compiled
def known_words(seen: Seen, number: int, marks: Marks, words: Items) -> int:
    """Which of the known words stand in a text, as bits by their numbers."""
    begun, ended, before, bits = 0, 0, np.uint64(0), np.uint64(0)
    for place in range(0, number + 1, BLOCK):
        inside = flag_bits(seen.kinds, place, WORD)
        behind = (inside << ONE) | before
        begun = places_of(inside & ~behind, place, words.starts, begun)
        ended = places_of(behind & ~inside, place, words.lengths, ended)
        before = inside >> LAST_BIT
    hash_items(seen.folded, words, begun)
    second = KNOWN_WORDS - 1
    for k in range(begun):
        value = words.hashes[k]
        at = value >> np.uint64(64 - KNOWN_BITS)
        if marks.known[at] == value and marks.numbers[at] == second:
            bits |= np.uint64(follows(seen.kinds, words, marks, k)) << np.uint64(second)
        else:
            bits |= np.uint64(marks.known[at] == value) << np.uint64(marks.numbers[at])
    return int(np.int64(bits))


@compiled
def follows(kinds: Kinds, words: Items, marks: Marks, k: int) -> bool:
    """Whether nothing but white space stands between a word and the known one before the last."""
    if k == 0:
        return False
    value, first = words.hashes[k - 1], KNOWN_WORDS - 2
    at = value >> np.uint64(64 - KNOWN_BITS)
    if marks.known[at] != value or marks.numbers[at] != first:
        return False
    for place in range(words.starts[k - 1] + words.lengths[k - 1], words.starts[k]):  # noqa: SIM110 - numba knows no generators in all()
        if not kinds[place] & SPACE:
            return False
    return True


@compiled
def personal_in(seen: Seen, number: int, stretches: Lengths) -> None:
    """`stretches` gets where the first and the last stretch stand that may be personal.

    The first two are of phone numbers: figures and what may stand between them, nine figures at least or eight and a
    plus. The others are of IP addresses: three dots behind figures; or seven colons, or two in a row, with a figure.
    """
    stretches[:] = -1
    points, place = seen.points[:number], 0
    while place < number:
        # Nothing is personal without a figure, so only what stands around one is looked at.
        figures = flag_bits(seen.kinds, place, FIGURE)
        if not figures:
            place += BLOCK
            continue
        first = place + lowest_bit(figures)
        while first > 0 and (between_figures(points[first - 1]) or in_address(points[first - 1])):
            first -= 1
        place = numbers_in(points, first, stretches)


@compiled
def has_flag(kinds: Kinds, number: int, flag: np.uint16) -> bool:
    """Whether a text has a character of a kind."""
    bits = np.uint64(0)
    for place in range(0, number, BLOCK):
        bits |= flag_bits(kinds, place, flag)
    return bool(bits != 0)


@compiled
def between_figures(point: np.uint32) -> bool:
    """Whether phone numbers are written with it."""
    return bool(0x30 <= point <= 0x39 or point in (0x20, 0x28, 0x29, 0x2B, 0x2D, 0x2E, 0x2F, 0xA0, 0x202F))


@compiled
def in_address(point: np.uint32) -> bool:
    """Whether IP addresses are written with it."""
    return bool(0x30 <= point <= 0x3A or point == 0x2E or 0x41 <= point <= 0x46 or 0x61 <= point <= 0x66)


@compiled
def numbers_in(points: Points, first: int, stretches: Lengths) -> int:
    """Looks at what begins at `first`, up to a character that no number is written with; gives where that ends."""
    plus, double = False, False
    started, address = first, first
    figures, dots, colons, digits = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
    before = np.uint32(0)
    for place in range(first, len(points) + 1):
        point = points[place] if place < len(points) else np.uint32(0)
        digit, other = 0x30 <= point <= 0x39, True
        if between_figures(point):
            figures += digit
            plus = plus or point == 0x2B
            other = False
        else:
            if figures >= PHONE_FIGURES - plus:
                stretches[0] = started if stretches[0] < 0 else stretches[0]
                stretches[1] = place
            figures, started, plus = np.int64(0), place + 1, False
        if in_address(point):
            dots += point == 0x2E and 0x30 <= before <= 0x39
            colons += point == 0x3A
            double = double or (point == 0x3A and before == 0x3A)
            digits += digit
            other = False
        else:
            if dots >= 3 or (digits and (double or colons >= 7)):
                stretches[2] = address if stretches[2] < 0 else stretches[2]
                stretches[3] = place
            dots, colons, digits = np.int64(0), np.int64(0), np.int64(0)
            address, double = place + 1, False
        if other:
            return place + 1
        before = point
    return len(points) + 1
