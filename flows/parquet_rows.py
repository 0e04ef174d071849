"""The rows of a Parquet file as JSON Lines, batch by batch: one row is one line.

Parquet has no text that offsets could count in, so its text is this rendering: `start` and `end` of a copy count its
characters, and `byte_start` and `byte_end` are those of the row group in the file that holds the row.
"""

from __future__ import annotations

import io
import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from flows.containers.streams import Limits
from transforms.decode import Charset
from transforms.errors import DumpError, FieldError, RefusedError
from transforms.split.fields import INNER, LONGEST_NAME, NAMES_SHOWN, FieldNames, columns_of, has_asked, without_asked

MAGIC: Final = b"PAR1"
CHARSET: Final = Charset("utf-8", 1.0, "Parquet states its strings to be UTF-8", "utf-8")
# Rows rendered at once.
ROWS: Final = 500
# Bytes that the values of a column may come to in one batch: a dictionary holds each once, and rows only point at it.
BATCH_BYTES: Final = 32_000_000
# How a dictionary page begins (Thrift, compact): fields 1 to 2 are numbers, the first is 2 for such a page.
DICTIONARY_PAGE: Final = re.compile(rb"\x15\x04\x15([\x80-\xff]{0,4}[\x00-\x7f])")
# The limits of what is unpacked hold here too: a row group of a kilobyte can stand for a terabyte.
LIMITS: Final = Limits()
# Bytes of a column that are read at once; otherwise it would be all that a row group has of it.
BUFFER: Final = 1 << 20
# What the library raises on damage; a codec that fails and a bad length come as OSError.
DAMAGE: Final = (pa.ArrowException, OSError, ValueError, OverflowError, UnicodeError)
# What is raised for a value that Python has no word for; an unknown zone is a KeyError.
BEYOND_PYTHON: Final = (pa.ArrowException, ValueError, OverflowError, KeyError)

Span = tuple[int, int]


class ParquetRows:
    """A Parquet file, read row group by row group. `damage` says what could not be read, by row group, from 1."""

    def __init__(self, file: BinaryIO) -> None:
        """Opens it; raises `DumpError` where its footer can't be read."""
        try:
            self._bytes, self._most = file, max(LIMITS.floor, LIMITS.ratio * file.seek(0, io.SEEK_END))
            self._file = pq.ParquetFile(pa.PythonFile(file, mode="r"), buffer_size=BUFFER)
            schema = self._file.schema_arrow
            self._schema = pa.schema([field.with_type(_in_microseconds(field.type)) for field in schema])
        except DAMAGE as error:
            said = f"a Parquet file whose footer can't be read ({_first_line(error)}); it is cut off or damaged"
            raise DumpError(said) from error
        self.damage: dict[int, str] = {}
        # Where each row group lies; known once it is read.
        self._groups: list[Span] = [(0, 0)] * self._file.num_row_groups
        # With how many characters of the rendering each row group ends.
        self._ends: list[int] = []

    def insist_on_text(self, names: FieldNames) -> None:
        """Raises `DumpError` where no column can be the text."""
        columns = {key: kind for field in self._file.schema_arrow for key, kind in _columns(field)}
        if names.asked and not has_asked(dict.fromkeys(columns), names):
            raise without_asked(names, columns)
        if not any(_is_text(columns[key]) for key in columns_of(tuple(columns), names)[0]):
            shown = ", ".join(key[:LONGEST_NAME] for key in list(columns)[:NAMES_SHOWN])
            raise FieldError(
                f"no column of this table is known to hold the text (columns: {shown}); name it with --text-field"
            )

    def blocks(self) -> Iterator[bytes]:
        """The rendering, in UTF-8. What can't be read of a row group is passed over and noted.

        Raises `RefusedError` where it swells without end.
        """
        self._ends, self.damage = [], {}
        done = 0
        for number in range(self._file.num_row_groups):
            try:
                if not self._begins_well(number):
                    self._ends.append(done)
                    continue
                self._groups[number] = self._span_of(number)
                rows = self._rows_at_once(number)
                for batch in self._file.iter_batches(rows, row_groups=[number], use_threads=False):
                    text = "".join(map(_line, _rows(batch.cast(self._schema, safe=False))))
                    done += len(text)
                    if done > self._most:
                        raise RefusedError(
                            f"its rows come to more than {LIMITS.ratio} times its size, as a decompression bomb does; "
                            "write it anew without dictionaries if it is none"
                        )
                    yield text.encode("utf-8", "replace")
            except DAMAGE as error:
                self.damage[number + 1] = f"row group {number + 1} is damaged ({_first_line(error)}); get the file anew"
            self._ends.append(done)

    def byte_spans(self, starts: Sequence[int]) -> tuple[Span, ...]:
        """The bytes of the row groups in which characters of the rendering stand."""
        return tuple(self._groups[bisect_right(self._ends, start)] for start in starts)

    def _begins_well(self, group: int) -> bool:
        """Whether a row group has rows, the first of which can be read. Raises what the library does of damage.

        It comes before any look at `metadata.column`: on some damage that one ends the whole process, where reading
        raises. (So it does where the sizes of a column contradict each other.)
        """
        said, columns = self._file.metadata.row_group(group).num_columns, self._file.metadata.num_columns
        if said != columns:
            raise ValueError(f"it has {said} columns where the table has {columns}")
        return any(batch.num_rows for batch in self._file.iter_batches(1, row_groups=[group], use_threads=False))

    def _rows_at_once(self, group: int) -> int:
        """As many rows as are sure to fit, whichever values of the dictionaries they point at."""
        metadata = self._file.metadata.row_group(group)
        columns = [metadata.column(number) for number in range(metadata.num_columns)]
        largest = max((self._dictionary_bytes(column) for column in columns if column.has_dictionary_page), default=0)
        return max(1, min(ROWS, BATCH_BYTES // max(1, largest)))

    def _dictionary_bytes(self, column: pq.ColumnChunkMetaData) -> int:
        """The size of a dictionary when it is unpacked, as its page says; else the most that it can be."""
        self._bytes.seek(column.dictionary_page_offset)
        found = DICTIONARY_PAGE.match(self._bytes.read(16))
        if not found:
            return int(column.total_uncompressed_size)
        return int(sum((byte & 0x7F) << 7 * place for place, byte in enumerate(found[1]))) >> 1

    def _span_of(self, group: int) -> Span:
        metadata = self._file.metadata.row_group(group)
        columns = [metadata.column(number) for number in range(metadata.num_columns)]
        pages = [at for column in columns for at in (column.dictionary_page_offset, column.data_page_offset)]
        begin = min((at for at in pages if at is not None), default=0)
        return begin, begin + sum(column.total_compressed_size for column in columns)


def _columns(field: pa.Field) -> Iterator[tuple[str, pa.DataType]]:
    """A column, and those inside the one in which exports keep what they know of a post."""
    yield field.name, field.type
    if field.name in INNER and pa.types.is_struct(field.type):
        yield from ((inner.name, inner.type) for inner in field.type)


def _is_text(kind: pa.DataType) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return any(
        is_kind(kind)
        for is_kind in (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
    )


def _in_microseconds(kind: pa.DataType) -> pa.DataType:
    """The type with moments that Python can hold: nanoseconds, in which nobody posts, are cut off."""
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        return pa.timestamp("us", kind.tz)
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_in_microseconds(field.type)) for field in kind])
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return (pa.list_ if pa.types.is_list(kind) else pa.large_list)(_in_microseconds(kind.value_type))
    return kind


