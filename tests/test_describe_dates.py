"""Dates as written: languages, forms, precision, and what must not be taken for a date."""

from __future__ import annotations

import random
import re
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.describe import date_order, parse_date
from transforms.describe.dates import (
    Order,
    day_forms,
    find_dates,
    holds_date,
    may_hold_date,
    month_forms,
    read_stamp,
)
from transforms.describe.grammar import DATE, MONTH
from transforms.describe.months import fold, is_weekday, month_of

DAYS = [
    # month names, in the languages of the table
    ("3 janv. 2016", "2016-01-03"),
    ("1er février 2012", "2012-02-01"),
    ("juillet 5, 2010", "2010-07-05"),
    ("24 août 2016", "2016-08-24"),
    ("lun. 03 juin 2013", "2013-06-03"),
    ("mar. 11 octobre 2011", "2011-10-11"),
    ("Friday, July 1, 2011", "2011-07-01"),
    ("Mar 19th, 2013", "2013-03-19"),
    ("3rd of March, 2015", "2015-03-03"),
    ("12-Jan-2018", "2018-01-12"),
    ("Sept. 9, 2014", "2014-09-09"),
    ("Jun 18 '05", "2005-06-18"),
    ("10. April 2020", "2020-04-10"),
    ("Montag, 9. März 2020", "2020-03-09"),
    ("12 de marzo de 2010", "2010-03-12"),
    ("5 de setembro de 2011", "2011-09-05"),
    ("3 d'abril de 2015", "2015-04-03"),
    ("14 gennaio 2009", "2009-01-14"),
    ("7 maart 2008", "2008-03-07"),
    ("10 września 2013", "2013-09-10"),
    ("14. března 2012", "2012-03-14"),
    ("3 červenec 2012", "2012-07-03"),
    ("2 червня 2019", "2019-06-02"),
    ("5 Eylül 2012", "2012-09-05"),
    ("1 maj 2017", "2017-05-01"),
    ("man 22 august 2022", "2022-08-22"),
    ("17. mai 2018", "2018-05-17"),
    ("3. maaliskuuta 2015", "2015-03-03"),
    ("2015. március 3.", "2015-03-03"),
    ("8 noiembrie 2014", "2014-11-08"),
    ("3 Μαρτίου 2014", "2014-03-03"),
    ("17 Agustus 2016", "2016-08-17"),
    ("2009年3月4日", "2009-03-04"),
    ("2009 年 3 月 4 日", "2009-03-04"),
    ("2015년 3월 4일", "2015-03-04"),
    # numbers whose form settles the order
    ("2017-08-24", "2017-08-24"),
    ("2020.03.12", "2020-03-12"),
    ("2011/3/9", "2011-03-09"),
    ("13.11.2019", "2019-11-13"),
    ("03.04.2020", "2020-04-03"),
    ("25/06/2019", "2019-06-25"),
    ("04-23-2020", "2020-04-23"),
    ("05/05/2015", "2015-05-05"),
    # a label or a remark beside it
    ("Posted on: March 3, 2015", "2015-03-03"),
    ("03/30/2010 ¶ ●", "2010-03-30"),
    ("3 mars 2015, 17h", "2015-03-03"),
]

MOMENTS = [
    ("2017-08-24 06:45:48 UTC", "2017-08-24T06:45:48"),
    ("2016-12-29T12:30:23-08:00", "2016-12-29T20:30:23"),
    ("2016-12-29T12:30:23.125+0530", "2016-12-29T07:00:23"),
    ("2011-03-29T14:44Z", "2011-03-29T14:44:00"),
    ("Thu, 24 Aug 2017 06:45:48 +0200", "2017-08-24T04:45:48"),
    ("Thu, 24 Aug 17 06:45:48 EST", "2017-08-24T11:45:48"),
    ("Thu Mar  3 14:30:00 UTC 2016", "2016-03-03T14:30:00"),
    ("Wed Mar 02 14:30:00 +0100 2016", "2016-03-02T13:30:00"),
    ("23/11/2016 à 09:32", "2016-11-23T09:32:00"),
    ("3 mars 2015 à 9h05", "2015-03-03T09:05:00"),
    ("14. Juni 2020 10:23", "2020-06-14T10:23:00"),
    ("04-23-2020 at 3:40 pm", "2020-04-23T15:40:00"),
    ("Tue Dec 31, 2019 12:22 a.m.", "2019-12-31T00:22:00"),
    ("10:03 AM on March 3, 2015", "2015-03-03T10:03:00"),
    ("3. maaliskuuta 2015 klo 14:05", "2015-03-03T14:05:00"),
    ("3 марта 2015 г. в 14:05", "2015-03-03T14:05:00"),
    ("2009年3月4日 下午 3:05", "2009-03-04T15:05:00"),
    ("2009年3月4日 14時05分", "2009-03-04T14:05:00"),
    ("2015년 3월 4일 오후 3:05", "2015-03-04T15:05:00"),
]

