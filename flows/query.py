"""SQL over the plain view, with DuckDB: each table is a view of its own name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import duckdb

from flows.warehouse import Warehouse
from transforms.errors import UsageError, WarehouseError
from transforms.tables import PUBLIC

TABLES = ", ".join(PUBLIC)
Row = dict[str, Any]


class Ask(Protocol):
    """Asks the tables: a SELECT with a `?` for each of the values; gives its rows by the names of their columns."""

    def __call__(self, sql: str, *values: object) -> list[Row]:
        """Runs one query. Raises `UsageError` where it is wrong."""
        ...


def query(warehouse: Warehouse, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Runs one query on the tables as of the last commit; gives the names of the columns and the rows.

    The query can read these tables and nothing else, and can write nothing. Raises `UsageError` where it is wrong.
    """
    statement = _only_select(sql)
    with duckdb.connect(":memory:") as connection:
        _show_tables(connection, warehouse.current())
        with _told():
            found = connection.execute(statement)
            return [column[0] for column in found.description], found.fetchall()


@contextmanager
def asking(warehouse: Warehouse) -> Iterator[Ask]:
    """Opens the tables as of the last commit for several questions, all answered from the same commit."""
    with duckdb.connect(":memory:") as connection:
        _show_tables(connection, warehouse.current())

        def ask(sql: str, *values: object) -> list[Row]:
            with _told():
                found = connection.execute(sql, list(values))
                names = [column[0] for column in found.description]
                return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

        yield ask


def _only_select(sql: str) -> duckdb.Statement:
    """The one statement in `sql`. All but SELECT is refused: COPY and ATTACH could write beside the tables."""
    with _told():
        statements = duckdb.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise UsageError(f"give one SELECT over the tables {TABLES}")
    return statements[0]


def _show_tables(connection: duckdb.DuckDBPyConnection, view: Path) -> None:
    """Makes each table a view, and closes all other doors."""
    try:
        for name in PUBLIC:
            # The name is one of ours and the path is quoted.
            connection.execute(f"CREATE VIEW {name} AS FROM read_parquet({_quoted(view / name / '*.parquet')})")
    except duckdb.Error as error:
        raise WarehouseError(f"the tables in {view} can't be read: {error}") from error
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"SET allowed_directories = [{_quoted(view)}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise UsageError(f"the query can't be run: {error}\nThe tables are {TABLES}.") from error


def _quoted(path: Path) -> str:
    return "'" + path.as_posix().replace("'", "''") + "'"
