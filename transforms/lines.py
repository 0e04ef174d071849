"""A text as its lines, each with its place in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

LINE_END: Final = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a text without their ends; line `i` is `text[starts[i] : starts[i] + len(lines[i])]`.

    `foreign_ends` counts the line ends that are not a plain line feed.
    """

    lines: tuple[str, ...]
    starts: tuple[int, ...]
    foreign_ends: int


def lines_of(text: str) -> Lines:
    r"""Cuts at line feeds, carriage returns and pairs of both, nowhere else.

    Not `str.splitlines`: it also cuts at U+0085, which in a damaged text is half of a character.

    >>> lines_of("one\r\ntwo\n\nthree").lines
    ('one', 'two', '', 'three')
    >>> lines_of("one\r\ntwo\n\nthree").starts
    (0, 5, 9, 10)
    """
    if "\r" not in text:
        lines = text.split("\n")
        starts = accumulate(map((1).__add__, map(len, lines[:-1])), initial=0)
        return Lines(tuple(lines), tuple(starts), 0)
    ends = list(LINE_END.finditer(text))
    starts_of = [0, *(end.end() for end in ends)]
    ends_of = [*(end.start() for end in ends), len(text)]
    lines = [text[begin:end] for begin, end in zip(starts_of, ends_of, strict=True)]
    return Lines(tuple(lines), tuple(starts_of), sum(end[0] != "\n" for end in ends))
