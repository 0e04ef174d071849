"""What happens to lines on the way: text read in the wrong encoding, single bytes of cp1252, entities."""

from __future__ import annotations

import html
import html.entities
import random
from typing import Final

DAMAGED: Final = 0.1
# A line without accents or curly quotes can only have entities.
PLAIN: Final = {"'": "&#39;", '"': "&quot;", ",": "&#44;", ".": "&#46;"}


def damaged(rng: random.Random, line: str, *, raw: bool) -> str:
    """The line, in one case of ten damaged in one of three ways.

    With `raw` a line may be bytes of cp1252, held as lone surrogates until it is written with `surrogateescape`;
    without, the same bytes as they come out when they are taken for Latin-1.
    """
    if rng.random() >= DAMAGED or not line:
        return line
    chance = rng.randrange(3)
    if chance == 0:
        return cp1252(line, raw=raw) or misread(line)
    return misread(line) if chance == 1 else entities(line)


def misread(line: str) -> str:
    """UTF-8 taken for cp1252, or for Latin-1 where cp1252 has no such byte; entities where all is ASCII.

    >>> misread("L’été")
    'Lâ€™Ã©tÃ©'
    """
    if line.isascii():
        return entities(line)
    data = line.encode()
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def cp1252(line: str, *, raw: bool) -> str:
    """Bytes of cp1252 among UTF-8; empty where the line can't be written in it or is all ASCII.

    >>> cp1252("L’été", raw=False)
    'L\\x92été'
    """
    if line.isascii():
        return ""
    try:
        data = line.encode("cp1252")
    except UnicodeEncodeError:
        return ""
    return data.decode("utf-8", "surrogateescape") if raw else data.decode("latin-1")


def entities(line: str) -> str:
    """Accents and marks as HTML entities.

    >>> entities("L’été.")
    'L&rsquo;&eacute;t&eacute;.'
    """
    if line.isascii():
        return "".join(PLAIN.get(char, char) for char in html.escape(line, quote=False))
    names = html.entities.codepoint2name
    return "".join(
        f"&{names[ord(char)]};" if ord(char) in names else f"&#{ord(char)};" if ord(char) > 127 else char
        for char in line
    )
