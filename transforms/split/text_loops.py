"""The loops of the text splitter: which words recur where, and hashes of stretches of a text."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.compiled import compiled

Codes = NDArray[np.uint32]
Kinds = NDArray[np.uint16]
Ints = NDArray[np.int64]
Hashes = NDArray[np.uint64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# Kinds of characters, as in `text_codes`.
SPACE, DIGIT, LETTER, WIDE = 1, 2, 16, 32
ZERO: Final = np.uint64(ord("0"))
# FNV-1a over code points, 64 bits.
BASIS, PRIME = np.uint64(14695981039346656037), np.uint64(1099511628211)
# The multiplier of `stretch_hashes`: an odd one, the golden ratio times 2^64 (Knuth 6.4).
FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)
ONE, SHIFT = np.uint64(1), np.uint64(29)
# Steps a word in a hash table that is half full; chance takes one or two (Knuth 6.4).
MOST_STEPS: Final = 16


@compiled
def find_words(codes: Codes, kinds: Kinds, small: Codes, long: int, short: int) -> tuple[Ints, Hashes, Ints, Hashes]:
    """Where words of at least `long` letters begin, in order, with a hash of what each says in small letters.

    Then the same of words with fewer letters, but at least `short`. Letters of scripts without spaces make no words,
    but each two neighbours of them count as a long one. `small` has the small letter of each character of the basic
    plane.
    """
    begins, hashes = np.empty(len(codes) + 1, np.int64), np.empty(len(codes) + 1, np.uint64)
    short_begins, short_hashes = np.empty(len(codes) // 2 + 1, np.int64), np.empty(len(codes) // 2 + 1, np.uint64)
    found, short_found, begin, value, wide_before = 0, 0, -1, BASIS, False
    for at in range(len(codes) + 1):
        kind = kinds[at] if at < len(codes) else 0
        wide = kind & LETTER != 0 and kind & WIDE != 0
        if kind & LETTER != 0 and not wide:
            if begin < 0:
                begin, value = at, BASIS
            code = codes[at]
            value = (value ^ np.uint64(small[code] if code < len(small) - 1 else code)) * PRIME
        elif begin >= 0:
            if at - begin >= long:
                begins[found], hashes[found] = begin, value
                found += 1
            elif at - begin >= short:
                short_begins[short_found], short_hashes[short_found] = begin, value
                short_found += 1
            begin = -1
        if wide and wide_before:
            one, two = codes[at - 1], codes[at]
            value = (BASIS ^ np.uint64(small[one] if one < len(small) - 1 else one)) * PRIME
            value = (value ^ np.uint64(small[two] if two < len(small) - 1 else two)) * PRIME
            begins[found], hashes[found] = at - 1, value
            found += 1
        wide_before = wide
    return begins[:found], hashes[:found], short_begins[:short_found], short_hashes[:short_found]


@compiled
def link_words(hashes: Hashes) -> tuple[Ints, Ints]:
    """For each word where the same one stands before it, -1 for nowhere, and after it, their number for nowhere.

    Words that chance would not let meet so often in the table were chosen to: then all are sorted.
    """
    count = len(hashes)
    steps = MOST_STEPS * count
    before, after = np.full(count, -1, np.int64), np.full(count, count, np.int64)
    size = 16
    while size < 2 * count:
        size *= 2
    last = np.full(size, -1, np.int64)
    for word in range(count):
        value = hashes[word]
        slot = np.int64((value ^ (value >> SHIFT)) & np.uint64(size - 1))
        home = slot
        while last[slot] >= 0 and hashes[last[slot]] != value:
            slot = (slot + 1) & (size - 1)
        steps -= int((slot - home) & (size - 1))
        if steps < 0:
            return _link_sorted(hashes)
        if last[slot] >= 0:
            before[word] = last[slot]
            after[last[slot]] = word
        last[slot] = word
    return before, after


@compiled
def _link_sorted(hashes: Hashes) -> tuple[Ints, Ints]:
    """The same by a stable sort, at the same cost for any hashes."""
    count = len(hashes)
    before, after = np.full(count, -1, np.int64), np.full(count, count, np.int64)
    order = np.argsort(hashes, kind="mergesort")
    for place in range(1, count):
        one, next_one = order[place - 1], order[place]
        if hashes[one] == hashes[next_one]:
            before[next_one], after[one] = one, next_one
    return before, after


@compiled
def words_shared(before: Ints, top: Ints, bottom: Ints, below: Ints, window: int) -> Ints:
    """Of the `below` words from `bottom` on, how many stand among the `window` words before `top` too, for each row."""
    shared = np.zeros(len(top), np.int64)
    for row in range(len(top)):
        for at in range(bottom[row], bottom[row] + below[row]):
            place = before[at]
            while place >= top[row]:
                place = before[place]
            shared[row] += place >= max(top[row] - window, 0)
    return shared


@compiled
def words_leading(before: Ints, after: Ints, top: Ints, bottom: Ints, own: int, window: int) -> Ints:  # noqa: PLR0913, PLR0917
    """Of the first `own` words from `top` up to `bottom`, how many more stand below than above, for each row.

    Above and below are the `window` words before `top` and from `bottom` on.
    """
    lead, count = np.zeros(len(top), np.int64), len(before)
    for row in range(len(top)):
        first, last = top[row], bottom[row]
        for at in range(first, min(last, first + own)):
            place = before[at]
            while place >= first:
                place = before[place]
            lead[row] -= place >= max(first - window, 0)
            place = after[at]
            while place < last:
                place = after[place]
            lead[row] += place < min(last + window, count)
    return lead


@compiled
def stretch_hashes(codes: Codes, kinds: Kinds, first: Ints, last: Ints) -> Hashes:
    """A hash of each stretch from `first` up to `last` in which every number counts as one zero.

    The hash is a polynomial in the characters, and one, modulo 2^64 (Karp and Rabin 1987), then folded.
    """
    hashes = np.zeros(len(first), np.uint64)
    for row in range(len(first)):
        value, power, within = np.uint64(0), ONE, first[row] > 0 and kinds[first[row] - 1] & DIGIT != 0
        for at in range(first[row], last[row]):
            digit = kinds[at] & DIGIT != 0
            if not (digit and within):
                value += ((ZERO if digit else np.uint64(codes[at])) + ONE) * power
                power *= FACTOR
            within = digit
        hashes[row] = value ^ (value >> SHIFT)
    return hashes


@compiled
def kinds_in(codes: Codes, table: Kinds) -> Kinds:
    """The kinds of each character; the last entry of the table stands for all beyond it."""
    kinds, beyond = np.empty(len(codes), np.uint16), np.uint32(len(table) - 1)
    for at in range(len(codes)):
        kinds[at] = table[min(codes[at], beyond)]
    return kinds


@compiled
def scan_rows(kinds: Kinds, lengths: Ints, counted: Ints) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """The lines of a text that are not blank, from the lengths of all of them, each of which one character ends.

    Gives for each its number, where it begins, where it begins and ends without white space around it, and how many
    characters of each kind that is `counted` it has, a row of numbers.
    """
    line, begins = np.empty(len(lengths), np.int64), np.empty(len(lengths), np.int64)
    first, last = np.empty(len(lengths), np.int64), np.empty(len(lengths), np.int64)
    counts = np.zeros((len(lengths), len(counted)), np.int64)
    found, begin = 0, 0
    for number in range(len(lengths)):
        end = begin + lengths[number]
        left, right = begin, end
        while left < right and kinds[left] & SPACE:
            left += 1
        while left < right and kinds[right - 1] & SPACE:
            right -= 1
        if left < right:
            line[found], begins[found], first[found], last[found] = number, begin, left, right
            for kind in range(len(counted)):
                count, wanted = 0, np.uint16(counted[kind])
                for at in range(left, right):
                    count += kinds[at] & wanted != 0
                counts[found, kind] = count
            found += 1
        begin = end + 1
    return line[:found], begins[:found], first[:found], last[:found], counts[:found]


@compiled
def word_edges(kinds: Kinds) -> tuple[Ints, Ints]:
    """Begin and end of every word between white space."""
    begins, ends = np.empty(len(kinds) // 2 + 2, np.int64), np.empty(len(kinds) // 2 + 2, np.int64)
    begun, ended, inside = 0, 0, 0
    # Written at each character and counted where it holds: no processor guesses where words end.
    for at in range(len(kinds)):
        solid = int(kinds[at] & SPACE == 0)
        begins[begun] = ends[ended] = at
        begun += solid & ~inside
        ended += inside & ~solid
        inside = solid
    ends[ended] = len(kinds)
    return begins[:begun], ends[:begun]


@compiled
def group_rows(keys: Hashes, rows: Ints, blocks: Ints, least: Ints) -> tuple[Ints, Ints, Hashes, Ints]:
    """The rows that share a key, from `rows` in the order of their `keys`, block by block.

    Block b goes up to `blocks[b]`; of its groups those count that have at least `least[b]` rows. Gives their rows, one
    group after another, and of each group its size, its key and its block.
    """
    kept, sizes = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
    names, places = np.empty(len(rows), np.uint64), np.empty(len(rows), np.int64)
    found, filled, begin = 0, 0, 0
    for block in range(len(blocks)):
        while begin < blocks[block]:
            end = begin + 1
            while end < blocks[block] and keys[end] == keys[begin]:
                end += 1
            if end - begin >= least[block]:
                kept[filled : filled + end - begin] = rows[begin:end]
                filled += end - begin
                sizes[found], names[found], places[found] = end - begin, keys[begin], block
                found += 1
            begin = end
    return kept[:filled], sizes[:found], names[:found], places[:found]


@compiled
def rows_reaching(scores: Floats, bars: Floats, before: Ints, least: int) -> tuple[Ints, Ints]:
    """The rows that score at least a bar, bar after bar, and how many those are of each.

    With a `least` text, rows with less of it below them than so many columns, as the sums `before` each row count them,
    are left out where the next one scores better, and the next one where not; until none is left.
    """
    sizes = np.zeros(len(bars), np.int64)
    for number in range(len(bars)):
        for row in range(len(scores)):
            sizes[number] += scores[row] >= bars[number]
    reaching, filled = np.empty(sizes.sum(), np.int64), 0
    worse = np.zeros(len(scores) + 1, np.bool_)
    for number in range(len(bars)):
        size = 0
        for row in range(len(scores)):
            if scores[row] >= bars[number]:
                reaching[filled + size] = row
                size += 1
        if least > 0:
            size = _with_text(reaching[filled : filled + size], scores, before, least, worse)
        sizes[number] = size
        filled += size
    return reaching[:filled], sizes


@compiled
def _with_text(rows: Ints, scores: Floats, before: Ints, least: int, worse: Bools) -> int:
    """Leaves out rows without text below them, and gives how many are left; `worse` is room for as many marks."""
    size, close = len(rows), True
    # Of a run of close rows the best one stays in every round, so this ends.
    while close:
        close = False
        worse[:size] = False
        for at in range(size - 1):
            if before[rows[at + 1]] - before[rows[at] + 1] < least:
                close = True
                worse[at + np.int64(scores[rows[at + 1]] <= scores[rows[at]])] = True
        left = 0
        for at in range(size):
            if not worse[at]:
                rows[left] = rows[at]
                left += 1
        size = left
    return size