COARSE = [
    ("March 2015", "2015-03-01", "month"),
    ("marzo de 2010", "2010-03-01", "month"),
    ("2009年3月", "2009-03-01", "month"),
    ("2015-03", "2015-03-01", "month"),
    ("2015", "2015-01-01", "year"),
]

NO_DATES = [
    "", "yesterday", "yesterday at 14:05", "il y a 3 jours", "March 27", "12 personnes", "20 votes 2016",
    # open: the one order is as likely as the other
    "03/04/2015", "3-4-2015", "02/01/17",
    # impossible, or outside the years in which posts are published
    "31 February 2015", "2015-13-01", "2015-02-30", "3 mars 1914", "18 juin 2140", "1066",
    # spans of days belong to events
    "3-5 mars 2015", "du lundi 3 au vendredi 5 mars 2015", "28 février au 3 mars 2015",
    "March 3-5, 2015", "March 30 – April 2, 2015", "3 mars 2015 - 9 avril 2015",
    # numbers that only look alike
    "192.168.10.12", "1.2.2015.4", "v2015-03-04", "12/25/2015/7", "ISBN 978-2-07-036822-8",
]  # fmt: skip


@pytest.mark.parametrize(("text", "day"), DAYS)
def test_a_day_is_read(text: str, day: str) -> None:
    found = parse_date(text)
    assert found is not None
    assert (found.moment.isoformat(), found.precision) == (f"{day}T00:00:00+00:00", "day")
    assert found.text in text


@pytest.mark.parametrize(("text", "moment"), MOMENTS)
def test_a_time_is_read_in_utc(text: str, moment: str) -> None:
    found = parse_date(text)
    assert found is not None
    assert (found.moment.isoformat(), found.precision) == (f"{moment}+00:00", "second")
    assert found.text == text


@pytest.mark.parametrize(("text", "day", "precision"), COARSE)
def test_a_month_or_year_stands_at_its_beginning(text: str, day: str, precision: str) -> None:
    found = parse_date(text)
    assert found is not None
    assert (found.moment.date().isoformat(), found.precision, found.text) == (day, precision, text)


@pytest.mark.parametrize("text", NO_DATES)
def test_nothing_is_guessed(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("03/04/2015", "day-first", "2015-04-03"),
        ("03/04/2015", "month-first", "2015-03-04"),
        ("02/01/17", "day-first", "2017-01-02"),
        ("03.04.2015", "month-first", "2015-04-03"),  # dots are written day first everywhere
        ("25/06/2019", "month-first", "2019-06-25"),  # a number over 12 decides by itself
    ],
)
def test_an_order_decides_what_is_open(text: str, order: str, day: str) -> None:
    found = parse_date(text, order)  # type: ignore[arg-type]
    assert found is not None
    assert found.moment.date().isoformat() == day


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["03/04/2010", "03/30/2010 14:41:43"], "month-first"),
        (["03/04/2010", "30/03/2010"], "day-first"),
        (["03/30/2010", "30/03/2010"], None),
        (["03/04/2010", "3 mars 2010"], None),
        ([], None),
    ],
)
def test_a_source_proves_its_order(texts: list[str], order: str | None) -> None:
    assert date_order(texts) == order


def test_a_date_comes_with_its_weekday_and_time() -> None:
    (found,) = find_dates("Mis en ligne le lundi 5 mars 2018 à 9h30, chez nous")
    assert found.published.text == "lundi 5 mars 2018 à 9h30"


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("2019-03-05T10:00-03-05T11:00", ["2019-03-05T10:00"]),  # the last two digits of its time begin no date
        ("5 mars 2018 10:00, 6 mars 2018", ["5 mars 2018 10:00", "6 mars 2018"]),
    ],
)
def test_a_time_belongs_to_one_date(text: str, dates: list[str]) -> None:
    assert [found.published.text for found in find_dates(text, "day-first")] == dates


def test_a_span_of_hours_is_no_offset() -> None:
    (found,) = find_dates("5 March 2018, 10:00-12:00")
    assert found.published.moment.hour == 0


@pytest.mark.parametrize(
    ("word", "month"),
    [("Janv.", 1), ("März", 3), ("mar", 3), ("jui", None), ("août", 8), ("listopad", 11), ("Born", None)],
)
def test_months_are_known_by_unique_beginnings(word: str, month: int | None) -> None:
    assert month_of(word) == month


