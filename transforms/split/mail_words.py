"""The words of a mail header: encoded words, raw bytes, names and addresses."""

from __future__ import annotations

import binascii
import codecs
import re
from collections.abc import Iterator
from email.utils import parseaddr
from typing import Final

from transforms.decode import NO_CHARSETS, decode
from transforms.errors import DumpError

# One encoded word, and the white space to the next, which does not count.
WORD: Final = re.compile(
    r"=\?(?P<charset>[^?\s]{1,60})\?(?P<how>[bq])\?(?P<code>[^?\r\n]*+)\?="
    r"(?:\s++(?==\?[^?\s]{1,60}\?[bq]\?))?",
    re.IGNORECASE,
)
# Control characters of Latin 1 in a text mean that its charset is not the one it states.
CONTROLS: Final = re.compile(r"[\x80-\x9f]")
# A name and an address are far shorter (in characters); parsing more of a header would only cost time.
LONGEST_ADDRESS: Final = 2000


def header_text(raw: str) -> str:
    r"""Give a header as a reader sees it, in one line.

    >>> header_text("=?utf-8?q?Caf=C3?= =?utf-8?b?qSDi?=\n =?utf-8?b?gqw=?= at noon")
    'Café € at noon'
    >>> header_text("=?klingon?q?a?= =?broken")
    'a =?broken'
    """
    parts, at = [], 0
    for start, end, text in _encoded(raw):
        parts += [raw_text(raw[at:start]), text]
        at = end
    return " ".join("".join([*parts, raw_text(raw[at:])]).split())


def raw_text(raw: str) -> str:
    """Decode what stands in a header as bytes that are no ASCII, against the rules but often."""
    try:
        return raw if raw.isascii() else in_charset(raw.encode("ascii", "surrogateescape"), "utf-8")
    except UnicodeEncodeError:
        return raw


def _encoded(raw: str) -> Iterator[tuple[int, int, str]]:
    """Give the spans of encoded words with their text; neighbours in one charset may share a character."""
    start, end, charset, data = 0, 0, "", b""
    for word in WORD.finditer(raw):
        if data and (word.start() != end or word["charset"].lower() != charset):
            yield start, end, in_charset(data, charset)
            data = b""
        start = start if data else word.start()
        end, charset = word.end(), word["charset"].lower()
        data += _bytes(word)
    if end > start:
        yield start, end, in_charset(data, charset)


def _bytes(word: re.Match[str]) -> bytes:
    """Decode one word; what is no base64 stays as it is written."""
    code = word["code"].encode("ascii", "surrogateescape")
    if word["how"] in "qQ":
        return binascii.a2b_qp(code, header=True)
    try:
        return binascii.a2b_base64(code + b"===")
    except ValueError:
        return code


def in_charset(data: bytes, charset: str) -> str:
    r"""Decode bytes in the charset that they state; where that is unknown or false, the bytes decide.

    >>> in_charset(b"caf\xe9", "iso-8859-1"), in_charset("café".encode(), "us-ascii")
    ('café', 'café')
    >>> in_charset(b"He said \x93so be it\x94.", "iso-8859-1")
    'He said “so be it”.'
    """
    try:
        name = codecs.lookup(charset).name
        text = data.decode(name) if name not in NO_CHARSETS else None
    except (LookupError, ValueError):
        text = None
    if text is not None and not (CONTROLS.search(text) and len(text) == len(data)):
        return text
    try:
        return decode(data).text if data else ""
    except DumpError:
        return data.decode("utf-8", "replace")


def person(raw: str) -> str | None:
    """Give the display name of the first address of a header, or the address where it has none.

    >>> person("=?utf-8?q?Zo=C3=A9?= Hale <zoe@weir.example>"), person("rui@weir.example"), person("")
    ('Zoé Hale', 'rui@weir.example', None)
    """
    short = raw[:LONGEST_ADDRESS]
    try:
        name, address = parseaddr(short)
    except RecursionError:  # comments inside comments inside comments
        name, address = "", ""
    return header_text(name) or header_text(address) or header_text(short) or None
