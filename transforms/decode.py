"""From the bytes of a dump to its text, with the evidence for the encoding."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

import chardet
import ftfy.bad_codecs  # noqa: F401 - registers the "sloppy" code pages that map every byte

from transforms.bytemap import ByteMap
from transforms.errors import DumpError

# Longest first: the mark of UTF-32-LE begins with that of UTF-16-LE.
BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# The HTML standard looks for a declaration in the first 1,024 bytes; real pages put it later.
DECLARATION_WITHIN: Final = 4096
DECLARED: Final = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})|<meta[^>]{0,400}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""",
    re.IGNORECASE,
)
# Texts that carry these labels are often written in the larger code page that contains them: it takes over where
# the label's own can't read the bytes or reads control characters. The sloppy variants also give the few bytes that
# a Windows code page leaves open, so that nothing is lost.
SUPERSETS: Final = {
    "ascii": "sloppy-windows-1252",
    "iso8859-1": "sloppy-windows-1252",
    "iso8859-2": "sloppy-windows-1250",
    "iso8859-5": "sloppy-windows-1251",
    "iso8859-6": "cp1256",
    "iso8859-7": "sloppy-windows-1253",
    "iso8859-8": "cp1255",
    "iso8859-9": "sloppy-windows-1254",
    "iso8859-11": "cp874",
    "iso8859-13": "sloppy-windows-1257",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    **{f"cp{page}": f"sloppy-windows-{page}" for page in (1250, 1251, 1252, 1253, 1254, 1257)},
}
# Codecs of Python for other ends than texts; "undefined" is what a template without a value declares.
NO_CHARSETS: Final = frozenset({"undefined", "idna", "punycode", "unicode-escape", "raw-unicode-escape"})
# A few broken sequences in a UTF-8 text are damage; many mean that it is not UTF-8.
SOUND_PER_BROKEN: Final = 10
# Control characters beyond this share are not text in any encoding.
MOST_CONTROLS: Final = 0.05
CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
C1_CONTROLS: Final = re.compile(r"[\x80-\x9f]")
ABOVE_ASCII: Final = bytes(range(0x80, 0x100))
# What the detector gets to see: its own default.
DETECT_WITHIN: Final = 200_000


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a dump.

    `confidence` is 0 to 1; `evidence` says in plain words what decided for `encoding`.
    `byte_map` leads from characters of `text` back to the bytes.
    """

    text: str
    encoding: str
    confidence: float
    evidence: str
    byte_map: ByteMap


def decode(data: bytes, charset: str | None = None) -> Decoded:
    r"""Decodes a dump; what speaks for the encoding is tried from the surest to the weakest.

    `charset` is what the server of a page stated: many servers state their default whatever they send, so it counts
    less than what the page says of itself and more than a guess. Raises `DumpError` where the bytes are empty or no
    text.

    >>> decode("déjà vu".encode()).evidence
    'valid UTF-8'
    >>> decode(b'<meta charset="iso-8859-1"><p>caf\xe9').encoding
    'iso8859-1'
    >>> decode(b"\xcf\xf0\xe8\xe2\xe5\xf2", "windows-1251").text
    'Привет'
    """
    if not data:
        raise DumpError("the dump is empty: there is nothing to read")
    sure = _marked(data) or _plain(data) or _declared(data) or _damaged(data)
    decoded = sure or _stated(data, charset) or _detected(data)
    _insist_on_text(decoded)
    return decoded


def byte_by_byte(data: bytes) -> Decoded:
    """A character for each byte: for a mailbox, whose messages each state a charset of their own.

    >>> byte_by_byte("é".encode()).text
    'Ã©'
    """
    evidence = "each message states its own"
    return Decoded(data.decode("latin-1"), "latin-1", 1.0, evidence, ByteMap(data, "latin-1"))


def _made(data: bytes, codec: str, confidence: float, evidence: str, skip: int = 0) -> Decoded:
    """Decodes with a codec that is settled; bytes that it can't read become U+FFFD and are counted."""
    try:
        text, errors = data[skip:].decode(codec), "strict"
    except UnicodeDecodeError:
        text, errors = data[skip:].decode(codec, "replace"), "replace"
        evidence += f"; {text.count(chr(0xFFFD))} places that it can't read are marked U+FFFD"
    name = codec.replace("sloppy-windows-", "cp")
    return Decoded(text, name, confidence, evidence, ByteMap(data, codec, errors, skip))


def _marked(data: bytes) -> Decoded | None:
    for mark, codec in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _made(data, codec, 1.0, "byte order mark", len(mark))
    return None


