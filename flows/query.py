"""SQL over the plain view, with DuckDB: each table is a view of its own name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from flows.warehouse import Warehouse
from transforms.errors import UsageError
from transforms.tables import PUBLIC


def query(warehouse: Warehouse, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Runs one query on the tables as of the last commit; gives the names of the columns and the rows.

    The query can read these tables and nothing else, and can write nothing. Raises `UsageError` where it is wrong.
    """
    view = warehouse.current()
    with duckdb.connect(":memory:") as connection:
        for name in PUBLIC:
            # The name is one of ours and the path is quoted.
            connection.execute(f"CREATE VIEW {name} AS SELECT * FROM {_files(view / name)}")  # noqa: S608
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"SET allowed_directories = [{_quoted(view)}]")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        try:
            found = connection.execute(sql)
            return [column[0] for column in found.description or ()], found.fetchall()
        except duckdb.Error as error:
            tables = ", ".join(PUBLIC)
            raise UsageError(f"the query can't be run: {error}\nThe tables are {tables}.") from error


def _files(folder: Path) -> str:
    """A table that has no rows yet may have no file either; DuckDB needs to be told its columns then."""
    return f"read_parquet({_quoted(folder / '*.parquet')}, union_by_name = true)"


def _quoted(path: Path) -> str:
    return "'" + path.as_posix().replace("'", "''") + "'"
