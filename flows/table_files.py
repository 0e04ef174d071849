"""The Parquet files of a table: new ones of a good size, and old ones without some of their rows.

Rows pass through here in parts, so that neither a table nor what a run adds to it is ever in memory whole.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from flows import columns
from flows.durable import Summed
from transforms.tables import SCHEMAS

# Bytes of rows in memory that make a row group: it compresses as well as ten times as much, and a few are held at once.
GROUP_BYTES: Final = 16_000_000
# Bytes on the disk at which a file is closed. A changed row costs writing its file anew, each file costs a reader a
# millisecond or two.
FILE_BYTES: Final = 64_000_000
# Rows of a file with the columns of an older winnow that are given those of today at once.
OLD_ROWS: Final = 1 << 14
# Old files of fewer bytes are not worth a thread.
WORTH_A_THREAD: Final = 4_000_000
# Ids and texts are all different, and what recurs compression finds: without dictionaries files are no larger (those of
# `copies` a tenth smaller), and made in a quarter less time.
WRITTEN: Final[dict[str, Any]] = {"compression": "zstd", "use_dictionary": False}
# A column, and the values that it may have.
Where = tuple[str, "Collection[str] | pa.Array"]


class TableFiles:
    """Writes rows of one table to files in a folder. `close` says which, with the number of rows of each.

    The disk has all of a closed file, and its name states the SHA-256 of its content (`flows.durable`).
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._held: list[pa.Table] = []
        self._bytes = 0
        self._writer: pq.ParquetWriter | None = None
        self._sink: Summed | None = None
        self._path, self._count = folder, 0
        self._rows: dict[Path, int] = {}

    def add(self, rows: pa.Table) -> None:
        """Takes rows in the columns of the table, in any order of the columns."""
        if rows.num_rows:
            self._held.append(rows.select(SCHEMAS[self._name].names).cast(SCHEMAS[self._name]))
            self._bytes += self._held[-1].nbytes
        if self._bytes >= GROUP_BYTES:
            self._flush()

    def close(self) -> dict[Path, int]:
        """Writes what is left."""
        if self._held:
            self._flush()
        self._finish()
        return self._rows

    def _flush(self) -> None:
        rows = pa.concat_tables(self._held)
        self._held, self._bytes = [], 0
        if self._writer is None:
            self._path, self._count = self._folder / f"{self._name}-{uuid4()}.zstd.parquet", 0
            self._sink = Summed(self._path)
            self._writer = pq.ParquetWriter(pa.PythonFile(self._sink, "w"), SCHEMAS[self._name], **WRITTEN)
        self._writer.write_table(rows, row_group_size=max(1, rows.num_rows))
        self._count += rows.num_rows
        if self._sink is not None and self._sink.tell() >= FILE_BYTES:
            self._finish()

    def _finish(self) -> None:
        if self._writer is not None and self._sink is not None:
            self._writer.close()
            self._sink.close()
            name = f"{self._name}-{self._sink.checksum}-{uuid4().hex[:8]}.zstd.parquet"
            self._rows[self._path.replace(self._path.with_name(name))] = self._count
        self._writer = self._sink = None


def holding(files: Sequence[Path], key: str, values: pa.Array) -> list[Path]:
    """Those files in which a row has one of the values as its key."""
    return [path for path in files if _any(pc.is_in(_column(path, key), value_set=values))]


def rewritten(files: Sequence[Path], name: str, without: tuple[str, pa.Array], folder: Path) -> dict[Path, int]:
    """Writes the rows of old files anew, less those whose key is one of some values; gives the new files.

    Large files are written by several threads; small ones become one.
    """
    large = [path for path in files if path.stat().st_size >= WORTH_A_THREAD]
    threads = max(1, min(len(large), os.cpu_count() or 1))
    parts = [files[first::threads] for first in range(threads)]
    with ThreadPoolExecutor(threads) as pool:
        made = list(pool.map(lambda part: _rewritten(part, name, without, folder), parts))
    return {path: rows for some in made for path, rows in some.items()}


def _rewritten(files: Sequence[Path], name: str, without: tuple[str, pa.Array], folder: Path) -> dict[Path, int]:
    made = TableFiles(folder, name)
    for path in files:
        gone = pc.is_in(_column(path, without[0]), value_set=without[1])
        done = 0
        for rows in _in_columns_of_now(path, name):
            made.add(rows.filter(pc.invert(gone.slice(done, rows.num_rows))))
            done += rows.num_rows
    return made.close()


def _in_columns_of_now(path: Path, name: str) -> Iterator[pa.Table]:
    """The rows of a file in their order, a part at a time; columns that an older winnow did not know are null."""
    if not columns.missing(pq.read_schema(path), SCHEMAS[name]):
        yield from groups(path)
        return
    old = ds.dataset([str(path)], SCHEMAS[name], format="parquet")
    for batch in old.to_batches(batch_size=OLD_ROWS, batch_readahead=1, fragment_readahead=1):
        yield pa.table(batch)


def groups(path: Path, wanted: Sequence[str] | None = None) -> Iterator[pa.Table]:
    """The rows of a file, a row group at a time."""
    with pq.ParquetFile(path) as file:
        for number in range(file.num_row_groups):
            yield file.read_row_group(number, columns=list(wanted) if wanted else None)


def chosen(where: Where | None) -> pc.Expression | None:
    """The rows that are meant, None for all."""
    if where is None:
        return None
    name, values = where
    if not isinstance(values, pa.Array):
        values = pa.array(sorted(set(values)), pa.string())
    return ds.field(name).isin(values)


def stats(rows: int) -> str:
    """What the log of a table says of a file: nothing but the number of its rows, which is what readers count by."""
    return f'{{"numRecords":{rows}}}'


def renamed(files: Mapping[Path, int], folder: Path) -> dict[Path, int]:
    """The same files in another folder of the same disk."""
    return {path.replace(folder / path.name): rows for path, rows in files.items()}


def _column(path: Path, name: str) -> pa.Array:
    return pa.concat_arrays([*pq.read_table(path, columns=[name])[name].chunks, pa.array([], pa.string())])


def _any(found: pa.Array) -> bool:
    return bool(pc.any(found).as_py())
