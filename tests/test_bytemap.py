"""The way back from characters to bytes is exact, in every encoding and over every border of a block."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import transforms.decode  # noqa: F401 - registers the sloppy code pages
from transforms.bytemap import BLOCK, NARROW, ByteMap

# Characters of different lengths in bytes, as many kinds as the encoding has.
STATELESS = {
    "utf-8": "aé語🙂\n",
    "cp1252": "aéœ€\n",
    "sloppy-windows-1252": "aéœ\x81\n",
    "shift_jis": "aｱ語ア\n",
    "cp932": "aｱ語①\n",
    "gb18030": "aé語🙂\n",
    "euc_kr": "a한글\n",
    "big5": "a語言\n",
    "euc_jp": "aｱ語\n",
    "utf-16-le": "aé語🙂\n",
    "utf-16-be": "aé語🙂\n",
    "utf-32-le": "aé語🙂\n",
    "utf-32-be": "aé語🙂\n",
}
STATEFUL = {"iso2022_jp": "a語ア\n", "hz": "a言日\n", "iso2022_kr": "a한글\n"}
# Its characters share bytes, so only their order can be promised.
WITHOUT_BORDERS = {"utf-7": "aé語\n"}
ALPHABETS = STATELESS | STATEFUL | WITHOUT_BORDERS
# Fillers that bring the text to both sides of the first and the second border of a block.
FILLERS = st.integers(0, 3) | st.integers(BLOCK - 8, BLOCK + 3) | st.integers(2 * BLOCK - 8, 2 * BLOCK + 3)


def offsets(data: bytes, encoding: str, errors: str = "strict", skip: int = 0) -> list[int]:
    length = len(data[skip:].decode(encoding, errors))
    return ByteMap(data, encoding, errors, skip).byte_offsets(range(length + 1))


def texts(alphabet: str) -> st.SearchStrategy[str]:
    parts = st.text(alphabet, max_size=12)
    return st.builds(lambda head, n, tail: head + "a" * n + tail, parts, FILLERS, parts)


@pytest.mark.parametrize("encoding", STATELESS)
@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_each_character_is_the_slice_between_two_offsets(encoding: str, data: st.DataObject) -> None:
    text = data.draw(texts(STATELESS[encoding]))
    raw = text.encode(encoding)
    found = offsets(raw, encoding)
    assert [raw[a:b].decode(encoding) for a, b in pairwise(found)] == list(text)
    assert found[-1] == len(raw)


@pytest.mark.parametrize("encoding", STATEFUL)
@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_bytes_before_an_offset_are_the_text_before_it(encoding: str, data: st.DataObject) -> None:
    text = data.draw(texts(STATEFUL[encoding]))
    raw = text.encode(encoding)
    found = offsets(raw, encoding)
    assert found == sorted(found)
    assert found[-1] == len(raw)
    near = sorted({*range(14), *range(len(text) - 13, len(text) + 1)} & set(range(len(text) + 1)))
    assert [raw[: found[i]].decode(encoding) for i in near] == [text[:i] for i in near]


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-32-le", b"\xff\xfe\0\0"),
        ("cp1252", b"??"),
    ],
)
@pytest.mark.parametrize("filler", [0, 1, BLOCK - 3, BLOCK - 1, BLOCK, 5000])
def test_a_mark_before_the_text_is_skipped(encoding: str, mark: bytes, filler: int) -> None:
    text = "a" * filler + "été"
    raw = mark + text.encode(encoding)
    found = offsets(raw, encoding, skip=len(mark))
    assert found == [len(mark) + len(text[:i].encode(encoding)) for i in range(len(text) + 1)]


@pytest.mark.parametrize("encoding", ALPHABETS)
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_damaged_bytes_keep_the_order_and_reach_the_end(encoding: str, data: st.DataObject) -> None:
    sound = st.text(ALPHABETS[encoding], max_size=6).map(lambda text: text.encode(encoding))
    parts = data.draw(st.lists(st.binary(max_size=4) | sound, max_size=8))
    raw = b"a" * data.draw(FILLERS) + b"".join(parts)
    if not raw.decode(encoding, "replace"):  # only a shift of the character set
        return
    found = offsets(raw, encoding, "replace")
    assert found == sorted(found)
    assert found[0] == 0
    assert found[-1] == len(raw)


@pytest.mark.parametrize(
    ("encoding", "damage"),
    [
        ("utf-8", b"\xe3\x81"),
        ("utf-8", b"\xff"),
        ("iso2022_jp", b"\xff"),
        ("gb18030", b"\xff"),
        ("shift_jis", b"\xff"),
        ("utf-16-le", b"\x00\xd8"),
    ],
)
@pytest.mark.parametrize("filler", [0, BLOCK // 2 - 2, BLOCK // 2 - 1, BLOCK - 2, BLOCK - 1, BLOCK])
def test_sound_characters_around_damage_are_exact(encoding: str, damage: bytes, filler: int) -> None:
    word = "\n語\n"
    raw = ("a" * filler + word).encode(encoding) + damage + word.encode(encoding)
    text = raw.decode(encoding, "replace")
    places = [i for i, char in enumerate(text) if char == "語"]
    at = ByteMap(raw, encoding, "replace").byte_offsets([*places, *(i + 1 for i in places), len(text)])
    starts, ends = at[: len(places)], at[len(places) : -1]
    assert len(places) == 2
    assert at[-1] == len(raw)
    assert [raw[a:b].decode(encoding) for a, b in zip(starts, ends, strict=True)] == ["語", "語"]


@pytest.mark.parametrize("filler", [0, BLOCK - 8, BLOCK - 1])
def test_escape_sequences_that_the_decoder_gives_up_on(filler: int) -> None:
    raw = b"a" * filler + b'\x1b$\0\0\0\0a\x1b$B%"\x1b(Bend'
    found = offsets(raw, "iso2022_jp", "replace")
    assert found == sorted(found)
    assert found[-1] == len(raw)


@given(st.lists(st.integers(0, 40), max_size=30))
def test_offsets_come_in_the_order_asked_for(asked: list[int]) -> None:
    text = "aé語🙂" * 10
    for encoding in ("utf-8", "gb18030"):
        found = ByteMap(text.encode(encoding), encoding).byte_offsets(asked)
        assert found == [len(text[:i].encode(encoding)) for i in asked]


def test_nothing_asked_and_nothing_there() -> None:
    assert ByteMap(b"abc", "utf-8").byte_offsets([]) == []
    for encoding in ("utf-8", "cp1252", "gb18030", "utf-16-le"):
        assert ByteMap(b"", encoding).byte_offsets([0]) == [0]


def test_long_texts_are_quick() -> None:
    text = "Ein Satz mit Umlauten: äöü, und 日本語. " * 100_000
    for encoding in ("utf-8", "gb18030"):
        raw = text.encode(encoding)
        asked = range(0, len(text), 4000)
        found = ByteMap(raw, encoding).byte_offsets(asked)
        assert raw[found[500] : found[501]].decode(encoding) == text[asked[500] : asked[501]]


@pytest.mark.parametrize("size", [0, 1, NARROW - 1, NARROW, NARROW + 1, 3 * BLOCK])
@pytest.mark.parametrize("letter", ["a", "é", "雨", "🙂"])
def test_every_offset_of_a_utf8_text(letter: str, size: int) -> None:
    text = letter + "x" * size + letter * 2
    expected = [len(text[:char].encode()) for char in (0, 1, size, size + 1, size + 2, size + 3)]
    assert ByteMap(text.encode(), "utf-8").byte_offsets([0, 1, size, size + 1, size + 2, size + 3]) == expected
    every = ByteMap(text.encode(), "utf-8").byte_offsets(range(len(text) + 1))
    assert every[0] == 0
    assert every[-1] == len(text.encode())
    assert [len(char.encode()) for char in text] == [end - start for start, end in pairwise(every)]
