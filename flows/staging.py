"""What a batch of dumps yields, on disk: the tables of a run before they are matched and committed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.errors import WarehouseError, way_out
from transforms.tables import COPIES, DUMPS, FILES, OUTLINES, RESIDUE

# The body of each copy, with what matching needs of it.
BODIES: Final = pa.schema(
    [
        ("copy_id", pa.string()),
        ("wording", pa.string()),
        ("text", pa.string()),
        ("n_words", pa.int64()),
        ("n_shingles", pa.int64()),
        ("keys", pa.list_(pa.int64())),
        ("anchors", pa.list_(pa.int64())),
    ]
)
STAGED: Final = {
    "copies": COPIES,
    "dumps": DUMPS,
    "residue": RESIDUE,
    "files": FILES,
    "bodies": BODIES,
    "outlines": OUTLINES,
}

StagedRows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Staged:
    """Where a batch lies (one Parquet file a table) and what it holds, in counts; `bytes` are raw bytes read."""

    folder: str
    number: int
    dumps: int = 0
    bytes: int = 0
    copies: int = 0
    rejected: Mapping[str, str] = field(default_factory=dict)


def write(folder: Path, number: int, rows: StagedRows) -> None:
    """Writes the rows of one batch. A batch that is tried again overwrites what it wrote before."""
    for name, schema in STAGED.items():
        table = pa.Table.from_pylist(rows[name], schema=schema)
        try:
            pq.write_table(table, _file(folder, number, name), compression="zstd")
        except OSError as error:
            said = f"can't write in {folder}: {error.strerror or error}; nothing was committed, {way_out(error)}"
            raise WarehouseError(said) from error


def read(staged: Iterable[Staged], name: str, columns: Sequence[str] | None = None) -> pa.Table:
    """One table of all batches, in the order of their numbers."""
    tables = [
        pq.read_table(_file(Path(batch.folder), batch.number, name), columns=list(columns) if columns else None)
        for batch in sorted(staged, key=lambda batch: batch.number)
    ]
    return pa.concat_tables(tables) if tables else STAGED[name].empty_table()


def _file(folder: Path, number: int, name: str) -> Path:
    return folder / f"{number:06d}.{name}.parquet"
