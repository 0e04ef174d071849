"""Two encodings in one dump: nothing is lost, and every character leads back to its bytes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.bytemap import ByteMap
from transforms.decode import decode
from transforms.mixed import PAGES, codec_beside, lines_in
from transforms.parts import windows_of

LINES = (
    "Dès l’aube, les pêcheurs rentraient au port ; la marée était basse.",
    "A plain line between them.",
    "Où êtes-vous allés ? demanda la vieille, le cœur serré.",
    "Ils n’avaient rien pêché, sauf une âme.",
)
RUSSIAN = (
    "Осенью дорога вдоль реки пустеет, и только старый паромщик ждёт у воды.",
    "Её русло, говорят рыбаки, меняется каждые двадцать лет.",
)


def in_turn(lines: tuple[str, ...], codecs: tuple[str, ...]) -> bytes:
    return b"\n".join(line.encode(codecs[number % len(codecs)]) for number, line in enumerate(lines))


@pytest.mark.parametrize(
    ("lines", "codecs", "encoding"),
    [
        pytest.param(LINES * 3, ("cp1252", "utf-8", "utf-8"), "utf-8 and cp1252", id="some lines"),
        pytest.param(LINES * 9, ("utf-8",) * 30 + ("cp1252",), "utf-8 and cp1252", id="one line in a UTF-8 file"),
        pytest.param(LINES * 9, ("cp1252",) * 31 + ("utf-8",), "utf-8 and cp1252", id="one line in a cp1252 file"),
        pytest.param(RUSSIAN * 4, ("cp1251", "utf-8", "utf-8"), "utf-8 and cp1251", id="Russian"),
        pytest.param(RUSSIAN * 4, ("koi8-r", "utf-8", "utf-8"), "utf-8 and koi8-r", id="KOI8"),
        pytest.param(LINES + RUSSIAN, ("cp1252",) * 3 + ("utf-8",) * 4, "utf-8 and cp1252", id="half-way"),
    ],
)
def test_each_line_is_read_in_its_own_encoding(lines: tuple[str, ...], codecs: tuple[str, ...], encoding: str) -> None:
    data = in_turn(lines, codecs)
    decoded = decode(data)
    assert decoded.text == "\n".join(lines)
    assert decoded.encoding == encoding
    assert 0 < decoded.confidence < 0.9
    assert "are UTF-8" in decoded.evidence


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        pytest.param("\n".join(LINES * 3).encode("cp1252"), "cp1252", id="one encoding"),
        pytest.param(
            ("\n".join(RUSSIAN * 9) + "\nВ»\n").encode("cp1251"), "cp1251", id="a line that is UTF-8 by chance"
        ),
        pytest.param("\n".join(LINES * 3).encode().replace("serré".encode(), b"serr\xe9"), "utf-8", id="damage"),
        pytest.param("朝の港には霧がかかっていました。\n".encode("euc_jp") * 9, None, id="two bytes a character"),
    ],
)
def test_what_is_not_mixed_is_read_as_before(data: bytes, encoding: str | None) -> None:
    assert "are UTF-8" not in decode(data).evidence
    assert encoding in {None, decode(data).encoding}


@settings(deadline=None, max_examples=300)
@given(
    st.lists(
        st.sampled_from(
            [b"a", b"\n", b"\r", b"\xe9", b"\xc3\xa9", b"\xe2\x80", b"\xe2\x80\x99", b"\xf0\x9f\x99\x82", b"\xff",
             b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90"]
        )
    ).map(b"".join),
    st.sampled_from(PAGES),
)  # fmt: skip
def test_nothing_is_lost_and_the_way_back_is_exact(data: bytes, page: str) -> None:
    text = data.decode(codec_beside(page))
    places = ByteMap(data, codec_beside(page)).byte_offsets(range(len(text) + 1))
    assert places[0] == 0
    assert places[-1] == len(data)
    for char, (start, stop) in zip(text, pairwise(places), strict=True):
        piece = data[start:stop]
        assert char == (piece.decode(page) if len(piece) == 1 else piece.decode())


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_a_mixed_dump_is_read_in_parts_as_at_once(size: int) -> None:
    data = in_turn(LINES * 5, ("cp1252", "utf-8", "utf-8"))
    decoded = decode(data)
    blocks = [data[at : at + size] for at in range(0, len(data), size)]
    text, places = "", []
    for window in windows_of(blocks, decoded.charset, size):
        places += window.byte_offsets(list(range(len(window.text))))
        text += window.text
    assert text == decoded.text
    assert places == decoded.byte_map.byte_offsets(range(len(text)))


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_lines_are_counted_over_all_blocks(size: int) -> None:
    data = in_turn(LINES * 2, ("cp1252", "utf-8", "utf-8")) + b"\xe9 \xc3\xa9"
    found = lines_in(data[at : at + size] for at in range(0, len(data), size))
    assert (found.utf8, found.paged, found.damaged) == (2, 3, 1)
    assert found.mixed
