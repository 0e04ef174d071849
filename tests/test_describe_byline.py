"""Who wrote a post: bylines and thread headers, and lines that only look like them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.describe.byline import author_of_line, stated_author, thread_header
from transforms.describe.edges import Edges

BYLINES = [
    ("Posted on March 3, 2015 by Ann", "Ann"),
    ("Posted by Ann Mist on Friday, July 1, 2011 at 10:03 AM", "Ann Mist"),
    ("March 3, 2015 by Ann Mist in Weather", "Ann Mist"),
    ("juillet 5, 2010 de jeanne", "jeanne"),
    ("mars 30, 2010 by jeanne_42   ", "jeanne_42"),
    ("Publié par Marie Dupont le 3 mars 2015 dans Récits", "Marie Dupont"),
    ("par Marie Dupont", "Marie Dupont"),
    ("(par Marie Dupont)", "Marie Dupont"),
    ("By Ann van der Mist", "Ann van der Mist"),
    ("Von Anna Nebel", None),
    ("3. März 2015 von Anna Nebel", "Anna Nebel"),
    ("Par   Anne Brume    25/06/2019   Non", "Anne Brume"),
    ("Par   Anne Brume    03/04/2017   Non", "Anne Brume"),
    ("Written by Ann 31 Comments  Posted in weather", "Ann"),
    ("Author: ann.mist", "ann.mist"),
    ("Автор: Анна Туман", "Анна Туман"),
    ("作者：山田太郎", "山田太郎"),
    ("Publicado por José Niebla el 12 de marzo de 2010", "José Niebla"),
]

NO_BYLINES = [
    "", "By the way, it rained.", "By Monday", "by", "Par contre je reste", "de la pluie et du vent", "Par la mer",
    "March 3, 2015 by  ", "March 3, 2015 by the shop on the corner", "By night, the rain goes on.",
    "mars 30, 2010", "By Ann Mist, who had never seen so much rain in one night.", "Posted on March 3, 2015",
    "By " + "Ann Mist " * 30,
]  # fmt: skip


@pytest.mark.parametrize(("line", "author"), BYLINES)
def test_a_byline_names_its_author(line: str, author: str | None) -> None:
    assert author_of_line(line) == author


@pytest.mark.parametrize("line", NO_BYLINES)
def test_other_lines_name_nobody(line: str) -> None:
    assert author_of_line(line) is None


def test_a_line_at_the_foot_needs_a_verb() -> None:
    assert stated_author(Edges(("It rained.",), ("By Ann Mist",))) is None
    assert stated_author(Edges(("It rained.",), ("Posted by Ann Mist at 10:03",))) == "Ann Mist"


@pytest.mark.parametrize(
    ("line", "author", "minute"),
    [
        ("rainer | 2017-08-24 06:45:48 UTC | #1", "rainer", "2017-08-24T06:45"),
        ("Ann Mist | 3 March 2015 14:05 | #120", "Ann Mist", "2015-03-03T14:05"),
    ],
)
def test_a_thread_header_is_read(line: str, author: str, minute: str) -> None:
    header = thread_header(line)
    assert header is not None
    assert header.author == author
    assert header.published.moment.isoformat().startswith(minute)


@pytest.mark.parametrize(
    "line",
    ["rainer | yesterday | #1", "rainer | 2017-08-24 | first", "| 2017-08-24 | #1", "a | b", "2017-08-24 | #1"],
)
def test_other_lines_are_no_thread_header(line: str) -> None:
    assert thread_header(line) is None


@given(st.text())
def test_a_name_is_part_of_its_line(line: str) -> None:
    name = author_of_line(line)
    assert name is None or (name in line and name.strip() == name)


@given(st.text(alphabet="|#0123456789: -aUTC", max_size=60))
def test_any_header_is_read_without_a_crash(line: str) -> None:
    header = thread_header(line)
    assert header is None or header.author in line
