"""The loops of `transforms.quality`: what is counted in the code points of a text, and what recurs in it.

All stand in one file, since machine code that is kept on disk is made anew when its own file changes, and only then.

A *chunk* is a run without white space; a *token* is the same, but in scripts that are written without spaces each
letter is a token of its own. Lines and n-grams are found by hashes of 64 bits; those that share one are taken for the
same: in a text of a million words the chance that any two do so by accident is less than one in ten million.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from transforms.compiled import compiled

Points = NDArray[np.uint32]
Kinds = NDArray[np.uint8]
Hashes = NDArray[np.uint64]
Lengths = NDArray[np.int64]


class Items(NamedTuple):
    """Tokens or lines: the hash and the length in characters of each, in arrays with room for more."""

    hashes: Hashes
    lengths: Lengths


SPACE: Final = 1
LETTER: Final = 2
WORD: Final = 4  # part of a word: letters, digits, marks
ALONE: Final = 8  # a token of its own
LINE_END: Final = 16  # what a line that is not broken off ends with
STOP: Final = 32  # ends a sentence where white space follows
WIDE_STOP: Final = 64  # ends a sentence wherever it stands
CLOSING: Final = 128  # may stand between the end of a sentence and the white space

NEWLINE, HASH_SIGN, DOT, ELLIPSIS = 0x0A, 0x23, 0x2E, 0x2026
# The multiplier of the polynomial over a token (2^64 divided by the golden ratio).
BASE: Final = np.uint64(0x9E3779B97F4A7C15)
SPREAD: Final = np.uint64(0xC2B2AE3D27D4EB4F)
ONE: Final = np.uint64(1)
# Lines shorter than this are short; FineWeb chose it.
SHORT: Final = 30
# A phone number has at least as many figures, one less where it begins with a plus.
PHONE_FIGURES: Final = 9
# n-grams of up to four words are asked for the most frequent one, the others for all that recur.
LEAST, TOP, LONGEST = 2, 4, 10
# Where the shares begin in a row: of lines, of n-grams, of chunks, of ends of lines.
LINES, GRAMS, CHUNKS, ENDS = 1, 3, 12, 14


@compiled
def tokens_in(points: Points, kinds: Kinds, tokens: Items) -> int:
    """Fills in the hash and the length of each token; gives how many there are."""
    found, within = 0, False
    for point in points:
        kind = kinds[point]
        if kind & SPACE:
            within = False
            continue
        if kind & ALONE or not within:
            tokens.hashes[found], tokens.lengths[found] = np.uint64(0), 0
            found += 1
            within = not kind & ALONE
        tokens.hashes[found - 1] = (tokens.hashes[found - 1] + np.uint64(point) + ONE) * BASE
        tokens.lengths[found - 1] += 1
    return found


@compiled
def chunk_figures(points: Points, kinds: Kinds) -> tuple[int, int, int, int]:
    """The numbers of chunks, of characters in them, of chunks with a letter, and of `#` and ellipses."""
    chunks, inside, lettered, symbols, dots = 0, 0, 0, 0, 0
    within, letter = False, False
    for point in points:
        kind = kinds[point]
        dots = dots + 1 if point == DOT else 0
        if dots == 3 or point in (HASH_SIGN, ELLIPSIS):
            symbols += 1
            dots = 0
        if kind & SPACE:
            within = False
            continue
        if not within:
            chunks += 1
            within, letter = True, False
        inside += 1
        if kind & LETTER and not letter:
            lettered += 1
            letter = True
    return chunks, inside, lettered, symbols


@compiled
def lines_in(points: Points, kinds: Kinds, bullets: Points, lines: Items, counts: Lengths) -> int:
    """Fills in the hash and the length of each line that is not blank; gives how many there are.

    `counts` gets the numbers of those that end as sentences do, begin with a bullet, end in an ellipsis, are short.
    """
    found, start = 0, 0
    counts[:] = 0
    for end in range(len(points) + 1):
        if end < len(points) and points[end] != NEWLINE:
            continue
        first, last = start, end - 1
        while first < end and kinds[points[first]] & SPACE:
            first += 1
        while last > first and kinds[points[last]] & SPACE:
            last -= 1
        if first < end:
            value = np.uint64(0)
            for place in range(start, end):
                value = (value + np.uint64(points[place]) + ONE) * BASE
            lines.hashes[found], lines.lengths[found] = value, end - start
            found += 1
            counts[0] += kinds[points[last]] & LINE_END != 0
            counts[1] += is_bullet(points, kinds, bullets, first, end)
            dotted = last - first >= 2 and points[last] == DOT and points[last - 1] == DOT and points[last - 2] == DOT
            counts[2] += dotted or points[last] == ELLIPSIS
            counts[3] += last - first + 1 < SHORT
        start = end + 1
    return found


@compiled
def is_bullet(points: Points, kinds: Kinds, bullets: Points, first: int, end: int) -> bool:
    """Whether a bullet and white space stand at `first`."""
    if first + 1 >= end or not kinds[points[first + 1]] & SPACE:
        return False
    for bullet in bullets:  # noqa: SIM110 - numba knows no generators in any()
        if points[first] == bullet:
            return True
    return False


@compiled
def sentences_in(points: Points, kinds: Kinds) -> int:
    """How many sentences there are: stretches with a letter or digit, up to a mark that ends one, or the end."""
    found, ended, word = 0, False, False
    for point in points:
        kind = kinds[point]
        if kind & WIDE_STOP or (ended and kind & SPACE):
            found += word
            ended, word = False, False
        elif kind & STOP:
            ended = True
        elif not kind & CLOSING:
            ended = False
            word = word or kind & WORD != 0
    return found + word


@compiled
def known_words(points: Points, kinds: Kinds, known: Hashes) -> int:
    """Which of the known words stand in a text, as bits; the last known one counts where the one before precedes it."""
    bits, value, previous, within = 0, np.uint64(0), np.uint64(0), False
    for place in range(len(points) + 1):
        kind = kinds[points[place]] if place < len(points) else 0
        if kind & WORD:
            point = points[place]
            if 0x41 <= point <= 0x5A:
                point += 0x20
            value = ((value if within else np.uint64(0)) + np.uint64(point) + ONE) * BASE
            within = True
            continue
        if within:
            for at in range(len(known)):
                if known[at] == value and (at < len(known) - 1 or previous == known[at - 1]):
                    bits |= 1 << at
            previous, within = value, False
        if place < len(points) and not kind & SPACE:
            previous = np.uint64(0)
    return bits


@compiled
def personal_in(points: Points, stretches: Lengths) -> bool:
    """Whether there is an @; `stretches` gets where the first and the last stretch stand that may be personal.

    The first two are of phone numbers: figures and what may stand between them, nine figures at least or eight and a
    plus. The others are of IP addresses: three dots behind figures; or seven colons, or two in a row, with a figure.
    """
    signs = 0
    for point in points:
        signs += point == 0x40
    stretches[:] = -1
    place = 0
    while place < len(points):
        # Nothing is personal without a figure, so only what stands around one is looked at.
        if not 0x30 <= points[place] <= 0x39:
            place += 1
            continue
        first = place
        while first > 0 and (between_figures(points[first - 1]) or in_address(points[first - 1])):
            first -= 1
        place = numbers_in(points, first, stretches)
    return signs > 0


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


class Marks(NamedTuple):
    """The kinds of code points, the bullets, and the hashes of known words, the last of which are two in a row."""

    kinds: Kinds
    bullets: Points
    known: Hashes


class Figures(NamedTuple):
    """What is found, a row a text: shares; sentences and stop words; javascript, lorem ipsum, @; `personal_in`."""

    shares: NDArray[np.float64]
    counts: Lengths
    flags: NDArray[np.bool_]
    stretches: Lengths


class Table(NamedTuple):
    """A hash table with open addressing: a key of 0 is a free slot; `bits` holds how many bits number the slots."""

    keys: Hashes
    counts: NDArray[np.int32]
    bits: Lengths


@compiled
def emptied(table: Table, items: int) -> None:
    """Empties a table, and narrows it to what so many items need, so that it stays in the cache."""
    bits = 1
    while 1 << bits < 2 * (items + 1):
        bits += 1
    table.bits[0] = bits
    table.keys[: 1 << bits] = 0


@compiled
def counted(value: np.uint64, table: Table) -> int:
    """How often a value has been counted in a table, this time too."""
    key = value or ONE
    slot = np.int64((key * SPREAD) >> np.uint64(64 - table.bits[0]))
    while table.keys[slot] and table.keys[slot] != key:
        slot = (slot + 1) & ((1 << table.bits[0]) - 1)
    if not table.keys[slot]:
        table.keys[slot], table.counts[slot] = key, 0
    table.counts[slot] += 1
    return int(table.counts[slot])


@compiled
def repeated(items: Items, found: int, table: Table) -> tuple[int, int]:
    """How many of the first `found` items stood before, and the sum of their lengths."""
    emptied(table, found)
    again, inside = 0, 0
    for at in range(found):
        if counted(items.hashes[at], table) > 1:
            again += 1
            inside += items.lengths[at]
    return again, inside


@compiled
def top_gram(grams: Hashes, sums: Lengths, size: int, table: Table) -> int:
    """The characters in all occurrences of the most frequent n-gram; 0 where none occurs twice.

    Of n-grams that are equally frequent the longest counts. `sums` are the lengths of all tokens before each.
    """
    emptied(table, len(grams))
    most, longest = 1, 0
    for at in range(len(grams)):
        count, length = counted(grams[at], table), sums[at + size] - sums[at]
        if count > most or (count == most and count > 1 and length > longest):
            most, longest = count, length
    return most * longest


@compiled
def covered(grams: Hashes, sums: Lengths, size: int, table: Table) -> int:
    """The characters of tokens that lie in an n-gram which stood before, each counted once."""
    emptied(table, len(grams))
    inside, reached = 0, 0
    for at in range(len(grams)):
        if counted(grams[at], table) > 1:
            start = max(at, reached)
            reached = at + size
            inside += sums[reached] - sums[start]
    return inside


@compiled
def gram_shares(tokens: Items, found: int, table: Table, grams: Hashes, shares: NDArray[np.float64]) -> None:
    """Fills in the share of characters in n-grams, for each length of these."""
    sums = np.zeros(found + 1, np.int64)
    for at in range(found):
        sums[at + 1] = sums[at] + tokens.lengths[at]
        grams[at] = tokens.hashes[at]
    for size in range(LEAST, LONGEST + 1):
        there = found - size + 1
        if there < 2:
            break
        for at in range(there):
            grams[at] = grams[at] * BASE + tokens.hashes[at + size - 1]
        characters = (
            top_gram(grams[:there], sums, size, table) if size <= TOP else covered(grams[:there], sums, size, table)
        )
        # Occurrences of one n-gram may overlap each other.
        shares[size - LEAST] = min(1.0, characters / sums[found])
        # Where nothing of this length recurs, nothing longer does: nearly always from five or six words on.
        if characters == 0:
            break


@compiled
def line_shares(points: Points, marks: Marks, lines: Items, table: Table, row: NDArray[np.float64]) -> None:
    """Fills in the shares of lines in the row of a text."""
    ends = np.zeros(4, np.int64)
    found = lines_in(points, marks.kinds, marks.bullets, lines, ends)
    again, characters = repeated(lines, found, table)
    row[LINES] = again / max(found, 1)
    row[LINES + 1] = characters / max(int(np.sum(lines.lengths[:found])), 1)
    row[ENDS : ENDS + 4] = ends / max(found, 1)


@compiled
def measure(points: Points, bounds: Lengths, marks: Marks, figures: Figures) -> None:
    """Measures each text `points[bounds[i] : bounds[i + 1]]`: fills in its row of the figures."""
    room = np.max(np.diff(bounds)) + 1
    items, grams = Items(np.empty(room, np.uint64), np.empty(room, np.int64)), np.empty(room, np.uint64)
    slots = 1
    while slots < 2 * (room + 1):
        slots *= 2
    table = Table(np.empty(slots, np.uint64), np.empty(slots, np.int32), np.zeros(1, np.int64))
    for text in range(len(bounds) - 1):
        within, row = points[bounds[text] : bounds[text + 1]], figures.shares[text]
        chunks, inside, lettered, symbols = chunk_figures(within, marks.kinds)
        row[0] = inside / max(chunks, 1)
        row[CHUNKS], row[CHUNKS + 1] = symbols / max(chunks, 1), lettered / max(chunks, 1)
        line_shares(within, marks, items, table, row)
        found = tokens_in(within, marks.kinds, items)
        gram_shares(items, found, table, grams, row[GRAMS:CHUNKS])
        figures.counts[text, 0] = sentences_in(within, marks.kinds)
        known, last = known_words(within, marks.kinds, marks.known), len(marks.known) - 1
        for at in range(last - 2):
            figures.counts[text, 1] += known >> at & 1
        figures.flags[text, 0], figures.flags[text, 1] = known >> (last - 2) & 1, known >> last & 1
        figures.flags[text, 2] = personal_in(within, figures.stretches[text])
