"""Lines and their places: nothing between two lines but a line end."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.lines import Lines, lines_of

TEXTS = st.text(st.sampled_from("ab \r\n\x85\u2028\x0b\x0cé語🙂"), max_size=40)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Lines(("",), (0,), 0)),
        ("one", Lines(("one",), (0,), 0)),
        ("\n", Lines(("", ""), (0, 1), 0)),
        ("a\rb", Lines(("a", "b"), (0, 2), 1)),
        ("a\r\n", Lines(("a", ""), (0, 3), 1)),
        ("a\n\rb", Lines(("a", "", "b"), (0, 2, 3), 1)),
        ("a\r\r\nb", Lines(("a", "", "b"), (0, 2, 4), 2)),
        ("a\x85b\u2028c\x0bd\x0ce", Lines(("a\x85b\u2028c\x0bd\x0ce",), (0,), 0)),
    ],
)
def test_line_ends(text: str, expected: Lines) -> None:
    assert lines_of(text) == expected


@given(TEXTS | st.text())
def test_each_line_lies_where_it_says_and_only_line_ends_between(text: str) -> None:
    found = lines_of(text)
    at = 0
    foreign = 0
    for line, start in zip(found.lines, found.starts, strict=True):
        assert text[start : start + len(line)] == line
        between = text[at:start]
        assert between in {"\n", "\r", "\r\n"} if start else between == ""
        foreign += between not in {"", "\n"}
        at = start + len(line)
    assert at == len(text)
    assert found.foreign_ends == foreign
    assert list(found.lines) == re.split(r"\r\n|\r|\n", text)


@given(st.lists(st.text(st.sampled_from("ab é\x85")), min_size=1), st.sampled_from(["\n", "\r\n", "\r"]))
def test_joined_lines_come_back(lines: list[str], end: str) -> None:
    found = lines_of(end.join(lines))
    assert list(found.lines) == lines
    assert found.foreign_ends == (0 if end == "\n" else len(lines) - 1)


def test_a_million_lines_and_one_long_line_are_quick() -> None:
    assert len(lines_of("x\r\n" * 500_000).lines) == 500_001
    assert lines_of("x" * 5_000_000).starts == (0,)
