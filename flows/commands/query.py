"""`winnow query`: SQL over the tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.app import DEFAULT_WAREHOUSE, AtOption, FormOption, WarehouseOption, app, told


@app.command()
def query(  # noqa: PLR0913, PLR0917 - each is an option, and typer passes them by name
    sql: Annotated[
        str, typer.Argument(metavar="SQL", help="A query over the tables posts, copies, dumps, residue and runs.")
    ],
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    form: FormOption = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write the answer to a file, whole or not at all."),
    ] = None,
    at: AtOption = None,
    csv: Annotated[bool, typer.Option("--csv", help="The same as --format csv.")] = False,  # noqa: FBT002 - typer's way to a flag
    formulas: Annotated[  # noqa: FBT002 - as above
        bool,
        typer.Option(
            "--formulas", help="CSV: leave cells that begin like a formula as they are, without a ' in front."
        ),
    ] = False,
    files: Annotated[  # noqa: FBT002 - as above
        bool,
        typer.Option("--allow-files", help="Let the query read and write files besides the tables (COPY, read_csv)."),
    ] = False,
) -> None:
    """Ask the tables a question in SQL (DuckDB's dialect).

    The query can only read, and only the tables. Text in CSV that a spreadsheet would take for a formula (it begins
    with =, +, -, @, a tab or the end of a line) gets a ' in front.
    """
    from flows.answers import Question, answer  # noqa: PLC0415 - the imports behind these take a second
    from flows.warehouse import Warehouse  # noqa: PLC0415
    from transforms.errors import UsageError  # noqa: PLC0415

    with told():
        if csv and form not in {None, "csv"}:
            raise UsageError(f"--csv and --format {form} can't both be; give one of them")
        question = Question(sql, "csv" if csv else form, output, at, files=files, formulas=formulas)
        answer(Warehouse.open(warehouse), question)
