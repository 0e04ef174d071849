"""The two fits: weights that tell yes from no, and weights that rank ways. Both by Newton steps.

Both losses are convex with one lowest point, so where a fit starts changes the time that it takes and not what it
finds; fits with a site left out start from the fit with all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Columns = NDArray[np.float32]
Ints = NDArray[np.int64]

# Both fits end where no weight moves further than this: a tenth of the last place that is kept, and less.
_STILL: Final = 1e-4
_STEPS: Final = 40
# The constant of a fit is pulled to zero so little that it does not matter.
_PULL_OF_BASE: Final = 0.01
# A step that makes the loss of a ranking greater by more than this is halved: less is single precision's noise.
_NOISE: Final = 1e-6
# Ways with less of their dump's share do not bend the loss; leaving them out of its second derivative saves most of it.
_SHARE: Final = 1e-5


def fit_odds(columns: Columns, wanted: Floats, weights: Floats, pull: float, start: Floats | None = None) -> Floats:
    """Regularised logistic regression: a weight for each column, and a constant as the last.

    `weights` are those of the rows; rows without weight are left out. `pull` is the weight of the squared weights.
    """
    used = weights > 0
    matrix = np.hstack((columns[used], np.ones((int(used.sum()), 1), dtype=np.float32)))
    wanted, weights = wanted[used], weights[used]
    pulls = np.full(matrix.shape[1], pull)
    pulls[-1] = _PULL_OF_BASE
    fitted = np.zeros(matrix.shape[1]) if start is None else start.copy()
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(matrix @ fitted, -30, 30)))
        slope = matrix.T @ (weights * (chance - wanted)) + pulls * fitted
        bends = (weights * chance * (1 - chance)).astype(np.float32)
        step = np.linalg.solve((matrix * bends[:, None]).T @ matrix + np.diag(pulls), slope)
        fitted -= step
        if np.abs(step).max() < _STILL:
            break
    return fitted


@dataclass(frozen=True, eq=False)
class Ways:
    """The ways to cut many dumps: of dump d those with index from `bounds[d]` up to `bounds[d + 1]`.

    Each has a row of `measures`, scaled to mean 0 and deviation 1, and a share `wanted`; those of one dump sum to 1.
    """

    measures: Columns
    wanted: Floats
    bounds: Ints

    @property
    def owner(self) -> Ints:
        """The dump of each way."""
        return np.repeat(np.arange(len(self.bounds) - 1), np.diff(self.bounds))


def shares_of(quality: Floats, bounds: Ints, sharpness: float) -> Floats:
    """The share that each way is wanted, by its quality beside the best of its dump."""
    owner = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    best = np.maximum.reduceat(quality, bounds[:-1])
    shares = np.exp(sharpness * (quality - best[owner]))
    shares /= np.add.reduceat(shares, bounds[:-1])[owner]
    return shares


def fit_ranks(ways: Ways, weights: Floats, pull: float, start: Floats | None = None) -> Floats:
    """Weights by which the shares of ways, e to their weighted measures, come nearest to those wanted.

    `weights` are those of the dumps; the loss is the mean cross entropy of a dump plus half `pull` times the squared
    weights.
    """
    loss = _RankLoss(ways, weights / weights.sum(), pull)
    fitted = np.zeros(ways.measures.shape[1]) if start is None else start.copy()
    value, shares = loss.at(fitted)
    for _ in range(_STEPS):
        step = np.linalg.solve(loss.bend(shares), loss.slope(fitted, shares))
        while True:
            lower, its_shares = loss.at(fitted - step)
            if lower <= value + _NOISE or np.abs(step).max() < _STILL:
                break
            step /= 2
        fitted, value, shares = fitted - step, lower, its_shares
        if np.abs(step).max() < _STILL:
            break
    return fitted


class _RankLoss:
    """The loss of a ranking with its first and second derivatives."""

    def __init__(self, ways: Ways, weights: Floats, pull: float) -> None:
        self.ways, self.weights, self.pull = ways, weights, pull
        self.owner, self.first = ways.owner, ways.bounds[:-1]
        self.weighted = weights[self.owner]

    def at(self, fitted: Floats) -> tuple[float, Floats]:
        """The loss, and the share of each way."""
        totals = (self.ways.measures @ fitted.astype(np.float32)).astype(np.float64)
        totals -= np.maximum.reduceat(totals, self.first)[self.owner]
        powers = np.exp(totals)
        sums = np.add.reduceat(powers, self.first)
        loss = -(self.weighted * self.ways.wanted * (totals - np.log(sums)[self.owner])).sum()
        return float(loss + self.pull * (fitted @ fitted) / 2), powers / sums[self.owner]

    def slope(self, fitted: Floats, shares: Floats) -> Floats:
        surplus = (self.weighted * (shares - self.ways.wanted)).astype(np.float32)
        return (surplus @ self.ways.measures).astype(np.float64) + self.pull * fitted

    def bend(self, shares: Floats) -> Floats:
        used = np.flatnonzero((shares > _SHARE) & (self.weighted > 0))
        measures, owner, its = self.ways.measures[used], self.owner[used], shares[used]
        dumps = np.flatnonzero(np.concatenate(([True], owner[1:] != owner[:-1])))
        means = np.add.reduceat(measures * its[:, None].astype(np.float32), dumps)
        spread = (measures * (self.weighted[used] * its)[:, None].astype(np.float32)).T @ measures
        spread -= (means * self.weights[owner[dumps]][:, None].astype(np.float32)).T @ means
        return spread.astype(np.float64) + self.pull * np.eye(measures.shape[1])
