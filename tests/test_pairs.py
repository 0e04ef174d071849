"""A pattern matches only where one of its pairs of neighbours stands."""

from __future__ import annotations

import re

import pytest
from ftfy.badness import BADNESS_RE
from hypothesis import example, given, settings
from hypothesis import strategies as st

from transforms.pairs import PART, pairs_of

PATTERNS = [
    "[é][¨©]|x",
    "ab|ac|[d-f]g",
    "a?b | c\\sd | ^e",
    "[^a-z] | \\w\\W",
    "(?:ab|c)d | e{2,3}f | (g)",
    "(?<=a)b | \\d",
    "",
    "𝄞a",
    BADNESS_RE.pattern,
]
LETTERS = st.sampled_from("abcdefgx é¨©Ââ€œ\u00a0\n1😀𝄞ГўВЂ\ud800")


@pytest.mark.parametrize("pattern", PATTERNS)
@settings(deadline=None, max_examples=300)
@given(text=st.text(LETTERS, max_size=12) | st.text(max_size=8))
@example(text="")
@example(text="b")
def test_every_match_holds_a_place(pattern: str, text: str) -> None:
    pairs = pairs_of(pattern)
    assert pairs is not None
    places = pairs.places(text)
    assert places == sorted(set(places))
    for match in re.finditer(pattern, text, re.VERBOSE):
        if match.end() > match.start():
            assert any(match.start() - 1 <= place < match.end() for place in places), match


@pytest.mark.parametrize("place", [0, 1, PART - 2, PART - 1, PART, PART + 1, 2 * PART - 1, 2 * PART, 3 * PART - 2])
def test_a_pair_is_found_anywhere(place: int) -> None:
    pairs = pairs_of("ab")
    assert pairs is not None
    text = f"{'-' * place}ab".ljust(3 * PART, "-")
    assert pairs.places(text) == [place]


@pytest.mark.parametrize("pattern", ["(?i)ab", "(?a)\\w"])
def test_a_pattern_that_means_something_else_is_not_taken_apart(pattern: str) -> None:
    assert pairs_of(pattern) is None


def test_the_pairs_of_good_text_are_few() -> None:
    pairs = pairs_of(BADNESS_RE.pattern)
    assert pairs is not None
    clean = "Où l’été s’achève, le cœur… — «\xa0déjà\xa0» ; Größe. Дождь начался, и ночь. 雨は昼前に降り始め、村では。"
    assert pairs.places(clean) == []
