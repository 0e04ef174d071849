"""What would cost the square of its length to repair: heaps of combining marks, and entities within entities."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

import ftfy
from ftfy import TextFixerConfig
from ftfy.fixes import unescape_html

from transforms.char_ranges import Ranges, of_characters, touched_by_nfc

# Marks in a row that are put in order at most: the normal form costs the square of their number, a second for 30,000.
# Unicode's own bound for streams is 30 (Unicode Standard Annex 15, section 12), and a language needs 3 or 4.
MOST_MARKS: Final = 1000
# Entities within entities ("&amp;amp;amp;") are undone one layer a time, each with a look at the whole line. Text
# that programs have escaped too often has 2 or 3 layers.
MOST_LAYERS: Final = 30
# In a shorter line putting even all characters in order costs no more than the other steps.
LONG_LINE: Final = 4 * MOST_MARKS


def bounded(line: str, config: TextFixerConfig) -> TextFixerConfig:
    r"""The configuration less the steps that would cost too much on this line, so that these leave it as it is.

    Few lines need the look, which costs as much as two repairs.

    >>> bounded("&amp;" + "amp;" * 50, TextFixerConfig()).unescape_html
    False
    >>> bounded("&amp;lt;", TextFixerConfig()) == TextFixerConfig()
    True
    """
    if len(line) <= LONG_LINE and line.count(";") <= MOST_LAYERS:
        return config
    unescape = bool(config.unescape_html) and not (config.unescape_html == "auto" and "<" in line)
    others = config._replace(unescape_html=False, normalization=None)
    for _ in range(MOST_LAYERS):
        before, line = line, ftfy.fix_and_explain(line, others).text
        if config.normalization and has_heap(line):
            config = config._replace(normalization=None)
        elif config.normalization:
            line = unicodedata.normalize("NFC", line)
        line = unescape_html(line) if unescape else line
        if line == before:
            return config
    return config._replace(unescape_html=False)


def has_heap(text: str) -> bool:
    r"""Whether more combining marks stand in a row than are put in order.

    >>> has_heap("e\u0301\u0323le\u0300ve"), has_heap("a" + "\u0301\u0323" * 600)
    (False, True)
    """
    return len(text) > MOST_MARKS and _heap().search(text) is not None


@cache
def _heap() -> re.Pattern[str]:
    """Finds such a row. Some marks have no class of their own and fall into two that have one."""
    members = "".join(f"{chr(start)}-{chr(stop - 1)}" for start, stop in _marks())
    return re.compile(f"[{members}]{{{MOST_MARKS + 1}}}")


def _marks() -> Ranges:
    touched = (code for start, stop in touched_by_nfc() for code in range(start, stop))
    return of_characters(code for code in touched if all(map(unicodedata.combining, _taken_apart(code))))


def _taken_apart(code: int) -> str:
    return unicodedata.normalize("NFD", chr(code))
