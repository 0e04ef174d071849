"""SQL over the tables, with DuckDB: each table is a view of its own name."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import duckdb
import pyarrow as pa

from flows.warehouse import Warehouse
from transforms.errors import UsageError, WarehouseError
from transforms.tables import PUBLIC, SCHEMAS

TABLES: Final = ", ".join(PUBLIC)
# Rows of an answer held at once: what DuckDB itself works on.
BATCH_ROWS: Final = 2048
Row = dict[str, Any]


class Ask(Protocol):
    """Asks the tables: a SELECT with a `?` for each of the values; gives its rows by the names of their columns."""

    def __call__(self, sql: str, *values: object) -> list[Row]:
        """Runs one query. Raises `UsageError` where it is wrong."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a query, read once: the names of its columns, and either its rows or Arrow batches of them."""

    _found: duckdb.DuckDBPyRelation | None

    @property
    def columns(self) -> list[str]:
        """The names of the columns; none where a statement was run that answers nothing."""
        return [] if self._found is None else list(self._found.columns)

    def rows(self) -> list[tuple[Any, ...]]:
        """All rows, as Python has them."""
        with _told():
            return [] if self._found is None else self._found.fetchall()

    def batches(self) -> pa.RecordBatchReader:
        """The rows as they are found, a few thousand at a time."""
        if self._found is None:
            return pa.RecordBatchReader.from_batches(pa.schema([]), [])
        with _told():
            reader = self._found.to_arrow_reader(BATCH_ROWS)
        return pa.RecordBatchReader.from_batches(reader.schema, _watched(reader))


@contextmanager
def answered(warehouse: Warehouse, sql: str, *, files: bool = False, **others: Warehouse) -> Iterator[Answer]:
    """Runs one query on the tables as of the last commit, or as of the run at which the warehouse was opened.

    The query can read these tables and nothing else, and can write nothing, but with `files`, which opens the file
    system to it; `others` are as in `asking`. Raises `UsageError` where it is wrong, here or when the rows are read.
    """
    statement = _only_one(sql) if files else _only_select(sql)
    with _opened(warehouse, others, files=files) as connection:
        with _told():
            found = connection.sql(statement)
        yield Answer(found)


def query(warehouse: Warehouse, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Runs one query as `answered` does; gives the names of the columns and the rows."""
    with answered(warehouse, sql) as answer:
        return answer.columns, answer.rows()


@contextmanager
def asking(warehouse: Warehouse, **others: Warehouse) -> Iterator[Ask]:
    """Opens the tables for several questions, all answered from the same commit.

    The tables of `others` stand in schemas of these names: `asking(now, before=then)` knows `before.posts`.
    """
    with _opened(warehouse, others) as connection:

        def ask(sql: str, *values: object) -> list[Row]:
            with _told():
                found = connection.execute(sql, list(values))
                names = [column[0] for column in found.description]
                return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

        yield ask


def condition(sql: str) -> str:
    """A condition for WHERE, as DuckDB reads it. Raises `UsageError` where it is not one expression."""
    with _told():
        return str(duckdb.SQLExpression(sql))


@contextmanager
def _opened(
    warehouse: Warehouse, others: Mapping[str, Warehouse] | None = None, *, files: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that knows the tables and has all other doors closed; what does not fit in memory goes to disk."""
    with tempfile.TemporaryDirectory(prefix="winnow-") as spill, duckdb.connect(":memory:") as connection:
        open_to = _show_tables(connection, warehouse)
        for schema, other in (others or {}).items():
            connection.execute(f"CREATE SCHEMA {schema}")
            open_to += _show_tables(connection, other, schema)
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"SET temp_directory = {_quoted(spill)}")
        connection.execute("SET python_enable_replacements = false")
        # Nothing is fetched from the net when winnow runs.
        connection.execute("SET autoinstall_known_extensions = false")
        if not files:
            connection.execute(f"SET allowed_paths = [{', '.join(open_to)}]")
            connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection


def _only_one(sql: str) -> duckdb.Statement:
    with _told():
        statements = duckdb.extract_statements(sql)
    if len(statements) != 1:
        raise UsageError(f"give one statement over the tables {TABLES}")
    return statements[0]


def _only_select(sql: str) -> duckdb.Statement:
    """The one statement in `sql`. All but SELECT is refused: COPY and ATTACH could write beside the tables."""
    with _told():
        statements = duckdb.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise UsageError(f"give one SELECT over the tables {TABLES}")
    return statements[0]


def _show_tables(connection: duckdb.DuckDBPyConnection, warehouse: Warehouse, schema: str = "main") -> list[str]:
    """Makes each table a view; gives the paths of their files, quoted.

    Files of one table may have been written with fewer fields by an older winnow: these are null then.
    """
    shown = {name: [_quoted(path) for path in paths] for name, paths in warehouse.shown().items()}
    for name, paths in shown.items():
        until = f" WHERE run_id <= '{warehouse.as_of}'" if name == "runs" and warehouse.as_of else ""
        made = f"read_parquet([{', '.join(paths)}], union_by_name = true){until}"
        try:
            if not paths:
                made = f"none_of_{schema}_{name}"
                connection.register(made, SCHEMAS[name].empty_table())
            # The names are ours and the paths are quoted.
            connection.execute(f"CREATE VIEW {schema}.{name} AS FROM {made}")
        except duckdb.Error as error:
            raise WarehouseError(f"the table {name} in {warehouse.place} can't be read: {error}") from error
    return [path for paths in shown.values() for path in paths]


def _watched(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    with _told():
        yield from reader


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise UsageError(f"the query can't be run: {error}\nThe tables are {TABLES}.") from error


def _quoted(path: Path | str) -> str:
    return "'" + Path(path).as_posix().replace("'", "''") + "'"
