"""How the weights of signs and measures become scores of rows and of ways to cut a dump."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from transforms.split.text_signs import Signs

Weights = Mapping[str, float]
BASE = "base"


@dataclass(frozen=True, slots=True)
class Model:
    """What was learned: a weight for each sign or measure by its name, and a constant by the name "base".

    `titled` scores a row as the first of a post that has a title, `untitled` as the first of one that has none, both as
    the natural logarithm of the odds; `gate` says how likely it is that the posts of a dump have no titles, from
    measures of the dump; `layout` ranks ways to cut a dump. `talk` says how likely a dump is a thread, and
    `talk_layout` ranks the ways to cut one. `single` says how likely a dump is one post.
    """

    titled: Weights
    untitled: Weights
    gate: Weights
    layout: Weights
    talk: Weights
    talk_layout: Weights
    single: Weights


def score_rows(weights: Weights, signs: Signs) -> NDArray[np.float64]:
    """Adds up the weights of the signs that each row bears."""
    columns = np.array(list(signs.values()), dtype=np.float32)
    scores = np.array([weights.get(name, 0.0) for name in signs], dtype=np.float32) @ columns
    return scores.astype(np.float64).round(4) + weights.get(BASE, 0.0)


def chance(weights: Weights, measures: Mapping[str, float]) -> float:
    """The chance that weighted measures give, between 0 and 1."""
    total = weights.get(BASE, 0.0) + sum(weights.get(name, 0.0) * value for name, value in measures.items())
    return float(1 / (1 + np.exp(-np.clip(total, -30, 30))))


def rank(weights: Weights, measures: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Adds up the weighted measures of each way to cut a dump."""
    totals = np.zeros(len(next(iter(measures.values()))))
    for name, column in measures.items():
        if weight := weights.get(name, 0.0):
            totals += weight * column
    return totals
