"""What each character is in a text seen as words: a separator, part of a word, or a word; and its case folded form.

Tables over all code points, made once from the Unicode data of the running Python (about 15 ms).
"""

from __future__ import annotations

import re
import sys
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

# Thai, Lao, Myanmar, Khmer, Hiragana and Katakana (also half-width), Han and their extensions.
WITHOUT_SPACES: Final = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x30FF), (0x31F0, 0x31FF),
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0xFF66, 0xFF9F), (0x20000, 0x3FFFF),
)  # fmt: skip
# The upper bits of a sign; the lower 21 are a code point. A separator is 0.
LETTER: Final = 1 << 30
WHOLE_WORD: Final = 1 << 31
# Instead of a code point the place in `Signs.expansions`, and 24 bits up how many signs stand there.
EXPANDED: Final = 1 << 29
COUNT_SHIFT: Final = 24
# Planes 0 and 1 hold every script but Han; of the others only the variation selectors can be part of a word.
WALKED: Final = ((0, 0x20000), (0xE0100, 0xE01F0))
HAN: Final = slice(0x20000, 0x40000)
# What `str.isalnum` is true of: a word character of a pattern, but for the underscore.
ALPHANUMERIC: Final = re.compile(r"[^\W_]+")
BLOCK: Final = 256


@dataclass(frozen=True, slots=True)
class Signs:
    """For each code point the sign that stands for it, after case folding.

    A sign is 0 for a separator, else the folded code point with LETTER or WHOLE_WORD. A code point that folds to
    several ("ß" to "ss") has EXPANDED instead, and its signs stand in `expansions`.
    """

    of_point: NDArray[np.uint32]
    expansions: NDArray[np.uint32]


@cache
def signs() -> Signs:
    """The tables; the same for every call, not to be written to.

    >>> table = signs()
    >>> int(table.of_point[ord("A")]) == ord("a") | LETTER, int(table.of_point[ord(" ")])
    (True, 0)
    """
    plain = _unfolded()
    of_point, expansions = plain.copy(), [np.zeros(0, np.uint32)]
    for point, folded in _case_folds():
        found = plain[[ord(char) for char in folded]]
        if len(found) == 1:
            of_point[point] = found[0]
        else:
            of_point[point] = EXPANDED | len(found) << COUNT_SHIFT | sum(map(len, expansions))
            expansions.append(found)
    return Signs(of_point, np.concatenate(expansions))


def _unfolded() -> NDArray[np.uint32]:
    """The signs as if nothing were folded: letters, digits and marks count."""
    table = np.zeros(sys.maxunicode + 1, np.uint32)
    for first, last in WALKED:
        text = _text(first, last)
        for run in ALPHANUMERIC.finditer(text):
            table[first + run.start() : first + run.end()] = LETTER
        others = np.flatnonzero(table[first:last] == 0)
        categories = map(unicodedata.category, map(text.__getitem__, others.tolist()))
        table[first + others[[category[0] == "M" for category in categories]]] = LETTER
    # Han throughout, also what this Python does not know yet.
    table[HAN] = LETTER
    for begin, end in WITHOUT_SPACES:
        table[begin : end + 1] *= np.uint32(WHOLE_WORD // LETTER)
    points = np.flatnonzero(table[: HAN.stop])
    table[points] |= points.astype(np.uint32)
    table[slice(*WALKED[1])] |= np.arange(*WALKED[1], dtype=np.uint32)
    return table


def _case_folds() -> list[tuple[int, str]]:
    """The code points that case folding changes, with what they become; whole blocks that it leaves alone are skipped.

    >>> dict(_case_folds())[ord("ß")]
    'ss'
    """
    begins = [first for first in range(*WALKED[0], BLOCK) if _folds(_text(first, first + BLOCK))]
    points = (point for first in begins for point in range(first, first + BLOCK))
    return [(point, chr(point).casefold()) for point in points if _folds(chr(point))]


def _folds(text: str) -> bool:
    return text.casefold() != text


def _text(first: int, last: int) -> str:
    """All code points from `first` up to `last`, surrogates too."""
    return np.arange(first, last, dtype="<u4").tobytes().decode("utf-32-le", "surrogatepass")
