"""What a batch of dumps yields, on disk: the tables of a run before they are matched and committed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows import scratch
from transforms.errors import StorageError, WarehouseError, may_pass, way_out
from transforms.identity import place_of
from transforms.tables import COPIES, DUMPS, FILES, FORGOTTEN, OUTLINES, RESIDUE, VOTES

if TYPE_CHECKING:
    from transforms.describe.dates import Order

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
    "votes": VOTES,
    "forgotten": FORGOTTEN,
}
# Rows of so many bytes of dumps are held in memory before they are written; of short posts they take ten times as much.
HELD: Final = 16_000_000

# Rows on their way to disk: for each table a list of values a column, all of one length.
StagedRows = dict[str, dict[str, list[Any]]]


@dataclass(frozen=True, slots=True)
class StretchRead:
    """What a stretch of a large dump came to, in counts; `order` is that by which its dates were read.

    `proven` are a few dates that prove what all of its dates prove of that order.
    """

    n_chars: int
    n_copies: int
    n_residue: int
    n_hidden: int
    order: Order | None
    proven: tuple[str, ...]

    @property
    def pieces(self) -> int:
        """How many posts it has, hidden ones among them."""
        return self.n_copies + self.n_hidden


@dataclass(frozen=True, slots=True)
class Staged:
    """Where a batch lies and what it holds, in counts.

    `chunks` is the number of files a table; `bytes` are those of the dumps, unpacked; `rejected` has the
    reason for each path; `skipped` counts what was met in containers and is no dump, by kind. `stretch` is what a
    stretch of a dump came to, None where the batch was none or could not be read.
    """

    folder: str
    number: int
    dumps: int = 0
    bytes: int = 0
    copies: int = 0
    rejected: Mapping[str, str] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)
    chunks: int = 0
    stretch: StretchRead | None = None


def no_rows() -> StagedRows:
    """Empty columns for each table."""
    return {name: {column: [] for column in schema.names} for name, schema in STAGED.items()}


def add_row(rows: StagedRows, name: str, row: Mapping[str, Any]) -> None:
    """Adds one row to a table; a column of which it says nothing is null."""
    for column, values in rows[name].items():
        values.append(row.get(column))


class Chunks:
    """Writes the rows of one batch, chunk by chunk.

    A batch that is tried again overwrites what it wrote before; of an earlier try's further chunks nobody is told.
    """

    def __init__(self, folder: Path, number: int) -> None:
        self._folder, self._number = folder, number
        self._staged = Staged(str(folder), number)
        self._rows, self._held = no_rows(), 0
        self._rejected: dict[str, str] = {}
        self._skipped: Counter[str] = Counter()

    @property
    def folder(self) -> Path:
        """Where the chunks lie; it is gone when the run ends."""
        return self._folder

    @property
    def tally(self) -> tuple[int, int]:
        """How many dumps there are by now, and how many of them are rejected."""
        return self._staged.dumps, len(self._rejected)

    def add(self, rows: StagedRows, size: int = 0) -> None:
        """Takes rows that came from `size` bytes of a dump."""
        for name, columns in rows.items():
            for column, found in columns.items():
                self._rows[name][column] += found
        dumps = rows["dumps"]
        for status, path, member, error in zip(
            dumps["status"], dumps["path"], dumps["member"], dumps["error"], strict=True
        ):
            if status == "rejected":
                self._rejected[place_of(path, member)] = error
        staged = self._staged
        self._staged = replace(
            staged,
            dumps=staged.dumps + len(dumps["status"]),
            copies=staged.copies + len(rows["copies"]["copy_id"]),
            bytes=staged.bytes + size,
        )
        self._held += size
        if self._held >= HELD:
            self.flush()

    @contextmanager
    def together(self) -> Iterator[None]:
        """All that is added within counts, or, where it ends with an error, nothing of it."""
        self.flush()
        before = self._staged, dict(self._rejected)
        try:
            yield
        except BaseException:
            self._rows, self._held = no_rows(), 0
            self._staged, self._rejected = before
            raise

    def pass_over(self, kind: str) -> None:
        """Counts something that is no dump."""
        self._skipped[kind] += 1

    def close(self) -> Staged:
        """Writes what is left; says what there is."""
        if self._held or not self._staged.chunks or any(map(_length, self._rows.values())):
            self.flush()
        return replace(self._staged, rejected=self._rejected, skipped=dict(self._skipped))

    def flush(self) -> None:
        """Writes a chunk of what is held."""
        for name, schema in STAGED.items():
            columns = self._rows[name]
            table = pa.Table.from_arrays([_array(columns[field.name], field.type) for field in schema], schema=schema)
            with told(self._folder):
                scratch.put(table, _file(self._folder, self._number, self._staged.chunks, name))
        self._clear()

    def _clear(self) -> None:
        self._rows, self._held = no_rows(), 0
        self._staged = replace(self._staged, chunks=self._staged.chunks + 1)


def skipped(staged: Iterable[Staged]) -> dict[str, int]:
    """What all batches passed over, counted by kind."""
    counts: Counter[str] = Counter()
    for batch in staged:
        counts.update(batch.skipped)
    return dict(sorted(counts.items()))


def read(
    staged: Iterable[Staged],
    name: str,
    columns: Sequence[str] | None = None,
    dumps: Iterable[str] | None = None,
) -> pa.Table:
    """One table of all batches, in the order of their numbers; where `dumps` are named, of these alone."""
    wanted = None if dumps is None else pa.array(sorted(dumps), pa.string())
    tables = [_chosen(scratch.take(path), columns, wanted) for path in files(staged, name)]
    return pa.concat_tables(tables) if tables else _chosen(STAGED[name].empty_table(), columns)


def _chosen(table: pa.Table, columns: Sequence[str] | None, dumps: pa.Array | None = None) -> pa.Table:
    chosen = table.select(list(columns)) if columns else table
    return chosen if dumps is None else chosen.filter(pc.is_in(table["dump_id"], value_set=dumps))


def files(staged: Iterable[Staged], name: str) -> list[Path]:
    """The files of one table, in the order of their numbers; those of `copies` and `bodies` go together, row by row."""
    return [
        _file(Path(batch.folder), batch.number, chunk, name)
        for batch in sorted(staged, key=lambda batch: batch.number)
        for chunk in range(batch.chunks)
    ]


def _length(columns: Mapping[str, Sequence[Any]]) -> int:
    return max(map(len, columns.values()))


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    """A column; one whose lists are arrays already goes without a look at each number."""
    if values and pa.types.is_list(kind) and all(isinstance(value, np.ndarray) for value in values):
        offsets = np.cumsum([0, *map(len, values)], dtype=np.int32)
        return pa.ListArray.from_arrays(offsets, pa.array(np.concatenate(values), kind.value_type), type=kind)
    return pa.array(values, kind)


def _file(folder: Path, number: int, chunk: int, name: str) -> Path:
    return folder / f"{number:06d}-{chunk:06d}.{name}{scratch.SUFFIX}"


@contextmanager
def told(folder: Path | str) -> Iterator[None]:
    """Says failures to write in the staging folder in winnow's own words. Raises `WarehouseError`."""
    try:
        yield
    except OSError as error:
        said = f"can't write in {folder}: {error.strerror or error}; nothing was committed, {way_out(error)}"
        raise (StorageError if may_pass(error) else WarehouseError)(said) from error
