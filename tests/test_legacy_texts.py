"""Short texts come out as they were written, whatever page of their language they were stored in."""

from __future__ import annotations

import pytest

from benchmarks.legacy_texts import CHARS, ENCODINGS, GOAL, misread, texts_of


@pytest.mark.parametrize("language", ENCODINGS)
def test_texts_of_200_characters_are_read_right(language: str) -> None:
    texts = len(list(texts_of(language)))
    wrong = {encoding: list(misread(language, encoding)) for encoding in ENCODINGS[language]}
    assert 1 - sum(map(len, wrong.values())) / texts / len(wrong) >= GOAL, wrong


@pytest.mark.parametrize("language", ENCODINGS)
def test_every_text_can_be_written_and_is_not_plain(language: str) -> None:
    for text in texts_of(language):
        assert CHARS * 0.8 <= len(text) <= CHARS
        assert not text.isascii()
        assert all(text.encode(encoding).decode(encoding) == text for encoding in ENCODINGS[language])
