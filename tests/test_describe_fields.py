"""Everything together: what `describe` makes of a piece."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.describe import describe, describe_all, parse_date
from transforms.describe.dates import Order, order_of_language
from transforms.describe.language import judge_windows
from transforms.records import Piece

FRENCH = "La pluie a commencé avant midi et personne au village ne pensait plus à la moisson."
ENGLISH = "The rain began before noon and nobody in the village thought of the harvest any more."


def piece(body: str, **fields: object) -> Piece:
    return Piece(0, len(body), body, **fields)  # type: ignore[arg-type]


def test_a_post_of_a_text_dump() -> None:
    body = f"juillet 5, 2010 de jeanne\nClassé dans Récits\n\n{FRENCH}\nhttps://example.org/pluie.\n\n(more…)"
    told = describe(piece(body, title="Les horloges du port"))
    assert told.title == "Les horloges du port"
    assert told.body == body.removesuffix("\n\n(more…)")
    assert (told.author, told.language, told.truncated) == ("jeanne", "fr", True)
    assert told.published is not None
    assert (told.published.text, told.published.precision) == ("juillet 5, 2010", "day")
    assert (told.tags, told.links) == (("Récits",), ("https://example.org/pluie",))
    assert (told.n_chars, told.n_words) == (len(told.body), len(told.body.split()))


def test_what_a_format_states_goes_first() -> None:
    told = describe(
        piece(
            f"Posted on March 3, 2015 by Ann\n\n{ENGLISH}",
            author=" Bea ",
            published_text="Thu, 24 Aug 2017 06:45:48 +0200",
            url="https://example.org/rain",
            tags=("rain",),
            links=("https://example.org/a",),
        )
    )
    assert (told.author, told.url, told.tags) == ("Bea", "https://example.org/rain", ("rain",))
    assert told.published is not None
    assert told.published.moment.isoformat() == "2017-08-24T04:45:48+00:00"
    assert told.links == ("https://example.org/a",)


def test_a_date_that_cannot_be_read_gives_way_to_the_post() -> None:
    told = describe(piece(f"Posted on March 3, 2015 by Ann\n\n{ENGLISH}", published_text="3 days ago"))
    assert told.published is not None
    assert told.published.text == "March 3, 2015"


@pytest.mark.parametrize("title", [None, "Rain", "rainer | 2017-08-24 06:45:48 UTC | #1"])
def test_a_thread_header_is_author_and_time_but_no_title(title: str | None) -> None:
    header = "rainer | 2017-08-24 06:45:48 UTC | #1"
    told = describe(piece(ENGLISH if title and "|" in title else f"{header}\n\n{ENGLISH}", title=title))
    assert told.author == "rainer"
    assert told.published is not None
    assert (told.published.moment.isoformat(), told.published.precision) == ("2017-08-24T06:45:48+00:00", "second")
    assert told.title == (title if title == "Rain" else None)


@pytest.mark.parametrize(
    ("body", "order", "day"),
    [
        (FRENCH, None, "2015-04-03"),
        (ENGLISH, None, None),
        (ENGLISH, "month-first", "2015-03-04"),
        (FRENCH, "month-first", "2015-03-04"),
        ("12", None, None),
    ],
)
def test_an_open_date_needs_a_language_or_a_source(body: str, order: str | None, day: str | None) -> None:
    told = describe(piece(body, published_text="03/04/2015"), order)  # type: ignore[arg-type]
    assert (told.published.moment.date().isoformat() if told.published else None) == day


DATES = ["03/04/2015", "3/3/15", "13.4.2015", "4/13/15", "2015-04-03", "3 April 2015", "May 2015", " ", ", ", "x"]
STATED = st.lists(st.sampled_from(DATES), max_size=4).map("".join)
BODIES = st.sampled_from([ENGLISH, FRENCH, f"Publié le 03/04/2014\n\n{FRENCH}"])


@settings(deadline=None)
@given(STATED, BODIES, st.sampled_from([None, "month-first"]))
def test_a_stated_date_is_read_by_the_order_of_the_language(stated: str, body: str, order: Order | None) -> None:
    """The language is not asked where its answer could not matter, and that must not be seen."""
    told = describe(piece(body, published_text=stated), order)
    by = order or order_of_language(judge_windows(body).code)
    expected = parse_date(stated, by)
    assert told.published == (expected or describe(piece(body), order).published)


def test_an_empty_piece_says_nothing() -> None:
    told = describe(piece("", title="  "))
    assert (told.title, told.author, told.published, told.language) == (None, None, None, "und")
    assert (told.n_chars, told.n_words, told.truncated, told.tags, told.links) == (0, 0, False, (), ())


@given(st.text(), st.none() | st.text(), st.none() | st.text())
def test_any_piece_is_described(body: str, title: str | None, published: str | None) -> None:
    told = describe(piece(body, title=title, published_text=published))
    assert body.startswith(told.body)
    assert told == describe(piece(body, title=title, published_text=published))
    assert describe(piece(told.body)).body == told.body
    assert 0 <= told.n_words <= told.n_chars == len(told.body)


LINES = [
    "Posted on March 3, 2015 by Ann",
    "by Ann Mist",
    "Tags: a, b",
    "(more…)",
    "2015-03-04",
    ENGLISH,
    FRENCH,
    "",
    "[…]",
]


@given(st.lists(st.sampled_from(LINES), max_size=12))
def test_any_mix_of_lines_is_described(lines: list[str]) -> None:
    body = "\n".join(lines)
    told = describe(piece(body))
    assert body.startswith(told.body)
    assert told.author in (None, "Ann", "Ann Mist")


LONG = {
    "one line": "mot " * 250_000,
    "marks": "[...]" * 200_000,
    "spaces": "a" + " " * 1_000_000,
    "lines": "\n" * 1_000_000,
    "dates": "3 mars 2015 " * 80_000,
    "digits": "2015-" * 200_000,
    "fields": "a | " * 250_000,
    "brackets": "(" * 1_000_000,
    "links": "http://" * 150_000,
    "hashtags": "#a  " * 250_000,
    "dashes": "- " * 500_000,
    "unspaced": "雨" * 1_000_000,
    "labels": "this post was " * 70_000,
    "published": "published by " * 80_000,
}


@pytest.mark.parametrize("kind", LONG)
def test_a_megabyte_of_anything_takes_a_moment(kind: str) -> None:
    text = LONG[kind]
    begun = time.process_time()
    describe(piece(text, title=text, published_text=text))
    assert time.process_time() - begun < 2


def test_posts_that_are_described_together_are_read_by_themselves() -> None:
    bodies = ["", "Rain.", FRENCH, ENGLISH * 9, f"Posted on 03/04/2015 by Ann\n\n{FRENCH * 9}", f"{ENGLISH}\n\n(more…)"]
    pieces = [piece(body, title=f"Day {number}") for number, body in enumerate(bodies)]
    assert describe_all(pieces) == tuple(map(describe, pieces))
    assert describe_all(pieces, "month-first") == tuple(describe(one, "month-first") for one in pieces)
    assert describe_all([]) == ()


@pytest.mark.parametrize("stated", ["2015-03-04T10:00:00Z", "2015-03-04 10:00:00+01:00", "4 March 2015", "03/04/2015"])
def test_a_stated_date_goes_before_a_header_and_a_byline(stated: str) -> None:
    body = f"Ann | 2019-08-24 06:45:48 UTC | #1\nPosted on 5 May 2018\n\n{FRENCH * 3}"
    told = describe(piece(body, published_text=stated))
    assert told.published is not None
    assert told.published.text == stated
    without = describe(piece(body, published_text="one day"))
    assert without.published is not None
    assert without.published.text == "2019-08-24 06:45:48 UTC"
