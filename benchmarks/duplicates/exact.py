"""What makes two texts the same post, written a second time in plain Python sets, so that winnow is checked by it.

Words are runs of letters, digits and marks, case folded; in scripts written without spaces each letter is a word.
Shingles are runs of five words. Two texts are near-identical at a Jaccard similarity of 0.8, and the shorter one is an
excerpt where 0.9 of its shingles, at least 24 of them, are in the longer one. Texts with the same words are identical.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from dataclasses import dataclass
from functools import cache
from struct import pack, unpack
from typing import Final, Literal

SHINGLE: Final = 5
NEAR: Final = 0.8
WITHIN: Final = 0.9
LEAST: Final = 24
UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
)

Verdict = Literal["identical", "near-identical", "excerpt", "unlike"]


@cache
def pattern() -> re.Pattern[str]:
    """A word."""
    marks = "".join(
        re.escape(chr(point))
        for point in range(0x20000)
        if unicodedata.category(chr(point))[0] == "M" and not re.match(rf"\w|[{UNSPACED}]", chr(point))
    )
    parts = [rf"(?:[^\W_{UNSPACED}\U00020000-\U0003ffff]|[{marks}])+", rf"(?:(?![\W_])|(?=[{_signs()}]))[{UNSPACED}]"]
    return re.compile("|".join([*parts, r"[\U00020000-\U0003ffff]"]))


def _signs() -> str:
    """Vowel signs and tone marks of the scripts without spaces, which are words of their own as their letters are."""
    inside = re.compile(f"[{UNSPACED}]")
    return "".join(
        chr(point)
        for point in range(0x10000)
        if inside.match(chr(point)) and unicodedata.category(chr(point))[0] == "M"
    )


def words(text: str) -> list[str]:
    """The words of a text.

    >>> words("One, TWO\\u00e9 3rd")
    ['one', 'twoé', '3rd']
    """
    return [sys.intern(word) for word in pattern().findall(text.casefold())]


@dataclass(frozen=True)
class Exact:
    """A text as the definition sees it."""

    words: tuple[str, ...]
    shingles: frozenset[tuple[str, ...]]


def exact(text: str) -> Exact:
    """Reads a text."""
    found = tuple(words(text))
    return Exact(found, frozenset(zip(*(found[k:] for k in range(SHINGLE)), strict=False)))


def likeness(one: Exact, other: Exact) -> tuple[float, float]:
    """The Jaccard similarity, and the containment of the smaller set in the larger; both 0 where a set is empty."""
    smaller, larger = sorted((one.shingles, other.shingles), key=len)
    shared = len(smaller & larger)
    return (shared / (len(smaller) + len(larger) - shared), shared / len(smaller)) if smaller else (0.0, 0.0)


def verdict(one: Exact, other: Exact) -> Verdict:
    """What one of two texts is to the other by the definition."""
    if one.words == other.words:
        return "identical"
    jaccard, containment = likeness(one, other)
    # Tables hold 32 bits, and the limits are meant as they are stored.
    if stored(jaccard) >= stored(NEAR):
        return "near-identical"
    least = min(len(one.shingles), len(other.shingles))
    return "excerpt" if stored(containment) >= stored(WITHIN) and least >= LEAST else "unlike"


def stored(value: float) -> float:
    """A number as 32 bits hold it."""
    rounded: float = unpack("f", pack("f", value))[0]
    return rounded
