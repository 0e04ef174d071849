"""Words and where they stand are those of a plain reading; differences are as short as they can be."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from transforms.alignment import differing, spelling
from transforms.words import words_of
from transforms.written import CAPITALISED, HAS_DIGIT, ONE_LETTER, Hashes, written

ROW = st.lists(st.integers(0, 4), max_size=30)


def array(row: list[int]) -> Hashes:
    return np.array(row, np.uint64)


def fewest_changes(a: list[int], b: list[int]) -> int:
    """By the table of the longest common subsequence."""
    row = [0] * (len(b) + 1)
    for x in a:
        before = row[:]
        for j, y in enumerate(b):
            row[j + 1] = before[j] + 1 if x == y else max(before[j + 1], row[j])
    return len(a) + len(b) - 2 * row[-1]


@settings(deadline=None, max_examples=500)
@given(ROW, ROW)
def test_what_differs_makes_one_of_the_other_and_is_least(a: list[int], b: list[int]) -> None:
    aligned, runs = differing(array(a), array(b), 60)
    assert aligned
    made, at = [], 0
    for begin, end, begin_b, end_b in runs.tolist():
        assert end > begin or end_b > begin_b
        made += [*a[at:begin], *b[begin_b:end_b]]
        at = end
    assert made + a[at:] == b
    assert sum(end - begin + end_b - begin_b for begin, end, begin_b, end_b in runs.tolist()) == fewest_changes(a, b)


@pytest.mark.parametrize(("most", "aligned"), [(9, False), (10, True), (11, True)])
def test_too_many_changes_are_not_looked_for(most: int, *, aligned: bool) -> None:
    found, runs = differing(array([1, 2, 3, 4, 5]), array([6, 7, 8, 9, 10]), most)
    assert found == aligned
    assert runs.tolist() == ([[0, 5, 0, 5]] if aligned else [])


@settings(deadline=None, max_examples=200)
@given(st.lists(st.text(), max_size=4))
@example(["a\N{VARIATION SELECTOR-17}", "\U00020000\N{VARIATION SELECTOR-17}b", "\ud800 \ue000"])
def test_words_are_those_that_are_signed(texts: list[str]) -> None:
    """Where folding keeps a letter one letter, the number of words and which are equal is the same."""
    texts = [unicodedata.normalize("NFC", text) for text in texts]
    found = written(texts)
    assert np.diff(found.offsets).tolist() == words_of(texts).counts.tolist()


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("We met Ann. Then Bo left", [0, 0, CAPITALISED, 0, CAPITALISED, 0]),
        ("5th of May, 10.30", [HAS_DIGIT, 0, CAPITALISED, HAS_DIGIT, HAS_DIGIT]),
        ("a\nBo", [0, 0]),
        ("\N{ARABIC-INDIC DIGIT FIVE} \N{THAI CHARACTER KO KAI}\N{THAI CHARACTER KHO KHAI}",
         [HAS_DIGIT, ONE_LETTER, ONE_LETTER]),
        ("", []),
    ],
)  # fmt: skip
def test_how_words_are_written(text: str, flags: list[int]) -> None:
    assert written([text]).flags.tolist() == flags


@pytest.mark.parametrize(
    ("one", "other", "unlike"),
    [
        ("tully", "tully", 0.0),
        ("tully", "tuly", 0.2),
        ("anna", "anne", 0.25),
        ("may", "june", 1.0),
        ("a" * 49, "b", 1.0),
    ],
)
def test_how_much_of_the_letters_differs(one: str, other: str, unlike: float) -> None:
    a, b = (np.array([ord(char) for char in word], np.uint32) for word in (one, other))
    assert spelling(a, b) == spelling(b, a) == pytest.approx(unlike)