@pytest.mark.parametrize(("word", "known"), [("Wed", True), ("jeu.", True), ("søn", True), ("Rain", False)])
def test_weekdays_are_known(word: str, known: object) -> None:
    assert is_weekday(word) is known


@given(st.text())
def test_any_text_is_read_without_a_crash(text: str) -> None:
    found = parse_date(text)
    assert found is None or (found.text in text and 1969 <= found.moment.year <= 2101)


@given(st.text(alphabet="0123456789/-.:, '’年月日TZ+maretJunié", max_size=60))
def test_digits_and_marks_are_read_without_a_crash(text: str) -> None:
    for found in find_dates(text, "day-first"):
        assert text[found.start : found.end] == found.published.text
        assert found.published.moment.tzinfo is UTC
        assert may_hold_date(text)


@given(st.datetimes().filter(lambda moment: 1970 <= moment.year <= 2099))
def test_iso_dates_come_back(moment: object) -> None:
    stamp = f"{moment:%Y-%m-%dT%H:%M:%S}Z"
    found = parse_date(stamp)
    assert found is not None
    assert f"{found.moment:%Y-%m-%dT%H:%M:%S}Z" == found.text == stamp


OFFSETS = ["", "Z", "+02:00", "-0530", "+00:00", "+19:00", "-14:00", "-14:30"]


@given(
    st.datetimes(),
    st.sampled_from(["T", " "]),
    st.sampled_from(["", ".5", ".123456", ".1234567890"]),
    st.sampled_from(OFFSETS),
)
def test_a_stamp_is_read_as_any_other_date(moment: datetime, gap: str, fraction: str, offset: str) -> None:
    stamp = f"{moment.year:04}-{moment:%m-%d}{gap}{moment:%H:%M:%S}{fraction}{offset}"
    quick = read_stamp(stamp)
    slow = find_dates(stamp)
    if quick:
        assert [found.published for found in slow] == [quick]
    assert (quick is None) == (not 1970 <= moment.year <= 2100 or len(fraction) > 10)


@given(
    st.integers(0, 9999), st.integers(0, 99), st.integers(0, 99), st.sampled_from([None, "day-first", "month-first"])
)
def test_a_day_is_read_as_any_other_date(year: int, month: int, day: int, order: Order | None) -> None:
    text = f"{year:04}-{month:02}-{day:02}"
    quick = read_stamp(text)
    found = [found.published for found in find_dates(text, order)]
    if day == 0:  # how databases write that only the month is known
        assert quick is None
        assert all((date.precision, date.moment.month) == ("month", month) for date in found)
    else:
        assert found == ([quick] if quick else [])


def test_a_day_of_zero_leaves_the_month() -> None:
    found = parse_date("2015-02-00")
    assert found is not None
    assert (found.moment.isoformat(), found.precision) == ("2015-02-01T00:00:00+00:00", "month")


@pytest.mark.parametrize(
    "text",
    [
        "2015-02-30T10:00:00Z",
        "2015-02-03T24:00:00Z",
        "2015-02-03T10:60:00Z",
        "2015-02-30",
        "2015-2-3",
        "2015-02",
        "x 2015-02-03T10:00:00Z",
        "",
    ],
)
def test_what_is_no_stamp_is_left_to_the_grammar(text: str) -> None:
    assert read_stamp(text) is None


FRAGMENTS = [
    "3", "12", "2015", "'09", "15", " ", " ", ", ", ".", "-", "/", "mars", "March", "Sept", "maj", "1er", "3rd", "of ",
    "de ", "d'", "rain", "Ostern", "年", "月", "日", "10:30", "10:30:05", "UTC", "５月", "٣", "\n", "mayor",
]  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=14))
def test_no_form_of_a_date_is_passed_over(parts: list[str]) -> None:
    text = "".join(parts)
    names = ("name3", "name4", "name5", "name6")
    forms = [[match[name] for name in names if match[name]] for match in DATE.finditer(text)]
    months = [match["name"] for match in MONTH.finditer(text)]
    # What is glued to a preposition ("marsde 2015") is no date that anybody wrote.
    glued = re.search(r"[^\W\d_](?:de|of|d['’])\s?[^\W_]|(?:de|of) \d", text)
    if may_hold_date(text) and not glued:
        assert holds_date(text) == (any(not name or month_of(*name) for name in forms) or any(map(month_of, months)))


