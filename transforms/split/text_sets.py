"""Sums over the starts of many ways to cut a dump at once, and what the scores of rows say about each way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from transforms.split.candidate_loops import first_apart, in_buckets, marked_in
from transforms.split.text_anchors import SHAPE
from transforms.split.text_candidates import LEAST_TEXT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from transforms.split.text_candidates import Candidates
    from transforms.split.text_codes import Hashes, Ints
    from transforms.split.text_lines import Page

    Floats = NDArray[np.float64]

NEAR: Final = 2
"""A row so many rows from a start is taken to mean that start: a theme may put date or author first."""
FLOOR: Final = -6.0
"""Lower scores count as this."""
# The rest of the rows is judged by the best of so many.
_TOP: Final = 40
# Alike are values in the same of so many buckets.
_BUCKETS: Final = 16

# The worth of a way to cut: how far the scores of its starts pass a bar, that of the surer half of the likely rows less
# a drop; less what a post without text costs; and more for each post that a recurring line sets apart, the less of it
# the more sure rows the line leaves unexplained. Chosen on a coarse grid over the labelled views; the weight of the
# whole is learned. Scores are raised first, since the bar was chosen for scores that were so much higher.
_RAISED, _LIKELY, _DROP, _LOW, _HIGH = 1.2, 0.2, 1.4, -2.5, 3.0
_EMPTY, _DATED, _PLAIN, _SURE, _COVER = 4.0, 3.0, 2.0, 2.5, 1.5


class Sets:
    """The starts of all candidates, one candidate after another, and sums and means over each of them."""

    def __init__(self, found: Candidates, rows: int) -> None:
        self.starts, self.bounds = found.starts, found.bounds
        self.first, self.last = found.bounds[:-1], found.bounds[1:] - 1
        self.count = np.diff(found.bounds)
        self.owner = np.repeat(np.arange(len(self.count)), self.count)
        self.ends = np.append(self.starts[1:], rows)
        self.ends[self.last] = rows
        # Around every start the rows that are near it and not near the one before.
        previous = np.concatenate(([-len(self.starts)], self.starts[:-1]))
        previous[self.first] = -rows
        self.near_end = np.minimum(self.starts + NEAR + 1, rows)
        self.near_first = np.clip(np.maximum(self.starts - NEAR, previous + NEAR + 1), 0, self.near_end)

    def sum(self, values: NDArray[np.generic]) -> Floats:
        """The sum of one value a start, for each candidate."""
        if values.dtype == np.bool_:
            return marked_in(values.astype(np.bool_, copy=False), self.bounds)
        return np.add.reduceat(values.astype(np.float64, copy=False), self.first)

    def mean(self, values: NDArray[np.generic]) -> Floats:
        """The mean of one value a start, for each candidate."""
        mean: Floats = self.sum(values) / self.count
        return mean

    def least(self, values: NDArray[np.float64]) -> Floats:
        """The least of one value a start, for each candidate."""
        return np.minimum.reduceat(values, self.first)

    def deviation(self, values: Floats) -> Floats:
        """The standard deviation of one value a start, for each candidate."""
        mean = self.mean(values)
        deviation: Floats = np.sqrt(np.maximum(self.mean(values**2) - mean**2, 0))
        return deviation

    def apart(self, kinds: Ints) -> Floats:
        """The mean share of the rows of a start's kind that are starts too: 1 where its kind sets each start apart.

        Kinds are small numbers.
        """
        rows = np.bincount(kinds)
        kind = kinds[self.starts]
        own = kind + self.owner * len(rows)
        counts = np.bincount(own, minlength=len(self.count) * len(rows))
        return self.mean(counts[own] / rows[kind])

    def edges(self, names: Hashes, recurs: NDArray[np.bool_]) -> dict[str, Floats]:
        """Which recurring lines stand around starts, and what the edges of the dump say of them.

        What closes posts stands below the last start too, and not above the first; what opens posts opens the first
        too, and stands no second time below the last. Each is the share of such rows among the nearest two or three
        above or below every start but the first; `names` are alike for rows that are copies, `recurs` marks these.
        """
        top, bottom = _copies(names, recurs)
        first, last = self.starts[self.first][self.owner], self.starts[self.last][self.owner]
        above = [np.maximum(self.starts - step, 0) for step in (1, 2, 3)]
        below = [np.minimum(self.starts + step, len(names) - 1) for step in (0, 1)]
        signs = {
            "closed like the last": [bottom[at] >= last for at in above[:2]],
            "closed like the head": [top[at] < first for at in above],
            "opened unlike the first": [recurs[at] & (top[at] > first + NEAR) for at in below],
            "opened like the foot": [bottom[at] > last + NEAR + 1 for at in below],
        }
        others, count = self.starts > first, np.maximum(self.count - 1, 1)
        return {
            name: sum((self.sum(row & others) for row in rows), np.zeros(len(count))) / (len(rows) * count)
            for name, rows in signs.items()
        }

    def text(self, page: Page) -> Ints:
        """The columns of text below each start."""
        text: Ints = page.before[self.ends] - page.before[np.minimum(self.starts + 1, self.ends)]
        return text

    def covered(self, marked: NDArray[np.bool_]) -> Floats:
        """How many of the marked rows lie near a start, for each candidate."""
        sums = np.concatenate(([0], np.cumsum(marked)))
        return self.sum(sums[self.near_end] - sums[self.near_first])

    def alike(self, values: Ints) -> Floats:
        """The chance that two starts of a candidate have the same value, but for values that fall into one bucket."""
        shares = in_buckets(values, self.bounds, _BUCKETS) / self.count[:, None]
        alike: Floats = (shares**2).sum(axis=1)
        return alike


def _copies(names: Hashes, recurs: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """For each row the first and the last row with its name; out of the dump for a row that does not recur."""
    rows = np.flatnonzero(recurs)
    order = rows[np.argsort(names[rows], kind="stable")]
    new = names[order[1:]] != names[order[:-1]]
    group = np.concatenate(([0], np.cumsum(new)))[: len(order)]
    top, bottom = np.full(len(names), len(names)), np.full(len(names), -1)
    top[order] = order[np.concatenate(([True], new))[: len(order)]][group]
    bottom[order] = order[np.concatenate((new, [True]))[: len(order)]][group]
    return top, bottom


def expected(sets: Sets, scores: Floats) -> Floats:
    """The F1 that a candidate would have if each row were a start with the chance that its score says."""
    chance = 1 / (1 + np.exp(-scores))
    expected: Floats = 2 * sets.sum(chance[sets.starts]) / (sets.count + chance.sum())
    return expected


def best_of_the_rest(sets: Sets, scores: Floats) -> Floats:
    """The best score of a row that is not near a start."""
    top = np.argsort(-scores, kind="stable")[:_TOP]
    rest: Floats = np.append(scores[top], FLOOR)[first_apart(top, sets.starts, sets.bounds, NEAR)]
    return rest


def worth(page: Page, scores: Floats, found: Candidates, sets: Sets) -> dict[str, Floats]:
    """Measures how far the starts pass the bar of the dump, alone and with what a recurring line adds."""
    raised = scores + _RAISED
    likely = np.sort(raised[raised > _LIKELY])
    surer = np.minimum(likely[len(likely) // 2 :], _HIGH).mean() if len(likely) else 0.0
    bar = max(float(surer) - _DROP, _LIKELY)
    alone = sets.sum(np.clip(raised, _LOW, _HIGH)[sets.starts] - bar) - _EMPTY * sets.sum(sets.text(page) < LEAST_TEXT)
    sure = raised >= _SURE
    share = sets.count / (sets.count + sure.sum() - sets.covered(sure))
    recurring = (found.anchor >= 0) & (found.family != SHAPE)
    dated = recurring & page.dated[np.maximum(found.anchor, 0)]
    each = np.where(dated, _DATED, np.where(recurring & (found.copies > 2), _PLAIN, 0.0))
    total = alone + each * (sets.count - 1) * share**_COVER
    return {
        "worth": np.clip(alone / sets.count, -4, 4),
        "total of the best": np.clip(total / max(float(total.max()), 1.0), -1, 1),
        "worth of the best": np.clip(alone / max(float(alone.max()), 1.0), -1, 1),
        "is the best": (total == total.max()).astype(np.float64),
    }
