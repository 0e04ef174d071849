"""The body of an HTTP message as the page that it is: chunks joined, compression undone.

Archives often hold the page itself under headers that speak of what was sent, so a header is believed only where the
bytes agree.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from flows.containers.packed import MAGIC, unpacked
from flows.containers.streams import BrokenError, Budget, Stream

CHUNK: Final = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\n]{0,200})?\r?\n")
LONGEST_LINE: Final = 256
LINE_END: Final = (b"\r\n", b"\n")
# No server packs a page more often.
MOST_CODINGS: Final = 4
READABLE: Final = re.compile(rb"[\t\n\r\x20-\x7e]{16}")


def body_of(sent: Stream, headers: Mapping[str, str], budget: Budget) -> Stream:
    """The page behind a body as it was `sent`; names of headers are in lower case."""
    body = sent
    if "chunked" in headers.get("transfer-encoding", "").lower() and CHUNK.match(body.peek(LONGEST_LINE)):
        body = Joined(body)
    codings = [name.strip().lower() for name in headers.get("content-encoding", "").split(",")]
    for coding in codings[::-1][:MOST_CODINGS]:
        codec = _codec(coding, body.peek(16))
        body = unpacked(codec, body, budget) if codec else body
    return body


def _codec(coding: str, head: bytes) -> str | None:
    r"""How the bytes are packed, where they agree with what the header says.

    >>> _codec("gzip", b"\x1f\x8b\x08\0"), _codec("gzip", b"<html>"), _codec("deflate", b"\x78\x9c"), _codec("pie", b"")
    ('gzip', None, 'zlib', None)
    """
    if coding in {"gzip", "x-gzip"}:
        return "gzip" if head.startswith(MAGIC["gzip"]) else None
    if coding == "zstd":
        return "zstandard" if head.startswith(MAGIC["zstandard"]) else None
    if coding not in {"deflate", "br"} or not head or READABLE.match(head):
        return None
    if coding == "br":
        return "brotli"
    return "zlib" if head[0] & 15 == 8 and int.from_bytes(head[:2], "big") % 31 == 0 else "deflate"


class Joined(Stream):
    """The chunks of a body, one after the other."""

    def __init__(self, below: Stream) -> None:
        super().__init__(below)
        self._from, self._left, self._ended = below, 0, False

    def _pull(self, size: int) -> bytes:
        if not self._left and not self._ended:
            self._next()
        if self._ended:
            return b""
        data = self._from.read(min(size, self._left))
        if not data:
            raise BrokenError("the body of the page is cut off; get the file anew")
        self._left -= len(data)
        if not self._left:
            end = self._from.peek(2)
            self._from.skip(next((len(mark) for mark in LINE_END if end.startswith(mark)), 0))
        return data

    def _next(self) -> None:
        line = self._from.peek(LONGEST_LINE)
        found = CHUNK.match(line)
        if not found:
            what = "damaged" if line else "cut off"
            raise BrokenError(f"the body of the page is {what}: no size of a chunk stands where one should")
        self._from.skip(found.end())
        self._left = int(found[1], 16)
        self._ended = not self._left
