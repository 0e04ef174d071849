"""JSON Feed: the format says where each entry begins and ends, and that is followed exactly."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from transforms.errors import DumpError
from transforms.records import Piece, Residue, Split
from transforms.split.fields import SPACE, scalar, sound, tags_of, unix_lines
from transforms.split.json_spans import Value, elements_in, members
from transforms.split.parts import NOTHING, Taken, whole
from transforms.split.render import html_body

# In a string the quotes would be escaped, so this is a field; slashes may be escaped.
VERSION: Final = re.compile(
    r'(?<!\\)"version"\s*+:\s*+"https?:\\?/\\?/(?:www\.)?jsonfeed\.org\\?/version', re.IGNORECASE
)
ITEMS: Final = re.compile(r'(?<!\\)"items"\s*+:\s*+\[')
ITEMS_NAMED: Final = re.compile(r'(?:(?<![\s,])[\s,]++)?"items"\s*+:\s*+\[?\Z')
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
    return whole(JsonFeed(), source)


@dataclass(frozen=True, slots=True)
class JsonFeed:
    """A JSON Feed, somewhere in the middle: `number` items were read.

    `inside` says whether the next stands in the array of items (None before the first), `sound` whether all before it
    did parse. `author` is what the feed states before its items.
    """

    inside: bool | None = None
    number: int = 0
    sound: bool = True
    author: str | None = None

    def take(self, text: str, *, last: bool) -> Taken:
        """Reads on, up to the end of an item. What precedes the first and follows the last is needed as a whole."""
        if self.inside is None:
            return self._heading(text, last=last)
        if self.inside:
            return self.items(text, 0, last=last)
        return Taken(_ending(text, 0), len(text), self) if last else Taken(NOTHING, 0, self)

    def _heading(self, text: str, *, last: bool) -> Taken:
        outline = _outline(text, last=last)
        if outline is None or (outline.items is None and not last):
            return Taken(NOTHING, 0, self)
        if outline.items is None and not outline.members:
            raise DumpError("this is not a JSON Feed: it has neither fields nor items")
        named = dict(outline.members)
        author = next((name for key in AUTHORS if key in named and (name := scalar(named[key].value))), None)
        residue = (*_stated("feed heading", outline.members), *_unread(text, outline.end, outline.items))
        if outline.items is None:
            return Taken(Split((), residue), len(text), self)
        found = replace(self, inside=True, author=author).items(text, outline.items, last=last)
        return replace(found, split=Split(found.split.pieces, (*residue, *found.split.residue)))

    def items(self, text: str, at: int, *, last: bool) -> Taken:
        """Reads on in the array of items, from an offset."""
        found = elements_in(text, at, sound=self.sound, last=last)
        pieces: list[Piece] = []
        residue: list[Residue] = []
        for number, item in enumerate(found.values, self.number + 1):
            if isinstance(item.value, dict):
                pieces.append(_piece(item.value, (item.start, item.end), f"feed entry {number}", self.author))
            else:
                residue.append(Residue(item.start, item.end, BROKEN, sound(text[item.start : item.end])))
        used = found.end + found.closed
        then = replace(self, inside=not found.closed, number=self.number + len(found.values), sound=found.sound)
        if last:
            residue += _ending(text, used).residue
            used = len(text)
        return Taken(Split(tuple(pieces), tuple(residue)), used, then)


@dataclass(frozen=True, slots=True)
class _Outline:
    """The beginning of a feed: its fields, where reading them stopped, where its items begin (None: not found)."""

    members: tuple[tuple[str, Value], ...]
    end: int
    items: int | None


def _outline(source: str, *, last: bool) -> _Outline | None:
    begin = len(source) - len(source.lstrip(SPACE))
    if begin == len(source) and not last:
        return None
    if not source.startswith("{", begin):
        raise DumpError("this is not a JSON Feed: it begins with no object")
    found = list(members(source, begin + 1, until="items"))
    end = found[-1][1].end if found else begin + 1
    if found and found[-1][0] == "items" and source.startswith("[", end):
        return _Outline(tuple(found[:-1]), end, end + 1)
    lost = ITEMS.search(source, end)  # something broken stands before them
    return _Outline(tuple(found), end, lost.end() if lost else None)


def _ending(source: str, at: int) -> Split:
    """Give what a feed says of itself behind its items."""
    found = list(members(source, at))
    end = found[-1][1].end if found else at
    return Split((), (*_stated("feed", found), *_unread(source, end, None)))


def _stated(kind: str, fields: Sequence[tuple[str, Value]]) -> list[Residue]:
    said = [(value, text) for _, value in fields if (text := scalar(value.value))]
    return [Residue(said[0][0].start, said[-1][0].end, kind, "\n".join(text for _, text in said))] if said else []


def _unread(source: str, start: int, stop: int | None) -> list[Residue]:
    """Give what could not be read, if that is more than brackets and the name of the items."""
    rest = source[start:stop]
    if stop is not None:
        rest = ITEMS_NAMED.sub("", rest)
    text = rest.strip(CLOSING + "[")
    at = start + rest.index(text[0]) if text else start
    return [Residue(at, at + len(text), BROKEN, sound(text))] if text else []


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