def _plain(data: bytes) -> Decoded | None:
    """ASCII and valid UTF-8. A legacy text is almost never valid UTF-8 by chance, so this outweighs a declaration."""
    if b"\x00" in data[:DETECT_WITHIN]:
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if text.isascii():
        return _escaped(data) or Decoded(text, "ascii", 1.0, "only ASCII bytes", ByteMap(data, "utf-8"))
    return Decoded(text, "utf-8", 0.99, "valid UTF-8", ByteMap(data, "utf-8"))


def _escaped(data: bytes) -> Decoded | None:
    """ISO-2022 and HZ write other scripts in ASCII bytes, between sequences that a plain text seldom has in pairs."""
    if b"\x1b$" not in data and not (b"~{" in data and data.count(b"~{") == data.count(b"~}")):
        return None
    found = chardet.detect(data, max_bytes=DETECT_WITHIN)
    codec = _codec(found["encoding"] or "", data) or ""
    if not codec.startswith(("iso2022", "hz")):
        return None
    decoded = _made(data, codec, found["confidence"] or 0.0, "escape sequences, recognised by chardet")
    return decoded if decoded.byte_map.errors == "strict" else None


def _declared(data: bytes) -> Decoded | None:
    """A declared charset counts when it exists and the bytes do not contradict it."""
    found = DECLARED.search(data, 0, DECLARATION_WITHIN)
    if not found:
        return None
    label = (found[1] or found[2]).decode("ascii")
    codec = _codec(label, data)
    if codec is None or codec == "utf-7" or not _reads(codec, found[0]):
        return None
    decoded = _made(data, codec, 0.9, f"declared as {label}, and the bytes agree")
    return decoded if decoded.byte_map.errors == "strict" else None


def _reads(codec: str, declaration: bytes) -> bool:
    """Whether a declaration in ASCII can itself be in `codec`: this refutes UTF-16, UTF-32 and EBCDIC."""
    return declaration.decode(codec, "replace") == declaration.decode("ascii", "replace")


def _damaged(data: bytes) -> Decoded | None:
    """UTF-8 in which a few sequences are broken (a file cut in the middle of a character, a damaged byte)."""
    if b"\x00" in data[:DETECT_WITHIN]:
        return None
    text = data.decode("utf-8", "replace")
    broken = text.count("\N{REPLACEMENT CHARACTER}")
    sound = len(text) - broken - len(data.translate(None, ABOVE_ASCII))
    if sound < SOUND_PER_BROKEN * broken:
        return None
    return _made(data, "utf-8", 0.9, "UTF-8 but for a few broken sequences")


def _stated(data: bytes, charset: str | None) -> Decoded | None:
    """The charset that came with the page counts as one declared in it does: where the bytes do not contradict it."""
    codec = _codec(charset, data) if charset else None
    if codec is None or codec.startswith("utf-7"):
        return None
    decoded = _made(data, codec, 0.9, f"stated by the server as {charset}, and the bytes agree")
    return decoded if decoded.byte_map.errors == "strict" else None


def _detected(data: bytes) -> Decoded:
    found = chardet.detect(data, max_bytes=DETECT_WITHIN)
    codec = _codec(found["encoding"] or "", data)
    if codec is None:
        kind = found.get("mime_type") or "application/octet-stream"
        raise DumpError(f"the bytes are no text in any known encoding (they look like {kind}); exclude this file")
    return _made(data, codec, round(found["confidence"] or 0.0, 4), "recognised by chardet from the bytes")


def _codec(label: str, data: bytes) -> str | None:
    r"""The Python codec that `label` means for these bytes; None where it means nothing here.

    >>> _codec("ISO-8859-1", b"caf\xe9"), _codec("ISO-8859-1", b"\x80 5"), _codec("klingon", b"")
    ('iso8859-1', 'sloppy-windows-1252', None)
    """
    try:
        name = codecs.lookup(label).name
        if name in NO_CHARSETS:
            return None
        text = data.decode(name)
    except LookupError:
        return None
    except UnicodeError:
        return SUPERSETS.get(name, name)
    return SUPERSETS.get(name, name) if C1_CONTROLS.search(text) else name


def _insist_on_text(decoded: Decoded) -> None:
    controls = len(CONTROLS.findall(decoded.text[:DETECT_WITHIN]))
    if controls > MOST_CONTROLS * min(len(decoded.text), DETECT_WITHIN):
        raise DumpError(
            f"the bytes are no text: read as {decoded.encoding}, {controls} of the first "
            f"{min(len(decoded.text), DETECT_WITHIN)} characters are control characters; exclude this file"
        )
