"""A warehouse of which only the names of posts are believed, so that all else can be made again from raw dumps.

A post keeps its id if its row names the copy that stands for it, or that copy the post, and no other post has the same
words; its aliases too, where its own row is there. Nothing else of the old tables is met: no match, no key, and no
wording under its own name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from flows.warehouse import Change, Warehouse, Where
from transforms.tables import POSTS, SCHEMAS, WORDINGS

# Tables that are made again as a whole; of the others rows are replaced by their keys.
WHOLE: Final = ("posts", "copies", "wordings", "matches", "residue", "outlines", "votes")


class Salvaged(Warehouse):
    """Reads a warehouse so, as far as it came from the dumps `going`; nothing may be written through it."""

    def __init__(self, warehouse: Warehouse, going: Collection[str]) -> None:
        super().__init__(warehouse.root, committed_only=False)
        copies = _believed(warehouse, going)
        # No wording is the same read backwards, so that none meets a new one.
        self._believed = copies
        self._made = {
            "wordings": _index_of(copies),
            "posts": _posts_of(copies, warehouse),
            "dumps": pa.table({"dump_id": pa.array(sorted(going), pa.string())}),
        }

    def read(self, name: str, columns: Sequence[str] | None = None, where: Where | None = None) -> pa.Table:
        """The rows of a table that are believed."""
        wanted = list(columns or SCHEMAS[name].names)
        made = self._made.get(name)
        if made is not None and set(wanted) <= set(made.column_names):
            return _where(made, where).select(wanted)
        if name != "copies":
            return SCHEMAS[name].empty_table().select(wanted) if name in WHOLE else super().read(name, columns, where)
        believed = _where(self._believed, where if where and where[0] in {"post_id", "wording"} else None)
        needed = list(dict.fromkeys([*wanted, "copy_id"]))
        rows = super().read(name, needed, ("copy_id", believed["copy_id"].combine_chunks()))
        at = pc.index_in(rows["copy_id"], value_set=believed["copy_id"].combine_chunks())
        for column in ("post_id", "wording"):
            if column in needed:
                rows = _with(rows, column, believed[column].take(at))
        return _where(rows, where).select(wanted)

    def scan(self, name: str, columns: Sequence[str], where: Where | None = None) -> Iterator[pa.RecordBatch]:
        """The same a part at a time."""
        if name in WHOLE:
            yield from self.read(name, columns, where).to_batches()
        else:
            yield from super().scan(name, columns, where)


def in_place_of_whole(warehouse: Warehouse, tables: Mapping[str, Change]) -> dict[str, Change]:
    """Changes that were worked out so, with all files of the tables that were made again among what goes."""
    return {
        name: replace(change, deletes=(), dropped=tuple(warehouse.listed(name))) if name in WHOLE else change
        for name, change in tables.items()
    }


def _believed(warehouse: Warehouse, going: Collection[str]) -> pa.Table:
    """The copies that stand for posts, each for one and each with words of its own."""
    columns = ["copy_id", "post_id", "dump_id", "wording", "relation", "run_id"]
    copies = _once(warehouse.read("copies", columns), "copy_id")
    of_these = pc.is_in(copies["dump_id"], value_set=pa.array(sorted(going), pa.string()))
    copies = copies.filter(pc.and_(pc.equal(copies["relation"], "canonical"), of_these))
    posts = _once(warehouse.read("posts", ["post_id", "canonical_copy_id"]), "canonical_copy_id")
    at = pc.index_in(copies["copy_id"], value_set=posts["canonical_copy_id"].combine_chunks())
    named = pc.coalesce(posts["post_id"].take(at), copies["post_id"])
    copies = _with(_with(copies, "post_id", named), "wording", pc.utf8_reverse(copies["wording"]))
    return _once(_once(copies, "post_id"), "wording")


def _with(rows: pa.Table, name: str, values: pa.ChunkedArray) -> pa.Table:
    return rows.set_column(rows.schema.get_field_index(name), name, values)


def _posts_of(copies: pa.Table, warehouse: Warehouse) -> pa.Table:
    """Rows of posts that say who they are and since when, and nothing that would make them look unchanged."""
    known = _once(warehouse.read("posts", ["post_id", "aliases", "first_run"]), "post_id")
    at = pc.index_in(copies["post_id"], value_set=known["post_id"].combine_chunks())
    number = copies.num_rows
    columns = {
        "post_id": copies["post_id"],
        "canonical_copy_id": copies["copy_id"],
        "aliases": known["aliases"].take(at),
        "first_run": pc.coalesce(known["first_run"].take(at), copies["run_id"]),
        "n_copies": pa.repeat(pa.scalar(0, pa.int32()), number),
    }
    return pa.table({field.name: columns.get(field.name, pa.nulls(number, field.type)) for field in POSTS}, POSTS)


def _once(rows: pa.Table, key: str) -> pa.Table:
    """The rows whose key no other has."""
    counts = pc.value_counts(rows[key].combine_chunks())
    alone = counts.field("values").filter(pc.equal(counts.field("counts"), 1))
    return rows.filter(pc.is_in(rows[key], value_set=alone))


def _index_of(rows: pa.Table) -> pa.Table:
    """An index of the words of these copies, in which no key can be met."""
    number, lists = rows.num_rows, pa.list_(pa.int64())
    columns = {
        "wording": rows["wording"],
        "post_id": rows["post_id"],
        "copy_id": rows["copy_id"],
        "text": pa.nulls(number, pa.string()),
        **{name: pa.repeat(pa.scalar(0, pa.int64()), number) for name in ("n_words", "n_shingles")},
        **{name: pa.array([[]] * number, lists) for name in ("keys", "anchors")},
    }
    return pa.table({name: columns[name] for name in WORDINGS.names}, schema=WORDINGS)


def _where(rows: pa.Table, where: Where | None) -> pa.Table:
    if where is None:
        return rows
    values = where[1] if isinstance(where[1], pa.Array) else pa.array(sorted(where[1]), pa.string())
    return rows.filter(pc.is_in(rows[where[0]], value_set=values))
