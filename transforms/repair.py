"""Repairing damaged text: mojibake, stray entities, control characters, unnormalised accents.

The repair of a line is what `ftfy` makes of it with `PLAIN` or `MARKUP`. `ftfy` reads 1 to 2 MB/s, so text that
provably needs nothing does not reach it: each of its steps can act only where one of the signs below is present.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

import ftfy
from ftfy import TextFixerConfig
from ftfy.badness import BADNESS_RE, is_bad
from ftfy.chardata import CONTROL_CHARS

from transforms.pairs import pairs_of

# Curled quotes, ligatures, wide characters and U+2028 are what the author or the script wanted: they stay.
PLAIN: Final = TextFixerConfig(
    unescape_html="auto",
    uncurl_quotes=False,
    fix_latin_ligatures=False,
    fix_character_width=False,
    fix_line_breaks=False,
    normalization="NFC",
    explain=True,
)
# A parser has already read the entities of a page; what still looks like one was written on purpose.
MARKUP: Final = PLAIN._replace(unescape_html=False)

ENTITY: Final = re.compile(r"&#?[0-9A-Za-z]{1,24};")
# What the steps for C1 controls, surrogates, terminal escapes and control characters act on.
STRAY: Final = re.compile(
    "[\x80-\x9f\ud800-\udfff" + "".join(re.escape(chr(code)) for code in sorted(CONTROL_CHARS)) + "]"
)
STRAY_ASCII: Final = bytes(code for code in range(0x80) if STRAY.match(chr(code)))


@dataclass(frozen=True, slots=True)
class Repaired:
    """The repaired lines, as many as before, and by line number what was done to those that changed."""

    lines: tuple[str, ...]
    repairs: dict[int, tuple[str, ...]] = field(default_factory=dict)


def repair_line(line: str, config: TextFixerConfig = PLAIN) -> tuple[str, tuple[str, ...]]:
    r"""Repairs one line and names the steps taken, in their order.

    >>> repair_line("un cafÃ© Ã\xa0 OrlÃ©ans")
    ('un café à Orléans', ('encode latin-1', 'decode utf-8'))
    >>> repair_line("fish &amp; chips")
    ('fish & chips', ('apply unescape_html',))
    >>> repair_line("“curled” quotes stay")
    ('“curled” quotes stay', ())
    """
    if needs_nothing(line, config):
        return line, ()
    fixed = ftfy.fix_and_explain(line, config)
    steps = fixed.explanation or []
    return fixed.text, tuple(f"{step.action} {step.parameter}" for step in steps)


def needs_nothing(text: str, config: TextFixerConfig = PLAIN) -> bool:
    r"""True where `ftfy` would provably change nothing, for one line or many together.

    The signs are found anywhere in the text, so a group of lines without a sign holds no line with one.

    >>> needs_nothing("plain words"), needs_nothing("trÃ¨s"), needs_nothing("e\u0301")
    (True, False, False)
    """
    if config.unescape_html and "&" in text and ENTITY.search(text):
        return False
    if STRAY.search(text):
        return False
    return text.isascii() or (not is_bad(text) and unicodedata.is_normalized("NFC", text))


def repair_lines(lines: Sequence[str], config: TextFixerConfig = PLAIN) -> Repaired:
    """Repairs each line by itself; the number of lines stays what it was.

    >>> repair_lines(["clean", "cafÃ©"]).lines
    ('clean', 'café')
    """
    fixed = list(lines)
    repairs: dict[int, tuple[str, ...]] = {}
    for number in _suspects(lines, config):
        text, steps = repair_line(lines[number], config)
        if steps:
            fixed[number], repairs[number] = text, steps
    return Repaired(tuple(fixed), repairs)


def _suspects(lines: Sequence[str], config: TextFixerConfig) -> Iterable[int]:
    """The numbers of the lines that may hold a sign; the text is looked at as one, which costs little a line."""
    text = "\n".join(lines)
    places = [found.start() for found in ENTITY.finditer(text)] if config.unescape_html and "&" in text else []
    if not text.isascii() or _has_stray(text.encode("ascii")):
        signs = pairs_of(f"{BADNESS_RE.pattern}|{STRAY.pattern}")
        if signs is None:
            return range(len(lines))
        places += signs.places(text)
    numbers = _lines_at(places, lines)
    if not unicodedata.is_normalized("NFC", text):
        numbers |= {number for number, line in enumerate(lines) if not unicodedata.is_normalized("NFC", line)}
    return sorted(numbers)


def _has_stray(data: bytes) -> bool:
    return len(data.translate(None, STRAY_ASCII)) < len(data)


def _lines_at(places: list[int], lines: Sequence[str]) -> set[int]:
    """The numbers of the lines in which offsets of the joined text lie."""
    if not places:
        return set()
    ends = [*accumulate(len(line) + 1 for line in lines)]
    return {bisect_right(ends, place) for place in places}
