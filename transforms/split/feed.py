"""RSS and Atom feeds: the format says where each entry begins and ends, and that is followed exactly."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import unescape
from html.entities import html5
from typing import Final

from transforms.errors import DumpError
from transforms.records import Piece, Residue, Split
from transforms.split.feed_entry import read_entry, read_person, text_of
from transforms.split.parts import NOTHING, Taken, whole

# Comments and CDATA are passed over whole; one that never ends runs to the end of the feed.
PASSED: Final = r"<!--(?s:.*?)(?:-->|\Z)|<!\[CDATA\[(?s:.*?)(?:\]\]>|\Z)|<\?[^>]*+>?"
ROOT: Final = re.compile(
    rf"{PASSED}|<!(?:[^>\[]++|\[[^\]]*+(?:\]|\Z))*+>?|<(?P<root>(?:[\w.-]++:)?(?P<name>[\w.-]++))[^>]*+>"
)
ENTRY: Final = re.compile(rf"{PASSED}|<(?P<end>/?)(?:[\w.-]++:)?(?P<name>item|entry)(?=[\s/>])[^>]*+>", re.IGNORECASE)
ROOTS: Final = {"rss": "item", "rdf": "item", "channel": "item", "feed": "entry"}
# XML knows five names of characters; feeds use those of HTML. A name that nobody knows stays as it is written, so
# that definitions inside the feed are never followed: nothing in it can grow.
REFERENCE: Final = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);|#\d{1,7};|#[xX][0-9A-Fa-f]{1,6};)(?:(\w{2,31});)?")
# Characters that XML does not allow.
FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Frame:
    """What a feed has around its entries: its root tag, that tag's name, the name of an entry, its author."""

    tag: str
    name: str
    entry: str
    person: str | None = None

    def around(self, source: str) -> str:
        """Put the root element around a part of the feed, so that a parser knows its names."""
        return f"{self.tag}{_well(source)}</{self.name}>"


def split_feed(source: str) -> Split:
    """Read RSS 2.0, RSS 1.0 and Atom: every entry is a piece, what the feed says of itself is residue.

    Each entry is parsed by itself, so damage in one leaves the others whole, and a feed that was cut off keeps
    what can be read. Raises DumpError where the text is no feed at all.

    >>> split = split_feed("<rss><channel><title>T</title><item><title>a &amp; b</title></item></channel></rss>")
    >>> split.pieces[0].title, split.residue[0].text
    ('a & b', 'T')
    """
    return whole(Feed(), source)


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed, somewhere in the middle: `number` entries were read; `frame` is None before the first of them."""

    frame: Frame | None = None
    number: int = 0

    def take(self, text: str, *, last: bool) -> Taken:
        """Reads on, up to the end of an entry. What precedes the first entry is needed as a whole."""
        frame, begin = (self.frame, 0) if self.frame else _root(text, last=last)
        spans = _spans(text, begin, frame.entry, last=last) if frame else []
        if frame is None or (not spans and not last):
            return Taken(NOTHING, 0, self)
        end = len(text) if last else spans[-1][1]
        bounds = [begin, *(edge for span in spans for edge in span), *([end] if last else [])]
        gaps = list(zip(bounds[::2], bounds[1::2], strict=False))
        if self.frame is None:
            frame = replace(frame, person=read_person(frame.around(text[slice(*gaps[0])])))
        pieces = [_piece(frame, text, span, number) for number, span in enumerate(spans, self.number + 1)]
        residue = []
        for place, (start, stop) in enumerate(gaps, self.number):
            said = text_of(frame.around(text[start:stop]))
            if said:
                residue.append(Residue(start, stop, "feed" if place else "feed heading", said))
        return Taken(Split(tuple(pieces), tuple(residue)), end, Feed(frame, self.number + len(spans)))


def _root(source: str, *, last: bool) -> tuple[Frame | None, int]:
    """Find the root element and its end; raise DumpError where it is not that of a feed."""
    root = next((m for m in ROOT.finditer(source) if m["root"]), None)
    if root is None:
        if not last:
            return None, 0
        raise DumpError(
            "this is not a feed: it has no element at all; RSS and Atom begin with <rss>, <rdf:RDF> or <feed>"
        )
    wanted = ROOTS.get(root["name"].lower())
    if wanted is None:
        raise DumpError(
            f"this is not a feed: its first element is <{root['root'][:40]}>, not <rss>, <rdf:RDF> or <feed>"
        )
    tag = root[0].rstrip(">").rstrip("/") + ">"
    return Frame(_well(tag), root["root"], wanted), root.end()


def _spans(source: str, begin: int, wanted: str, *, last: bool) -> list[tuple[int, int]]:
    """Find the entries; one without an end tag ends where the next begins, or with the last of the feed."""
    spans: list[tuple[int, int]] = []
    start = -1
    for match in ENTRY.finditer(source, begin):
        if (match["name"] or "").lower() != wanted:
            continue
        if match["end"] and start >= 0:
            spans.append((start, match.end()))
            start = -1
        elif not match["end"]:
            if start >= 0:
                spans.append((start, match.start()))
            start = match.start()
    if start >= 0 and last:
        spans.append((start, len(source)))
    return spans


def _well(text: str) -> str:
    """Replace what XML does not know: names of characters, a lone ampersand, control characters."""
    return REFERENCE.sub(_known, FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text))


def _known(match: re.Match[str]) -> str:
    name = match[1]
    if name and f"{name};" in html5:
        return "".join(f"&#{ord(char)};" for char in html5[f"{name};"])
    return "&amp;" + match[0][1:]


def _piece(frame: Frame, text: str, span: tuple[int, int], number: int) -> Piece:
    entry = read_entry(frame.around(text[slice(*span)]))
    return Piece(
        start=span[0],
        end=span[1],
        body=entry.body,
        title=unescape(entry.title) if entry.title else None,
        author=entry.author or frame.person,
        published_text=entry.published,
        url=entry.url,
        tags=entry.tags,
        links=entry.links,
        member=entry.member,
        boundary=(f"feed entry {number}",),
    )
