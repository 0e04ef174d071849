"""From what the stages made of one dump to rows of the staged tables."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flows.landing import RawFile
from flows.staging import StagedRows
from transforms import PIPELINE_VERSION
from transforms.decode import Charset
from transforms.describe import Description
from transforms.evidence import NO_EVIDENCE, Evidence, Outline
from transforms.identity import copy_id_of, place_of, unreadable_id
from transforms.parts import Part
from transforms.records import Format, Piece, Published
from transforms.sign import Signed
from transforms.votes import Ways

Row = dict[str, Any]


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


def add_part(rows: StagedRows, place: Place, dump: DumpRead, read: PartRead) -> None:
    """Adds what one part of a dump yielded, and counts it."""
    split = read.part.split
    for number, piece in enumerate(split.pieces):
        copy = _copy(place, piece, read.described[number], read.signed[number], dump.n_copies + number)
        copy["byte_start"], copy["byte_end"] = read.part.byte_spans[number]
        rows["copies"].append(copy)
        rows["bodies"].append(_body(copy, read.described[number], read.signed[number]))
    for left in split.residue:
        rows["residue"].append(
            {"dump_id": place.dump_id, "dump_path": place.file.path, "member": place.member, "start": left.start,
             "end": left.end, "kind": left.kind, "text": left.text}
        )  # fmt: skip
    if split.outline:
        rows["outlines"].append(_outline(place.dump_id, split.outline))
    if split.ways:
        rows["votes"].append(_votes(place, split.ways))
    dump.n_chars += read.part.n_chars
    dump.n_copies += len(split.pieces)
    dump.n_residue += len(split.residue)


def add_dump(rows: StagedRows, place: Place, dump: DumpRead) -> None:
    """Adds a dump of which all parts have been added."""
    rows["dumps"].append(
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
        }
    )


def add_rejected(rows: StagedRows, place: Place, reason: str) -> None:
    """Adds a dump that could not be read, with the reason."""
    rows["dumps"].append(_dump(place) | {"n_copies": 0, "n_residue": 0, "status": "rejected", "error": reason})


def add_file(rows: StagedRows, file: RawFile, dump_id: str | None, run_id: str) -> None:
    """Remembers a file that was read to its end; `dump_id` where the file holds one dump and nothing else."""
    rows["files"].append(
        {"location": file.location, "path": file.path, "size_bytes": file.size, "modified_ns": file.modified_ns,
         "dump_id": dump_id, "run_id": run_id}
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


def _copy(place: Place, piece: Piece, post: Description, signed: Signed, ordinal: int) -> Row:
    return {
        "copy_id": copy_id_of(place.dump_id, place.file.path, place.member, ordinal),
        "dump_id": place.dump_id,
        "dump_path": place.file.path,
        "dump_member": place.member,
        "member": piece.member if place.member is None else place_of(place.member, piece.member),
        "ordinal": ordinal,
        "start": piece.start,
        "end": piece.end,
        "title": post.title,
        "author": post.author,
        **published_columns(post.published),
        "language": post.language,
        "language_confidence": post.language_confidence,
        "url": post.url,
        "tags": post.tags,
        "links": post.links,
        "truncated": post.truncated,
        "boundary": piece.boundary,
        "repairs": piece.repairs,
        "source": place.group,
        "n_chars": post.n_chars,
        "n_words": post.n_words,
        "text_sha256": text_sha256(post.body),
        "wording": signed.wording,
        "run_id": place.run_id,
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


def _body(copy: Row, post: Description, signed: Signed) -> Row:
    return {
        "copy_id": copy["copy_id"],
        "wording": signed.wording,
        "text": post.body,
        "n_words": signed.n_words,
        "n_shingles": signed.n_shingles,
        "keys": signed.keys.view("int64"),
        "anchors": signed.anchors.view("int64"),
    }
