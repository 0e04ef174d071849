"""What counts as a word, in every script, and that equal words have equal hashes."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.words import LONGEST, WITHOUT_SPACES, words_of

SCRIPTS = "aZ09_-é’ßİΣςяЙשلक्षไทยกำ日本語ぁアｱ한글🙂👩‍👩‍👧ﬁ①²\u0301\ufe0f\u200b\ud83d\n\t.𠀀𐐀𝟘"
TEXTS = st.text(st.sampled_from(SCRIPTS), max_size=40) | st.text(st.characters(exclude_categories=[]), max_size=20)


def spelled(text: str) -> list[str]:
    """The words of a text, spelled out: the plain and slow way."""
    found: list[str] = []
    inside = False
    for char in text.casefold():
        # Planes 2 and 3 are Han throughout, also what this Python does not know yet.
        wordy = char.isalnum() or unicodedata.category(char)[0] == "M" or 0x20000 <= ord(char) < 0x40000
        alone = wordy and any(first <= ord(char) <= last for first, last in WITHOUT_SPACES)
        if alone or (wordy and not inside):
            found.append(char)
        elif wordy:
            found[-1] += char
        inside = wordy and not alone
    return found


def hashes(text: str) -> list[int]:
    found: list[int] = words_of([text]).hashes.tolist()
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" .,;!\n\t", []),
        ("One, two—THREE", ["one", "two", "three"]),
        ("l’été d'hiver", ["l", "été", "d", "hiver"]),
        ("Straße STRASSE", ["strasse", "strasse"]),
        ("3.14 x2", ["3", "14", "x2"]),
        ("日本語", ["日", "本", "語"]),
        ("読むabc書く", ["読", "む", "abc", "書", "く"]),
        ("ไทย", ["ไ", "ท", "ย"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("한국어 문장", ["한국어", "문장"]),
        ("🙂 👍", []),
        ("so 🙂 good", ["so", "good"]),
        ("\ud83d alone \ude42", ["alone"]),
        ("e\u0301te\u0301", ["e\u0301te\u0301"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert spelled(text) == expected
    assert hashes(text) == [found for word in expected for found in hashes(word)]
    assert words_of([text]).counts.tolist() == [len(expected)]


@settings(deadline=None, max_examples=300)
@given(st.lists(TEXTS, max_size=5))
def test_hashes_are_those_of_the_words_spelled_out(texts: list[str]) -> None:
    found = words_of(texts)
    expected = [spelled(text) for text in texts]
    assert found.counts.tolist() == [len(words) for words in expected]
    by_word: dict[str, int] = {}
    words = [word for words in expected for word in words]
    for word, value in zip(words, found.hashes.tolist(), strict=True):
        assert by_word.setdefault(word, value) == value
    assert len(set(by_word.values())) == len(by_word)


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=6), st.integers(0, 6))
def test_a_batch_is_the_sum_of_its_parts(texts: list[str], cut: int) -> None:
    whole, first, rest = words_of(texts), words_of(texts[:cut]), words_of(texts[cut:])
    assert np.array_equal(whole.hashes, np.concatenate([first.hashes, rest.hashes]))
    assert whole.counts.tolist() == first.counts.tolist() + rest.counts.tolist()


def test_the_order_of_letters_matters() -> None:
    assert len({tuple(hashes(word)) for word in ("abc", "acb", "cba", "ab", "abcc", "a", "aa", "aaa")}) == 8


@pytest.mark.parametrize("length", [LONGEST - 1, LONGEST, LONGEST + 1, 3 * LONGEST])
def test_a_very_long_word_is_one_word(length: int) -> None:
    first, second = "x" * length, "x" * (length - 1) + "y"
    assert words_of([first]).counts.tolist() == [1]
    assert hashes(first) == hashes(first.upper())
    assert hashes(first) != hashes(second)
    assert words_of([f"a {first} b"]).counts.tolist() == [3]


def test_no_texts() -> None:
    assert words_of([]).counts.tolist() == []
