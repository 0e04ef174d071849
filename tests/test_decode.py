"""The encoding of a dump: what decides, what it says of itself, and what is refused."""

from __future__ import annotations

import codecs
import random
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.decode import Decoded, decode, settle
from transforms.errors import DumpError

FRENCH = (
    "Dès l’aube, les pêcheurs rentraient au port ; la marée était basse et l’été touchait à sa fin. "
    "« Où êtes-vous allés ? » demanda la vieille, le cœur serré. Ils n’avaient rien pêché, sauf une âme.\n"
)
RUSSIAN = "Осенью дорога вдоль реки пустеет, и только старый паромщик всё ещё ждёт у воды, пока не стемнеет.\n"
JAPANESE = "朝の港には霧がかかっていました。漁師たちは静かに網を直し、潮が満ちるのを待っています。\n"
CHINESE = "清晨的港口笼罩在薄雾之中，渔民们安静地修补着渔网，等待潮水上涨，老人坐在码头上看着远方的船。\n"
KOREAN = "아침 항구에는 안개가 자욱했다. 어부들은 조용히 그물을 고치며 밀물이 들기를 기다리고 있었다.\n"


def declared(charset: str, body: str, codec: str) -> bytes:
    return f'<html><head><meta charset="{charset}"></head><body><p>{body}</p>'.encode(codec)


def exact(decoded: Decoded, data: bytes) -> bool:
    """Whether the map leads over all bytes behind the mark and gives the text back."""
    found = decoded.byte_map.byte_offsets([0, len(decoded.text)])
    codec, errors = decoded.byte_map.encoding, decoded.byte_map.errors
    return data[found[0] : found[1]].decode(codec, errors) == decoded.text


@pytest.mark.parametrize(
    ("mark", "codec"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_decides_and_is_no_text(mark: bytes, codec: str) -> None:
    data = mark + (FRENCH + JAPANESE).encode(codec)
    decoded = decode(data)
    assert decoded.text == FRENCH + JAPANESE
    assert (decoded.encoding, decoded.confidence) == (codec, 1.0)
    assert decoded.evidence == "byte order mark"
    assert exact(decoded, data)


@pytest.mark.parametrize(
    ("data", "text", "encoding", "evidence"),
    [
        pytest.param(b"plain words", "plain words", "ascii", "only ASCII", id="ascii"),
        pytest.param(FRENCH.encode(), FRENCH, "utf-8", "valid UTF-8", id="utf-8"),
        pytest.param(
            declared("windows-1252", FRENCH, "cp1252"),
            declared("windows-1252", FRENCH, "utf-8").decode(),
            "cp1252",
            "declared as windows-1252",
            id="declared",
        ),
        pytest.param(
            declared("iso-8859-1", "5 €", "cp1252"),
            declared("iso-8859-1", "5 €", "utf-8").decode(),
            "cp1252",
            "declared as iso-8859-1",
            id="declared as the smaller code page",
        ),
        pytest.param(
            declared("shift_jis", "①" + JAPANESE, "cp932"),
            declared("shift_jis", "①" + JAPANESE, "utf-8").decode(),
            "cp932",
            "declared as shift_jis",
            id="declared as the smaller double-byte set",
        ),
        pytest.param(
            declared("gb2312", "朱镕基", "gbk"),
            declared("gb2312", "朱镕基", "utf-8").decode(),
            "gb18030",
            "declared as gb2312",
            id="declared as gb2312, with characters of gbk",
        ),
        pytest.param(
            b'<?xml version="1.0" encoding="koi8-r"?>' + RUSSIAN.encode("koi8-r"),
            '<?xml version="1.0" encoding="koi8-r"?>' + RUSSIAN,
            "koi8-r",
            "declared as koi8-r",
            id="XML declaration",
        ),
        pytest.param(
            declared("iso-8859-1", FRENCH, "utf-8"),
            declared("iso-8859-1", FRENCH, "utf-8").decode(),
            "utf-8",
            "valid UTF-8",
            id="UTF-8 outweighs a false declaration",
        ),
        pytest.param(
            declared("utf-16", "plain", "ascii"),
            declared("utf-16", "plain", "ascii").decode(),
            "ascii",
            "only ASCII",
            id="declared as UTF-16 in ASCII bytes",
        ),
        pytest.param(
            declared("utf-8", FRENCH * 3, "cp1252"),
            declared("utf-8", FRENCH * 3, "utf-8").decode(),
            "cp1252",
            "recognised by chardet",
            id="declared as UTF-8, contradicted",
        ),
        pytest.param(
            declared("klingon", FRENCH * 3, "cp1252"),
            declared("klingon", FRENCH * 3, "utf-8").decode(),
            "cp1252",
            "recognised by chardet",
            id="declared as nothing known",
        ),
        pytest.param(
            declared("utf-16", FRENCH * 3, "cp1252"),
            declared("utf-16", FRENCH * 3, "utf-8").decode(),
            "cp1252",
            "recognised by chardet",
            id="declared as UTF-16 in cp1252 bytes",
        ),
        pytest.param(FRENCH.encode("cp1252"), FRENCH, "cp1252", "recognised by chardet", id="French"),
        pytest.param((RUSSIAN * 3).encode("cp1251"), RUSSIAN * 3, "cp1251", "recognised by chardet", id="Russian"),
        pytest.param((JAPANESE * 3).encode("euc_jp"), JAPANESE * 3, None, "recognised by chardet", id="EUC-JP"),
        pytest.param((CHINESE * 3).encode("gb18030"), CHINESE * 3, None, "recognised by chardet", id="Chinese"),
        pytest.param((KOREAN * 3).encode("euc_kr"), KOREAN * 3, None, "recognised by chardet", id="Korean"),
        pytest.param((FRENCH * 3).encode("utf-16-le"), FRENCH * 3, "utf-16-le", "recognised by chardet", id="no mark"),
    ],
)
def test_what_decides(data: bytes, text: str, encoding: str | None, evidence: str) -> None:
    decoded = decode(data)
    assert decoded.text == text
    assert encoding in {None, decoded.encoding}
    assert decoded.evidence.startswith(evidence)
    assert 0 < decoded.confidence <= 1
    assert exact(decoded, data)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize(
    "text", ["hi", "Le dîner.\n", JAPANESE, CHINESE, RUSSIAN, KOREAN, FRENCH], ids=lambda text: text[:2]
)
def test_wide_characters_need_no_mark(text: str, codec: str) -> None:
    decoded = decode(text.encode(codec))
    assert (decoded.text, decoded.encoding) == (text, codec)
    assert exact(decoded, text.encode(codec))


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("It’s the last day of the fair, está claro, and nobody wants to go home before the music ends.", "cp1252"),
        ("The water had 12 ° at noon, and the wind came from the west.", "cp1252"),
        ("Él está allí, y nadie sabe dónde vivía antes, ni qué hacía en aquel pequeño pueblo del sur.", "mac-roman"),
        ("Él está allí, y nadie sabe dónde vivía antes, ni qué hacía en aquel pequeño pueblo del sur.", "cp850"),
    ],
)
def test_a_page_of_old_systems_needs_more_than_a_hint(text: str, codec: str) -> None:
    assert decode(text.encode(codec)).text == text


