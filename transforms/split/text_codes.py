"""Characters as numbers: what kind each is, and hashes of any stretch of a text, for whole dumps at once."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.split.text_loops import kinds_in

Codes = NDArray[np.uint32]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Hashes = NDArray[np.uint64]

# Kinds of characters, one bit each; a character may be of several.
SPACE: Final = 1
DIGIT: Final = 2
UPPER: Final = 4
LOWER: Final = 8
LETTER: Final = 16
WIDE: Final = 32
FULL: Final = 64
ASKING: Final = 128
PAUSE: Final = 256
CLOSING: Final = 512
CODE: Final = 1024
BULLET: Final = 2048

_MARKS: Final = {
    FULL: ".。．…",
    ASKING: "?!？！¿¡؟",
    PAUSE: ":,;：，；、،",
    CLOSING: "”\"»’)]' ）】」』›",
    CODE: "{}=<>\\|;$_^~`",
    BULLET: "-*•·–—‣▪◦#>|+○●■□►▶→",
}
# Ranges of East Asian characters that take two columns.
_WIDE_RANGES: Final = (
    (0x1100, 0x115F), (0x2E80, 0xA4CF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFE30, 0xFE6F), (0xFF00, 0xFF60),
)  # fmt: skip
_LAST: Final = 0xFFFF


@cache
def _kinds() -> NDArray[np.uint16]:
    """The kinds of every character of the basic plane; one more entry stands for all beyond it."""
    table = np.zeros(_LAST + 2, dtype=np.uint16)
    for code in range(_LAST + 1):
        char = chr(code)
        category = unicodedata.category(char)
        table[code] = (
            (SPACE if char.isspace() else 0)
            | (DIGIT if category == "Nd" else 0)
            | (UPPER | LETTER if category in ("Lu", "Lt") else 0)
            | (LOWER | LETTER if category == "Ll" else 0)
            | (LETTER if category in ("Lm", "Lo") else 0)
        )
    for kind, marks in _MARKS.items():
        table[[ord(mark) for mark in marks]] |= kind
    for first, last in _WIDE_RANGES:
        table[first : last + 1] |= WIDE
    table[_LAST + 1] = LETTER | WIDE
    return table


@cache
def small_letters() -> Codes:
    """The small letter of every character of the basic plane that has one in it; one more entry stands for itself."""
    table = np.arange(_LAST + 2, dtype=np.uint32)
    for code in range(_LAST + 1):
        small = chr(code).lower()
        if len(small) == 1:
            table[code] = ord(small)
    return table


def codes_of(text: str) -> Codes:
    """The code points of a text; lone surrogates are kept."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def kinds_of(codes: Codes) -> NDArray[np.uint16]:
    """The kinds of each character.

    >>> [bool(kind & DIGIT) for kind in kinds_of(codes_of("a1"))]
    [False, True]
    """
    return kinds_in(codes, _kinds())
