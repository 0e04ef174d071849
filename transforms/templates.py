"""One template filled in twice: two texts that differ only in what a form leaves blank are two posts, not copies.

By plain Jaccard similarity a long invitation, notice or report with few fields is nearly the same text each time.
What tells it from a copy that was edited is where the two differ: at several separate places, and at each of them one
name, date or number stands for another. Nothing is known of any language; a number is a word with a digit, and a name
is a capitalised word that begins no sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.alignment import LONGEST_SPELT, differing, spelling
from transforms.compiled import compiled
from transforms.written import CAPITALISED, HAS_DIGIT, ONE_LETTER, Flags, Hashes, Numbers, Points, Written, written

# Words taken out and put in. The fields of a form are few and short; beyond this the work would grow with the square.
MOST_CHANGES: Final = 256
MOST_PLACES: Final = 64
# Differences with fewer words than this between them are one place: "[3] of [May]", "[Ann] and [Bo]".
APART: Final = 3
# In scripts without spaces each letter is a word, and so many make about one of other scripts.
LETTERS: Final = 3
# The longest name or date (with an address), and the longest other wording that a form may leave open, in words.
LONGEST_FIELD: Final = 12
LONGEST_OTHER: Final = 8
# A corrected number is one place; a form has two at least.
FIELDS: Final = 2
# Where so many words are capitalised (titles, German), a capital is no evidence of a name.
MANY_CAPITALS: Final = 0.15
# The chance that edits at random places would all fall on names and numbers.
CHANCE: Final = 0.01
# The part of all numbers in the texts that differs, divided by the number of fields: who fills in a form anew changes
# most of them, who corrects a text few. At least 0.5 of them at two fields, 0.33 at three, 0.25 at four.
NUMBERS_CHANGED: Final = 1.0
# Other wordings for each field: a sky, a topic; or a name, where names can't be told.
OTHERS_BESIDE_NAMES, OTHERS_WITHOUT_NAMES = 1 / 3, 3 / 2
# Words whose letters differ by no more than this part are one word spelt in two ways.
MISSPELT: Final = 0.34
# The end of a text is where counters stand ("12 comments"), which change from copy to copy.
COUNTERS: Final = 8

# What a place where two texts differ is: no difference in letters, a number or date, a name, another wording, or
# something that no form leaves open (words that only one of the two has).
NOTHING, NUMBER, NAME, OTHER, EDIT = 0, 1, 2, 3, 4


def filled_in(texts: Sequence[str], pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tells for each pair of texts, by number, whether they are one template filled in twice.

    It is meant for pairs that are alike; the cost of a pair is linear in its words, and bounded beyond that by
    the square of MOST_CHANGES. `pairs` has the shape (pairs, 2); texts that occur in several pairs are read once.

    >>> form = "On {} the choir sings in {}. Doors open at eight; there is soup, and a fire if it rains."
    >>> texts = [form.format("3 May", "Garth"), form.format("9 July", "Eastby"), form.format("8 May", "Garth")]
    >>> filled_in(texts, np.array([(0, 1), (0, 2)])).tolist()
    [True, False]
    """
    return _filled_in(written(texts), np.ascontiguousarray(pairs, np.int64).reshape(-1, 2))


@compiled
def _filled_in(words: Written, pairs: Numbers) -> NDArray[np.bool_]:
    hashes, offsets = words.hashes, words.offsets
    found = np.zeros(len(pairs), np.bool_)
    for i in range(len(pairs)):
        left, right = pairs[i]
        if _comes_after(hashes, offsets, left, right):
            left, right = right, left
        a, a_end, b, b_end = offsets[left], offsets[left + 1], offsets[right], offsets[right + 1]
        aligned, runs = differing(hashes[a:a_end], hashes[b:b_end], MOST_CHANGES)
        if aligned and len(runs) >= FIELDS:
            runs[:, :2] += a
            runs[:, 2:] += b
            found[i] = _only_fields(words, runs, np.array([a, a_end, b, b_end]))
    return found


@compiled
def _comes_after(hashes: Hashes, offsets: Numbers, left: int, right: int) -> bool:
    """An order of texts, so that the answer is the same whichever stands first in a pair."""
    a, b = hashes[offsets[left] : offsets[left + 1]], hashes[offsets[right] : offsets[right + 1]]
    if len(a) != len(b):
        return len(a) > len(b)
    for i in range(len(a)):
        if a[i] != b[i]:
            return bool(a[i] > b[i])
    return False


@compiled
def _only_fields(words: Written, runs: Numbers, whole: Numbers) -> bool:
    """Whether all differences are what a form leaves open, and too many for chance and for corrections."""
    n_words = whole[1] - whole[0] + whole[3] - whole[2]
    n_numbers, n_capitals = _count(words.flags, whole)
    marks = HAS_DIGIT | (CAPITALISED if 0 < n_capitals <= MANY_CAPITALS * n_words else 0)
    counts = np.zeros(5, np.int64)
    seen = np.empty(MOST_PLACES, np.uint64)
    changed, first = 0, 0
    for last in range(len(runs)):
        if last + 1 < len(runs) and _near(words.flags, runs, last):
            continue
        place = runs[first : last + 1]
        first = last + 1
        kind = _kind_of(words, place, whole, marks)
        if kind == EDIT or counts.sum() == MOST_PLACES:
            return False
        changed += _numbers_in(words.flags, place)
        if kind == NUMBER and _is_counter(words.flags, place, whole):
            kind = OTHER
        key = _key(words.hashes, place)
        if kind != NOTHING and not (seen[: counts.sum()] == key).any():
            seen[counts.sum()] = key
            counts[kind] += 1
    if changed * (counts[NUMBER] + counts[NAME]) < NUMBERS_CHANGED * n_numbers and counts[NAME] <= FIELDS:
        return False
    return _unlikely(counts, n_numbers / n_words, n_capitals / n_words, marks)


