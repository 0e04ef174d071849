"""Text of strangers, made harmless for a terminal."""

from __future__ import annotations

import re
from typing import Final

# What colours a text on a terminal, and the arrows by which a library parts an error from its cause.
COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")
CAUSE: Final = re.compile(r"(?<!\s)[^\S\n]*+\n\s*+(?:↳\s*+)?")


def plain(text: str) -> str:
    r"""The text with each control character as an escape, so that it can't steer the terminal or feign a line.

    >>> plain("a \x1b[31mred\x1b[0m title")
    'a \\x1b[31mred\\x1b[0m title'
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def one_line(text: str) -> str:
    r"""What a library says in several lines and in colour, in one and without.

    >>> one_line("Generic error\n  \x1b[31m↳\x1b[0m Unable to copy\n   \x1b[31m↳\x1b[0m No space left (os error 28)\n")
    'Generic error: Unable to copy: No space left (os error 28)'
    """
    return CAUSE.sub(": ", COLOURS.sub("", text).strip())
