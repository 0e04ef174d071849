"""How many words a text has."""

from __future__ import annotations

import re

# Letters of the scripts that are written without spaces: Thai, Lao, Burmese, Khmer, kana,
# Han (with its extensions). Korean and Vietnamese write spaces.
_UNSPACED = re.compile(
    "[\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6\u1000-\u102a\u1780-\u17b3"
    "\u3005-\u3007\u3041-\u3096\u30a1-\u30fa\u30fc\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uff66-\uff9d\U00020000-\U0003ffff]"
)
_MARKS = re.compile(r"\s(?:[^\w\s]|_)++(?!\S)")


def count_words(text: str) -> int:
    """Count the words between white space, marks alone not counting; unspaced letters each count.

    >>> count_words("It rained — all night."), count_words("雨が降る"), count_words("雨 Rain")
    (4, 4, 2)
    """
    letters = 0
    if not text.isascii() and _UNSPACED.search(text):
        text, letters = _UNSPACED.subn(" ", text)
    return letters + len(text.split()) - len(_MARKS.findall(" " + text))
