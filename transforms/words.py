"""Words as numbers: what counts as a word, and a 64-bit hash for each, for whole batches at once.

A word is a run of letters, digits and marks, case folded. In scripts that are written without spaces
each letter is a word of its own, since nothing short of a dictionary tells where a word ends.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Offsets = NDArray[np.int64]

SEPARATOR, LETTER, WHOLE_WORD = 0, 1, 2
# Thai, Lao, Myanmar, Khmer, Hiragana and Katakana (also half-width), Han and their extensions.
WITHOUT_SPACES: Final = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x30FF), (0x31F0, 0x31FF),
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0xFF66, 0xFF9F), (0x20000, 0x3FFFF),
)  # fmt: skip
# An odd multiplier with well mixed bits (2^64 divided by the golden ratio): the base of the polynomial over a word.
BASE: Final = np.uint64(0x9E3779B97F4A7C15)
# A word longer than this hashes by its positions modulo this length; it only bounds a table of powers.
LONGEST: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Words:
    """The word hashes of a batch of texts: those of text `i` are `hashes[offsets[i] : offsets[i + 1]]`."""

    hashes: Hashes
    offsets: Offsets

    @property
    def counts(self) -> NDArray[np.int64]:
        """The number of words of each text."""
        return np.diff(self.offsets)


def words_of(texts: Sequence[str]) -> Words:
    """Hashes the words of each text.

    >>> words_of(["One, two", "", "ONE two three", "日本語"]).counts.tolist()
    [2, 0, 3, 3]
    >>> one, two = words_of(["One, two", "one TWO!"]).hashes.reshape(2, 2)
    >>> bool((one == two).all())
    True
    """
    folded = [text.casefold() for text in texts]
    joined = "\n".join([*folded, ""]).encode("utf-32-le", "surrogatepass")
    points = np.frombuffer(joined, np.uint32)
    kinds = _kinds()[points]
    begins = (kinds == WHOLE_WORD) | ((kinds == LETTER) & (np.r_[SEPARATOR, kinds[:-1]] != LETTER))
    starts = np.flatnonzero(begins)
    text_ends = np.cumsum([len(text) + 1 for text in folded], dtype=np.int64)
    offsets = np.r_[0, np.searchsorted(starts, text_ends)].astype(np.int64)
    return Words(_polynomials(points, kinds, starts), offsets)


def _polynomials(points: NDArray[np.uint32], kinds: NDArray[np.uint8], starts: NDArray[np.intp]) -> Hashes:
    """The sum of code point times BASE^position over each word, modulo 2^64, then mixed."""
    if not len(starts):
        return np.zeros(0, np.uint64)
    position = _positions(len(points), starts)
    terms = (points.astype(np.uint64) + np.uint64(1)) * _powers()[position % LONGEST]
    terms[kinds == SEPARATOR] = 0
    return mixed(np.add.reduceat(terms, starts))


def _positions(length: int, starts: NDArray[np.intp]) -> NDArray[np.int64]:
    """How far each character stands behind the start of its word; 0 before the first word."""
    begins = np.zeros(length, np.int64)
    begins[starts] = starts
    return np.arange(length) - np.maximum.accumulate(begins)


def mixed(values: Hashes) -> Hashes:
    """Spreads every bit over all (the finaliser of MurmurHash3 by Austin Appleby, 64 bits)."""
    values = values ^ (values >> np.uint64(33))
    values = values * np.uint64(0xFF51AFD7ED558CCD)
    values = values ^ (values >> np.uint64(33))
    values = values * np.uint64(0xC4CEB9FE1A85EC53)
    return values ^ (values >> np.uint64(33))


@cache
def _powers() -> Hashes:
    return np.cumprod(np.full(LONGEST, BASE), dtype=np.uint64)


@cache
def _kinds() -> NDArray[np.uint8]:
    """What each code point is: a separator, part of a word, or a word of its own."""
    table = np.zeros(sys.maxunicode + 1, np.uint8)
    # Planes 0 and 1 hold every script but Han; of the others only the variation selectors can be part of a word.
    for point in (*range(0x20000), *range(0xE0100, 0xE01F0)):
        table[point] = chr(point).isalnum() or unicodedata.category(chr(point))[0] == "M"
    table[0x20000:0x40000] = LETTER
    for first, last in WITHOUT_SPACES:
        table[first : last + 1] *= WHOLE_WORD
    return table
