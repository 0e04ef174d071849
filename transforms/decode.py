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
from transforms.mixed import PAGES, codec_beside, lines_in
from transforms.reads import Blocks, Read, is_ascii, is_utf8, read_with, texts_of
from transforms.usual_pages import MOST_USUAL, SELDOM, reads_well
from transforms.wide import WIDE, wide_codec

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
    rb"""<\?xml[^>]{0,200}?encoding\s*+=\s*+["']([\w.:-]{1,40})|<meta[^>]{0,400}?charset\s*+=\s*+["']?\s*+([\w.:-]{1,40})""",
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
# Without a mark these are read as little-endian, which is what the standard of the Web says too.
UNMARKED: Final = {"utf-16": "utf-16-le", "utf-32": "utf-32-le"}
# A few broken sequences in a UTF-8 text are damage; many mean that it is not UTF-8.
SOUND_PER_BROKEN: Final = 10
# With fewer bytes above ASCII a detector guesses; then the most usual code page is taken.
TELLING_BYTES: Final = 30
# Two encodings in one dump: the first is sure, the second is recognised.
MIXED_CONFIDENCE: Final = 0.8
# Below this confidence a person should look. Texts of 200 characters in the usual encodings of six languages: nearly
# all that were misread for want of letters beyond ASCII lie below, and 3 in 100 of those that were read right.
DOUBTFUL: Final = 0.1
# Control characters beyond this share are not text in any encoding.
MOST_CONTROLS: Final = 0.05
CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
CONTROL_BYTES: Final = bytes(code for code in range(0x80) if CONTROLS.match(chr(code)))
ABOVE_ASCII: Final = bytes(range(0x80, 0x100))
# What only one of four encodings makes text of, without a mark.
WIDE_CONFIDENCE: Final = 0.9
# What the detector gets to see: its own default.
DETECT_WITHIN: Final = 200_000
# Bytes that hold so many characters in any encoding.
HEAD_BYTES: Final = 4 * DETECT_WITHIN


@dataclass(frozen=True, slots=True)
class Charset:
    """How the bytes of a dump become its text.

    `confidence` is 0 to 1; `evidence` says in plain words what decided. `codec` is what Python calls the encoding,
    `errors` what becomes of bytes that it can't read, `skip` the length in bytes of what stands before the text.
    """

    encoding: str
    confidence: float
    evidence: str
    codec: str
    errors: str = "strict"
    skip: int = 0


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a dump, how it was read, and the way from its characters back to the bytes."""

    text: str
    charset: Charset
    byte_map: ByteMap

    @property
    def encoding(self) -> str:
        """The name of the encoding."""
        return self.charset.encoding

    @property
    def confidence(self) -> float:
        """How sure the encoding is, 0 to 1."""
        return self.charset.confidence

    @property
    def evidence(self) -> str:
        """What decided for the encoding, in plain words."""
        return self.charset.evidence


# For a mailbox, whose messages each state a charset of their own: a character for each byte.
BYTE_BY_BYTE: Final = Charset("latin-1", 1.0, "each message states its own", "latin-1")


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
    return read_as(settle(lambda: (data,), charset), data)


def byte_by_byte(data: bytes) -> Decoded:
    """A character for each byte: for a mailbox, whose messages each state a charset of their own.

    >>> byte_by_byte("é".encode()).text
    'Ã©'
    """
    return read_as(BYTE_BY_BYTE, data)


def read_as(charset: Charset, data: bytes) -> Decoded:
    """Decodes all bytes of a dump with a charset that was settled for it."""
    text = data[charset.skip :].decode(charset.codec, charset.errors)
    return Decoded(text, charset, ByteMap(data, charset.codec, charset.errors, charset.skip))


def settle(blocks: Blocks, stated: str | None = None) -> Charset:
    r"""Finds how a dump is to be decoded, block by block: it may be larger than memory.

    `stated` is the charset that a server stated. UTF-8 takes one reading of all blocks, other encodings a few. Raises
    `DumpError` where the dump is empty or no text.

    >>> settle(lambda: [b"d\xc3", b"\xa9j\xc3\xa0 vu"]).evidence
    'valid UTF-8'
    """
    head = _head(blocks)
    if not head:
        raise DumpError("the dump is empty: there is nothing to read")
    charset = _marked(head, blocks) or _unmarked(head, blocks, stated)
    _insist_on_text(head, charset)
    return charset


def _head(blocks: Blocks) -> bytes:
    found = b""
    for block in blocks():
        found = found + block if found else block
        if len(found) >= HEAD_BYTES:
            break
    return found


def _unmarked(head: bytes, blocks: Blocks, stated: str | None) -> Charset:
    """What the bytes themselves say where no byte order mark does."""
    may_be_utf8 = b"\x00" not in head[:DETECT_WITHIN]
    if may_be_utf8 and is_ascii(blocks):
        return _escaped(head, blocks) or Charset("ascii", 1.0, "only ASCII bytes", "utf-8")
    if may_be_utf8 and is_utf8(blocks):
        return Charset("utf-8", 0.99, "valid UTF-8", "utf-8")
    as_utf8 = read_with("utf-8", blocks) if may_be_utf8 else None
    found = _declared(head, blocks) or (_mixed(blocks) if as_utf8 else None)
    if not found and as_utf8 and _is_damaged(as_utf8, blocks):
        found = _made("utf-8", blocks, 0.9, "UTF-8 but for a few broken sequences")
    return found or _stated(stated, blocks) or _detected(head, blocks)


def _made(codec: str, blocks: Blocks, confidence: float, evidence: str, skip: int = 0) -> Charset:
    """A codec that is settled; bytes that it can't read become U+FFFD and are counted."""
    read = read_with(codec, blocks, skip)
    name = codec.replace("sloppy-windows-", "cp")
    if read.whole:
        return Charset(name, confidence, evidence, codec, skip=skip)
    evidence += f"; {read.replaced} places that it can't read are marked U+FFFD"
    return Charset(name, confidence, evidence, codec, "replace", skip)