@compiled
def _unlikely(counts: Numbers, numbers: float, capitals: float, marks: int) -> bool:
    """Whether so many different places can't be edits that fell on names and numbers by chance."""
    fields, others = counts[NUMBER] + counts[NAME], counts[OTHER]
    allowed = OTHERS_BESIDE_NAMES if marks & CAPITALISED else OTHERS_WITHOUT_NAMES
    if fields < FIELDS or others > fields * allowed:
        return False
    chance = numbers ** counts[NUMBER] * capitals ** counts[NAME]
    for i in range(others):
        chance *= (fields + others - i) / (i + 1)
    return bool(chance <= CHANCE)


@compiled
def _near(flags: Flags, runs: Numbers, i: int) -> bool:
    """Whether the next difference belongs to the same place."""
    letters, between = 0, runs[i + 1, 0] - runs[i, 1]
    if between < APART * LETTERS:
        for at in range(runs[i, 1], runs[i + 1, 0]):
            letters += (flags[at] & ONE_LETTER) != 0
    return bool(between - letters + letters // LETTERS < APART)


@compiled
def _count(flags: Flags, whole: Numbers) -> tuple[int, int]:
    """How many words have a digit, and how many are capitalised."""
    numbers, capitals = 0, 0
    for side in (0, 2):
        for i in range(whole[side], whole[side + 1]):
            numbers += (flags[i] & HAS_DIGIT) != 0
            capitals += (flags[i] & CAPITALISED) != 0
    return numbers, capitals


@compiled
def _numbers_in(flags: Flags, place: Numbers) -> int:
    return _side(flags, place, 0, HAS_DIGIT)[1] + _side(flags, place, 2, HAS_DIGIT)[1]


@compiled
def _side(flags: Flags, place: Numbers, side: int, marks: int) -> tuple[int, int, int, int]:
    """How many words of one text differ at a place: all, with a digit, capitalised (if `marks` has it); their size."""
    n, digits, capitals, letters = 0, 0, 0, 0
    for run in range(len(place)):
        for i in range(place[run, side], place[run, side + 1]):
            n += 1
            digits += (flags[i] & HAS_DIGIT) != 0
            capitals += (flags[i] & HAS_DIGIT) == 0 and (flags[i] & marks & CAPITALISED) != 0
            letters += (flags[i] & ONE_LETTER) != 0
    return n, digits, capitals, n - letters + (letters + LETTERS - 1) // LETTERS


@compiled
def _kind_of(words: Written, place: Numbers, whole: Numbers, marks: int) -> int:
    """What the difference at one place is."""
    a, a_digits, a_capitals, a_size = _side(words.flags, place, 0, marks)
    b, b_digits, b_capitals, b_size = _side(words.flags, place, 2, marks)
    if a == 0 or b == 0:
        if a_digits + b_digits == a + b and _beside_number(words.flags, place, whole):
            return NUMBER
        return OTHER if a_digits + b_digits + a_capitals + b_capitals == a + b else EDIT
    unlike = spelling(_letters(words, place, 0), _letters(words, place, 2))
    if unlike == 0:
        return NOTHING
    beside = a_digits + b_digits > 0 and _beside_number(words.flags, place, whole)
    a_field, b_field = a_digits + a_capitals + beside, b_digits + b_capitals + beside
    if max(a_size, b_size) <= LONGEST_FIELD and a_size <= 2 * a_field + 2 and b_size <= 2 * b_field + 2:
        if (a_digits and b_digits) or beside:
            return NUMBER
        if a_capitals and b_capitals and unlike > MISSPELT:
            return NAME
    return OTHER if max(a_size, b_size) <= LONGEST_OTHER else EDIT


@compiled
def _beside_number(flags: Flags, place: Numbers, whole: Numbers) -> bool:
    """Whether a number that both texts have touches a place: "5" and "5.30", "3 May" and "3 June 1990"."""
    begin, end = place[0, 0], place[-1, 1]
    before = begin > whole[0] and (flags[begin - 1] & HAS_DIGIT) != 0
    return bool(before or (end < whole[1] and (flags[end] & HAS_DIGIT) != 0))


@compiled
def _is_counter(flags: Flags, place: Numbers, whole: Numbers) -> bool:
    """Whether one number stands for another at the very end of both texts."""
    at_end = place[-1, 1] > whole[1] - COUNTERS and place[-1, 3] > whole[3] - COUNTERS
    a, b = _side(flags, place, 0, HAS_DIGIT), _side(flags, place, 2, HAS_DIGIT)
    return bool(at_end and a[0] == 1 and a[1] == 1 and b[0] == 1 and b[1] == 1)


@compiled
def _key(hashes: Hashes, place: Numbers) -> np.uint64:
    """One number for what stands for what, so that a name which recurs counts once."""
    key = np.uint64(len(place))
    for run in range(len(place)):
        for side in (0, 2):
            for i in range(place[run, side], place[run, side + 1]):
                key = (key ^ hashes[i]) * np.uint64(0x9E3779B97F4A7C15)
            key = (key ^ np.uint64(side)) * np.uint64(0x100000001B3)
    return key


@compiled
def _letters(words: Written, place: Numbers, side: int) -> Points:
    """The letters of one text at a place, in a row."""
    letters = np.empty(LONGEST_SPELT + 1, np.uint32)
    n = 0
    for run in range(len(place)):
        for i in range(place[run, side], place[run, side + 1]):
            for at in range(words.starts[i], words.ends[i]):
                if n <= LONGEST_SPELT:
                    letters[n] = words.points[at]
                    n += 1
    return letters[:n]
