"""Whether the words change at a row: the subject, and the language.

Independent of the language: words of four letters and more stand for the subject (pairs of signs where words are not
set apart), words of two or three letters, which are articles and prepositions in most scripts, for the language.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from transforms.split.text_codes import small_letters
from transforms.split.text_loops import find_words, link_words, words_leading, words_shared

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from transforms.split.text_codes import Bools, Ints
    from transforms.split.text_lines import Page

# How many words above and below a row are compared, and of its own at most: enough for two paragraphs.
_WINDOW, _OWN = 60, 24
# Too few words on a side tell nothing.
_LEAST_LONG, _LEAST_SHORT = 16, 8
# The share of the words below that stand above too: up to the first the subject is new, from the second the same;
# up to the third, which is for short words, the language is another.
_NEW, _SAME, _FOREIGN = 0.03, 0.18, 0.3
# By how much of a title's words one side must lead the other.
_LEAD = 0.15
# The letters of a long word, at least, and those of a shorter one that counts.
_LONG, _SHORT = 4, 2


@dataclass(frozen=True, eq=False)
class Words:
    """The words of a dump in their order: where each begins, and where the same word stands before and after it.

    `before` and `after` are indexes of words; -1 and the number of words where there is none.
    """

    begins: Ints
    before: Ints
    after: Ints

    def __len__(self) -> int:
        return len(self.begins)

    def around(self, page: Page, rows: Ints) -> tuple[Ints, Ints]:
        """The first word of each row, and the first behind it."""
        return np.searchsorted(self.begins, page.first[rows]), np.searchsorted(self.begins, page.last[rows])


def compare_words(page: Page, where: Bools) -> dict[str, Bools]:
    """Names what the words above and below say at the rows of `where`; the others bear no sign."""
    rows = np.flatnonzero(where)
    names = (
        "new words below", "the same words above and below", "its words come back below", "its words stand above",
        "another language below",
    )  # fmt: skip
    signs = {name: np.zeros(len(page), dtype=np.bool_) for name in names}
    if not len(rows):
        return signs
    long, short = _words(page)
    known, shared = _shared(page, long, rows, _LEAST_LONG)
    signs["new words below"][rows] = known & (shared <= _NEW)
    signs["the same words above and below"][rows] = known & (shared >= _SAME)
    lead = np.where(page.short[rows], _lead(page, long, rows), 0)
    signs["its words come back below"][rows] = lead > _LEAD
    signs["its words stand above"][rows] = lead < -_LEAD
    known, shared = _shared(page, short, rows, _LEAST_SHORT)
    signs["another language below"][rows] = known & (shared <= _FOREIGN)
    return signs


def _words(page: Page) -> tuple[Words, Words]:
    """The long and the short words of a dump."""
    begins, hashes, short_begins, short_hashes = find_words(page.codes, page.kinds, small_letters(), _LONG, _SHORT)
    return Words(begins, *link_words(hashes)), Words(short_begins, *link_words(short_hashes))


def _shared(page: Page, words: Words, rows: Ints, least: int) -> tuple[Bools, NDArray[np.float64]]:
    """Whether there are words enough on both sides of each row, and which share of those below stand above too."""
    top, bottom = words.around(page, rows)
    below = np.minimum(len(words) - bottom, _WINDOW)
    known = (np.minimum(top, _WINDOW) >= least) & (below >= least)
    shared = words_shared(words.before, top, bottom, below, _WINDOW) / np.maximum(below, 1)
    return known, shared


def _lead(page: Page, words: Words, rows: Ints) -> NDArray[np.float64]:
    """By which share of a row's own words the text below it leads the text above."""
    top, bottom = words.around(page, rows)
    lead = words_leading(words.before, words.after, top, bottom, _OWN, _WINDOW)
    share: NDArray[np.float64] = lead / np.clip(bottom - top, 1, _OWN)
    return share
