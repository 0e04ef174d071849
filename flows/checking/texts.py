"""Texts held against their hashes and the index, which is made again from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.checking.faults import Fault
from flows.checking.references import Tables
from flows.matching.numbered import flat
from flows.rows import text_sha256
from flows.warehouse import Warehouse
from transforms.columns import NAME_CHARS, Hashes, Indices, hashed, places_in
from transforms.sign import SignedColumns, sign_batch

INDEXED: Final = ("wording", "post_id", "copy_id", "text", "n_words", "n_shingles", "keys", "anchors")
POSTS: Final = ("post_id", "canonical_copy_id", "text", "text_sha256", "n_chars")
# Odd, with well mixed bits.
MIXED: Final = np.uint64(0x9E3779B97F4A7C15)
Titles = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class _Shown:
    """The rows of the index whose texts stand in posts: hashes of these, and of what the rows say."""

    posts: Hashes
    prints: Hashes


def check_texts(warehouse: Warehouse, tables: Tables) -> Iterator[Fault]:
    """Texts that are not those whose hashes are stored, and rows of the index that are not what their texts give."""
    titles = _titles(warehouse)
    parts: list[_Shown] = []
    by_copy, first = places_in(tables.copies["copy_id"], tables.wordings["copy_id"]), 0
    for batch in warehouse.scan("wordings", INDEXED):
        rows = pa.Table.from_batches([batch])
        elsewhere = rows["text"].is_null()
        at = by_copy[first : first + rows.num_rows][~elsewhere.to_numpy()]
        yield from _own_texts(rows.filter(pc.invert(elsewhere)), at, tables, titles)
        rest = rows.filter(elsewhere)
        parts.append(_Shown(hashed(rest["post_id"]), _prints_of_rows(rest)))
        first += rows.num_rows
    empty = [np.zeros(0, np.uint64)]
    shown = _Shown(
        *(np.concatenate([*empty, *(getattr(part, name) for part in parts)]) for name in ("posts", "prints"))
    )
    for batch in warehouse.scan("posts", POSTS):
        yield from _posts(batch, shown, titles)


def _titles(warehouse: Warehouse) -> Titles:
    """The titles of copies that are too short for a shingle, of which the title belongs to the words."""
    short = [
        batch["copy_id"].filter(pc.equal(batch["n_shingles"], 0))
        for batch in warehouse.scan("wordings", ["copy_id", "n_shingles"])
    ]
    ids = pa.concat_arrays([pa.array([], pa.string()), *short])
    rows = warehouse.read("copies", ["copy_id", "title"], ("copy_id", ids))
    return dict(zip(rows["copy_id"].to_pylist(), rows["title"].to_pylist(), strict=True))


def _own_texts(rows: pa.Table, at: Indices, tables: Tables, titles: Titles) -> Iterator[Fault]:
    """Rows of the index that have a text; `at` is where their copies stand."""
    if not rows.num_rows:
        return
    unlike = _prints_of_texts(rows["text"], rows["copy_id"], titles) != _prints_of_rows(rows)
    digests = _digests(rows["text"])
    other = (at >= 0) & (tables.copies["text_sha256"][at] != digests) if len(tables.copies) else unlike & False
    for wording in rows["wording"].filter(pa.array(unlike)).to_pylist():
        yield Fault(f"wording {wording}: its row of the index is not what its text gives")
    for wording in rows["wording"].filter(pa.array(other & ~unlike)).to_pylist():
        yield Fault(f"wording {wording}: its text is not that of its copy")


def _posts(batch: pa.RecordBatch, shown: _Shown, titles: Titles) -> Iterator[Fault]:
    names = batch["post_id"]
    forged = _digests(batch["text"]) != hashed(pc.utf8_slice_codeunits(batch["text_sha256"], 0, NAME_CHARS))
    forged |= pc.utf8_length(batch["text"]).to_numpy() != batch["n_chars"].to_numpy()
    for post_id in names.filter(pa.array(forged)).to_pylist():
        yield Fault(f"post {post_id}: its text is not the one that was written")
    at = places_in(shown.posts, hashed(names))
    unlike = at < 0
    if len(shown.prints):
        unlike |= shown.prints[at] != _prints_of_texts(batch["text"], batch["canonical_copy_id"], titles)
    for post_id in names.filter(pa.array(unlike & ~forged)).to_pylist():
        yield Fault(f"post {post_id}: the index has no row of its words, or one that is not what its text gives")


def _digests(texts: pa.ChunkedArray) -> Hashes:
    """The SHA-256 of texts, as `hashed` gives the first digits."""
    return hashed(pa.array([text_sha256(text)[:NAME_CHARS] for text in texts.to_pylist()], pa.string()))


def _prints_of_texts(texts: pa.ChunkedArray, copies: pa.ChunkedArray, titles: Titles) -> Hashes:
    signed = sign_batch([titles.get(copy_id) for copy_id in copies.to_pylist()], texts)
    return _prints(
        hashed(_names(signed)),
        (signed.n_words, signed.n_shingles),
        (signed.keys, np.diff(signed.key_offsets)),
        (signed.anchors, np.diff(signed.anchor_offsets)),
    )


def _prints_of_rows(rows: pa.Table) -> Hashes:
    counts = rows["n_words"].to_numpy(), rows["n_shingles"].to_numpy()
    return _prints(hashed(rows["wording"]), counts, flat(rows["keys"]), flat(rows["anchors"]))


def _prints(
    names: Hashes, counts: tuple[Indices, Indices], keys: tuple[Hashes, Indices], anchors: tuple[Hashes, Indices]
) -> Hashes:
    """A number for each row of the index, another where anything in it is another."""
    total = names
    for values in (*(count.astype(np.uint64) for count in counts), _summed(*keys), _summed(*anchors)):
        total = _mixed(total * MIXED + values)
    return total


def _summed(values: Hashes, counts: Indices) -> Hashes:
    """The sum over each list of its values, well mixed, whatever their order."""
    sums = np.r_[np.zeros(1, np.uint64), np.cumsum(_mixed(np.asarray(values, np.uint64)), dtype=np.uint64)]
    ends = np.cumsum(counts)
    found: Hashes = sums[ends] - sums[ends - counts] + counts.astype(np.uint64)
    return found


def _names(signed: SignedColumns) -> pa.Array:
    """The wordings in hexadecimal."""
    digits = signed.wordings.astype(">u8").tobytes().hex().encode()
    offsets = np.arange(len(signed) + 1, dtype=np.int32) * NAME_CHARS
    return pa.StringArray.from_buffers(len(signed), pa.py_buffer(offsets), pa.py_buffer(digits))


def _mixed(values: Hashes) -> Hashes:
    values = (values ^ (values >> np.uint64(32))) * MIXED
    return values ^ (values >> np.uint64(29))
