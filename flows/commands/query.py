"""`winnow query`: SQL over the tables."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.commands.app import DEFAULT_WAREHOUSE, WarehouseOption, app, told


@app.command()
def query(
    sql: Annotated[
        str, typer.Argument(metavar="SQL", help="A query over the tables posts, copies, dumps, residue and runs.")
    ],
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    csv: Annotated[bool, typer.Option("--csv", help="Print comma-separated values instead of a table.")] = False,  # noqa: FBT002 - typer's way to a flag
) -> None:
    """Ask the tables a question in SQL (DuckDB's dialect)."""
    from flows.query import query as ask  # noqa: PLC0415 - the imports behind these take a second
    from flows.summary import print_csv, print_rows  # noqa: PLC0415
    from flows.warehouse import Warehouse  # noqa: PLC0415

    with told():
        columns, rows = ask(Warehouse.open(warehouse), sql)
    (print_csv if csv else print_rows)(columns, rows)
