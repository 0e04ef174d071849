"""Mailboxes and single messages: every message is a post.

Each message has a charset of its own, so a mailbox is split as bytes. Its text is the bytes read as Latin 1, in
which a character is a byte: offsets in one are offsets in the other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from transforms.errors import DumpError
from transforms.records import Residue, Split
from transforms.split.mail_message import piece_of_message
from transforms.split.parts import NOTHING, Taken, whole

DAY: Final = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
MONTH: Final = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
# "From ana@weir.example Thu Mar  5 10:00:00 2015": the sender and the moment, in English whoever wrote it; some
# archives write "ana at weir.example", some put the zone before the year.
SEPARATOR: Final = (
    rf"From (?:[^\s@]{{1,200}} at )?[^\s]{{1,400}} {{1,8}}{DAY},? {{1,2}}"
    rf"(?:{MONTH} {{1,2}}\d{{1,2}}|\d{{1,2}} {MONTH}) "
    r"[^\r\n]{0,20}?\d{1,2}:\d\d[^\r\n]{0,40}"
)
FIELD: Final = r"[!-9;-~]{1,100}[ \t]*:"
# After a separator comes a header, or nothing.
SEPARATOR_AND_FIELD: Final = rf"{SEPARATOR}(?:\r?\n(?=>?{FIELD}|>?From )|\r?\n?\Z)"
MESSAGE: Final = re.compile(
    rf"(?:\A(?:\xef\xbb\xbf)?\s*+|(?<=\n\n)|(?<=\n\r\n)){SEPARATOR_AND_FIELD}".encode("latin-1")
)
FIRST_MESSAGE: Final = re.compile(rf"\s*+{SEPARATOR_AND_FIELD}")
# What a mailbox writes before a line of a message that begins like a separator.
QUOTED_FROM: Final = re.compile(rb"^>(>*+From )", re.MULTILINE)
BLANK_LINE: Final = re.compile(rb"\r?\n\r?\n")
HEADERS: Final = re.compile(rf"\ufeff?(?:{FIELD}[^\r\n]*+(?:\r?\n[ \t][^\r\n]*+)*+(?:\r?\n|\Z))++")
NAME: Final = re.compile(r"^([!-9;-~]{1,100})[ \t]*:(.*)", re.MULTILINE)
MAIL_DATE: Final = re.compile(rf"\d{{1,2}}[ -]{MONTH}[ -]\d{{2,4}}\s+\d{{1,2}}:\d\d", re.IGNORECASE)
LEAST_HEADERS: Final = 3


def split_mailbox(data: bytes) -> tuple[str, Split]:
    r"""Read a mailbox, or one message: the text that all offsets are in, and a piece for every message.

    What stands before the first message of a mailbox is residue. Raises DumpError where there is no message.

    >>> text, split = split_mailbox(
    ...     b"From ana@x.example Thu Mar  5 10:00:00 2015\nSubject: =?utf-8?q?=C3=A9t=C3=A9?=\n\n>From here on\n\n"
    ...     b"From rui@x.example Thu Mar  5 11:00:00 2015\nSubject: b\n\nTwo.\n")
    >>> [(piece.title, piece.body) for piece in split.pieces]
    [('été', 'From here on'), ('b', 'Two.')]
    """
    text = data.decode("latin-1")
    return text, whole(Mailbox(), text)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox in Latin 1, somewhere in the middle: `number` messages were read."""

    number: int = 0

    def take(self, text: str, *, last: bool) -> Taken:
        """Reads on, up to the line that separates the last message from the one before."""
        data = text.encode("latin-1")
        if not self.number and is_message(text):
            return self._single(data) if last else Taken(NOTHING, 0, self)
        # Behind a separator at the very end may come something that makes it a line of the message.
        starts = [match.span() for match in MESSAGE.finditer(data) if last or match.end() < len(data)]
        if last:
            starts.append((len(data), len(data)))
            self._insist(starts)
        pieces = []
        for number, ((start, begin), (end, _)) in enumerate(pairwise(starts), self.number + 1):
            span = (start, start + len(data[start:end].rstrip()))
            evidence = f"message {number} of the mailbox"
            pieces.append(piece_of_message(_unquoted(data[begin:end]), span, number, evidence))
        if not pieces and not last:
            return Taken(NOTHING, 0, self)
        split = Split(tuple(pieces), self._before(text[: starts[0][0]]))
        return Taken(split, starts[-1][0], Mailbox(self.number + len(pieces)))

    def _single(self, data: bytes) -> Taken:
        piece = piece_of_message(data, (0, len(data.rstrip())), 1, "the only message of the file")
        return Taken(Split((piece,), ()), len(data), Mailbox(1))

    def _insist(self, starts: Sequence[tuple[int, int]]) -> None:
        if not self.number and len(starts) == 1:
            raise DumpError(
                "there is no message in this mailbox: it has no line such as 'From name@host Thu Mar 5 ...'"
            )

    def _before(self, text: str) -> tuple[Residue, ...]:
        """What stands before the first message, or behind a message that was too long to be read at once."""
        kind = "rest of a message" if self.number else "before the first message"
        return (Residue(0, len(text), kind, text.strip()),) if text.strip() else ()


def _unquoted(message: bytes) -> bytes:
    """Take back what the mailbox did to lines of the text that begin with "From "."""
    blank = BLANK_LINE.search(message)
    if not blank:
        return message
    return message[: blank.end()] + QUOTED_FROM.sub(rb"\1", message[blank.end() :])


def is_mailbox(text: str) -> bool:
    r"""Say whether a text begins as a mailbox or a message does.

    >>> is_mailbox("From ana@x.example Thu Mar  5 10:00:00 2015\nSubject: a\n\nb")
    True
    >>> is_mailbox("From here on Thursday at 10:00 all was well in 2015.\nSo: go")
    False

    What begins as JSON or markup is none, whatever its first lines look like:

    >>> is_mailbox('{"a": 1, "b":\nFrom: ana@x.example\nDate: Thu, 5 Mar 2015 10:00:00 +0000\nSubject: a\n\nb')
    False
    """
    if text.startswith(("{", "[", "<")):
        return False
    return FIRST_MESSAGE.match(text) is not None or is_message(text)


def is_message(text: str) -> bool:
    r"""Say whether a text begins with the headers of a message: an address as sender, a date as mail has it, a third.

    >>> is_message("From: a@x.example\nDate: Thu, 5 Mar 2015 10:00:00 +0000\nSubject: a\n\nb")
    True
    >>> is_message("Title: a\nDate: 2015-03-05\nAuthor: Ana\n\nA page of notes.")
    False
    """
    headers = HEADERS.match(text)
    if not headers:
        return False
    said = {name.lower(): value for name, value in NAME.findall(headers[0])}
    sender, date = said.get("from", ""), said.get("date", "")
    return len(said) >= LEAST_HEADERS and ("@" in sender or " at " in sender) and bool(MAIL_DATE.search(date))
