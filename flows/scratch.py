"""Tables on their way from one stage to another, in files that are gone when the run ends.

They are written as they lie in memory (Arrow's file format) and mapped when they are read: they are read soon, some of
their columns several times, so that neither compressing nor decoding them would pay.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
from pyarrow import ipc

SUFFIX: Final = ".arrow"


def put(table: pa.Table, path: Path) -> None:
    """Writes a table. Raises `OSError`."""
    with pa.OSFile(str(path), "wb") as file, ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def take(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """The rows of a file, or some of their columns. Raises `OSError`."""
    with pa.memory_map(str(path)) as file:
        table = ipc.open_file(file).read_all()
    return table.select(list(columns)) if columns else table
