"""How many words a text has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.compiled import compiled
from transforms.utf8 import utf8_of

# Letters of the scripts that are written without spaces: Thai, Lao, Burmese, Khmer, kana,
# Han (with its extensions). Korean and Vietnamese write spaces.
_UNSPACED = re.compile(
    "[\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6\u1000-\u102a\u1780-\u17b3"
    "\u3005-\u3007\u3041-\u3096\u30a1-\u30fa\u30fc\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uff66-\uff9d\U00020000-\U0003ffff]"
)
_SPACE, _MARK, _LETTER, _WORD = range(4)
# The table ends where the extensions of Han begin; beyond these come only marks.
_TABLE: Final = 0x20000
_BEYOND: Final = 0x40000


def count_words(text: str) -> int:
    """Count the words between white space, marks alone not counting; unspaced letters each count.

    >>> count_words("It rained — all night."), count_words("雨が降る"), count_words("雨 Rain")
    (4, 4, 2)
    """
    return count_all_words([text])[0]


def count_all_words(texts: Sequence[str]) -> list[int]:
    """Count the words of each text in one go, since a call costs more than a text of some hundred words.

    >>> count_all_words(["It rained.", "", "雨"])
    [2, 0, 1]
    """
    joined = utf8_of(texts)
    counts: list[int] = _all_counted(joined.data, joined.offsets, _kinds()).tolist()
    return counts


@compiled
def _all_counted(data: NDArray[np.uint8], offsets: NDArray[np.int64], kinds: NDArray[np.uint8]) -> NDArray[np.int64]:
    counts = np.zeros(len(offsets) - 1, np.int64)
    for number in range(len(counts)):
        counts[number] = _counted(data[offsets[number] : offsets[number + 1]], kinds)
    return counts


@compiled
def _counted(data: NDArray[np.uint8], kinds: NDArray[np.uint8]) -> int:
    """Count in UTF-8: a mark neither makes a word nor ends one."""
    words, inside, at = 0, 0, 0
    while at < len(data):
        lead = data[at]
        if lead < 0x80:
            kind = kinds[lead]
            at += 1
        elif lead < 0xE0:
            kind = kinds[(lead & 0x1F) << 6 | data[at + 1] & 0x3F]
            at += 2
        elif lead < 0xF0:
            kind = kinds[(lead & 0x0F) << 12 | (data[at + 1] & 0x3F) << 6 | data[at + 2] & 0x3F]
            at += 3
        else:
            code = (lead & 0x07) << 18 | (data[at + 1] & 0x3F) << 12 | (data[at + 2] & 0x3F) << 6 | data[at + 3] & 0x3F
            kind = kinds[min(code, _TABLE)] if code < _BEYOND else np.uint8(_MARK)
            at += 4
        # Without branches: no processor guesses where words end.
        letter = int(kind == _LETTER)
        words += letter & ~inside | int(kind == _WORD)
        inside = letter | inside & int(kind == _MARK)
    return words


@cache
def _kinds() -> NDArray[np.uint8]:
    """What each character is: white space, a mark, a letter of a word, or a word by itself."""
    kinds = np.full(_TABLE + 1, _MARK, np.uint8)
    for code, char in enumerate(map(chr, range(_TABLE))):
        if char.isspace():
            kinds[code] = _SPACE
        elif char.isalnum():
            kinds[code] = _LETTER
    every = "".join(map(chr, range(_TABLE)))
    kinds[[match.start() for match in _UNSPACED.finditer(every)]] = _WORD
    kinds[_TABLE] = _WORD
    return kinds
