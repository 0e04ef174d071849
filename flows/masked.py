"""A warehouse as it would be without some of its dumps: what they said to others, and what is known of them, is hidden.

The posts and the index stay as they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from flows.table_files import Where
from flows.warehouse import Warehouse

# The tables with rows of a dump.
OF_DUMPS: Final = frozenset({"dumps", "copies", "residue", "outlines", "votes"})


class Masked(Warehouse):
    """Reads a warehouse without the dumps `hidden`; nothing may be written through it."""

    def __init__(self, warehouse: Warehouse, hidden: Collection[str]) -> None:
        super().__init__(warehouse.root, committed_only=False)
        self.hidden = pa.array(sorted(hidden), pa.string())

    def read(self, name: str, columns: Sequence[str] | None = None, where: Where | None = None) -> pa.Table:
        """The rows of a table, less those of hidden dumps."""
        rows = super().read(name, _and_dump(name, columns) if columns else None, where)
        shown = rows.filter(self._shown(rows["dump_id"])) if name in OF_DUMPS else rows
        return shown.select(list(columns)) if columns else shown

    def scan(self, name: str, columns: Sequence[str], where: Where | None = None) -> Iterator[pa.RecordBatch]:
        """The same a part at a time."""
        for batch in super().scan(name, _and_dump(name, columns), where):
            shown = batch.filter(self._shown(batch["dump_id"])) if name in OF_DUMPS else batch
            if shown.num_rows:
                yield shown.select(list(columns))

    def _shown(self, dumps: pa.Array) -> pa.Array:
        return pc.invert(pc.is_in(dumps, value_set=self.hidden))


def _and_dump(name: str, columns: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*columns, *(["dump_id"] if name in OF_DUMPS else [])]))


class WithoutPost(Warehouse):
    """Reads a warehouse without the row of one post, so that its id goes to no other; nothing may be written."""

    def __init__(self, warehouse: Warehouse, post_id: str) -> None:
        super().__init__(warehouse.root, committed_only=False)
        self._post_id = post_id

    def read(self, name: str, columns: Sequence[str] | None = None, where: Where | None = None) -> pa.Table:
        """The rows of a table, less that of the post."""
        if name != "posts":
            return super().read(name, columns, where)
        wanted = list(dict.fromkeys([*columns, "post_id"])) if columns else None
        rows = super().read(name, wanted, where)
        shown = rows.filter(pc.not_equal(rows["post_id"], self._post_id))
        return shown.select(list(columns)) if columns else shown
