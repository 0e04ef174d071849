"""The lines at which a post speaks of itself: the first few and the last few."""

from __future__ import annotations

from dataclasses import dataclass

# A byline stands within a few lines of the title or at the very end. Four and three lines
# reach every byline of the labelled blogs; more lines only bring in dates of the story.
_HEAD_LINES, _FOOT_LINES = 4, 3
# Only this much text is cut into lines, so that the cost does not grow with the post.
_HEAD_CHARS, _FOOT_CHARS = 1500, 1000


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
