"""JSON Feed: the format says where each entry begins and ends, and that is followed exactly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from transforms.errors import DumpError
from transforms.records import Piece, Residue, Split
from transforms.split.fields import SPACE, scalar, sound, tags_of, unix_lines
from transforms.split.json_spans import Value, elements, members
from transforms.split.render import html_body

# In a string the quotes would be escaped, so this is a field; slashes may be escaped.
VERSION: Final = re.compile(
    r'(?<!\\)"version"\s*+:\s*+"https?:\\?/\\?/(?:www\.)?jsonfeed\.org\\?/version', re.IGNORECASE
)
ITEMS: Final = re.compile(r'(?<!\\)"items"\s*+:\s*+\[')
AUTHORS: Final = ("authors", "author")
BROKEN: Final = "broken entry"
# What may stand behind the last value that was read.
CLOSING: Final = SPACE + "},]"
Item = Mapping[str, object]


def is_json_feed(text: str) -> bool:
    """Say whether a text is a JSON Feed: an object that states so as its version.

    >>> is_json_feed('{"version": "https://jsonfeed.org/version/1.1", "items": []}'), is_json_feed('{"version": 1}')
    (True, False)
    """
    if "jsonfeed.org" not in text or not text.lstrip(SPACE).startswith("{"):
        return False
    return VERSION.search(text) is not None


def split_json_feed(source: str) -> Split:
    """Read a JSON Feed: every item is a piece, what the feed says of itself is residue.

    Each item is parsed by itself, so a feed that was cut off or is damaged keeps what can be read; an item that
    can't be parsed is residue. Raises DumpError where the text is no feed.

    >>> split = split_json_feed('{"title": "T", "items": [{"id": 1, "content_html": "<p>a &amp; b"}, {"id": 2, "con')
    >>> split.pieces[0].body, [(row.kind, row.text) for row in split.residue]
    ('a & b', [('feed heading', 'T'), ('broken entry', '{"id": 2, "con')])
    """
    begin = len(source) - len(source.lstrip(SPACE))
    if not source.startswith("{", begin):
        raise DumpError("this is not a JSON Feed: it begins with no object")
    outline = _outline(source, begin)
    heading = dict(outline.heading)
    author = next((name for key in AUTHORS if key in heading and (name := scalar(heading[key].value))), None)
    pieces: list[Piece] = []
    residue = _stated(source, outline)
    for number, item in enumerate(outline.items, 1):
        if isinstance(item.value, dict):
            evidence = f"feed entry {number} of {len(outline.items)}"
            pieces.append(_piece(item.value, (item.start, item.end), evidence, author))
        else:
            residue.append(Residue(item.start, item.end, BROKEN, sound(source[item.start : item.end])))
    return Split(tuple(pieces), tuple(sorted(residue, key=lambda row: row.start)))


@dataclass(frozen=True, slots=True)
class _Outline:
    """A feed before its items are read: what it says of itself, its items, and where reading stopped."""

    heading: tuple[tuple[str, Value], ...]
    items: tuple[Value, ...]
    end: int


def _outline(source: str, begin: int) -> _Outline:
    heading: list[tuple[str, Value]] = []
    items: list[Value] = []
    end = begin + 1
    for key, value in members(source, begin):
        if key == "items" and source.startswith("[", value.start):
            items += elements(source, value.start)
        else:
            heading.append((key, value))
        end = value.end
    if not items and (lost := ITEMS.search(source, end)):  # something broken stands before them
        items += elements(source, lost.end() - 1)
        end = items[-1].end if items else lost.end()
    if not items and not heading:
        raise DumpError("this is not a JSON Feed: it has neither fields nor items")
    return _Outline(tuple(heading), tuple(items), end)


def _stated(source: str, outline: _Outline) -> list[Residue]:
    """Give what a feed says of itself before and after its items, and what could not be read."""
    first = outline.items[0].start if outline.items else len(source)
    said = [(value, text) for _, value in outline.heading if (text := scalar(value.value))]
    rows = []
    for kind, before in (("feed heading", True), ("feed", False)):
        part = [(value, text) for value, text in said if (value.start < first) == before]
        if part:
            rows.append(Residue(part[0][0].start, part[-1][0].end, kind, "\n".join(text for _, text in part)))
    rest = source[outline.end :]
    if rest.strip(CLOSING):
        start = outline.end + len(rest) - len(rest.lstrip())
        rows.append(Residue(start, len(source), BROKEN, sound(source[start:])))
    return rows


def _piece(item: Item, span: tuple[int, int], evidence: str, author: str | None) -> Piece:
    body, links = _content(item)
    return Piece(
        start=span[0],
        end=span[1],
        body=body,
        title=scalar(item.get("title")),
        author=_first(item, *AUTHORS) or author,
        published_text=_first(item, "date_published", "date_modified"),
        url=_first(item, "url", "external_url"),
        tags=tags_of(item.get("tags")),
        links=links,
        member=_first(item, "id", "url"),
        boundary=(evidence,),
    )


def _content(item: Item) -> tuple[str, tuple[str, ...]]:
    """Read the text of an item: its HTML where it has some, else its plain text, else its summary."""
    page = item.get("content_html")
    if isinstance(page, str) and page.strip():
        return html_body(unix_lines(sound(page)))
    texts = (item.get("content_text"), item.get("summary"))
    plain = next((text for text in texts if isinstance(text, str) and text.strip()), "")
    return unix_lines(sound(plain)), ()


def _first(item: Item, *keys: str) -> str | None:
    return next((found for key in keys if (found := scalar(item.get(key)))), None)
