"""Records of a web archive (WARC, WET): pages as their servers sent them, and the text that others made of pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from fastwarc.warc import ArchiveIterator, WarcRecord

from flows.containers.found import Found, Member, PassedOver, Rejected
from flows.containers.http import body_of
from flows.containers.names import UNNAMED, Names, as_text
from flows.containers.streams import KEPT, Borrowed, Budget, Part, Stream

FIRST_LINE: Final = re.compile(rb"WARC/\d\.\d+\r?\n")
# Each record ends so, the last one too; some writers leave out the carriage returns.
ENDS: Final = (b"\r\n\r\n", b"\n\n")
HOLDING: Final = frozenset({"response", "resource", "conversion"})
TEXTUAL: Final = re.compile(
    r"text/(?:html|plain|xml|markdown|csv|tab-separated-values)|application/(?:json|xml|mbox|x-ndjson|jsonl?)"
    r"|(?!image/)[\w.-]+/[\w.+-]+\+(?:xml|json)"
)
CHARSET: Final = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
MEDIA: Final = frozenset({"application", "audio", "font", "image", "text", "video"})


def is_warc(head: bytes) -> bool:
    """Whether bytes begin with the first line of a record."""
    return bool(FIRST_LINE.match(head))


def members(stream: Stream, budget: Budget) -> Iterator[Found]:
    """The records that hold text, and what the others are; last why the rest can't be read, if so (named None)."""
    names, whole = Names(), _Whole(stream)
    records = ArchiveIterator(whole, parse_http=False, auto_decode="none", stream_detect=False)
    last, said = None, None
    while not said:
        try:
            record = next(records, None)
        except (OSError, ValueError) as error:
            said = f"the records are damaged or cut off{_after(last)} ({error}); {KEPT}"
            break
        if record is None:
            said = "" if whole.last.endswith(ENDS) else f"the records are cut off{_after(last)}; {KEPT}"
            break
        found = _found(record, names, whole, budget)
        last = found if isinstance(found, Member) else last
        yield found
    if not (last and last.stream.trouble) and (said := stream.trouble or said):
        yield Rejected(None, said)


def _after(last: Member | None) -> str:
    return f" after {last.name}" if last else ""


def _found(record: WarcRecord, names: Names, whole: Stream, budget: Budget) -> Found:
    """What one record is. A body without a stated type is taken for text until it proves to be none."""
    kind = str(record.record_type).rpartition(".")[2]
    if kind not in HOLDING:
        return PassedOver(f"WARC {kind}")
    url = as_text(record.headers.get("WARC-Target-URI") or "") or None
    name = url or as_text(record.record_id or UNNAMED)
    if record.is_http:
        try:
            record.parse_http()
        except (OSError, ValueError) as error:
            return Rejected(names.given(name), f"the HTTP header of the record can't be read ({error})")
    media, charset = _type(record)
    if media and not TEXTUAL.fullmatch(media):
        main = media.partition("/")[0]
        return PassedOver(f"WARC {kind} of type {main if main in MEDIA else 'other'}")
    sent = Part(Borrowed(whole, record.reader.read, (OSError, ValueError)), record.content_length)
    body = body_of(sent, _http(record), budget)
    if not body.peek(1) and not body.trouble:
        return PassedOver(f"WARC {kind} without a body")
    return Member(names.given(name), body, url=url, charset=charset, source=_host(url))


def _type(record: WarcRecord) -> tuple[str, str | None]:
    """Media type and charset, as the server stated them or as the record does."""
    stated = _http(record).get("content-type", "") if record.is_http else record.headers.get("Content-Type") or ""
    media, _, parameters = stated.partition(";")
    charset = CHARSET.search(parameters)
    return media.strip().lower(), charset[1] if charset else None


def _http(record: WarcRecord) -> dict[str, str]:
    if not record.is_http or not record.http_headers:
        return {}
    return {name.lower(): value for name, value in record.http_headers.to_tuples()}


def _host(url: str | None) -> str | None:
    try:
        return as_text(urlsplit(url or "").hostname or "") or None
    except ValueError:
        return None


class _Whole(Stream):
    """The archive, of which the last bytes are remembered: a header that is cut off is no error to the library."""

    def __init__(self, below: Stream) -> None:
        super().__init__(below)
        self._from, self.last = below, b""

    def _pull(self, size: int) -> bytes:
        data = self._from.read(size)
        self.last = (self.last + data)[-4:]
        return data
