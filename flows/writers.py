"""Rows written for other programs: CSV, JSON, JSON lines and Parquet, a batch at a time.

In CSV and JSON, moments are ISO 8601, bytes base64, lists and fields of structs JSON; what JSON has no word for
(infinity, not a number) is null. All text is UTF-8.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

Writer = Callable[[pa.RecordBatchReader, BinaryIO], int]

# What makes a spreadsheet take a cell for a formula, when it stands first; the wide forms do so in some languages.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# A row group is closed when it holds as much, so that writing never holds more.
GROUP_BYTES: Final = 64_000_000


def write_csv(rows: pa.RecordBatchReader, to: BinaryIO, *, formulas: bool = False) -> int:
    """Writes rows with a header; gives their number.

    A text that a spreadsheet would take for a formula gets a `'` in front, but with `formulas`.
    """
    cell = _cell if formulas else _safe_cell
    count = 0
    with _text(to) as handle:
        writer = csv.writer(handle)
        writer.writerow([cell(name) for name in rows.schema.names])
        for batch in rows:
            writer.writerows(zip(*([cell(value) for value in column] for column in _columns(batch)), strict=True))
            count += batch.num_rows
    return count


def write_jsonl(rows: pa.RecordBatchReader, to: BinaryIO) -> int:
    """Writes each row as a JSON object on a line of its own; gives their number."""
    count = 0
    with _text(to) as handle:
        for row in _objects(rows):
            handle.write(json_of(row) + "\n")
            count += 1
    return count


def write_json(rows: pa.RecordBatchReader, to: BinaryIO) -> int:
    """Writes one JSON array of an object for each row; gives their number."""
    count = 0
    with _text(to) as handle:
        handle.write("[")
        for row in _objects(rows):
            handle.write(("\n" if not count else ",\n") + json_of(row))
            count += 1
        handle.write("\n]\n" if count else "]\n")
    return count


def write_parquet(rows: pa.RecordBatchReader, to: BinaryIO) -> int:
    """Writes a Parquet file with row groups of about 64 MB in memory; gives the number of rows."""
    count = 0
    with pq.ParquetWriter(to, rows.schema, compression="zstd") as writer:
        for table in _grouped(rows):
            writer.write_table(table)
            count += table.num_rows
    return count


WRITERS: Final[Mapping[str, Writer]] = {
    "csv": write_csv,
    "json": write_json,
    "jsonl": write_jsonl,
    "parquet": write_parquet,
}


def json_of(value: object) -> str:
    """A value as JSON on one line.

    >>> json_of({"a": [1, None, float("nan")], "b": date(2020, 1, 2), "c": Decimal("7")})
    '{"a": [1, null, null], "b": "2020-01-02", "c": 7}'
    """
    return json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: Any) -> Any:  # noqa: ANN401, PLR0911 - any value of a table; one line a kind
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case datetime() | date() | time():
            return value.isoformat().replace("+00:00", "Z")
        case bytes():
            return base64.b64encode(value).decode("ascii")
        case dict():
            return {str(name): _plain(part) for name, part in value.items()}
        case list() | tuple():
            return [_plain(part) for part in value]
    return str(value)


def _cell(value: Any) -> str | int | float:  # noqa: ANN401 - as above
    """A value as a cell of CSV."""
    if value is None:
        return ""
    plain = value if isinstance(value, float) else _plain(value)
    if isinstance(plain, bool | list | dict):
        return json.dumps(plain, ensure_ascii=False)
    return plain if isinstance(plain, str | int | float) else ""


def _safe_cell(value: Any) -> str | int | float:  # noqa: ANN401 - as above
    r"""The same, so that no spreadsheet takes a text for a formula.

    >>> [_safe_cell(value) for value in ("=1+1", "a = b", -1, "-1")]
    ["'=1+1", 'a = b', -1, "'-1"]
    """
    cell = _cell(value)
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def _columns(batch: pa.RecordBatch) -> Iterator[list[Any]]:
    """The values of each column. Python knows no nanoseconds, so moments are cut to microseconds."""
    for column in batch.columns:
        kind = column.type
        if pa.types.is_timestamp(kind) and kind.unit == "ns":
            column = column.cast(pa.timestamp("us", kind.tz), safe=False)  # noqa: PLW2901 - the same values
        yield column.to_pylist()


def _objects(rows: pa.RecordBatchReader) -> Iterator[dict[str, Any]]:
    names = rows.schema.names
    for batch in rows:
        for values in zip(*_columns(batch), strict=True):
            yield dict(zip(names, values, strict=True))


def _grouped(rows: pa.RecordBatchReader) -> Iterator[pa.Table]:
    """The rows in tables that are each large enough for a row group."""
    held: list[pa.RecordBatch] = []
    for batch in rows:
        held.append(batch)
        if sum(each.nbytes for each in held) >= GROUP_BYTES:
            yield pa.Table.from_batches(held)
            held = []
    if held:
        yield pa.Table.from_batches(held)


@contextmanager
def _text(to: BinaryIO) -> Iterator[io.TextIOWrapper]:
    """The stream as one of text, left open for its owner."""
    handle = io.TextIOWrapper(to, encoding="utf-8", newline="")
    try:
        yield handle
    finally:
        handle.detach()