def _marked(head: bytes, blocks: Blocks) -> Charset | None:
    for mark, codec in BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return _made(codec, blocks, 1.0, "byte order mark", len(mark))
    return None


def _escaped(head: bytes, blocks: Blocks) -> Charset | None:
    """ISO-2022 and HZ write other scripts in ASCII bytes, between sequences that a plain text seldom has in pairs."""
    opened = _count(b"~{", blocks)
    if not _count(b"\x1b$", blocks) and not (opened and opened == _count(b"~}", blocks)):
        return None
    found = chardet.detect(head, max_bytes=DETECT_WITHIN)
    codec = _codec(found["encoding"] or "", blocks) or ""
    if not codec.startswith(("iso2022", "hz")):
        return None
    charset = _made(codec, blocks, found["confidence"] or 0.0, "escape sequences, recognised by chardet")
    return charset if charset.errors == "strict" else None


def _count(pair: bytes, blocks: Blocks) -> int:
    """How often two bytes stand beside each other."""
    found, edge = 0, b""
    for block in blocks():
        found += block.count(pair) + (edge + block[:1]).count(pair)
        edge = block[-1:] or edge
    return found


def _stated(label: str | None, blocks: Blocks) -> Charset | None:
    """The charset that came with the page counts as one declared in it does: where the bytes do not contradict it."""
    codec = _codec(label, blocks) if label else None
    if codec is None or codec.startswith("utf-7"):
        return None
    charset = _made(codec, blocks, 0.9, f"stated by the server as {label}, and the bytes agree")
    return charset if charset.errors == "strict" else None


def _declared(head: bytes, blocks: Blocks) -> Charset | None:
    """A declared charset counts when it exists and the bytes do not contradict it."""
    found = DECLARED.search(head, 0, DECLARATION_WITHIN)
    if not found:
        return None
    label = (found[1] or found[2]).decode("ascii")
    codec = _codec(label, blocks)
    if codec is None or codec == "utf-7" or not _reads(codec, found[0]):
        return None
    charset = _made(codec, blocks, 0.9, f"declared as {label}, and the bytes agree")
    return charset if charset.errors == "strict" else None


