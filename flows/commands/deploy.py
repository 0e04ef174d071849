"""`winnow deploy`: leaves runs on a schedule to the workers of a Prefect work pool."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from flows.commands.app import DEFAULT_WAREHOUSE, WarehouseOption, app, told
from flows.commands.scheduling import (
    WAIT,
    Chosen,
    Cron,
    Exclude,
    Field,
    Include,
    Interval,
    Name,
    Sources,
    Timezone,
    Wait,
)
from flows.terminal import plain


@app.command()
def deploy(  # noqa: PLR0913, PLR0917 - each is an option, and typer passes them by name
    pool: Annotated[str, typer.Option(metavar="NAME", help="The work pool whose workers run it.")],
    sources: Sources = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    cron: Cron = None,
    interval: Interval = None,
    timezone: Timezone = None,
    name: Name = None,
    include: Include = None,
    exclude: Exclude = None,
    field: Field = None,
    wait: Wait = WAIT,
    yaml: Annotated[  # noqa: FBT002 - typer's way to a flag
        bool, typer.Option("--yaml", help="Print a prefect.yaml for `prefect deploy --all` and register nothing.")
    ] = False,
) -> None:
    """Register the ingestion as a deployment for the workers of a Prefect work pool.

    Sources and warehouse are paths as the workers see them; winnow must be installed where they run. Exit status:
    0 done, 2 wrong use or the API can't be reached; then nothing was registered.
    """
    from flows import deployed  # noqa: PLC0415 - importing Prefect takes a second
    from flows.summary import console  # noqa: PLC0415

    chosen = Chosen(sources, warehouse, name, cron, interval, timezone, include, exclude, field, wait)
    with told():
        plan = chosen.plan()
        if yaml:
            typer.echo(deployed.as_yaml(plan, pool), nl=False)
            return
        deployed.deploy(plan, pool)
    said = f"deployed {plan.full_name} to the pool {pool}: {plan.timing}"
    console.print(escape(plain(said)), highlight=False, soft_wrap=True)
