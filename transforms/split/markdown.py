r"""Markdown with front matter, as the generators of static sites write it: one post, or several one after another.

A post begins with a block of simple `key: value` lines between two lines of three dashes, which states its title,
its date, its tags. Headings never start a post here, whether they stand in fenced code or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from transforms.errors import DumpError
from transforms.records import Piece, Residue, Split
from transforms.split.fields import (
    DEFAULT_NAMES,
    SPACE,
    FieldNames,
    columns_of,
    date_of,
    scalar,
    sound,
    tags_of,
    unix_lines,
)
from transforms.split.parts import NOTHING, Taken, whole

# A line of a block: a key with its value, an element of a list, or what is indented below; comments and blanks.
KEY: Final = r"[A-Za-z_][\w.-]{0,60}[ \t]*+:(?=[ \t\r\n])[^\n]*+\n"
MORE: Final = r"(?:[ \t][^\n]*+|-[ \t][^\n]*+|\#[^\n]*+|\r?)\n"
# A block ends within this many lines: real ones have a dozen.
MOST_LINES: Final = 400
BLOCK: Final = re.compile(
    rf"^---[ \t]*+\r?\n(?P<said>(?:{MORE})?{KEY}(?:{KEY}|{MORE}){{0,{MOST_LINES}}}+)(?:---|\.\.\.)[ \t]*+(?:\r?\n|\Z)",
    re.MULTILINE,
)
FENCE: Final = re.compile(r"^ {0,3}(?P<mark>`{3,}|~{3,})(?P<rest>[^\n]*+)$", re.MULTILINE)
# What a post is expected to state: with one of these a first block is front matter, and a later one opens a post.
TELLING: Final = frozenset(("title", "date", "published", "pubdate", "created", "layout", "slug", "permalink"))
OPENING: Final = re.compile(r"\s*+(?=---[ \t]*+\r?\n)")
SETTING: Final = re.compile(r"(?P<key>[A-Za-z_][\w.-]*+)[ \t]*+:[ \t]*+(?P<value>.*)")
ELEMENT: Final = re.compile(r"[ \t]*+-[ \t]++(?P<value>.*)")
HEADING: Final = re.compile(
    r"\s*+(?:\#[ \t]++(?P<atx>[^\n]*[^\n#\s])[ \t#]*+|(?P<setext>[^\s#>*+-][^\n]*+)\n=++[ \t]*+)(?:\n|\Z)"
)
QUOTED: Final = re.compile(
    r"""(?:'(?P<single>[^']*+(?:''[^']*+)*+)'|"(?P<double>(?:[^"\\]++|\\.)*+)")(?:\s*+(?:\#.*)?)"""
)
ESCAPED: Final = re.compile(r'\\(["\\/])')
COMMENT: Final = re.compile(r"(?:^|\s)#.*")


def is_markdown(text: str) -> bool:
    r"""Say whether a text begins with front matter that states a title, a date or the like.

    >>> is_markdown("---\ntitle: Weir\n---\nHigh water."), is_markdown("---\nHigh water: none.\n---\n")
    (True, False)
    """
    opening = OPENING.match(text)
    block = BLOCK.match(text, opening.end()) if opening else None
    return block is not None and _tells(block)


def split_markdown(source: str, fields: FieldNames = DEFAULT_NAMES) -> Split:
    r"""Read posts with front matter: each block opens one. Raises DumpError where there is none.

    >>> split = split_markdown("---\ntitle: 'Weir'\ntags:\n  - water\n  - birds\n---\n# Weir\n\nHigh water.\n")
    >>> split.pieces[0].title, split.pieces[0].tags, split.pieces[0].body
    ('Weir', ('water', 'birds'), 'High water.')
    """
    return whole(Markdown(fields), source)


@dataclass(frozen=True, slots=True)
class Markdown:
    """Posts with front matter, somewhere in the middle of them: `number` were read."""

    fields: FieldNames = DEFAULT_NAMES
    number: int = 0

    def take(self, text: str, *, last: bool) -> Taken:
        """Reads on, up to the block that opens the last post."""
        blocks = list(_blocks(text, last=last))
        if last and not blocks and not self.number:
            raise DumpError("there is no front matter in this dump: a block of 'key: value' lines between two of '---'")
        begins = [(block.start(), block) for block in blocks] + ([(len(text), None)] if last else [])
        pieces = []
        for number, ((start, block), (end, _)) in enumerate(pairwise(begins), self.number + 1):
            if block is not None:
                pieces.append(_piece(text, block, (start, end), number, self.fields))
        if not pieces and not last:
            return Taken(NOTHING, 0, self)
        split = Split(tuple(pieces), _before(text[: begins[0][0]]))
        return Taken(split, begins[-1][0], Markdown(self.fields, self.number + len(pieces)))


