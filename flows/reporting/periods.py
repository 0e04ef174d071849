"""Steps of time for a chart: days, months, years or more, so that a span falls into as many as can be seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

# Columns that a chart can have before they become lines.
MOST: Final = 72
# The place of a moment in SQL, by step; `Step.place` is the same in Python.
STEPS: Final = {
    "day": "date_diff('day', DATE '0001-01-01', published::date) + 1",
    "month": "year(published) * 12 + month(published) - 1",
    "year": "year(published)",
    "decade": "year(published) // 10",
    "century": "year(published) // 100",
}


@dataclass(frozen=True, slots=True)
class Step:
    """A length of time: the number of the one in which a moment lies, and the label of such a number."""

    name: str
    place: Callable[[datetime], int]
    label: Callable[[int], str]


ALL: Final = (
    Step("day", lambda m: m.toordinal(), lambda n: date.fromordinal(n).isoformat()),
    Step("month", lambda m: m.year * 12 + m.month - 1, lambda n: f"{n // 12:04}-{n % 12 + 1:02}"),
    Step("year", lambda m: m.year, lambda n: f"{n:04}"),
    Step("decade", lambda m: m.year // 10, lambda n: f"{n * 10}s"),
    Step("century", lambda m: m.year // 100, lambda n: f"{n * 100}s"),
)


def fitting(low: datetime, high: datetime) -> Step:
    """The shortest step of which at most `MOST` reach from one moment to the other.

    >>> fitting(datetime(2019, 1, 5), datetime(2019, 12, 1)).name
    'month'
    """
    return next((step for step in ALL if step.place(high) - step.place(low) < MOST), ALL[-1])
