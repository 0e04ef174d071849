"""`winnow history`: the runs, and what differs between two of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.app import DEFAULT_WAREHOUSE, FormOption, WarehouseOption, app, told


@app.command()
def history(
    runs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RUN [RUN2]]",
            help="One run for what it changed, two for what differs between them: an id or its beginning, first, last, "
            "or a moment.",
            show_default=False,
        ),
    ] = None,
    form: FormOption = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it to a file, whole or not at all.")
    ] = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
) -> None:
    """List the runs, or the posts that were added, changed, joined to another or taken out between two of them."""
    from flows.history import Asked  # noqa: PLC0415 - the imports behind these take a second
    from flows.history import history as tell  # noqa: PLC0415
    from flows.warehouse import Warehouse  # noqa: PLC0415

    with told():
        tell(Warehouse.open(warehouse), Asked(tuple(runs or ()), form, output))
