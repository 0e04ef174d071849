"""The posts of a Stack Exchange export: each row of `Posts.xml` is a question, an answer or a wiki page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Final

from transforms.errors import DumpError
from transforms.records import Piece, Residue, Split
from transforms.split.fields import BROKEN, SPACE, WITHOUT_TEXT, sound, unix_lines
from transforms.split.parts import Taken, whole
from transforms.split.render import html_body

# Comments and declarations are passed over whole; one that never ends runs to the end of the export.
PASSED: Final = r"<!--(?s:.*?)(?:-->|\Z)|<\?[^>]*+>?|<!(?:[^>\[]++|\[[^\]]*+(?:\]|\Z))*+>?"
# No value of XML holds "<", so a row that lost its end or a quote ends where the next tag begins.
ROW: Final = re.compile(
    PASSED + r"""|<(?P<row>row)\b(?P<said>(?:[^<>"']++|"[^"<]*+"|'[^'<]*+'|["'])*+)(?P<end>>)?""", re.IGNORECASE
)
VALUE: Final = re.compile(
    r"""(?<![\w.:-])(?:(?![A-Za-z_])[\w.:-])*+([A-Za-z_][\w.:-]*+)\s*+=\s*+(?:"([^"<]*+)"|'([^'<]*+)')"""
)
OPENING: Final = re.compile(rf"\ufeff?\s*+(?:(?:{PASSED})\s*+)*+<posts(?:\s[^<>]*+)?>", re.IGNORECASE)
OUTSIDE: Final = re.compile(PASSED + r"|</?posts\b[^<>]*+>?|</row\s*+>", re.IGNORECASE)
# "<a><b>" in older exports, "|a|b|" in newer ones.
TAG_EDGE: Final = re.compile(r"[<>|]+")
KINDS: Final = {"1": "question", "2": "answer"}


def is_stack_posts(head: str) -> bool:
    """Say whether a text begins as an export of posts does.

    >>> is_stack_posts('<?xml version="1.0"?><posts><row Id="1" Body="x" />'), is_stack_posts("<posts><p>x</p>")
    (True, False)
    """
    opening = OPENING.match(head)
    row = next((match for match in ROW.finditer(head, opening.end()) if match["row"]), None) if opening else None
    return row is not None and "Id" in _values(row["said"])


def split_stack_posts(source: str) -> Split:
    """Read an export of posts: every row with a body is a piece, in the order of the export.

    Definitions in the export are never followed: a name that nobody knows stays as it is written. A row that was
    cut off, or has no body, is residue. Raises DumpError where there is no row.

    >>> split = split_stack_posts('<posts><row Id="4" Body="&lt;p&gt;Hi" Tags="|a|b|" /><row Id="5" Bo')
    >>> split.pieces[0].body, split.pieces[0].tags, [row.kind for row in split.residue]
    ('Hi', ('a', 'b'), ['broken row'])
    """
    return whole(StackPosts(), source)


@dataclass(frozen=True, slots=True)
class StackPosts:
    """Rows of an export, somewhere in the middle of them: `number` were read."""

    number: int = 0

    def take(self, text: str, *, last: bool) -> Taken:
        """Reads on, up to the end of a row."""
        pieces: list[Piece] = []
        residue: list[Residue] = []
        at, number = 0, self.number
        # A quote that is still open may turn the end of a row into a part of a value, until the next tag begins.
        sure = len(text) if last else text.rfind("<")
        for row in ROW.finditer(text):
            if not row["row"]:
                continue
            if row.end() > sure:
                break
            number += 1
            residue += _outside(text, at, row.start())
            at = row.end()
            found = _post(row, number)
            pieces += [found] if isinstance(found, Piece) else []
            residue += [found] if isinstance(found, Residue) else []
        if last:
            if not number:
                raise DumpError("this is no export of posts: there is no <row> in it")
            residue += _outside(text, at, len(text))
        return Taken(Split(tuple(pieces), tuple(residue)), len(text) if last else at, StackPosts(number))


def _post(row: re.Match[str], number: int) -> Piece | Residue:
    said = _values(row["said"]) if row["end"] else {}
    if said.get("Body", "").strip():
        return _piece(said, row.span(), number)
    return Residue(row.start(), row.end(), WITHOUT_TEXT if "Id" in said else BROKEN, sound(row[0]))


def _values(said: str) -> dict[str, str]:
    return {name: unescape(double or single) for name, double, single in VALUE.findall(said)}


def _piece(said: dict[str, str], span: tuple[int, int], number: int) -> Piece:
    body, links = html_body(unix_lines(sound(said["Body"])))
    kind = KINDS.get(said.get("PostTypeId", ""), "post")
    answered = said.get("ParentId")
    return Piece(
        start=span[0],
        end=span[1],
        body=body,
        title=_line(said.get("Title")),
        author=_line(said.get("OwnerDisplayName")) or _user(said.get("OwnerUserId")),
        published_text=_line(said.get("CreationDate")),
        tags=tuple(dict.fromkeys(filter(None, map(_line, TAG_EDGE.split(said.get("Tags", "")))))),
        links=links,
        member=_line(said.get("Id")) or str(number),
        boundary=(f"row {number}: {kind}" + (f" to post {answered}" if answered else ""),),
    )


def _user(number: str | None) -> str | None:
    """Name a user of whom only the number is stated, as the sites do where a user has chosen no name."""
    return f"user{number}" if number and number.isdecimal() else None


def _line(text: str | None) -> str | None:
    return " ".join(sound(text).split()) or None if text else None


def _outside(source: str, start: int, end: int) -> list[Residue]:
    """Give what stands between rows and is more than the frame of the export."""
    gap = source[start:end]
    text = OUTSIDE.sub("", gap).strip(SPACE) if gap and not gap.isspace() else ""
    return [Residue(start, end, "text between rows", sound(text))] if text else []
