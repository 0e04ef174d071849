"""Dates as they are written, in many languages, found by one grammar and never guessed.

A month is known by its name or by the place that a form gives it; a form that leaves the
place open (03/04/2015) needs an order from elsewhere, else it is no date. Relative dates
("yesterday") and dates without a year are none either.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from transforms.describe.clock import AFTER, BEFORE, Clock, offset_of, read_clock
from transforms.describe.grammar import (
    BARE,
    DATE,
    DIGIT,
    GLUED,
    HINT,
    MONTH,
    NUMBER,
    NUMBERS,
    OPEN,
    RANGE_BEFORE,
    REACH,
    STAMP,
    TO_DAY,
    TO_YEAR,
    WORD,
    WORD_BEFORE,
    WORD_REACH,
    WORD_TO_DAY,
    WORD_TO_YEAR,
    YEAR_SIGN,
)
from transforms.describe.months import is_weekday, month_of
from transforms.records import Precision, Published

if TYPE_CHECKING:
    from collections.abc import Iterable
    from re import Match, Pattern

Order = Literal["day-first", "month-first"]

# Full dates outside these years are typing errors or stories, not days of publication:
# nothing that is crawled or exported was published before Unix time began.
_FIRST_YEAR, _LAST_YEAR = 1970, 2100
# One date with its label fits in here; longer text is prose and is not searched.
_LONGEST = 300

# Languages that write the day before the month in numbers, with hardly an exception.
_WRITE_DAY_FIRST = """
ar bg bn ca cs cy da de el es et eu fi fr ga gl he hi hr id is it lb lv mk ms nb nl nn no pl pt ro ru sk sl sq
sr sv th tr uk vi
"""
_DAY_FIRST = frozenset(_WRITE_DAY_FIRST.split())

# The lines of one post at a time are read for a date, an author and a label.
_LINES = 64
# The numbers of the forms that hold the name of a month; the groups of a form end in its number.
_NAMED = frozenset("3456")
_IN_NUMBERS = "7"
# In a text of so few characters the patterns cost less than the look for where they may find something.
_SHORT = 40
# How far before a date its weekday and time may begin ("at 10:03:59 a.m. (CEST), Wednesday, ").
_LEAD = 48


@dataclass(frozen=True, slots=True)
class Found:
    """A date and where it stands, half-open, with its weekday and time."""

    start: int
    end: int
    published: Published


def order_of_language(language: str) -> Order | None:
    """Give the order in which a language writes numbers in dates; None where it can't be told.

    English stays open: it is written both ways.

    >>> order_of_language("fr"), order_of_language("en")
    ('day-first', None)
    """
    return "day-first" if language in _DAY_FIRST else None


def date_order(texts: Iterable[str]) -> Order | None:
    """Give the order that dates from one source prove by numbers over 12.

    None where no date proves one, or two dates prove different ones.

    >>> date_order(["03/04/2010", "03/30/2010 14:41:43"])
    'month-first'
    """
    proven: set[Order] = set()
    for text in filter(NUMBERS.search, texts):
        for match in DATE.finditer(text[:_LONGEST]):
            if match["one"] and int(match["one"]) > 12 >= int(match["two"]):
                proven.add("day-first")
            if match["one"] and int(match["two"]) > 12 >= int(match["one"]):
                proven.add("month-first")
    return proven.pop() if len(proven) == 1 else None


def parse_date(text: str, order: Order | None = None) -> Published | None:
    """Read one date as written; None where there is none, more than one, or it stays open.

    A zone or offset is honoured; a clock time without one is read as UTC, a day without a
    time stands at 00:00 UTC. `order` decides forms such as 03/04/2015.

    >>> parse_date("3 janv. 2016").moment.isoformat()
    '2016-01-03T00:00:00+00:00'
    >>> parse_date("2017-08-24T01:45:48+02:00").moment.isoformat()
    '2017-08-23T23:45:48+00:00'
    >>> parse_date("March 2015").precision
    'month'
    >>> parse_date("03/04/2015") is None
    True
    """
    text = text.strip()
    stamp = read_stamp(text)
    if stamp or len(text) > _LONGEST:
        return stamp
    found = find_dates(text, order)
    if found:
        one = found[0].published
        same = all(other.published.moment == one.moment for other in found)
        return one if same else None
    bare = BARE.fullmatch(text)
    return _coarse(int(bare["year"]), bare["month"], text) if bare else None


def read_stamp(text: str) -> Published | None:
    """Read a moment or a day as machines write it; None for all else, also where it is no moment.

    It is what `parse_date` gives for such a text, at a tenth of the cost and whatever the order of its numbers.

    >>> read_stamp("2017-08-24T01:45:48+02:00").moment.isoformat(), read_stamp("24 Aug 2017")
    ('2017-08-23T23:45:48+00:00', None)
    """
    stamp = STAMP.fullmatch(text)
    if stamp is None:
        return None
    year, month, day, hour, minute, second, offset = stamp.groups()
    if not _FIRST_YEAR <= int(year) <= _LAST_YEAR:
        return None
    try:
        moment = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC
        )
    except ValueError:
        return None
    return Published(moment - offset_of(offset) if offset else moment, "second" if hour else "day", text)


def may_hold_date(text: str) -> bool:
    """Tell, at little cost, whether a text has numbers such as every date with a year has.

    >>> may_hold_date("Jun 18 '05"), may_hold_date("12 monkeys")
    (True, False)
    """
    return HINT.search(text) is not None


def is_open(text: str) -> bool:
    """Tell whether a text may have a date of which only the order of the numbers tells day and month.

    >>> is_open("on 03/04/2015"), is_open("3 April 2015")
    (True, False)
    """
    return OPEN.search(text) is not None


def find_dates(text: str, order: Order | None = None) -> list[Found]:
    """Find the dates with a day, or else a month, in a short text; ranges of days are none.

    >>> [found.published.text for found in find_dates("Le lundi 5 mars 2018 et le 6 mai 2019")]
    ['lundi 5 mars 2018', '6 mai 2019']
    """
    return list(_found(text, order if order and is_open(text) else None)) if may_hold_date(text) else []


@lru_cache(maxsize=_LINES)
def _found(text: str, order: Order | None) -> tuple[Found, ...]:
    matches, months = _forms(text)
    if not matches:
        return tuple(found for match in months if (found := _found_month(text, match)))
    days: list[Found] = []
    for match in matches:
        # What one date has taken in, its time, is no part of the next.
        behind = days[-1].end if days else 0
        if match.start() >= behind and (found := _found_day(text, match, order, behind)):
            days.append(found)
    return tuple(days)


def holds_date(text: str) -> bool:
    """Tell whether a text has the form of a date, whether or not it can be read.

    >>> holds_date("on 03/04/2015"), holds_date("in 2015 it rained")
    (True, False)
    """
    return any(_forms(text))


def _forms(text: str) -> tuple[tuple[Match[str], ...], tuple[Match[str], ...]]:
    """Find the forms with a day, or else those with a month; only what lies near a hint is looked at."""
    hints = [match.start() for match in HINT.finditer(text)]
    return _forms_near(text, max(0, hints[0] - REACH), hints[-1] + REACH) if hints else ((), ())


@lru_cache(maxsize=_LINES)
def _forms_near(text: str, start: int, end: int) -> tuple[tuple[Match[str], ...], tuple[Match[str], ...]]:
    days_in, months_in = (DATE.finditer, MONTH.finditer) if len(text) <= _SHORT else (day_forms, month_forms)
    days = tuple(filter(_is_date, days_in(text, start, end)))
    months = () if days else tuple(filter(_is_month, months_in(text, start, end)))
    found = days or months
    if any(_is_whole(match, start, end) for match in found) or (found and _may_form(text, start, end)):
        return days, months
    return (), ()


def day_forms(text: str, start: int, end: int) -> list[Match[str]]:
    """Find what `DATE` finds, at a third of its cost: it begins with a number, or a word directly before one."""
    return _forms_at_numbers(text, start, end, (DATE, WORD_TO_DAY, TO_DAY))


def month_forms(text: str, start: int, end: int) -> list[Match[str]]:
    """Find what `MONTH` finds in the same way: it begins with a word directly before a number."""
    return _forms_at_numbers(text, start, end, (MONTH, WORD_TO_YEAR, TO_YEAR))


def _forms_at_numbers(
    text: str, start: int, end: int, sought: tuple[Pattern[str], Pattern[str], int]
) -> list[Match[str]]:
    """Find a form, given with what finds the word before a number, and how far before it that may begin."""
    form, word_before, reach = sought
    found, behind = [], start
    for number in NUMBER.finditer(text, start, end):
        at = number.start()
        if at < behind:
            continue
        word = word_before.search(text, max(behind, at - reach), at)
        match = (word and form.match(text, word.start(), end)) or form.match(text, at, end)
        if match:
            behind = match.end()
            found.append(match)
    return found


def _is_whole(match: Match[str], start: int, end: int) -> bool:
    """Tell whether a form has no name of a month, or one with no letter beside it."""
    form = _form(match)
    if form and form not in _NAMED:
        return True
    name = "name" + form
    first, last = match.span(name)
    return match[name] in WORD.findall(match.string, max(start, first - 1), min(end, last + 1))


def _may_form(text: str, start: int, end: int) -> bool:
    """Tell whether a text has marks, a sign or a month's name that stands by itself, as each form must."""
    if any(sign.search(text, start, end) for sign in (OPEN, YEAR_SIGN, GLUED)):
        return True
    return any(map(month_of, WORD.findall(text, start, end)))


