"""What a run does to one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from transforms.tables import SCHEMAS


@dataclass(frozen=True, slots=True)
class Change:
    """What a run does to one table: rows added, rows replaced (found by their key), keys of rows taken out.

    Where rows have no key but belong to a group (`GROUPS`), a group is replaced as a whole. `files` are rows that
    need not fit in memory, as `TableFiles` wrote them on the disk of the warehouse: the table takes the files over.
    They are added; those that take the place of others have their keys among `deletes`. Files of the table that are
    `dropped` go as they are, unread, with all their rows.
    """

    inserts: pa.Table | None = None
    updates: pa.Table | None = None
    deletes: Sequence[str] | pa.Array = field(default_factory=tuple)
    files: Mapping[Path, int] = field(default_factory=dict)
    dropped: Sequence[Path] = ()

    @classmethod
    def replacing(cls, name: str, rows: Sequence[Mapping[str, Any]]) -> Change:
        """Rows that take the place of all that have their keys, however many these are."""
        return cls(updates=pa.Table.from_pylist(list(rows), schema=SCHEMAS[name]))

    @property
    def empty(self) -> bool:
        """Whether nothing would change."""
        rows = any(rows is not None and rows.num_rows for rows in (self.inserts, self.updates))
        return not (len(self.deletes) or self.files or self.dropped or rows)

    def taken_out(self, key: str) -> pa.Array:
        """The keys whose rows are no more, or no more as they were."""
        deletes = pa.array(self.deletes, pa.string())
        replaced = self.updates[key].chunks if self.updates is not None else []
        return pc.unique(pa.concat_arrays([deletes, *replaced]))
