"""`winnow show`: one post with its copies, or one dump."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.commands.app import DEFAULT_WAREHOUSE, AtOption, WarehouseOption, app, told


@app.command()
def show(
    name: Annotated[
        str,
        typer.Argument(
            metavar="POST_ID|DUMP",
            help="A post's id; or a dump's path, the end of its path, or its id. A unique beginning of an id will do.",
        ),
    ],
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    at: AtOption = None,
    boundaries: Annotated[  # noqa: FBT002 - typer's way to a flag
        bool, typer.Option("--boundaries", help="Print the dump from start to end, with the evidence for each start.")
    ] = False,
    full: Annotated[bool, typer.Option("--full", help="Leave nothing out of long texts and lists.")] = False,  # noqa: FBT002 - as above
) -> None:
    """Show a post with its copies, or what a dump was taken for, and why."""
    from flows.show import Asked  # noqa: PLC0415 - the imports behind these take a second
    from flows.show import show as print_shown  # noqa: PLC0415
    from flows.snapshots import at as as_of  # noqa: PLC0415
    from flows.warehouse import Warehouse  # noqa: PLC0415

    with told():
        print_shown(as_of(Warehouse.open(warehouse), at), Asked(name, boundaries, full))
