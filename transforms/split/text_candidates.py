"""Ways to cut a dump into posts, as sets of rows at which posts would begin.

A candidate comes from what recurs in the dump (an anchor): a masked line, its first or last words, a pattern with a
date, rows of one shape; read as standing some rows below or above the starts. Others are the rows that score best,
every paragraph, and the whole dump as one post.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from transforms.split.candidate_loops import best_above, first_alike, moved_rows
from transforms.split.text_anchors import PARAGRAPHS, PLAIN, SCORES, find_anchors, mix
from transforms.split.text_loops import rows_reaching

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from transforms.split.text_anchors import Anchors
    from transforms.split.text_codes import Hashes, Ints
    from transforms.split.text_lines import Page
    from transforms.split.text_signs import Signs

OFFSETS: Final = (-4, -3, -2, -1, 0, 1, 2, 3)
"""Where a post begins, in rows from an anchor: at most four above a byline, three below a footer."""
FOOTS: Final = (1, 2, 3)
"""The offsets at which an anchor may close the post above."""
WAYS: Final = np.array([*((at, 0) for at in OFFSETS), *((at, manner) for manner in (1, 2) for at in FOOTS)])
"""In which ways an anchor is read: its offset, and whether it stands at its place (0) or closes posts, as `moved_rows`
has it."""
# More than any offset, so that an offset and a manner of reading make one number.
_FAR: Final = 16
THRESHOLDS: Final = (-2.5, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)
DROPS: Final = (0.5, 1.0, 1.5, 2.0, 3.0)
BEST: Final = (1, 2, 3, 4, 5, 6, 8)
"""Rows that score at least a threshold, at most a drop below the best, or the so many best."""
LEAST_TEXT: Final = 40
"""Columns of text below its first line that make a post."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """Sets of starts, one after another: candidate c has the rows `starts[bounds[c]:bounds[c + 1]]`, in order.

    `family` is an index into `FAMILIES`, `offset` where the starts stand from the anchor, `anchor` a row that bears the
    anchor (-1 for none), `copies` how often it stands in the dump. `keys` name the candidates, whatever the dump: what
    the anchor has in common, read at which offset, or which bar the rows reach. One that is found in several ways has
    several names; `named` says which candidate each belongs to.
    """

    starts: Ints
    bounds: Ints
    family: Ints
    offset: Ints
    anchor: Ints
    copies: Ints
    keys: Hashes
    named: Ints

    def __len__(self) -> int:
        return len(self.family)

    def of(self, index: int) -> Ints:
        """The starts of one candidate."""
        return self.starts[self.bounds[index] : self.bounds[index + 1]]


def find_candidates(page: Page, signs: Signs, scores: NDArray[np.float64], plain: NDArray[np.float64]) -> Candidates:
    """Lists the ways to cut a page, each once."""
    anchors = find_anchors(page, signs)
    free = [_by_scores(page, scores, SCORES), _by_scores(page, plain, PLAIN), _by_paragraphs(page)]
    # Of equal sets the one with an anchor is kept: it says more about why.
    return _each_once(_joined([_by_anchors(anchors, scores), _listed(free)]))


def _joined(parts: list[Candidates]) -> Candidates:
    sizes = np.concatenate([np.diff(part.bounds) for part in parts])
    before = np.cumsum([0, *map(len, parts)])
    return Candidates(
        np.concatenate([part.starts for part in parts]),
        np.concatenate(([0], np.cumsum(sizes))),
        np.concatenate([part.family for part in parts]),
        np.concatenate([part.offset for part in parts]),
        np.concatenate([part.anchor for part in parts]),
        np.concatenate([part.copies for part in parts]),
        np.concatenate([part.keys for part in parts]),
        np.concatenate([part.named + at for part, at in zip(parts, before, strict=False)]),
    )


def _each_once(found: Candidates) -> Candidates:
    """Keeps the first of several candidates with the same starts; none is empty."""
    sizes, first = np.diff(found.bounds), first_alike(found.starts, found.bounds)
    kept = (first == np.arange(len(found))) & (sizes > 0)
    # Every name goes over to the candidate that is kept.
    place = np.where(kept, np.cumsum(kept) - 1, -1)[first[found.named]]
    names = place >= 0
    return Candidates(
        found.starts[np.repeat(kept, sizes)],
        np.concatenate(([0], np.cumsum(sizes[kept]))),
        found.family[kept],
        found.offset[kept],
        found.anchor[kept],
        found.copies[kept],
        found.keys[names],
        place[names],
    )


def _listed(found: list[tuple[Ints, Ints, int]]) -> Candidates:
    """Candidates without an anchor: starts and their numbers, of all of a family one after another."""
    sizes = np.concatenate([each for _, each, _ in found])
    family = np.repeat([each for *_, each in found], [len(each) for _, each, _ in found])
    bounds = np.concatenate(([0], np.cumsum(sizes)))
    nothing = np.zeros(len(sizes), dtype=np.int64)
    # They are the same and in the same order for every dump, so their numbers name them.
    names = np.arange(len(sizes))
    starts = np.concatenate([each for each, _, _ in found])
    return Candidates(starts, bounds, family, nothing, nothing - 1, nothing, mix(names.astype(np.uint64)), names)


def _by_scores(page: Page, scores: NDArray[np.float64], family: int) -> tuple[Ints, Ints, int]:
    """The rows that reach each of many bars; of two that stand close the better one, unless posts have no titles."""
    ordered = np.sort(scores)[::-1]
    best = float(ordered[0])
    bars = [
        *THRESHOLDS,
        *(best - drop for drop in DROPS),
        *ordered[np.minimum(BEST, len(ordered)) - 1].tolist(),
        _bar(scores),
    ]
    return *rows_reaching(scores, np.array(bars), page.before, LEAST_TEXT if family == SCORES else 0), family


def _bar(scores: NDArray[np.float64]) -> float:
    likely = np.sort(scores[scores > -1.0])
    return max(float(np.minimum(likely[len(likely) // 2 :], 1.8).mean()) - 1.4, -1.0) if len(likely) else -1.0


def _by_paragraphs(page: Page) -> tuple[Ints, Ints, int]:
    every = np.arange(len(page))
    found = [np.flatnonzero(page.prose), every, every[:1], np.flatnonzero(page.gap)]
    return np.concatenate(found), np.array([len(rows) for rows in found]), PARAGRAPHS


def _by_anchors(anchors: Anchors, scores: NDArray[np.float64]) -> Candidates:
    """Reads every anchor in all ways; where it stands above the starts, the best row above the first may be one."""
    count = len(anchors.family)
    starts, bounds = moved_rows(anchors.rows, anchors.bounds, WAYS, best_above(scores))
    family, anchor, copies = (
        np.tile(each, len(WAYS))
        for each in (anchors.family, anchors.rows[anchors.bounds[:-1]], np.diff(anchors.bounds))
    )
    steps = (WAYS[:, :1] + _FAR * (WAYS[:, 1:] + 1)).astype(np.uint64)
    keys, named = mix(anchors.keys + steps).ravel(), (anchors.named + count * np.arange(len(WAYS))[:, None]).ravel()
    return Candidates(starts, bounds, family, np.repeat(WAYS[:, 0], count), anchor, copies, keys, named)