def _is_date(match: Match[str]) -> bool:
    """Tell whether the word where a month should stand is one; numbers are judged later."""
    form = _form(match)
    return form not in _NAMED or month_of(match["name" + form]) is not None


def _is_month(match: Match[str]) -> bool:
    return month_of(match["name"]) is not None


def _form(match: Match[str]) -> str:
    """Give the number of the form of a day; nothing for that of a month."""
    return (match.lastgroup or "")[-1] if match.re is DATE else ""


def _found_day(text: str, match: Match[str], order: Order | None, behind: int) -> Found | None:
    start, end, clock = _surroundings(text, match, behind)
    parts = _numbers(match, order)
    if parts is None or _ends_range(text[max(0, start - _LEAD) : start], match):
        return None
    moment = _moment(*parts, clock)
    if moment is None:
        return None
    precision: Precision = "month" if parts[2] == 0 else "second" if clock else "day"
    return Found(start, end, Published(moment, precision, text[start:end]))


def _ends_range(lead: str, match: Match[str]) -> bool:
    """Tell whether a date is the last day of a range: a span of days is an event's."""
    days = RANGE_BEFORE.search(lead) if DIGIT.search(lead) else None
    if days is None:
        return False
    if any(name and month_of(name) for name in (days["before"], days["after"])):
        return True
    return days["after"] is None and _form(match) in {"3", _IN_NUMBERS}


