"""What counts as a word, in every script, and that equal words have equal hashes."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.characters import EXPANDED, LETTER, WITHOUT_SPACES, signs
from transforms.utf8 import Utf8, batches, utf8_of, utf8_of_lines
from transforms.word_loops import STRETCH
from transforms.words import BASE, orders_of, words_of

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


def defined(word: str) -> int:
    """The hash of a word by its definition: FNV-1a over its letters, each with a bit for its kind, mixed."""
    alone = any(first <= ord(word[0]) <= last for first, last in WITHOUT_SPACES)
    value = 0xCBF29CE484222325
    for char in word:
        value = (value ^ (ord(char) | (1 << 31 if alone else 1 << 30))) * 0x100000001B3 % 2**64
    return mixed(value)


def mixed(value: int) -> int:
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        value = (value ^ value >> 33) * factor % 2**64
    return value ^ value >> 33


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
        ("ΟΔΟΣ οδος οδοσ", ["οδοσ", "οδοσ", "οδοσ"]),
        ("ﬃ ŉ İ ΐ", ["ffi", "ʼn", "i̇", "ι\u0308\u0301"]),
        ("\ue000a\ue000b\uf8ff", ["a", "b"]),
        ("\ud83d\ude42 x\ud83d\ude42y", ["x", "y"]),
        ("\0a\x00b\x7fc\x80d", ["a", "b", "c", "d"]),
        ("\U0010ffffa\U000e0100\U000fffff", ["a\U000e0100"]),
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
    assert found.hashes.tolist() == [defined(word) for words in expected for word in words]


@settings(deadline=None, max_examples=100)
@given(st.lists(TEXTS, min_size=1, max_size=4), st.text(st.sampled_from(SCRIPTS), max_size=4), st.integers(-80, 80))
def test_words_across_stretches_are_found_whole(pieces: list[str], seam: str, moved: int) -> None:
    """A text is read in stretches: wherever one ends, within a word or a code point, the words are the same."""
    piece = "".join(pieces) or "x"
    filled = (piece * (2 * STRETCH))[: STRETCH + moved]
    for text in (filled + seam * 50 + filled, "a" * (STRETCH + moved) + seam + filled):
        assert hashes(text) == [defined(word) for word in spelled(text)]


def test_every_sign_of_ascii_is_that_of_the_table() -> None:
    """ASCII is told without the table."""
    text = "".join(f"{chr(point)} x{chr(point)}y" for point in range(128))
    of_table = words_of([text + " é"]).hashes[:-1].tolist()
    assert hashes(text) == of_table == [defined(word) for word in spelled(text)]


def test_every_code_point_is_what_python_says() -> None:
    points = [*range(0x20500), *range(0x20500, 0x110000, 251), *range(0xE0000, 0xE0200), 0x10FFFF]
    texts = [f"x{chr(point)}" for point in points]
    expected = [spelled(text) for text in texts]
    found = words_of(texts)
    assert found.counts.tolist() == [len(words) for words in expected]
    assert found.hashes.tolist() == [defined(word) for words in expected for word in words]


def test_no_expansion_is_more_than_letters() -> None:
    """The loop counts on it: no word begins or ends within one, so there are never more words than bytes."""
    table = signs()
    assert (table.expansions & LETTER > 0).all()
    folded = [point for point in range(0x110000) if len(chr(point).casefold()) > 1]
    assert np.flatnonzero((table.of_point & EXPANDED > 0) & (table.of_point < LETTER)).tolist() == folded


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=6), st.integers(0, 6))
def test_a_batch_is_the_sum_of_its_parts(texts: list[str], cut: int) -> None:
    whole, first, rest = words_of(texts), words_of(texts[:cut]), words_of(texts[cut:])
    assert np.array_equal(whole.hashes, np.concatenate([first.hashes, rest.hashes]))
    assert whole.counts.tolist() == first.counts.tolist() + rest.counts.tolist()


def test_the_order_of_letters_matters() -> None:
    assert len({tuple(hashes(word)) for word in ("abc", "acb", "cba", "ab", "abcc", "a", "aa", "aaa")}) == 8


@pytest.mark.parametrize("length", [65_535, 65_536, 1_000_000])
def test_a_very_long_word_is_one_word(length: int) -> None:
    first, second = "x" * length, "x" * (length - 1) + "y"
    assert words_of([first]).counts.tolist() == [1]
    assert hashes(first) == hashes(first.upper())
    assert hashes(first) != hashes(second)
    assert words_of([f"a {first} b"]).counts.tolist() == [3]


def test_no_texts() -> None:
    assert words_of([]).counts.tolist() == []
    assert words_of(["", ""]).counts.tolist() == [0, 0]


ARROW_TYPES = [pa.string(), pa.large_string(), pa.string_view()]
WHOLE = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@settings(deadline=None)
@given(st.lists(WHOLE | st.none(), max_size=8), st.sampled_from(ARROW_TYPES), st.integers(0, 8), st.integers(0, 8))
def test_arrow_arrays_hold_the_same_texts(texts: list[str | None], kind: pa.DataType, first: int, count: int) -> None:
    array, some = pa.array(texts, kind), texts[first : first + count]
    expected = [(text or "").encode() for text in some]
    in_chunks = pa.chunked_array([array.slice(first, count // 2), array.slice(first + count // 2, count - count // 2)])
    for given_texts in (some, array.slice(first, count), in_chunks):
        found = utf8_of(given_texts)
        borders = found.offsets.tolist()
        assert [found.data[a:b].tobytes() for a, b in pairwise(borders)] == expected
        assert words_of(given_texts).hashes.tolist() == words_of([text or "" for text in some]).hashes.tolist()


def test_an_arrow_array_is_not_copied() -> None:
    array = pa.array(["one", "two"])
    assert utf8_of(array).data.ctypes.data == array.buffers()[2].address
    assert len(utf8_of(pa.chunked_array([], pa.string()))) == 0


@settings(deadline=None)
@given(st.lists(st.binary(max_size=12), max_size=6))
def test_bytes_that_are_no_utf8_do_no_harm_to_others(garbage: list[bytes]) -> None:
    pieces = [piece for one in garbage for piece in (one, b"one two")]
    offsets = np.cumsum([0, *map(len, pieces)])
    data = np.frombuffer(b"".join(pieces), np.uint8)
    found = words_of(Utf8(data, offsets))
    assert found.counts.tolist()[1::2] == [2] * len(garbage)
    assert all(count <= len(piece) for count, piece in zip(found.counts.tolist(), pieces, strict=True))


@given(st.lists(st.text(max_size=9), max_size=9), st.integers(1, 12))
def test_batches_hold_all_texts_in_order(texts: list[str], size: int) -> None:
    whole = utf8_of(["before", *texts]).between(1, len(texts) + 1)
    parts = list(batches(whole, size))
    assert [first for first, _ in parts] == [0, *np.cumsum([len(part) for _, part in parts])[:-1]]
    assert [border for _, part in parts for border in part.offsets[1:].tolist()] == whole.offsets[1:].tolist()
    assert all(part.size < 2 * size or part.offsets[-2] - part.offsets[0] < 2 * size for _, part in parts if len(part))


@given(st.lists(st.text(max_size=4), min_size=1, max_size=6), st.data())
def test_taken_texts_are_those_of_the_numbers(texts: list[str], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=6))
    found, expected = utf8_of(texts).take(np.array(rows, np.int64)), utf8_of([texts[row] for row in rows])
    assert found.data.tobytes() == expected.data.tobytes()
    assert found.offsets.tolist() == expected.offsets.tolist()


@given(st.lists(TEXTS, max_size=5))
@settings(deadline=None)
def test_lines_are_hashed_as_texts_by_their_words_in_order(lines: list[str]) -> None:
    expected = []
    for line in lines:
        words = enumerate(map(defined, spelled(line)), 1)
        expected.append(mixed(sum(word * pow(int(BASE), place, 2**64) for place, word in words) % 2**64))
    assert orders_of(utf8_of_lines(lines)).tolist() == orders_of(utf8_of(lines)).tolist() == expected