def test_escape_sequences_in_ascii_bytes_are_read() -> None:
    decoded = decode(JAPANESE.encode("iso2022_jp"))
    assert decoded.text == JAPANESE
    assert decoded.evidence.startswith("escape sequences")


def test_the_map_of_escape_sequences_is_exact() -> None:
    data = JAPANESE.encode("iso2022_jp")
    assert exact(decode(data), data)


@pytest.mark.parametrize(
    "damage", [pytest.param(b"\xe9", id="a foreign byte"), pytest.param(b"\xe2\x80", id="half a character")]
)
def test_a_few_damaged_places_in_utf8_are_marked_and_counted(damage: bytes) -> None:
    decoded = decode(FRENCH.encode() + damage + FRENCH.encode())
    assert decoded.text == FRENCH + "\N{REPLACEMENT CHARACTER}" + FRENCH
    assert decoded.encoding == "utf-8"
    assert "1 places" in decoded.evidence


def test_the_map_of_damaged_utf8_is_exact() -> None:
    data = FRENCH.encode() + b"\xe9" + FRENCH.encode()
    assert exact(decode(data), data)


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def noise(seed: int, length: int) -> bytes:
    return random.Random(seed).randbytes(length)


PNG = b"".join(
    (
        b"\x89PNG\r\n\x1a\n",
        chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)),
        chunk(b"IDAT", zlib.compress(b"".join(b"\0" + noise(row, 48) for row in range(16)))),
        chunk(b"IEND", b""),
    )
)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (PNG, "image/png"),
        (b"\0", "no text"),
        (b"\x00\x01\x02\x03" * 500, "no text"),
        (b"plain words\x01\x02\x03\x04", "control characters"),
        *((noise(seed, length), "no text") for seed in range(8) for length in (200, 5000)),
    ],
)
def test_what_is_no_text_is_refused_with_the_reason(data: bytes, said: str) -> None:
    with pytest.raises(DumpError, match=said):
        decode(data)


@pytest.mark.parametrize("label", ["undefined", "idna", "punycode", "unicode_escape", "raw_unicode_escape"])
def test_a_codec_that_is_no_charset_is_passed_over(label: str) -> None:
    text = FRENCH * 3 + r"a \u0041 backslash \d"
    assert decode(declared(label, text, "cp1252")).text == declared(label, text, "utf-8").decode()


@settings(deadline=None, max_examples=150)
@given(
    st.binary(max_size=300)
    | st.text(max_size=80).map(lambda text: text.encode("utf-16", "surrogatepass"))
    | st.lists(st.sampled_from([b"\x1b$B", b"\x1b$", b"\x1b(B", b"~{", b"~}", b'%"', b"a", b"\n"])).map(b"".join)
)
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    try:
        decoded = decode(data)
    except DumpError:
        return
    assert decoded.encoding
    assert decoded.evidence
    assert 0 <= decoded.confidence <= 1
    found = decoded.byte_map.byte_offsets(range(len(decoded.text) + 1))
    assert found == sorted(found)


@given(st.text(st.characters(exclude_characters="\x1b~", exclude_categories=["Cc", "Cs"]), min_size=1))
def test_utf8_comes_back_as_it_was(text: str) -> None:
    assert decode(text.encode()).text == text.removeprefix("\ufeff")


@pytest.mark.parametrize(
    ("blocks", "encoding"),
    [
        ([b"Fog. ", b"Rain."], "ascii"),
        ([b"Fog. ", "Dès l".encode(), "’aube".encode()], "utf-8"),
        (["Dè".encode()[:2], "è".encode()[1:] + b"s"], "utf-8"),
        ([b"Fog. " * 50, FRENCH.encode("cp1252")], "cp1252"),
        ([b"\x01\x02 Fog and rain all day", b" and all night." * 9], "ascii"),
    ],
)
def test_all_blocks_of_a_dump_decide(blocks: list[bytes], encoding: str) -> None:
    assert settle(lambda: blocks).encoding == encoding


def test_control_characters_are_counted_in_utf8() -> None:
    with pytest.raises(DumpError, match="40 of the first 80 characters are control characters"):
        settle(lambda: ["é\x01".encode() * 40])
