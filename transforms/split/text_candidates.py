"""Ways to cut a dump into posts, as sets of rows at which posts would begin.

A candidate comes from what recurs in the dump (an anchor): a masked line, its first or last words, a pattern with a
date, rows of one shape; read as standing some rows below or above the starts. Others are the rows that score best,
every paragraph, and the whole dump as one post.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from transforms.split.text_lines import DATE_MARK, TIME_MARK, name_hash

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from transforms.split.text_codes import Bools, Hashes, Ints
    from transforms.split.text_lines import Page
    from transforms.split.text_signs import Signs

FAMILIES: Final = (
    "line", "part of a line", "date", "shape", "gap", "cut-off mark", "scores", "paragraphs", "plain scores",
)  # fmt: skip
LINE, PART, DATE, SHAPE, GAP, CUT, SCORES, PARAGRAPHS, PLAIN = range(len(FAMILIES))

LONGEST_ANCHOR: Final = 140
"""Columns of a line that may recur."""
MOST_ANCHORS: Final = 80
"""How many anchors are tried, those first that stand between the most text."""
SPREAD: Final = 300
"""What lies between two copies of an anchor counts up to so many columns, so that many copies beat distant ones."""
OFFSETS: Final = (-4, -3, -2, -1, 0, 1, 2, 3)
"""Where a post begins, in rows from an anchor: at most four above a byline, three below a footer."""
FOOTS: Final = (1, 2, 3)
"""The offsets at which an anchor may close the post above."""
LEAST_ALIKE: Final = 3
"""Two rows of one shape are chance."""
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
    anchor (-1 for none), `copies` how often it stands in the dump.
    """

    starts: Ints
    bounds: Ints
    family: Ints
    offset: Ints
    anchor: Ints
    copies: Ints

    def __len__(self) -> int:
        return len(self.family)

    def of(self, index: int) -> Ints:
        """The starts of one candidate."""
        return self.starts[self.bounds[index] : self.bounds[index + 1]]


@dataclass(frozen=True, eq=False)
class Anchors:
    """Rows that have something in common: anchor a stands at `rows[bounds[a]:bounds[a + 1]]`."""

    rows: Ints
    bounds: Ints
    family: Ints


def find_candidates(page: Page, signs: Signs, scores: NDArray[np.float64], plain: NDArray[np.float64]) -> Candidates:
    """Lists the ways to cut a page, each once."""
    anchors = find_anchors(page, signs)
    free = [*_by_scores(page, scores, SCORES), *_by_scores(page, plain, PLAIN), *_by_paragraphs(page)]
    # Of equal sets the one with an anchor is kept: it says more about why.
    return _each_once(_joined([*_by_anchors(page, anchors, scores), _listed(free)]))


def _joined(parts: list[Candidates]) -> Candidates:
    sizes = np.concatenate([np.diff(part.bounds) for part in parts])
    return Candidates(
        np.concatenate([part.starts for part in parts]),
        np.concatenate(([0], np.cumsum(sizes))),
        np.concatenate([part.family for part in parts]),
        np.concatenate([part.offset for part in parts]),
        np.concatenate([part.anchor for part in parts]),
        np.concatenate([part.copies for part in parts]),
    )


def _each_once(found: Candidates) -> Candidates:
    """Keeps the first of several candidates with the same starts; none is empty."""
    mixed = mix(found.starts.astype(np.uint64))
    with np.errstate(over="ignore"):
        sums = np.concatenate((np.zeros(1, np.uint64), np.cumsum(mixed)))
        sets = sums[found.bounds[1:]] - sums[found.bounds[:-1]]
    sizes = np.diff(found.bounds)
    first = np.zeros(len(found), dtype=np.bool_)
    first[np.unique(sets, return_index=True)[1]] = True
    kept = first & (sizes > 0)
    return Candidates(
        found.starts[np.repeat(kept, sizes)],
        np.concatenate(([0], np.cumsum(sizes[kept]))),
        found.family[kept],
        found.offset[kept],
        found.anchor[kept],
        found.copies[kept],
    )


