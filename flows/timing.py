"""When a deployment runs, and spans of time as people write them."""

from __future__ import annotations

import difflib
import re
import zoneinfo
from dataclasses import dataclass
from typing import Final

from transforms.errors import UsageError

UNITS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
PART: Final = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)([smhdw])", re.ASCII)
SPAN: Final = re.compile(rf"(?:{PART.pattern})+", re.ASCII)
NUMBER: Final = re.compile(r"\d{1,12}(?:\.\d{1,6})?", re.ASCII)
# A century: what is longer is a slip, and would overflow what Prefect keeps.
LONGEST: Final = 36_500 * 86_400


@dataclass(frozen=True, slots=True)
class Timing:
    """A schedule: a cron expression, or seconds between two runs; without either runs are started by hand.

    `timezone` is an IANA name, in which the cron expression speaks; None is UTC. Raises `UsageError` where it means
    nothing. (Whether a cron expression does is known to Prefect alone: `flows.deployed` asks it.)
    """

    cron: str | None = None
    interval: float | None = None
    timezone: str | None = None

    def __post_init__(self) -> None:
        """Refuse what can't be meant."""
        if self.cron is not None and self.interval is not None:
            raise UsageError("a schedule is --cron or --interval, not both")
        if self.interval is not None and self.interval < 1:
            raise UsageError(f"an interval of {self.interval:g} seconds is no schedule; give one second or more")
        if self.timezone is not None:
            _insist_on_zone(self.timezone)

    def __str__(self) -> str:
        """The schedule in words.

        >>> str(Timing(cron="0 * * * *", timezone="Asia/Tokyo")), str(Timing(interval=5400)), str(Timing())
        ('cron "0 * * * *" (Asia/Tokyo)', 'every 1h30m', 'when it is asked to')
        """
        if self.cron is not None:
            return f'cron "{self.cron}" ({self.timezone or "UTC"})'
        return "when it is asked to" if self.interval is None else f"every {span(self.interval)}"


def seconds_of(text: str) -> float:
    """The seconds of a span of time: a plain number, or numbers with s, m, h, d or w. Raises `UsageError`.

    >>> seconds_of("90"), seconds_of("1h30m"), seconds_of("0.5d")
    (90.0, 5400.0, 43200.0)
    """
    given = text.strip().lower()
    if NUMBER.fullmatch(given):
        seconds = float(given)
    elif SPAN.fullmatch(given):
        seconds = sum(float(number) * UNITS[unit] for number, unit in PART.findall(given))
    else:
        raise UsageError(f"{text!r} is no span of time; give seconds (90) or units (45s, 10m, 1h30m, 2d)")
    if seconds > LONGEST:
        raise UsageError(f"{text!r} is longer than a century; give less")
    return seconds


def span(seconds: float) -> str:
    """A span of time as `seconds_of` reads it.

    >>> span(5400), span(86_400), span(0.5)
    ('1h30m', '1d', '0.5s')
    """
    said, left = "", seconds
    for unit in ("w", "d", "h", "m"):
        whole, left = divmod(left, UNITS[unit])
        said += f"{whole:.0f}{unit}" if whole else ""
    return said + f"{left:g}s" if left or not said else said


def _insist_on_zone(name: str) -> None:
    known = zoneinfo.available_timezones()
    if name not in known:
        near = difflib.get_close_matches(name, known, 1, 0.5)
        hint = f"did you mean {near[0]}?" if near else "give a name like Europe/Berlin"
        raise UsageError(f"there is no time zone {name!r}; {hint}")