def _reads(codec: str, declaration: bytes) -> bool:
    """Whether a declaration in ASCII can itself be in `codec`: this refutes UTF-16, UTF-32 and EBCDIC."""
    return declaration.decode(codec, "replace") == declaration.decode("ascii", "replace")


def _mixed(blocks: Blocks) -> Charset | None:
    """UTF-8 in some lines and a code page in others; which page it is, those lines tell where they are enough."""
    lines = lines_in(blocks())
    if not lines.mixed:
        return None
    page = "sloppy-windows-1252"
    if len(lines.sample) - len(lines.sample.translate(None, ABOVE_ASCII)) >= TELLING_BYTES:
        codec = _codec(chardet.detect(lines.sample)["encoding"] or "", lambda: (lines.sample,)) or page
        page = SUPERSETS.get(codec, codec)
        if page not in PAGES:
            return None
    name = page.replace("sloppy-windows-", "cp")
    others = lines.paged + lines.damaged
    said = f"{lines.utf8} lines with letters beyond ASCII are UTF-8, {others} are not and were read as {name}"
    return Charset(f"utf-8 and {name}", MIXED_CONFIDENCE, said, codec_beside(page))


def _is_damaged(as_utf8: Read, blocks: Blocks) -> bool:
    """UTF-8 in which a few sequences are broken (a file cut in the middle of a character, a damaged byte)."""
    in_ascii = sum(len(block.translate(None, ABOVE_ASCII)) for block in blocks())
    sound = as_utf8.length - as_utf8.replaced - in_ascii
    return sound >= SOUND_PER_BROKEN * as_utf8.replaced


def _detected(head: bytes, blocks: Blocks) -> Charset:
    found = chardet.detect(head, max_bytes=DETECT_WITHIN)
    codec = _codec(found["encoding"] or "", blocks)
    if b"\x00" in head and codec not in WIDE and (wide := wide_codec(head)) and read_with(wide, blocks).whole:
        return Charset(wide, WIDE_CONFIDENCE, f"only as {wide} are these bytes plain text", wide)
    if codec is None:
        kind = found.get("mime_type") or "application/octet-stream"
        raise DumpError(f"the bytes are no text in any known encoding (they look like {kind}); exclude this file")
    confidence = round(found["confidence"] or 0.0, 4)
    if SELDOM.match(codec) and reads_well(head[:DETECT_WITHIN].decode(MOST_USUAL)):
        said = f"chardet took the bytes for {codec}; in windows-1252, far more usual, they read as well"
        return _made(MOST_USUAL, blocks, confidence, said)
    return _made(codec, blocks, confidence, "recognised by chardet from the bytes")


def _codec(label: str, blocks: Blocks) -> str | None:
    r"""The Python codec that `label` means for these bytes; None where it means nothing here.

    >>> _codec("ISO-8859-1", lambda: [b"caf\xe9"]), _codec("ISO-8859-1", lambda: [b"\x80 5"])
    ('iso8859-1', 'sloppy-windows-1252')
    >>> _codec("klingon", list) is None, _codec("uu", lambda: [b"So it goes."]) is None
    (True, True)
    """
    try:
        name = codecs.lookup(label).name
        if name in NO_CHARSETS:
            return None
        b"ab".decode(name, "replace")  # refuses codecs that make no text; without bytes it would not look
        name = UNMARKED.get(name, name)
        read = read_with(name, blocks)
    except LookupError:
        return None
    return SUPERSETS.get(name, name) if read.controls or not read.whole else name


def _insist_on_text(head: bytes, charset: Charset) -> None:
    if charset.codec == "utf-8" and len(head.translate(None, CONTROL_BYTES)) == len(head):
        return
    text = next(iter(texts_of(charset.codec, lambda: (head, b""), charset.skip)))[1][:DETECT_WITHIN]
    controls = len(CONTROLS.findall(text))
    if controls > MOST_CONTROLS * len(text):
        raise DumpError(
            f"the bytes are no text: read as {charset.encoding}, {controls} of the first "
            f"{len(text)} characters are control characters; exclude this file"
        )