def mix(values: Hashes) -> Hashes:
    """Spreads numbers over 64 bits (the finalizer of SplitMix64, Steele, Lea and Flood 2014)."""
    with np.errstate(over="ignore"):
        mixed = values + np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _listed(found: list[tuple[Ints, int]]) -> Candidates:
    """Candidates without an anchor, from starts and family."""
    family = np.array([each[1] for each in found])
    bounds = np.cumsum([0, *(len(each[0]) for each in found)])
    nothing = np.zeros(len(found), dtype=np.int64)
    return Candidates(np.concatenate([each[0] for each in found]), bounds, family, nothing, nothing - 1, nothing)


def _by_scores(page: Page, scores: NDArray[np.float64], family: int) -> Iterator[tuple[Ints, int]]:
    ordered = np.sort(scores)[::-1]
    best = float(ordered[0])
    bars = [
        *THRESHOLDS,
        *(best - drop for drop in DROPS),
        *ordered[np.minimum(BEST, len(ordered)) - 1].tolist(),
        _bar(scores),
    ]
    for bar in bars:
        rows = np.flatnonzero(scores >= bar)
        yield _with_text(page, rows, scores) if family == SCORES else rows, family


def _bar(scores: NDArray[np.float64]) -> float:
    likely = np.sort(scores[scores > -1.0])
    return max(float(np.minimum(likely[len(likely) // 2 :], 1.8).mean()) - 1.4, -1.0) if len(likely) else -1.0


def _with_text(page: Page, rows: Ints, scores: NDArray[np.float64]) -> Ints:
    """Drops rows without text below them where the next one scores better, and the next one where not."""
    while len(rows) > 1:
        close = page.before[rows[1:]] - page.before[rows[:-1] + 1] < LEAST_TEXT
        if not close.any():
            break
        worse = np.zeros(len(rows), dtype=np.bool_)
        better_below = scores[rows[1:]] > scores[rows[:-1]]
        worse[:-1] |= close & better_below
        worse[1:] |= close & ~better_below
        # Of a run of close rows the best one stays in every round, so this ends.
        rows = rows[~worse]
    return rows


def _by_paragraphs(page: Page) -> Iterator[tuple[Ints, int]]:
    every = np.arange(len(page))
    for rows in (np.flatnonzero(page.prose), every, every[:1], np.flatnonzero(page.gap)):
        yield rows, PARAGRAPHS


def _by_anchors(page: Page, anchors: Anchors, scores: NDArray[np.float64]) -> Iterator[Candidates]:
    """Reads every anchor at every offset; where it stands above the starts, the best row above the first may be one."""
    if not len(anchors.family):
        return
    owner = np.repeat(np.arange(len(anchors.family)), np.diff(anchors.bounds))
    firsts = anchors.rows[anchors.bounds[:-1]]
    yield _read(anchors, OFFSETS, _moved(anchors, np.ones(len(owner), dtype=np.bool_), OFFSETS, len(page)))
    above = np.tile(_best_above(scores)[firsts], len(FOOTS))
    below = firsts[owner] > 0
    not_last = below.copy()
    not_last[anchors.bounds[1:] - 1] = False
    for kept in (below, not_last):
        starts, owners = _moved(anchors, kept, FOOTS, len(page))
        opened = np.unique(owners)
        owners = np.concatenate((opened, owners))
        order = np.argsort(owners, kind="stable")
        yield _read(anchors, FOOTS, (np.concatenate((above[opened], starts))[order], owners[order]))


def _moved(anchors: Anchors, kept: Bools, offsets: tuple[int, ...], end: int) -> tuple[Ints, Ints]:
    """Moves the rows of all anchors by each offset, one block of anchors after another, with the anchor of each.

    What falls out of the dump is dropped, and so are the rows of an anchor that stands closer than the offset.
    """
    sizes = np.diff(anchors.bounds)
    apart = (anchors.rows[anchors.bounds[1:] - 1] - anchors.rows[anchors.bounds[:-1]]) / (sizes - 1)
    owner = np.repeat(np.arange(len(sizes)), sizes)[kept]
    offset = np.array(offsets)[:, None]
    moved = anchors.rows[kept] + offset
    inside = (moved >= 0) & (moved < end) & (np.abs(offset) < apart[owner])
    return moved[inside], (owner + len(sizes) * np.arange(len(offsets))[:, None])[inside]


def _best_above(scores: NDArray[np.float64]) -> Ints:
    """For each row the best one above it; 0 for the first."""
    best = np.maximum.accumulate(scores)
    new = np.concatenate(([True], best[1:] > best[:-1]))
    at = np.maximum.accumulate(np.where(new, np.arange(len(scores)), 0))
    return np.concatenate(([0], at[:-1]))


def _read(anchors: Anchors, offsets: tuple[int, ...], moved: tuple[Ints, Ints]) -> Candidates:
    count = len(anchors.family)
    starts, owner = moved
    bounds = np.searchsorted(owner, np.arange(count * len(offsets) + 1))
    tiled = [
        np.tile(each, len(offsets))
        for each in (anchors.family, anchors.rows[anchors.bounds[:-1]], np.diff(anchors.bounds))
    ]
    return Candidates(starts, bounds, tiled[0], np.repeat(np.array(offsets), count), *tiled[1:])


def find_anchors(page: Page, signs: Signs) -> Anchors:
    """Finds what recurs and where, in the order of what lies between the copies, each set of rows once."""
    found = [_grouped(*common) for common in _common(page, signs)]
    rows = np.concatenate([group.rows for group in found])
    sizes = np.concatenate([np.diff(group.bounds) for group in found])
    family = np.concatenate([group.family for group in found])
    bounds = np.concatenate(([0], np.cumsum(sizes)))
    if not len(family):
        return Anchors(rows, bounds, family)
    between = np.minimum(page.before[rows[1:]] - page.before[rows[:-1] + 1], SPREAD)
    between = np.concatenate((between, [0]))
    between[bounds[1:] - 1] = 0
    spread = np.add.reduceat(between, bounds[:-1])
    with np.errstate(over="ignore"):
        sets = np.add.reduceat(mix(rows.astype(np.uint64)), bounds[:-1])
    order = np.argsort(-spread, kind="stable")
    _, once = np.unique(sets[order], return_index=True)
    order = order[np.sort(once)][:MOST_ANCHORS]
    picked = np.concatenate([rows[bounds[k] : bounds[k + 1]] for k in order])
    return Anchors(picked, np.concatenate(([0], np.cumsum(sizes[order]))), family[order])


def _grouped(family: int, keys: Hashes, rows: Ints, least: int) -> Anchors:
    """Groups rows by key, those with at least `least` rows."""
    order = np.argsort(keys, kind="stable")
    keys, rows = keys[order], rows[order]
    edges = (
        np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1], [True]))) if len(keys) else np.zeros(1, np.int64)
    )
    sizes = np.diff(edges)
    kept = sizes >= least
    chosen = np.repeat(kept, sizes)
    return Anchors(
        rows[chosen],
        np.concatenate(([0], np.cumsum(sizes[kept]))),
        np.full(int(kept.sum()), family),
    )


