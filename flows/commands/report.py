"""`winnow report`: the tables as one page to look at."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.app import DEFAULT_WAREHOUSE, AtOption, WarehouseOption, app, told


@app.command()
def report(
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="FILE", help="The page to write, whole or not at all; - is standard output."
        ),
    ] = Path("report.html"),
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    at: AtOption = None,
) -> None:
    """Write one page of HTML that shows what is in the tables: it needs no network and holds everything it shows.

    What came in, posts over time, languages, encodings and repairs, duplicates with their differences, boundaries with
    their evidence, rejects, quality signals, runs, and posts to search.
    """
    from flows.report import STANDARD_OUTPUT  # noqa: PLC0415 - the imports behind these take a second
    from flows.report import report as write  # noqa: PLC0415
    from flows.snapshots import at as as_of  # noqa: PLC0415
    from flows.summary import print_reported  # noqa: PLC0415
    from flows.warehouse import Warehouse  # noqa: PLC0415

    with told():
        size = write(as_of(Warehouse.open(warehouse), at), output)
    if output != STANDARD_OUTPUT:
        print_reported(output, size)
