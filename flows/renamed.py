"""A warehouse whose index is not to be met: old wordings under other names, without keys, and no matches.

With it everything that is read again is related anew, and posts keep their ids by the places of their copies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from flows.table_files import Where
from flows.warehouse import Change, Warehouse
from transforms.tables import SCHEMAS

NAMED: Final = frozenset({"wordings", "copies"})
KEYS: Final = ("keys", "anchors")


class Renamed(Warehouse):
    """Reads a warehouse so; nothing may be written through it. No wording is the same read backwards, so none meets."""

    def __init__(self, warehouse: Warehouse) -> None:
        super().__init__(warehouse.root, committed_only=False)

    def read(self, name: str, columns: Sequence[str] | None = None, where: Where | None = None) -> pa.Table:
        """The rows of a table, under other names."""
        if name == "matches":
            return SCHEMAS[name].empty_table().select(list(columns or SCHEMAS[name].names))
        rows = super().read(name, columns, _backwards(name, where))
        return _renamed(rows) if name in NAMED else rows

    def scan(self, name: str, columns: Sequence[str], where: Where | None = None) -> Iterator[pa.RecordBatch]:
        """The same a part at a time."""
        for batch in super().scan(name, columns, _backwards(name, where)) if name != "matches" else ():
            yield from _renamed(pa.Table.from_batches([batch])).to_batches() if name in NAMED else [batch]


def in_place_of_all(warehouse: Warehouse, tables: Mapping[str, Change]) -> dict[str, Change]:
    """Changes that were worked out so, with all of the old index among what goes."""
    words, left = (
        pc.unique(warehouse.read(name, [key])[key].combine_chunks())
        for name, key in (("wordings", "wording"), ("matches", "left"))
    )
    own, matches = tables["wordings"], tables["matches"]
    return {
        **tables,
        "wordings": Change(own.inserts, own.updates, words, own.files),
        "matches": Change(matches.inserts, matches.updates, left, matches.files),
    }


def _backwards(name: str, where: Where | None) -> Where | None:
    if where is None or name not in NAMED or where[0] != "wording":
        return where
    values = where[1] if isinstance(where[1], pa.Array) else pa.array(sorted(where[1]), pa.string())
    return where[0], pc.utf8_reverse(values)


def _renamed(rows: pa.Table) -> pa.Table:
    for name in rows.column_names:
        at = rows.schema.get_field_index(name)
        if name == "wording":
            rows = rows.set_column(at, name, pc.utf8_reverse(rows[name]))
        elif name in KEYS:
            rows = rows.set_column(
                at, rows.schema.field(name), pa.array([[]] * rows.num_rows, rows.schema.field(name).type)
            )
    return rows
