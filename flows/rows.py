"""From what the stages made of one dump to rows of the staged tables."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from flows.landing import RawFile
from flows.staging import StagedRows, add_row
from transforms import PIPELINE_VERSION
from transforms.addresses import without_login
from transforms.decode import Charset
from transforms.describe import Description
from transforms.evidence import NO_EVIDENCE, Evidence, Outline
from transforms.hidden import Hidden
from transforms.identity import copy_id_of, place_of, unreadable_id
from transforms.parts import Part
from transforms.records import Format, Published
from transforms.votes import Ways

if TYPE_CHECKING:
    from transforms.sign import Signed

Row = dict[str, Any]
Columns = dict[str, list[Any]]
NONE_HIDDEN: Final = Hidden()

# Columns of `copies` that are called as what a piece, and a description, say.
OF_PIECE: Final = ("start", "end", "boundary", "repairs")
OF_POST: Final = (
    "title", "author", "language", "language_confidence", "url", "tags", "links", "truncated", "n_chars", "n_words",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PartRead:
    """What the stages made of one part of a dump; `described` and `signed` go with its pieces, one each."""

    part: Part
    described: tuple[Description, ...]
    signed: tuple[Signed, ...]


@dataclass(slots=True)
class DumpRead:
    """How a dump was read, and what it came to, counted part by part. `known` is what other dumps had said of it."""

    charset: Charset
    format: Format
    known: Evidence = NO_EVIDENCE
    n_chars: int = 0
    n_copies: int = 0
    n_residue: int = 0
    n_hidden: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a dump lies: a file, or a member of it. `dump_id` is known once its `size` bytes have been read."""

    file: RawFile
    run_id: str
    member: str | None = None
    dump_id: str = ""
    size: int | None = None
    source: str = ""

    @property
    def name(self) -> str:
        """The place as text: the path of the file, and the member in it."""
        return place_of(self.file.path, self.member)

    @property
    def group(self) -> str:
        """The source that its posts are said to come from: of a member its own, of a file its folder."""
        return self.source or self.file.source

    @classmethod
    def unread(cls, file: RawFile, run_id: str, member: str | None = None) -> Place:
        """A place whose bytes could not be had, so that only where it lies tells it apart."""
        return cls(file, run_id, member, unreadable_id(place_of(file.location, member)), None if member else file.size)


def add_part(rows: StagedRows, place: Place, dump: DumpRead, read: PartRead, hidden: Hidden = NONE_HIDDEN) -> None:
    """Adds what one part of a dump yielded, less what is hidden, and counts it."""
    split = read.part.split
    copies = _copies(place, dump.n_copies + dump.n_hidden, read)
    bodies = _bodies(copies, read)
    shown = _hide(rows, place, copies, hidden)
    if len(shown) < len(split.pieces):
        copies, bodies = (
            {name: [column[k] for k in shown] for name, column in all_.items()} for all_ in (copies, bodies)
        )
    _extend(rows["copies"], copies)
    _extend(rows["bodies"], bodies)
    kept = [left for left in split.residue if not hidden.overlaps(place.dump_id, left.start, left.end)]
    for left in kept:
        add_row(
            rows,
            "residue",
            {"dump_id": place.dump_id, "dump_path": place.file.path, "member": place.member, "start": left.start,
             "end": left.end, "kind": left.kind, "text": left.text},
        )  # fmt: skip
    if split.outline:
        add_row(rows, "outlines", _outline(place.dump_id, split.outline))
    if split.ways:
        add_row(rows, "votes", _votes(place, split.ways))
    dump.n_chars += read.part.n_chars
    dump.n_copies += len(shown)
    dump.n_hidden += len(split.pieces) - len(shown)
    dump.n_residue += len(kept)


def _hide(rows: StagedRows, place: Place, copies: Columns, hidden: Hidden) -> list[int]:
    """Which copies may be shown; where the others stand is remembered."""
    shown = []
    names = ("start", "end", "wording", "text_sha256")
    for k, (start, end, wording, digest) in enumerate(zip(*(copies[name] for name in names), strict=True)):
        if not (hidden.knows(wording, digest) or hidden.overlaps(place.dump_id, start, end)):
            shown.append(k)
        else:
            row = {"kind": "post", "dump_id": place.dump_id, "start": start, "end": end, "run_id": place.run_id}
            add_row(rows, "forgotten", row | {"wording": wording, "text_sha256": digest})
    return shown


def add_dump(rows: StagedRows, place: Place, dump: DumpRead) -> None:
    """Adds a dump of which all parts have been added."""
    add_row(
        rows,
        "dumps",
        _dump(place)
        | {
            "format": dump.format,
            "encoding": dump.charset.encoding,
            "encoding_confidence": dump.charset.confidence,
            "encoding_evidence": dump.charset.evidence,
            "n_chars": dump.n_chars,
            "n_copies": dump.n_copies,
            "n_residue": dump.n_residue,
            "status": "ingested",
            "told": told_rows(dump.known),
            "way": dump.known.way,
        },
    )


