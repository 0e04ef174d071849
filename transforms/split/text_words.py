"""Whether the words change at a row: the subject, and the language.

Independent of the language: words of four letters and more stand for the subject (pairs of signs where words are not
set apart), words of two or three letters, which are articles and prepositions in most scripts, for the language.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from transforms.split.text_codes import LETTER, WIDE, Hasher, folded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from transforms.split.text_codes import Bools, Hashes, Ints
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
# Links are followed so far one by one; a word that recurs more often in between is searched for.
_LINKS = 6
# Rows are compared in groups, to bound the memory for their words.
_GROUP = 4096


@dataclass(frozen=True, eq=False)
class Words:
    """The words of a dump in their order: where each begins, and where the same word stands before and after it.

    `before` and `after` are indexes of words; -1 and the number of words where there is none. `group` is a number for
    what the word says, and `places` has for all words, in order, this number plus the index of the word.
    """

    begins: Ints
    before: Ints
    after: Ints
    group: Ints
    places: Ints

    def __len__(self) -> int:
        return len(self.begins)


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
    for group in np.split(rows, range(_GROUP, len(rows), _GROUP)):
        known, shared = _shared(page, long, group, _LEAST_LONG)
        signs["new words below"][group] = known & (shared <= _NEW)
        signs["the same words above and below"][group] = known & (shared >= _SAME)
        lead = np.where(page.short[group], _lead(page, long, group), 0)
        signs["its words come back below"][group] = lead > _LEAD
        signs["its words stand above"][group] = lead < -_LEAD
        known, shared = _shared(page, short, group, _LEAST_SHORT)
        signs["another language below"][group] = known & (shared <= _FOREIGN)
    return signs


def _words(page: Page) -> tuple[Words, Words]:
    """The long and the short words of a dump."""
    letter = (page.kinds & LETTER) != 0
    wide = letter & ((page.kinds & WIDE) != 0)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], letter & ~wide, [False])).astype(np.int8)))
    begins, ends = edges[::2], edges[1::2]
    length = ends - begins
    hasher = Hasher(folded(page.codes))
    pairs = np.flatnonzero(wide[:-1] & wide[1:])
    long, short = length > 3, (length == 2) | (length == 3)
    starts = np.concatenate((begins[long], pairs))
    hashes = hasher.of(starts, np.concatenate((ends[long], pairs + 2)))
    order = np.argsort(starts, kind="stable")
    return _linked(starts[order], hashes[order]), _linked(begins[short], hasher.of(begins[short], ends[short]))


def _linked(begins: Ints, hashes: Hashes) -> Words:
    """Links every word with its next and last copy."""
    order = np.argsort(hashes, kind="stable")
    new = np.concatenate(([False], hashes[order[1:]] != hashes[order[:-1]]))[: len(order)]
    same = ~new[1:]
    before, after = np.full(len(begins), -1), np.full(len(begins), len(begins))
    before[order[1:][same]] = order[:-1][same]
    after[order[:-1][same]] = order[1:][same]
    group = np.empty(len(begins), dtype=np.int64)
    group[order] = np.cumsum(new) * len(begins)
    return Words(begins, before, after, group, group[order] + order)


def _places(first: Ints, last: Ints, most: int) -> tuple[Ints, Ints]:
    """The words from index `first` up to `last` of every row, `most` at most: the row of each, and its index."""
    count = np.clip(last - first, 0, most)
    row = np.repeat(np.arange(len(count)), count)
    return row, np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count) + first[row]


def _above(words: Words, at: Ints, low: Ints, high: Ints) -> Bools:
    """Whether the words at `at` stand in the stretches from `low` up to `high`, which lie above them, too."""
    place = words.before[at]
    far = np.flatnonzero(place >= high)
    for _ in range(_LINKS):
        place[far] = words.before[place[far]]
        far = far[place[far] >= high[far]]
    if len(far):
        group = words.group[at[far]]
        nearest = np.searchsorted(words.places, group + high[far])
        place[far] = np.append(-1, words.places)[nearest] - group
    found: Bools = place >= low
    return found


def _below(words: Words, at: Ints, low: Ints, high: Ints) -> Bools:
    """The same for stretches that lie below them."""
    place = words.after[at]
    far = np.flatnonzero(place < low)
    for _ in range(_LINKS):
        place[far] = words.after[place[far]]
        far = far[place[far] < low[far]]
    if len(far):
        group = words.group[at[far]]
        nearest = np.searchsorted(words.places, group + low[far])
        place[far] = np.append(words.places, np.iinfo(np.int64).max)[nearest] - group
    found: Bools = place < high
    return found


def _shared(page: Page, words: Words, rows: Ints, least: int) -> tuple[Bools, NDArray[np.float64]]:
    """Whether there are words enough on both sides of each row, and which share of those below stand above too."""
    top, bottom = np.searchsorted(words.begins, page.first[rows]), np.searchsorted(words.begins, page.last[rows])
    below = np.minimum(len(words) - bottom, _WINDOW)
    known = (np.minimum(top, _WINDOW) >= least) & (below >= least)
    row, at = _places(bottom, bottom + below, _WINDOW)
    stand = _above(words, at, np.maximum(top - _WINDOW, 0)[row], top[row])
    shared = np.bincount(row[stand], minlength=len(rows)) / np.maximum(below, 1)
    return known, shared


def _lead(page: Page, words: Words, rows: Ints) -> NDArray[np.float64]:
    """By which share of a row's own words the text below it leads the text above."""
    top, bottom = np.searchsorted(words.begins, page.first[rows]), np.searchsorted(words.begins, page.last[rows])
    row, at = _places(top, bottom, _OWN)
    above = _above(words, at, np.maximum(top - _WINDOW, 0)[row], top[row])
    below = _below(words, at, bottom[row], np.minimum(bottom + _WINDOW, len(words))[row])
    lead = np.bincount(row, weights=below.astype(np.float64) - above, minlength=len(rows))
    share: NDArray[np.float64] = lead / np.clip(bottom - top, 1, _OWN)
    return share
