"""Threads: what tells that a dump is one, and what its messages would look like if it were cut in one way or another.

The messages of a thread have no titles. A line or a column of lines says who wrote each and when, later and later; the
posts of a listing go back in time. Ways to cut a thread are ranked by weights of their own, and only those that follow
a line.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from transforms.split.text_anchors import DATE, LINE, PART, shapes
from transforms.split.text_lines import TIME_MARK, find_date
from transforms.split.text_model import chance
from transforms.split.text_sets import Sets
from transforms.split.text_single import whole_dump

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from transforms.split.text_candidates import Candidates
    from transforms.split.text_codes import Bools, Ints
    from transforms.split.text_lines import Page
    from transforms.split.text_model import Weights
    from transforms.split.text_signs import Signs

    Floats = NDArray[np.float64]

TALK: Final = 0.6
"""The chance from which a dump is taken to be a thread."""
ASCEND: Final = "dates ascend"
"""From -1 to 1; the higher, the likelier a thread."""
REPEATED: Final = "recurring lines"
TITLES: Final = "expected F1 with titles"
RECURRING: Final = (LINE, PART, DATE)
"""Anchors that are lines."""
_NUMBER: Final = re.compile(r"\d+")
# Numbers are compared by so many of their last digits.
_DIGITS: Final = 9
# A line counts messages where it stands so many times, so many columns of text apart.
_LEAST_COUNTED, _BETWEEN = 3, 100
# So many pairs of dates that agree are as good as none.
_DOUBT: Final = 2


class Stated(NamedTuple):
    """A date as far as it can be compared: its year, its letters, its other numbers, the numbers of the time of day."""

    year: int
    letters: str
    numbers: tuple[int, ...]
    clock: tuple[int, ...]


def is_talk(page: Page, at_a_glance: Mapping[str, float], weights: Weights) -> bool:
    """Whether a dump is taken for a thread. Its dates are read only where they could tell, which their weight does."""
    return (
        chance(weights, {ASCEND: 1.0, **at_a_glance}) > TALK
        and chance(weights, {ASCEND: _ascent(page), **at_a_glance}) > TALK
    )


def talk_stats(page: Page, known: Mapping[str, float]) -> dict[str, float]:
    """Measures by which threads differ from listings, one of them `known` of the dump."""
    return {ASCEND: _ascent(page), **glance(page, known)}


def glance(page: Page, known: Mapping[str, float]) -> dict[str, float]:
    """Those of the measures for which no date is read."""
    usual = max((len(rows) for rows in _by_pattern(page)), default=0)
    recurs = page.copies > 1
    return {
        "clocks": sum(TIME_MARK in name for name in page.dates.values()) / max(len(page.dates), 1),
        "counts up": _counts_up(page),
        REPEATED: float((1 / page.copies[recurs]).sum()) / len(page),
        "usual date": usual / len(page) if usual > 1 else 0.0,
        TITLES: known[TITLES],
    }


def _by_pattern(page: Page) -> Iterable[list[int]]:
    """The rows with dates, in order, those of one pattern together."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, pattern in page.patterns.items():
        rows[pattern].append(row)
    return rows.values()


def _ascent(page: Page) -> float:
    """How far the dates of one pattern go on in time, from -1 (each is earlier than the one above it) to 1."""
    steps = [
        step(above, below)
        for rows in _by_pattern(page)
        if len(rows) > 1
        for above, below in pairwise([read_date(page.row(row)) for row in rows])
    ]
    later, earlier = steps.count(1), steps.count(-1)
    return (later - earlier) / (later + earlier + _DOUBT)


def read_date(text: str) -> Stated:
    """Reads the first date of a short text, without a list of months.

    >>> read_date("Ann wrote on 3 May 2019 at 10:45")
    Stated(year=2019, letters='May', numbers=(3,), clock=(10, 45))
    """
    date, clock = find_date(text)
    numbers = [int(each) for each in _NUMBER.findall(date)]
    year = next((each for each in numbers if 1900 <= each < 2100), numbers[-1] if numbers else 0)
    letters = "".join(filter(str.isalpha, date))
    others = tuple(each for each in numbers if each != year)
    return Stated(year, letters, others, tuple(int(each) for each in _NUMBER.findall(clock)))


def step(above: Stated, below: Stated) -> int:
    """Tells whether a date is later (1) or earlier (-1) than the one above it; 0 where that can't be told.

    Dates of one year are compared where they differ in one number, so that day and month need not be told apart.

    >>> step(read_date("3 May 2019"), read_date("4 May 2019")), step(read_date("1/2/2019"), read_date("2/1/2019"))
    (1, 0)
    """
    if above.year != below.year:
        return 1 if below.year > above.year else -1
    if above.letters != below.letters or len(above.numbers) != len(below.numbers):
        return 0
    changed = [pair for pair in zip(above.numbers, below.numbers, strict=True) if pair[0] != pair[1]]
    if len(changed) == 1:
        return 1 if changed[0][1] > changed[0][0] else -1
    return 0 if changed else (below.clock > above.clock) - (below.clock < above.clock)


def _counts_up(page: Page) -> float:
    """How far some line counts messages all over a dump, from 0 to 1.

    It is the share of its copies that are apart from the one above and have a last number one higher, less where they
    span less than half of the text.
    """
    rows = np.flatnonzero(page.short & (page.copies >= _LEAST_COUNTED) & (page.digits > 0))
    if not len(rows):
        return 0.0
    rows = rows[np.argsort(page.template[rows], kind="stable")]
    last = np.array([int((_NUMBER.findall(page.row(row)) or ["0"])[-1][-_DIGITS:]) for row in rows.tolist()])
    above, below = rows[:-1], rows[1:]
    same = page.template[above] == page.template[below]
    between = page.before[below] - page.before[above + 1]
    counted = same & (np.diff(last) == 1) & (between >= _BETWEEN)
    line = np.concatenate(([0], np.cumsum(~same)))
    pairs = np.maximum(np.bincount(line) - 1, 1)
    share = np.bincount(line[1:], weights=counted, minlength=len(pairs)) / pairs
    span = np.bincount(line[1:], weights=same * (page.before[below] - page.before[above]), minlength=len(pairs))
    return float((share * np.minimum(2 * span / max(int(page.before[-1]), 1), 1)).max())


def may_cut_talk(found: Candidates) -> Bools:
    """Which ways may cut a thread: those that follow a line that recurs, and the whole dump as one message."""
    allowed: Bools = np.isin(found.family, RECURRING)
    allowed[whole_dump(found)] = True
    return allowed


def measure_talk(page: Page, signs: Signs, found: Candidates) -> dict[str, Floats]:
    """How regular the posts would be: their lengths, what sets their first rows apart, what stands at both ends."""
    sets = Sets(found, len(page))
    shape = _numbered(shapes(page, signs))
    pair = _numbered(shape * (shape.max() + 1) + np.concatenate(([0], shape[:-1])))
    return {
        "widths vary": sets.deviation(np.log(page.width[sets.starts] + 5.0)),
        "rows vary": sets.deviation(np.log(sets.ends - sets.starts)),
        "posts vary": sets.deviation(np.log(page.before[sets.ends] - page.before[sets.starts] + 20.0)),
        "set apart by shape": sets.apart(shape),
        "set apart by two shapes": sets.apart(pair),
    } | sets.edges(page.template, page.copies > 1)


def _numbered(values: Ints) -> Ints:
    """The place of each value among the distinct ones."""
    numbered: Ints = np.unique(values, return_inverse=True)[1]
    return numbered