def _rows(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    """The rows of a batch as Python holds them, value by value where it can't hold all of them."""
    try:
        rows: list[dict[str, Any]] = batch.to_pylist()
    except BEYOND_PYTHON:
        columns = [[_value(column.slice(row, 1)) for row in range(len(column))] for column in batch.columns]
        return [dict(zip(batch.schema.names, row, strict=True)) for row in zip(*columns, strict=True)]
    return rows


def _value(one: pa.Array) -> Any:  # noqa: ANN401 - whatever a column holds
    """The only value of an array; a moment beyond the years 1 to 9999 or in a zone that nobody knows as Arrow has it.

    >>> _value(pa.array([2**62], pa.timestamp("us", "Europe/Paris")))
    '17036-07-06 15:00:27.387904+0100'
    >>> _value(pa.array([60], pa.timestamp("s", "Nowhere"))), _value(pa.array([[2**31 - 1]], pa.list_(pa.date32())))
    ('60', None)
    """
    try:
        return one.to_pylist()[0]
    except BEYOND_PYTHON:
        pass
    for kind in (pa.string(), pa.int64()):
        try:
            return str(one.cast(kind).to_pylist()[0])
        except BEYOND_PYTHON:
            continue
    return None


def _line(row: dict[str, Any]) -> str:
    try:
        return json.dumps(row, ensure_ascii=False, default=_plain) + "\n"
    except (TypeError, ValueError):  # keys that are no strings
        return json.dumps(_stringed(row), ensure_ascii=False, default=str) + "\n"


def _stringed(value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    if isinstance(value, dict):
        return {str(key): _stringed(inner) for key, inner in value.items()}
    return [_stringed(inner) for inner in value] if isinstance(value, list | tuple) else value


def _plain(value: object) -> object:
    """A value that JSON has no word for: moments as ISO 8601 writes them, bytes as text where they are text."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return None
    return str(value) if isinstance(value, Decimal | timedelta) else repr(value)


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:200] or type(error).__name__
