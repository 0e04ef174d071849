"""One mail message as a post: its headers are the fields, its readable parts the text.

The message is parsed by Python's `email` with the lenient `compat32` policy: the newer policy parses each header
by a grammar of its own, which takes many times as long and fails on some headers that only a machine would write.
"""

from __future__ import annotations

import re
from binascii import a2b_base64
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser
from itertools import chain
from typing import Final

from transforms.records import Piece
from transforms.split.fields import sound, tags_of, unix_lines
from transforms.split.mail_words import header_text, in_charset, person
from transforms.split.render import html_body

# Parts that are meant to be read where they stand; those of other types are enclosures.
PLAIN: Final = frozenset(("text/plain", "text/markdown", "text/x-markdown", "text/enriched"))
PAGE: Final = "text/html"
TAG_HEADERS: Final = ("keywords", "x-label")
# `email` reads the parameters of a header in time that grows with their square; real ones stay under a few hundred
# characters. A message with a longer one is read as plain text.
LONG_PARAMETERS: Final = re.compile(
    rb"^content-(?:type|disposition|transfer-encoding)[ \t]*+:(?:[^\n]|\n[ \t]){4000}", re.IGNORECASE | re.MULTILINE
)
# Likewise for parts inside parts: each level costs as much for every line. Real messages have a few, and digests
# of a list up to a hundred.
MOST_LEVELS: Final = 200
LEVEL: Final = re.compile(rb"^content-type[ \t]*+:\s*+(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
NO_BASE64: Final = re.compile("[^A-Za-z0-9+/]")
BLANK_LINE: Final = re.compile(rb"\r?\n\r?\n|\A\r?\n")


@dataclass(frozen=True, slots=True)
class _Content:
    """The readable text of a part; `plain` where it was written as such."""

    text: str
    links: tuple[str, ...] = ()
    plain: bool = True


def piece_of_message(data: bytes, span: tuple[int, int], number: int, evidence: str) -> Piece:
    r"""Read a message; whatever is wrong with it, what can be read is kept.

    >>> source = b"From: Ana <a@x.example>\nSubject: Weir\nDate: Thu, 5 Mar 2015 10:00:00 +0000\n\nHigh water.\n"
    >>> piece = piece_of_message(source, (0, len(source)), 1, "message 1 of the mailbox")
    >>> piece.author, piece.title, piece.body, piece.member
    ('Ana', 'Weir', 'High water.', '1')
    """
    message = _parsed(data)
    headers: dict[str, str] = {}
    for name, value in message.raw_items():
        headers.setdefault(name.lower(), str(value))
    content = _joined(list(_contents(message)))
    tags = (tags_of(header_text(headers.get(name, ""))) for name in TAG_HEADERS)
    return Piece(
        start=span[0],
        end=span[1],
        body=sound(content.text),
        title=_field(headers, "subject"),
        author=person(headers.get("from", "")) or person(headers.get("sender", "")),
        published_text=_field(headers, "date"),
        tags=tuple(dict.fromkeys(chain.from_iterable(tags))),
        links=content.links,
        member=_field(headers, "message-id") or str(number),
        boundary=(evidence,),
    )


def _parsed(data: bytes) -> Message:
    """Parse a message; one that is built to be slow is cut into headers and plain text."""
    if not LONG_PARAMETERS.search(data) and len(LEVEL.findall(data)) <= MOST_LEVELS:
        return message_from_bytes(data)
    blank = BLANK_LINE.search(data)
    head, body = (data[: blank.start()], data[blank.end() :]) if blank else (data, b"")
    message = BytesHeaderParser().parsebytes(head)
    for name in ("content-type", "content-disposition", "content-transfer-encoding"):
        del message[name]
    message.set_payload(body.decode("ascii", "surrogateescape"))
    return message


def _field(headers: dict[str, str], name: str) -> str | None:
    return sound(header_text(headers.get(name, ""))) or None


def _contents(part: Message) -> Iterator[_Content]:
    """Give the readable texts of a part; of alternatives the one that was written as plain text, else the first."""
    if part.get_content_disposition() == "attachment" or part.get_filename():
        return
    if part.is_multipart():
        inner = [list(_contents(child)) for child in part.get_payload() if isinstance(child, Message)]
        if part.get_content_subtype() == "alternative":
            choices = [content for child in inner if (content := _joined(child)).text]
            yield from sorted(choices, key=lambda content: not content.plain)[:1]
        else:
            yield from chain.from_iterable(inner)
    elif part.get_content_type() in PLAIN or part.get_content_type() == PAGE:
        yield _content(part)


def _content(part: Message) -> _Content:
    """Decode a part that holds text: first its transfer encoding, then its charset."""
    text = unix_lines(in_charset(_bytes(part), part.get_content_charset("us-ascii")))
    if part.get_content_type() == PAGE:
        body, links = html_body(text)
        return _Content(body, links, plain=False)
    return _Content("\n".join(line.rstrip() for line in text.split("\n")).strip("\n"))


def _bytes(part: Message) -> bytes:
    """Undo the transfer encoding; base64 that was cut off is read up to its last whole byte."""
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    if str(part.get("content-transfer-encoding", "")).strip().lower() != "base64":
        return data
    written = str(part.get_payload())
    code = NO_BASE64.sub("", written)
    return a2b_base64(code[:-1]) if len(code) % 4 == 1 and "=" not in written else data


def _joined(contents: list[_Content]) -> _Content:
    texts = "\n\n".join(content.text for content in contents if content.text)
    links = tuple(dict.fromkeys(chain.from_iterable(content.links for content in contents)))
    return _Content(texts, links, all(content.plain for content in contents))