@given(st.lists(st.text("0123456789/-. ", max_size=12), max_size=3))
def test_an_order_is_proven_by_any_date_that_proves_it(texts: list[str]) -> None:
    proven = set()
    for text in texts:
        for match in DATE.finditer(text):
            if match["one"] and max(int(match["one"]), int(match["two"])) > 12 >= min(
                int(match["one"]), int(match["two"])
            ):
                proven.add("day-first" if int(match["one"]) > 12 else "month-first")
    assert date_order(texts) == (proven.pop() if len(proven) == 1 else None)


@given(st.text())
def test_folding_twice_changes_nothing_for_names(word: str) -> None:
    name = "".join(c for c in word if c.isalpha() and c.isascii())
    assert fold(fold(name)) == fold(name)


@pytest.mark.parametrize("text", ["1" * 1_000_000, " " * 1_000_000, "3 mars " * 100_000, "2015 " * 200_000])
def test_long_text_costs_little(text: str) -> None:
    begun = time.process_time()
    assert parse_date(text) is None
    assert time.process_time() - begun < 1


# A year as calendars cut it short: full names are covered by the table itself.
YEARS = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec",
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "es": "ene. febr. mzo. abr. mayo jun. jul. agto. set. oct. nov. dic.",
    "pt": "jan. fev. mar. abr. mai. jun. jul. ago. set. out. nov. dez.",
    "de": "Jän. Feb. Mrz. Apr. Mai Juni Juli Aug. Sep. Okt. Nov. Dez.",
    "it": "gen. feb. mar. apr. mag. giu. lug. ago. set. ott. nov. dic.",
    "ru": "янв. февр. мар. апр. мая июн. июл. авг. сент. окт. нояб. дек.",
    "nl": "jan. feb. mrt. apr. mei jun. jul. aug. sep. okt. nov. dec.",
    "pl": "sty lut mar kwi maj cze lip sie wrz paź lis gru",
}


@pytest.mark.parametrize("language", YEARS)
def test_short_months_are_read(language: str) -> None:
    found = [parse_date(f"7 {month} 2016") for month in YEARS[language].split()]
    assert [stated and (stated.moment.month, stated.moment.day) for stated in found] == [(n, 7) for n in range(1, 13)]


@pytest.mark.parametrize("digits", ["2015年3月4日", "２０１５年３月４日", "٤ مارس ٢٠١٥", "2015년 3월 4일"])
def test_digits_of_any_script_are_read(digits: str) -> None:
    stated = parse_date(digits)
    assert stated is not None
    assert stated.moment.date().isoformat() == "2015-03-04"


@given(st.lists(st.sampled_from(["3 mars 2015", "a" * 60, " ", "in 2016", "04/05/16", "Posted", ", ", "May '09"])))
def test_what_is_far_from_a_date_does_not_matter(parts: list[str]) -> None:
    text = "".join(parts)
    far = "-- " * 40
    shifted = [found.published for found in find_dates(f"{far}. {text} .{far}")]
    assert shifted == [found.published for found in find_dates(f". {text} .")]


PARTS = [
    "mars",
    "March",
    "mars.",
    "May",
    "de",
    "del",
    "of",
    "d'",
    "d’",
    "5",
    "12",
    "2015",
    "1999",
    "15",
    "'15",
    "’07",
    "-",
    "/",
    ".",
    ",",
    "年",
    "月",
    "日",
    "st",
    "er",
    "ermars",
    "º",
    "1er",
    "3rd",
    "10:00:00",
    "UTC",
    "T",
    "_",
    "marsd",
    "word",
    "Décembre",
    "septembre",
    "jui",
    "1",
    "31",
    "03",
    "04",
    "–",
    "x",
    "2015-03-04",
    "3.4.15",
    "٣",
    "𝟗",
    "CEST",
    "at",
    "le",
]


@pytest.mark.parametrize("seed", range(40))
def test_forms_are_found_where_their_patterns_find_them(seed: int) -> None:
    drawn = random.Random(seed)
    found = 0
    for _ in range(250):
        parts = drawn.choices(PARTS, k=drawn.randrange(1, 14))
        text = "".join(part + drawn.choice(["", "", " ", " ", "  ", "\n"]) for part in parts)
        start, end = drawn.randrange(len(text) // 2 + 1), drawn.choice([len(text) + 48, drawn.randrange(len(text) + 1)])
        days, months = ([match.span() for match in form.finditer(text, start, end)] for form in (DATE, MONTH))
        assert [match.span() for match in day_forms(text, start, end)] == days
        assert [match.span() for match in month_forms(text, start, end)] == months
        found += len(days) + len(months)
    assert found