def _before(text: str) -> tuple[Residue, ...]:
    """Give what stands before the first block: in a whole dump a mark, behind a post that was cut more than that."""
    said = text.strip(SPACE)
    return (Residue(0, len(text), "rest of a post", sound(said)),) if said else ()


def _blocks(text: str, *, last: bool) -> Iterator[re.Match[str]]:
    """Find the blocks that open a post: behind a blank line or the beginning, and not in fenced code."""
    at, fence = 0, ""
    for block in BLOCK.finditer(text):
        fence, at = _fence_at(text, fence, at, block.start()), block.start()
        if (
            not fence
            and _is_free(text[max(0, block.start() - 4) : block.start()])
            and _tells(block)
            and (last or block.end() < len(text))
        ):
            yield block
            at = block.end()


def _is_free(before: str) -> bool:
    return not before.strip(SPACE) or before.endswith(("\n\n", "\n\r\n"))


def _fence_at(text: str, mark: str, start: int, end: int) -> str:
    """Give the mark of the fenced code in which a place stands, if any; `mark` is that of the place before."""
    for fence in FENCE.finditer(text, start, end):
        found, rest = fence["mark"], fence["rest"].strip()
        if not mark:
            mark = found if "`" not in rest or found[0] == "~" else ""
        elif found[0] == mark[0] and len(found) >= len(mark) and not rest:
            mark = ""
    return mark


def _tells(block: re.Match[str]) -> bool:
    return not TELLING.isdisjoint(key.lower() for key in _settings(block["said"]))


def _settings(said: str) -> dict[str, object]:
    r"""Read simple lines of YAML: a value, a list in brackets, or a list below.

    >>> _settings("title: \"A: b\" # c\ntags: [x, 'y']\nauthors:\n- Ana\n- Rui\ndraft:\n")
    {'title': 'A: b', 'tags': ['x', 'y'], 'authors': ['Ana', 'Rui'], 'draft': None}
    """
    found: dict[str, object] = {}
    key, items = "", list[object]()
    for line in said.split("\n"):
        setting, element = SETTING.match(line), ELEMENT.match(line)
        if setting:
            key, items = setting["key"], []
            found.setdefault(key, _value(setting["value"].strip()))
        elif element and key:
            items.append(_value(element["value"].strip()))
            found[key] = items
        elif line.strip() and line[0] in " \t" and isinstance(found.get(key), str):  # a long value goes on below
            head = str(found[key])
            found[key] = line.strip() if head in (">", "|", ">-", "|-") else f"{head} {line.strip()}"
    return found


def _value(text: str) -> object:
    """Read a value: in quotes, a list in brackets, or plain, where a comment may follow."""
    quoted = QUOTED.fullmatch(text)
    if quoted:
        return (
            quoted["single"].replace("''", "'")
            if quoted["single"] is not None
            else ESCAPED.sub(r"\1", quoted["double"])
        )
    if text.startswith("[") and text.endswith("]"):
        return [_value(item.strip()) for item in text[1:-1].split(",") if item.strip()]
    return COMMENT.sub("", text).strip() or None


def _piece(text: str, block: re.Match[str], span: tuple[int, int], number: int, fields: FieldNames) -> Piece:
    said = _settings(unix_lines(block["said"]))
    _, titles, authors, dates, urls, tags, ids = columns_of(tuple(said), fields)
    body = unix_lines(sound(text[block.end() : span[1]]))
    title = next((found for key in titles if (found := scalar(said[key]))), None)
    heading = HEADING.match(body)
    stated = " ".join((heading["atx"] or heading["setext"]).split()) if heading else None
    if heading and (title is None or title == stated):
        title, body = stated, body[heading.end() :]
    return Piece(
        start=span[0],
        end=span[0] + len(text[slice(*span)].rstrip()),
        body=body.strip("\n").rstrip(),
        title=title,
        author=next((found for key in authors if (found := scalar(said[key]))), None),
        published_text=next((found for key in dates if (found := date_of(said[key]))), None),
        url=next((found for key in urls if (found := scalar(said[key]))), None),
        tags=next((several for key in tags if (several := tags_of(said[key]))), ()),
        member=next((found for key in ids if (found := scalar(said[key]))), None) or str(number),
        boundary=(f"front matter {number}",),
    )