def _common(page: Page, signs: Signs) -> Iterator[tuple[int, Hashes, Ints, int]]:
    """What rows may have in common: family, a key for each row, the rows, and how many make an anchor."""
    usable = page.short & (page.width <= LONGEST_ANCHOR)
    rows = np.flatnonzero(usable)
    yield LINE, page.template[rows], rows, 2
    yield from _parts(page, usable)
    yield from _dates(page, signs, usable)
    yield CUT, *_all_of(signs["a cut-off mark"]), 2
    yield from _shapes(page, signs)
    alone = page.gap & page.short & ~page.indented & (page.copies == 1) & (page.indented.mean() > 0.15)
    for mask in (page.blanks > 1, page.blanks > 2, alone):
        if 2 * mask.sum() < len(page):
            yield GAP, *_all_of(mask), 2


def _all_of(mask: Bools) -> tuple[Hashes, Ints]:
    """One key for all marked rows."""
    rows = np.flatnonzero(mask)
    return np.zeros(len(rows), dtype=np.uint64), rows


def _parts(page: Page, usable: Bools) -> Iterator[tuple[int, Hashes, Ints, int]]:
    """The first and the last two words of every line with more."""
    begins, ends, at, count = page.tokens
    dated = [(row, name.split()) for row, name in page.dates.items() if usable[row]]
    dated = [(row, words) for row, words in dated if len(words) > 2]
    plain = np.flatnonzero(usable & ~page.dated & (count > 2))
    rows = np.concatenate((plain, np.array([row for row, _ in dated], dtype=np.int64)))
    order = np.argsort(rows, kind="stable")
    front = page.hashes(page.first[plain], ends[at[plain] + 1]) if len(plain) else np.zeros(0, np.uint64)
    back = page.hashes(begins[at[plain] + count[plain] - 2], page.last[plain]) if len(plain) else np.zeros(0, np.uint64)
    for salt, hashes, part in (("", front, slice(0, 2)), ("…", back, slice(-2, None))):
        named = np.array([name_hash(salt + " ".join(words[part])) for _, words in dated], dtype=np.uint64)
        yield PART, np.concatenate((hashes ^ np.uint64(len(salt)), named))[order], rows[order], 2


