"""What the report tells, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Period:
    """Posts over time, in steps of a day, month or more: by language, all under the empty name.

    `outside` counts posts with dates so far from the others that the chart leaves them out; `years` are the first and
    the last of all.
    """

    step: str
    labels: Sequence[str]
    series: Mapping[str, Sequence[int]]
    outside: int
    years: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Group:
    """A post that was found more than once: its row, copies, and the one that differs most, with its text.

    `cut` where one of the two texts is longer than what is given of it.
    """

    post: Row
    copies: Sequence[Row]
    other: Row | None
    other_text: str | None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """A signal that is a number: below `low` lie 5 % of the posts, above `high` as many.

    `counts` are posts in equal steps between the two numbers of `span`.
    """

    name: str
    low: float
    middle: float
    high: float
    counts: Sequence[int]
    span: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the page tells. `runs` are oldest first, `counts` of each as values; `posts` can be searched."""

    name: str
    runs: Sequence[Row]
    totals: Row
    formats: Sequence[Row]
    sources: Sequence[Row]
    languages: Sequence[Row]
    encodings: Sequence[Row]
    repairs: Sequence[Row]
    relations: Sequence[Row]
    sizes: Sequence[Row]
    groups: Sequence[Group]
    reasons: Sequence[Row]
    boundaries: Sequence[Row]
    rejects: Sequence[Row]
    measures: Sequence[Measure]
    flags: Sequence[Row]
    period: Period | None
    posts: Sequence[Sequence[Any]]
