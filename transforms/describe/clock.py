"""Clock times and zones beside a date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time, timedelta

# Hours ahead of UTC. The American names are those of RFC 822; names with more than one
# meaning ("IST", "BST") are left out, a time beside them counts as one without zone.
_AMERICAN = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_EASTERN = {"CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3, "JST": 9, "KST": 9}
_ZONES = dict.fromkeys(("Z", "UT", "UTC", "GMT", "WET"), 0) | _AMERICAN | _EASTERN
_MORNING = frozenset({"a", "上午", "오전", "午前"})
_FARTHEST = timedelta(hours=14)  # no zone in use is farther from UTC

_TIME = r"""
    (?P<half>上午|下午|午前|午後|오전|오후)? \s? (?P<hour>\d{1,2})
    (?: (?: \s?[h時时点點시]\s? | : ) (?P<minute>\d{2}) (?!\d) [分분]?
        (?: [:\s]? (?P<second>\d{2}) (?!\d) (?:[.,]\d{1,9})? 秒? )? )
    (?: \s? (?P<ampm>[ap])\.?m\b\.? )?
"""
_ZONE = r"(?: \s? \(? (?P<zone>[A-Z]{1,4}\b)? \)? (?: \s? (?P<sign>[-+−]) (?P<off>\d{2}:?\d{2}) (?!\d) )? )"
_JOIN = r"""
    (?: \s?[гр]\b\.? )? [\s,.]{0,3}
    (?: (?P<iso>T) | [-–—|·•@] | (?: at | à | às | a\ las | um | om | kl | klo | ore | alle | alle\ ore
    | o\ godz | в | о | saat | pukul | der ) \b [.:]? )? \s{0,2}
"""
AFTER = re.compile(_JOIN + _TIME + _ZONE, re.VERBOSE | re.IGNORECASE)
BEFORE = re.compile(
    r"(?<![\w:.])" + _TIME + _ZONE + r"\s? (?: [,–—|·•-] | on | le | am | el | il )? \s{0,2} $",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock time as stated; `offset` is what it is ahead of UTC, zero where nothing is said."""

    at: time
    offset: timedelta


def read_clock(match: re.Match[str]) -> Clock | None:
    """Read a match of `AFTER` or `BEFORE`; None where the numbers are no time of day."""
    if _is_span(match):
        return None
    hour = _hour(int(match["hour"]), match["half"] or match["ampm"])
    second = int(match["second"] or 0)
    if hour is None or int(match["minute"]) > 59 or second > 59:
        return None
    return Clock(time(hour, int(match["minute"]), second), _offset(match))


def _is_span(match: re.Match[str]) -> bool:
    """Tell 10:00-12:00, two times of day, from 10:00:00-05:00, a time and its offset."""
    exact = match["second"] or match["zone"] or match.groupdict().get("iso")
    return match["sign"] in ("-", "−") and not exact


def _hour(hour: int, half: str | None) -> int | None:
    if half is None:
        return hour if hour < 24 else None
    if not 1 <= hour <= 12:
        return hour if 12 < hour < 24 else None  # "14:05 pm" is written, and clear
    return hour % 12 + (0 if half.lower() in _MORNING else 12)


def _offset(match: re.Match[str]) -> timedelta:
    if match["sign"] is None:
        return timedelta(hours=_ZONES.get((match["zone"] or "").upper(), 0))
    return offset_of(match["sign"] + match["off"])


def offset_of(stated: str) -> timedelta:
    """Read an offset from UTC; none that no zone in use has.

    >>> offset_of("+02:00"), offset_of("+9900")
    (datetime.timedelta(seconds=7200), datetime.timedelta(0))
    """
    digits = stated[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if offset > _FARTHEST:
        return timedelta()
    return offset if stated[0] == "+" else -offset
