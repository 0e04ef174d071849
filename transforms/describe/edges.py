"""The lines at which a post speaks of itself: the first few and the last few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

# A byline stands within a few lines of the title or at the very end. Four and three lines
# reach every byline of the labelled blogs; more lines only bring in dates of the story.
_HEAD_LINES, _FOOT_LINES = 4, 3
# Only this much text is cut into lines, so that the cost does not grow with the post.
_HEAD_CHARS, _FOOT_CHARS = 1500, 1000
# The table of digits ends with the basic plane.
_BEYOND: Final = 0x10000


@dataclass(frozen=True, slots=True)
class Edges:
    """Lines with text, stripped, in the order of the post; no line stands in both."""

    head: tuple[str, ...]
    foot: tuple[str, ...]


def edges(body: str) -> Edges:
    r"""Take the first and the last lines of a body; a very long line is given in part.

    >>> edges("by Ann\n\nIt rained.\n")
    Edges(head=('by Ann', 'It rained.'), foot=())
    """
    if len(body) <= _HEAD_CHARS + _FOOT_CHARS:
        lines = _lines(body)
        return Edges(tuple(lines[:_HEAD_LINES]), tuple(lines[_HEAD_LINES:][-_FOOT_LINES:]))
    head = _lines(body[:_HEAD_CHARS])
    tail = body[-_FOOT_CHARS:]
    _, newline, whole = tail.partition("\n")  # what stands before the first break is half a line
    foot = _lines(whole if newline else tail)
    return Edges(tuple(head[:_HEAD_LINES]), tuple(foot[-_FOOT_LINES:]))


def _lines(text: str) -> list[str]:
    return [line for line in map(str.strip, text.split("\n")) if line]


def numbered(posts: Sequence[Edges]) -> list[Edges]:
    """The lines at the edges of each post that have a digit, of any script; only these can have a date.

    >>> numbered([Edges(("by Ann", "May 5"), ("It rained.",))])
    [Edges(head=('May 5',), foot=())]
    """
    lines = [line for post in posts for line in (*post.head, *post.foot)]
    codes = np.frombuffer("\n".join([*lines, ""]).encode("utf-32-le", "surrogatepass"), np.uint32)
    ends = np.cumsum([0, *(len(line) + 1 for line in lines)])
    # How many digits stand before the end of each line.
    digits = np.searchsorted(np.flatnonzero(_digits()[np.minimum(codes, _BEYOND)]), ends)
    having = iter((digits[1:] > digits[:-1]).tolist())
    return [
        Edges(*(tuple([line for line in part if next(having)]) for part in (post.head, post.foot))) for post in posts
    ]


@cache
def _digits() -> NDArray[np.bool_]:
    """Which characters of the basic plane are digits; one more entry says that all beyond it may be."""
    return np.array([*(chr(code).isdecimal() for code in range(_BEYOND)), True])