def add_rejected(rows: StagedRows, place: Place, reason: str) -> None:
    """Adds a dump that could not be read, with the reason."""
    add_row(
        rows,
        "dumps",
        _dump(place) | {"n_copies": 0, "n_residue": 0, "status": "rejected", "error": without_login(reason, "…@")},
    )


def add_file(rows: StagedRows, file: RawFile, dump_id: str | None, run_id: str) -> None:
    """Remembers a file that was read to its end; `dump_id` where the file holds one dump and nothing else."""
    add_row(
        rows,
        "files",
        {"location": file.location, "path": file.path, "size_bytes": file.size, "modified_ns": file.modified_ns,
         "dump_id": dump_id, "run_id": run_id},
    )  # fmt: skip


def told_rows(known: Evidence) -> list[Row] | None:
    """Evidence as the table `dumps` holds it, by line; None where there is none."""
    said = [(line, True, reason) for line, reason in known.starts.items()]
    said += [(line, False, reason) for line, reason in known.inside.items()]
    return [{"line": line, "begins": begins, "reason": reason} for line, begins, reason in sorted(said)] or None


def told_back(rows: Sequence[Row] | None, way: int | None) -> Evidence:
    """The evidence that such rows and the column `way` hold."""
    rows = rows or ()
    return Evidence(
        {row["line"]: row["reason"] for row in rows if row["begins"]},
        {row["line"]: row["reason"] for row in rows if not row["begins"]},
        way,
    )


def text_sha256(text: str) -> str:
    """By what equal texts are known, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def published_columns(published: Published | None) -> Row:
    """The three columns that hold a date."""
    return {
        "published": published.moment if published else None,
        "published_precision": published.precision if published else None,
        "published_text": published.text if published else None,
    }


def _dump(place: Place) -> Row:
    return {
        "dump_id": place.dump_id,
        "path": place.file.path,
        "member": place.member,
        "also_at": [],
        "size_bytes": place.size,
        "run_id": place.run_id,
        "pipeline_version": PIPELINE_VERSION,
    }


def _extend(columns: dict[str, list[Any]], found: Columns) -> None:
    count = len(found["copy_id"])
    for name, values in columns.items():
        values.extend(found.get(name) or [None] * count)


def _copies(place: Place, first: int, read: PartRead) -> Columns:
    """The columns of the table `copies` of which something is known yet, for posts that follow `first` others."""
    pieces, posts = read.part.split.pieces, read.described
    ordinals = range(first, first + len(pieces))
    own = place.member
    same = {
        "dump_id": place.dump_id,
        "dump_path": place.file.path,
        "dump_member": own,
        "source": place.group,
        "run_id": place.run_id,
    }
    return {
        **{name: [value] * len(pieces) for name, value in same.items()},
        "copy_id": [copy_id_of(place.dump_id, place.file.path, own, ordinal) for ordinal in ordinals],
        "member": [_member(own, piece.member) for piece in pieces],
        "ordinal": list(ordinals),
        "byte_start": [start for start, _ in read.part.byte_spans],
        "byte_end": [end for _, end in read.part.byte_spans],
        **{name: [*map(attrgetter(name), pieces)] for name in OF_PIECE},
        **{name: [*map(attrgetter(name), posts)] for name in OF_POST},
        **_dates([post.published for post in posts]),
        "text_sha256": [text_sha256(post.body) for post in posts],
        "wording": [signed.wording for signed in read.signed],
    }


def _member(own: str | None, named: str | None) -> str | None:
    """What names a copy in its file. Rows and entries are often named by their address."""
    named = named and without_login(named)
    return named if own is None else place_of(own, named)


def _bodies(copies: Columns, read: PartRead) -> Columns:
    return {
        "copy_id": copies["copy_id"],
        "wording": copies["wording"],
        "text": [post.body for post in read.described],
        "n_words": [signed.n_words for signed in read.signed],
        "n_shingles": [signed.n_shingles for signed in read.signed],
        "keys": [signed.keys.view("int64") for signed in read.signed],
        "anchors": [signed.anchors.view("int64") for signed in read.signed],
    }


def _dates(stated: Sequence[Published | None]) -> Columns:
    """The three columns that hold a date."""
    return {
        "published": [date and date.moment for date in stated],
        "published_precision": [date and date.precision for date in stated],
        "published_text": [date and date.text for date in stated],
    }


def _outline(dump_id: str, outline: Outline) -> Row:
    return {
        "dump_id": dump_id,
        "lines": outline.lines,
        "hashes": outline.hashes.view("int64"),
        "widths": outline.widths,
        "starts": outline.starts,
        "paragraphs": outline.paragraphs.view("int64"),
    }


def _votes(place: Place, ways: Ways) -> Row:
    return {
        "dump_id": place.dump_id,
        "source": place.group,
        "ranks": ways.ranks,
        "chances": ways.chances,
        "keys": ways.keys.view("int64"),
        "named": ways.named,
    }
