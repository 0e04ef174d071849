"""Sets of characters as ranges of code points: few, however many characters there are."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

# Half-open and in order, none touching the next.
Ranges = tuple[tuple[int, int], ...]

CODE_POINTS: Final = 0x110000
# Of all combining classes that of this mark is the highest: after it any lower one is out of order.
LAST_IN_ORDER: Final = 0x345
# Characters looked at together: most such blocks need no look at each of them.
BLOCK: Final = 256
# Vowels and final consonants of Hangul, which compose by arithmetic and not by a table (Unicode, section 3.12).
HANGUL_PARTS: Final = ((0x1161, 0x1176), (0x11A8, 0x11C3))


def union(pairs: Iterable[tuple[int, int]]) -> Ranges:
    """Pairs in any order, overlapping or not, as ranges.

    >>> union([(5, 7), (1, 3), (2, 4), (7, 9), (6, 6)])
    ((1, 4), (5, 9))
    """
    joined: list[tuple[int, int]] = []
    for start, stop in sorted(pair for pair in pairs if pair[0] < pair[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return tuple(joined)


def of_characters(codes: Iterable[int]) -> Ranges:
    """The ranges that hold some code points and no others.

    >>> of_characters(map(ord, "cabx"))
    ((97, 100), (120, 121))
    """
    return union((code, code + 1) for code in codes)


def others(ranges: Ranges) -> Ranges:
    """All characters that are in none of the ranges.

    >>> others(((0, 5), (9, 0x110000)))
    ((5, 9),)
    """
    edges = [0, *(edge for pair in ranges for edge in pair), CODE_POINTS]
    return union(zip(edges[::2], edges[1::2], strict=True))


@cache
def in_category(escape: str) -> Ranges:
    r"""The characters that an escape such as `\w` stands for in a pattern.

    >>> in_category(r"\s")[:3]
    ((9, 14), (28, 33), (133, 134))
    """
    return tuple(found.span() for found in re.finditer(f"{escape}+", _text_of(np.arange(CODE_POINTS))))


@cache
def touched_by_nfc() -> Ranges:
    r"""The characters without which a text is in form NFC, whatever else it holds.

    These have a combining class, change alone, or compose with what stands before them. A character without all
    three is a "yes" of the quick check, and so is any row of such (Unicode Standard Annex 15, section 9).

    >>> [any(a <= ord(char) < b for a, b in touched_by_nfc()) for char in "é가"], touched_by_nfc()[0]
    ([False, False], (768, 847))
    """
    found: list[int] = []
    marked = np.full((CODE_POINTS, 2), LAST_IN_ORDER)
    marked[:, 1] = np.arange(CODE_POINTS)
    text = _text_of(marked.ravel())
    for first in range(0, CODE_POINTS, BLOCK):
        if not unicodedata.is_normalized("NFD", text[2 * first : 2 * (first + BLOCK)]):
            found.extend(_touched(first))
    return union([*of_characters([*found, LAST_IN_ORDER]), *HANGUL_PARTS])


def _touched(first: int) -> Iterator[int]:
    for code in range(first, first + BLOCK):
        char = chr(code)
        if unicodedata.combining(char) or not unicodedata.is_normalized("NFC", char):
            yield code
        parts = unicodedata.decomposition(char).split()
        if parts and not parts[0].startswith("<"):
            yield from (int(part, 16) for part in parts[1:])


def _text_of(codes: NDArray[np.int64]) -> str:
    """The text of some code points, halves of surrogate pairs included."""
    return codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
