"""Words as they are written: where each stands, what it is when case folded, whether it is a number or capitalised.

What a word is, is said in `transforms.words`; where only equality matters, its hashes are had faster.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from transforms.characters import WITHOUT_SPACES
from transforms.compiled import compiled

Numbers = NDArray[np.int64]
Points = NDArray[np.uint32]
Hashes = NDArray[np.uint64]
Flags = NDArray[np.uint8]

# What a character is.
SEPARATOR, ENDS_SENTENCE, LETTER, UPPER, DIGIT, WHOLE_WORD = 0, 1, 2, 3, 4, 5
# How a word is written: it has a digit; it begins with a capital and no sentence begins with it; it is one letter of a
# script without spaces.
HAS_DIGIT, CAPITALISED, ONE_LETTER = 1, 2, 4
# Beyond the first two planes lie Han letters, private use and variation selectors.
TABLE: Final = 0x20000
HAN_BEYOND: Final = (0x20000, 0x3FFFF)
VARIATION_SELECTORS: Final = (0xE0100, 0xE01EF)
ENDS: Final = ".!?:;\n\N{HORIZONTAL ELLIPSIS}\N{IDEOGRAPHIC FULL STOP}\N{DEVANAGARI DANDA}\N{ARABIC QUESTION MARK}"
# The prime and the offset of the hash by Fowler, Noll and Vo for 64 bits.
PRIME: Final = np.uint64(0x100000001B3)
OFFSET: Final = np.uint64(0xCBF29CE484222325)


class Written(NamedTuple):
    """The words of texts as they are written: those of text `i` are numbers `offsets[i]` to `offsets[i + 1]`.

    `starts` and `ends` are offsets in `points`, the case-folded characters of all texts in a row. It is a tuple, since
    machine code takes tuples.
    """

    points: Points
    starts: Numbers
    ends: Numbers
    hashes: Hashes
    flags: Flags
    offsets: Numbers


def written(texts: Sequence[str]) -> Written:
    """Finds the words of texts.

    >>> found = written(["In May we met Ann.", "5 日本"])
    >>> found.flags.tolist(), found.offsets.tolist()
    ([0, 2, 0, 0, 2, 1, 4, 4], [0, 5, 8])
    """
    kinds, folded = _tables()
    joined = "\n".join([*texts, ""]).encode("utf-32-le", "surrogatepass")
    points = np.frombuffer(joined, np.dtype("<u4")).astype(np.uint32)
    starts, ends, hashes, flags = _scan(points, kinds, folded)
    text_ends = np.cumsum([len(text) + 1 for text in texts], dtype=np.int64)
    offsets = np.r_[0, np.searchsorted(starts, text_ends)].astype(np.int64)
    return Written(points, starts, ends, hashes, flags, offsets)


@cache
def _tables() -> tuple[Flags, Points]:
    """What each character is, and its lower case where that is one character."""
    kinds, folded = np.zeros(TABLE, np.uint8), np.arange(TABLE, dtype=np.uint32)
    for point in range(TABLE):
        char = chr(point)
        category = unicodedata.category(char)
        if category[0] == "N":
            kinds[point] = DIGIT
        elif category[0] == "M" or char.isalnum():
            kinds[point] = UPPER if category in {"Lu", "Lt"} else LETTER
            lower = char.lower()
            folded[point] = ord(lower) if len(lower) == 1 else point
    for first, last in WITHOUT_SPACES:
        kinds[first : last + 1][kinds[first : last + 1] == LETTER] = WHOLE_WORD
    kinds[[ord(char) for char in ENDS]] = ENDS_SENTENCE
    return kinds, folded


@compiled
def _kind(point: int, kinds: Flags) -> int:
    if point < TABLE:
        return int(kinds[point])
    if HAN_BEYOND[0] <= point <= HAN_BEYOND[1]:
        return WHOLE_WORD
    return LETTER if VARIATION_SELECTORS[0] <= point <= VARIATION_SELECTORS[1] else SEPARATOR


@compiled
def _scan(points: Points, kinds: Flags, folded: Points) -> tuple[Numbers, Numbers, Hashes, Flags]:
    """The words of a row of characters, which are folded in their place."""
    most = len(points) // 2 + 1
    for point in points:
        most += _kind(point, kinds) == WHOLE_WORD
    starts, ends = np.empty(most, np.int64), np.empty(most, np.int64)
    hashes, flags = np.empty(most, np.uint64), np.empty(most, np.uint8)
    n, inside, ended = 0, False, True
    for i in range(len(points)):
        kind = _kind(points[i], kinds)
        if kind in (SEPARATOR, ENDS_SENTENCE):
            inside, ended = False, ended or kind == ENDS_SENTENCE
            continue
        if not inside or kind == WHOLE_WORD:
            starts[n], hashes[n] = i, OFFSET
            flags[n] = ONE_LETTER if kind == WHOLE_WORD else CAPITALISED if kind == UPPER and not ended else 0
            n += 1
            ended = False
        inside = kind != WHOLE_WORD
        if points[i] < TABLE:
            points[i] = folded[points[i]]
        if kind == DIGIT:
            flags[n - 1] |= HAS_DIGIT
        hashes[n - 1] = (hashes[n - 1] ^ np.uint64(points[i])) * PRIME
        ends[n - 1] = i + 1
    return starts[:n], ends[:n], hashes[:n], flags[:n]