def _surroundings(text: str, match: Match[str], behind: int) -> tuple[int, int, Clock | None]:
    """Take in the weekday before a date, not before `behind`, and the time after, inside or before it."""
    start, end = match.start(), match.end()
    lead = text[max(behind, start - _LEAD) : start]
    weekday = WORD_BEFORE.search(lead, max(0, len(lead) - WORD_REACH))
    if weekday and is_weekday(weekday["word"]):
        start -= len(lead) - weekday.start()
        lead = lead[: weekday.start()]
    if match["clock4"]:
        inner = AFTER.match(match["clock4"])
        return start, end, read_clock(inner) if inner else None
    after = AFTER.match(text, end)
    if after and (clock := read_clock(after)):
        return start, after.end(), clock
    before = BEFORE.search(lead) if DIGIT.search(lead) else None
    if before and (clock := read_clock(before)):
        return start - len(lead) + before.start(), end, clock
    return start, end, None


def _numbers(match: Match[str], order: Order | None) -> tuple[int, int, int] | None:
    """Give year, month and day (0 where only the month is stated); None where they stay open."""
    form = _form(match)
    if form == _IN_NUMBERS:
        return _placed(match, order)
    month = month_of(match["name" + form]) if form in _NAMED else int(match["month" + form])
    year = match["short3"] if match.lastgroup == "short3" else match["year" + form]
    return (_full_year(year), month or 0, int(match["day" + form] or 0))


def _full_year(year: str) -> int:
    """Read a year; two digits mean 1970 to 2069, as in the Unix world."""
    digits = year.lstrip("'’")
    if len(digits) == 4:
        return int(digits)
    return 1900 + int(digits) if int(digits) >= 70 else 2000 + int(digits)


def _placed(match: Match[str], order: Order | None) -> tuple[int, int, int] | None:
    """Place the numbers of 25/06/2019: by one over 12, by dots (always day first), by `order`."""
    one, two, year = int(match["one"]), int(match["two"]), match["year7"]
    if len(year) == 2 and order is None:
        return None
    if match["mark"] == "." or one > 12:
        order = "day-first"
    elif two > 12:
        order = "month-first"
    if one == two or order == "day-first":
        return _full_year(year), two, one
    return (_full_year(year), one, two) if order == "month-first" else None


def _moment(year: int, month: int, day: int, clock: Clock | None) -> datetime | None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        stated = date(year, month, day or 1)
    except ValueError:
        return None
    if clock is None:
        return datetime(year, month, day or 1, tzinfo=UTC)
    return datetime.combine(stated, clock.at, UTC) - clock.offset


def _found_month(text: str, match: Match[str]) -> Found | None:
    month = month_of(match["name"])
    if month is None:
        return None
    published = _coarse(int(match["year"]), str(month), text[match.start() : match.end()])
    return Found(match.start(), match.end(), published) if published else None


def _coarse(year: int, month: str | None, text: str) -> Published | None:
    moment = _moment(year, int(month or 1), 0, None)
    return Published(moment, "month" if month else "year", text) if moment else None
