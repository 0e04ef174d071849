"""From what the stages made of one dump to rows of the staged tables."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from flows.landing import RawFile
from flows.staging import StagedRows
from transforms import PIPELINE_VERSION
from transforms.decode import Decoded
from transforms.describe import Description
from transforms.evidence import NO_EVIDENCE, Evidence, Outline
from transforms.identity import copy_id_of
from transforms.records import Format, Published, Split
from transforms.sign import Signed

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DumpRead:
    """What the stages made of one dump; `described` and `signed` go with the pieces of `split`, one each.

    `known` is what other dumps had said of it.
    """

    decoded: Decoded
    format: Format
    split: Split
    described: tuple[Description, ...]
    signed: tuple[Signed, ...]
    known: Evidence = NO_EVIDENCE


def add_dump(rows: StagedRows, file: RawFile, dump_id: str, dump: DumpRead, run_id: str) -> None:
    """Adds all that one dump yielded."""
    spans = [(piece.start, piece.end) for piece in dump.split.pieces]
    at = dump.decoded.byte_map.byte_offsets(list(chain.from_iterable(spans)))
    for ordinal in range(len(spans)):
        copy = _copy(file, dump_id, dump, ordinal, run_id)
        copy["byte_start"], copy["byte_end"] = at[2 * ordinal], at[2 * ordinal + 1]
        rows["copies"].append(copy)
        rows["bodies"].append(_body(copy, dump.described[ordinal], dump.signed[ordinal]))
    for left in dump.split.residue:
        rows["residue"].append(
            {"dump_id": dump_id, "dump_path": file.path, "member": None, "start": left.start, "end": left.end,
             "kind": left.kind, "text": left.text}
        )  # fmt: skip
    if dump.split.outline:
        rows["outlines"].append(_outline(dump_id, dump.split.outline))
    rows["dumps"].append(
        _dump(file, dump_id, run_id)
        | {
            "format": dump.format,
            "encoding": dump.decoded.encoding,
            "encoding_confidence": dump.decoded.confidence,
            "encoding_evidence": dump.decoded.evidence,
            "n_chars": len(dump.decoded.text),
            "n_copies": len(spans),
            "n_residue": len(dump.split.residue),
            "status": "ingested",
            "told": told_rows(dump.known),
        }
    )


def add_rejected(rows: StagedRows, file: RawFile, dump_id: str, reason: str, run_id: str) -> None:
    """Adds a dump that could not be read, with the reason."""
    rows["dumps"].append(
        _dump(file, dump_id, run_id) | {"n_copies": 0, "n_residue": 0, "status": "rejected", "error": reason}
    )


def add_file(rows: StagedRows, file: RawFile, dump_id: str, run_id: str) -> None:
    """Remembers a file that was read to its end."""
    rows["files"].append(
        {"location": file.location, "path": file.path, "size_bytes": file.size, "modified_ns": file.modified_ns,
         "dump_id": dump_id, "run_id": run_id}
    )  # fmt: skip


def told_rows(known: Evidence) -> list[Row] | None:
    """Evidence as the table `dumps` holds it, by line; None where there is none."""
    said = [(line, True, reason) for line, reason in known.starts.items()]
    said += [(line, False, reason) for line, reason in known.inside.items()]
    return [{"line": line, "begins": begins, "reason": reason} for line, begins, reason in sorted(said)] or None


def told_back(rows: Sequence[Row] | None) -> Evidence:
    """The evidence that such rows hold."""
    rows = rows or ()
    return Evidence(
        {row["line"]: row["reason"] for row in rows if row["begins"]},
        {row["line"]: row["reason"] for row in rows if not row["begins"]},
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


def _dump(file: RawFile, dump_id: str, run_id: str) -> Row:
    return {
        "dump_id": dump_id,
        "path": file.path,
        "also_at": [],
        "size_bytes": file.size,
        "run_id": run_id,
        "pipeline_version": PIPELINE_VERSION,
    }


def _copy(file: RawFile, dump_id: str, dump: DumpRead, ordinal: int, run_id: str) -> Row:
    piece, post, signed = dump.split.pieces[ordinal], dump.described[ordinal], dump.signed[ordinal]
    return {
        "copy_id": copy_id_of(dump_id, file.path, piece.member, ordinal),
        "dump_id": dump_id,
        "dump_path": file.path,
        "member": piece.member,
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
        "source": file.source,
        "n_chars": post.n_chars,
        "n_words": post.n_words,
        "text_sha256": text_sha256(post.body),
        "wording": signed.wording,
        "run_id": run_id,
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
