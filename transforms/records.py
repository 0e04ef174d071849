"""The values that pass between the stages. Each is frozen; none knows where it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from transforms.evidence import Outline
    from transforms.votes import Ways

Precision = Literal["year", "month", "day", "second"]
Format = Literal["text", "html", "feed", "jsonl", "csv", "json feed", "stack exchange", "mbox", "markdown", "parquet"]
Relation = Literal["canonical", "identical", "near-identical", "excerpt"]


@dataclass(frozen=True, slots=True)
class Published:
    """A date that a post states for itself.

    `moment` is in UTC and stands at the beginning of what `precision` leaves open;
    `text` is the date as it was written.
    """

    moment: datetime
    precision: Precision
    text: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One post as it was found in a dump, before anything is read out of its words.

    `start` and `end` are half-open offsets in characters of the decoded text of the dump.
    `body` is readable text without the title; `byline` are the lines of a text dump that stand at its start and speak
    of the post ("Posted by Ann on 3 May", the header of a thread's message). Fields that the format states beside
    the text (a feed's `author`, the link of a heading) are given, the others are left empty.
    `boundary` says in plain words what spoke for the start; `repairs` names the repairs made.
    """

    start: int
    end: int
    body: str
    title: str | None = None
    byline: str | None = None
    author: str | None = None
    published_text: str | None = None
    url: str | None = None
    tags: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    member: str | None = None
    boundary: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()

    def moved(self, by: int) -> Piece:
        """The same, so many characters further on; every row of a large dump is, so it has to cost little.

        >>> Piece(3, 8, "Rain.", title="Weir").moved(10) == Piece(13, 18, "Rain.", title="Weir")
        True
        """
        return Piece(
            self.start + by, self.end + by, self.body, self.title, self.byline, self.author, self.published_text,
            self.url, self.tags, self.links, self.member, self.boundary, self.repairs,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Residue:
    """Text of a dump that belongs to no post; `kind` says what it seems to be."""

    start: int
    end: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Split:
    """What a dump falls into: its posts and what is left over, each in the order of the dump.

    `outline` and `ways` are what other dumps may learn from a text dump.
    """

    pieces: tuple[Piece, ...]
    residue: tuple[Residue, ...]
    outline: Outline | None = None
    ways: Ways | None = None
