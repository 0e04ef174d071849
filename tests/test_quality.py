"""Figures about a text stay within their bounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.quality import Quality, quality_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", Quality(0.0, 0.0)),
        pytest.param(" \n\n\t", Quality(0.0, 0.0)),
        ("abc", Quality(3.0, 0.0)),
        ("a bb\nccc", Quality(2.0, 0.0)),
        ("Share\n\none two\n\nShare\n\nShare", Quality(4.2, 0.5)),
        ("潮騒", Quality(2.0, 0.0)),
    ],
)
def test_figures(text: str, expected: Quality) -> None:
    assert quality_of(text) == expected


@given(st.text() | st.text(st.sampled_from("ab \n")))
def test_bounds(text: str) -> None:
    found = quality_of(text)
    assert 0 <= found.repeated_line_share < 1 or not text.strip()
    assert 0 <= found.mean_word_length <= len(text)
    assert (found.mean_word_length > 0) == bool(text.strip())


@given(st.lists(st.text(st.sampled_from("ab"), min_size=1), min_size=1))
def test_a_text_twice_repeats_at_least_half_of_its_lines(lines: list[str]) -> None:
    assert quality_of("\n".join(lines * 2)).repeated_line_share >= 0.5