def _dates(page: Page, signs: Signs, usable: Bools) -> Iterator[tuple[int, Hashes, Ints, int]]:
    """Lines of one pattern with a date; all lines that are little else; all lines with a date."""
    rows = np.array([row for row in page.dates if usable[row]], dtype=np.int64)
    yield DATE, np.array([name_hash(pattern_of(page.dates[row])) for row in rows.tolist()], dtype=np.uint64), rows, 2
    for mask in (page.dated & signs["few letters"], page.dated):
        yield DATE, *_all_of(mask), 2


def pattern_of(name: str) -> str:
    """Keeps dates, times and signs with what stands around them, and writes "w" for a run of words.

    >>> pattern_of("by Ann Lee on ‹date›")
    'w ‹date›'
    """
    kinds: list[str] = []
    for token in name.split():
        if DATE_MARK in token or TIME_MARK in token or not any(c.isalpha() for c in token):
            kinds.append(token)
        elif kinds[-1:] != ["w"]:
            kinds.append("w")
    return " ".join(kinds)


def shapes(page: Page, signs: Signs) -> Ints:
    """A small number for the shape of each row: size, end, front, blank line before, indentation, a date."""
    size = np.digitize(page.width, [10, 25, 80, 200])
    end = np.select(
        [signs["ends like a sentence"], signs["a question or call"], signs["a pause at its end"]], [1, 2, 3], 0
    )
    front = np.select([signs["a list item"], signs["a sign in front"], signs["[tag] in front"]], [1, 2, 3], 0)
    shape: Ints = ((((size * 4 + end) * 4 + front) * 2 + page.gap) * 2 + page.indented) * 2 + page.dated
    return shape


# More than the shapes there are.
_SHAPES: Final = 1024


def _shapes(page: Page, signs: Signs) -> Iterator[tuple[int, Hashes, Ints, int]]:
    """Rows of one shape, alone, with the row below, and with the rows below and above."""
    shape = shapes(page, signs)
    below, above = np.append(shape[1:], _SHAPES - 1), np.concatenate(([_SHAPES - 2], shape[:-1]))
    rows = np.flatnonzero(page.short & ~page.dated & (page.copies == 1))
    pair = shape * _SHAPES + below
    for key in (shape, pair, pair * _SHAPES + above):
        yield SHAPE, key[rows].astype(np.uint64), rows, LEAST_ALIKE
