"""`winnow verify`: proves that nothing was lost."""

from __future__ import annotations

import typer

from flows.commands.app import DEFAULT_WAREHOUSE, DONE, SOMETHING_WRONG, WarehouseOption, app, told


@app.command()
def verify(warehouse: WarehouseOption = DEFAULT_WAREHOUSE) -> None:
    """Prove that nothing was lost: read every dump again and hold it against the tables.

    Raw files that are gone or have other bytes by now are listed; they can't be checked. Exit status: 0 all is well,
    1 something is wrong (it is listed), 2 wrong use or nothing could be done.
    """
    from flows import verify as verification  # noqa: PLC0415 - the imports behind these take a second
    from flows.summary import print_verdict  # noqa: PLC0415
    from flows.warehouse import Warehouse  # noqa: PLC0415

    with told():
        verdict = verification.verify(Warehouse.open(warehouse))
    print_verdict(verdict)
    raise typer.Exit(SOMETHING_WRONG if verdict.problems else DONE)
