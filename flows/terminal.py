"""Text of strangers, made harmless for a terminal."""

from __future__ import annotations


def plain(text: str) -> str:
    r"""The text with each control character as an escape, so that it can't steer the terminal or feign a line.

    >>> plain("a \x1b[31mred\x1b[0m title")
    'a \\x1b[31mred\\x1b[0m title'
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
