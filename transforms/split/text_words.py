"""Whether the words change at a line: the subject, and the language.

Language-independent: words of four letters and more stand for the subject (pairs of signs where
words are not set apart), words of two or three letters for the language.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from transforms.split.text_lines import Row

_LONG = re.compile(r"[^\W\d_]{4,}|[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]{2}")
_SHORT = re.compile(r"\b[^\W\d_]{2,3}\b")

# How many words above and below a line are compared, in how many rows they are looked for, and how
# many characters of a row are read: enough for two paragraphs, so the cost of a line is bounded.
_WINDOW, _REACH, _HEAD = 60, 12, 600
# Too few words on a side tell nothing.
_LEAST_LONG, _LEAST_SHORT = 16, 8
# The share of words common to both sides: below the first the subject is new, above the second the
# same; below the third, which is for short words, the language is another. Of 0.1,
# 0.2 and 0.3 the last found most true starts on the labelled dumps and cost the blogs under 0.01.
_NEW, _SAME, _FOREIGN = 0.03, 0.15, 0.3
# By how much of a title's words one side must lead the other.
_LEAD = 0.15


class Words:
    """The words of a page's rows, found when asked for and forgotten when out of reach."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self._known: dict[int, tuple[list[str], list[str]]] = {}

    def of(self, index: int) -> tuple[list[str], list[str]]:
        """Give the long and the short words of a row, in their order."""
        if index not in self._known:
            text = self.rows[index].text[:_HEAD].casefold()
            if len(self._known) > 8 * _REACH:
                self._known = {k: v for k, v in self._known.items() if abs(k - index) <= 2 * _REACH}
            self._known[index] = _LONG.findall(text), _SHORT.findall(text)
        return self._known[index]

    def beside(self, index: int, step: int, kind: int) -> set[str]:
        """Collect the nearest words above (`step` -1) or below (1) a row; `kind` 0 long, 1 short."""
        found: list[str] = []
        stop = index + step * (_REACH + 1)
        for other in range(index + step, min(max(stop, -1), len(self.rows)), step):
            words = self.of(other)[kind]
            found.extend(words if step > 0 else reversed(words))
            if len(found) >= _WINDOW:
                break
        return set(found[:_WINDOW])


def compare(words: Words, index: int) -> Iterator[str]:
    """Name what the words above and below a row, and its own, say about a new subject."""
    above, below = words.beside(index, -1, 0), words.beside(index, 1, 0)
    least = min(len(above), len(below))
    if least >= _LEAST_LONG:
        shared = len(above & below) / least
        if shared < _NEW:
            yield "new words below"
        elif shared > _SAME:
            yield "the same words above and below"
    own = set(words.of(index)[0])
    if own and words.rows[index].template:
        lead = (len(own & below) - len(own & above)) / len(own)
        if abs(lead) > _LEAD:
            yield "its words come back below" if lead > 0 else "its words stand above"


def changes_language(words: Words, index: int) -> bool:
    """Tell whether the short words (articles, prepositions) above a short row differ from those below."""
    if not words.rows[index].template:
        return False
    above, below = words.beside(index, -1, 1), words.beside(index, 1, 1)
    least = min(len(above), len(below))
    return least >= _LEAST_SHORT and len(above & below) < _FOREIGN * least
