"""RSS and Atom feeds: the format says where each entry begins and ends, and that is followed exactly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from html.entities import html5
from typing import Final

from transforms.errors import DumpError
from transforms.records import Piece, Residue, Split
from transforms.split.feed_entry import Entry, read_entry, read_person, text_of

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
class _Outline:
    """A feed before its entries are read: its root tag and the span of every entry."""

    root: str
    name: str
    begin: int
    spans: tuple[tuple[int, int], ...]


def split_feed(source: str) -> Split:
    """Read RSS 2.0, RSS 1.0 and Atom: every entry is a piece, what the feed says of itself is residue.

    Each entry is parsed by itself, so damage in one leaves the others whole, and a feed that was cut off keeps
    what can be read. Raises DumpError where the text is no feed at all.

    >>> split = split_feed("<rss><channel><title>T</title><item><title>a &amp; b</title></item></channel></rss>")
    >>> split.pieces[0].title, split.residue[0].text
    ('a & b', 'T')
    """
    outline = _outline(source)
    close = f"</{outline.name}>"
    bounds = [outline.begin, *(edge for span in outline.spans for edge in span), len(source)]
    gaps = list(zip(bounds[::2], bounds[1::2], strict=True))
    heading = outline.root + _well(source[slice(*gaps[0])]) + close
    person = read_person(heading)
    pieces = []
    for number, (start, end) in enumerate(outline.spans, 1):
        entry = read_entry(outline.root + _well(source[start:end]) + close)
        evidence = f"feed entry {number} of {len(outline.spans)}"
        pieces.append(_piece(entry, (start, end), evidence, person))
    rows = []
    for place, (start, end) in enumerate(gaps):
        text = text_of(outline.root + _well(source[start:end]) + close)
        if text:
            rows.append(Residue(start, end, "feed" if place else "feed heading", text))
    return Split(tuple(pieces), tuple(rows))


def _outline(source: str) -> _Outline:
    """Find the root element and the entries; raise DumpError where the root is not that of a feed."""
    root = next((m for m in ROOT.finditer(source) if m["root"]), None)
    if root is None:
        raise DumpError(
            "this is not a feed: it has no element at all; RSS and Atom begin with <rss>, <rdf:RDF> or <feed>"
        )
    wanted = ROOTS.get(root["name"].lower())
    if wanted is None:
        raise DumpError(
            f"this is not a feed: its first element is <{root['root'][:40]}>, not <rss>, <rdf:RDF> or <feed>"
        )
    spans: list[tuple[int, int]] = []
    start = -1
    for match in ENTRY.finditer(source, root.end()):
        if (match["name"] or "").lower() != wanted:
            continue
        if match["end"] and start >= 0:
            spans.append((start, match.end()))
            start = -1
        elif not match["end"]:
            if start >= 0:
                spans.append((start, match.start()))
            start = match.start()
    if start >= 0:
        spans.append((start, len(source)))
    tag = root[0].rstrip(">").rstrip("/") + ">"
    return _Outline(_well(tag), root["root"], root.end(), tuple(spans))


def _well(text: str) -> str:
    """Replace what XML does not know: names of characters, a lone ampersand, control characters."""
    return REFERENCE.sub(_known, FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text))


def _known(match: re.Match[str]) -> str:
    name = match[1]
    if name and f"{name};" in html5:
        return "".join(f"&#{ord(char)};" for char in html5[f"{name};"])
    return "&amp;" + match[0][1:]


def _piece(entry: Entry, span: tuple[int, int], evidence: str, person: str | None) -> Piece:
    return Piece(
        start=span[0],
        end=span[1],
        body=entry.body,
        title=unescape(entry.title) if entry.title else None,
        author=entry.author or person,
        published_text=entry.published,
        url=entry.url,
        tags=entry.tags,
        links=entry.links,
        member=entry.member,
        boundary=(evidence,),
    )
