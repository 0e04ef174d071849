"""`winnow serve`: ingests on a schedule, from this process."""

from __future__ import annotations

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
def serve(  # noqa: PLR0913, PLR0917 - each is an option, and typer passes them by name
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
) -> None:
    """Ingest on a schedule, as runs of the Prefect API that PREFECT_API_URL names, until it is stopped.

    Without --cron or --interval it runs when the Prefect UI or `prefect deployment run` asks it to. Exit status: 0 it
    was stopped, 2 wrong use or the API can't be reached.
    """
    from flows.deployed import serve as run_until_stopped  # noqa: PLC0415 - importing Prefect takes a second
    from flows.summary import console  # noqa: PLC0415

    def tell(said: str) -> None:
        console.print(escape(plain(said)), highlight=False, soft_wrap=True)

    chosen = Chosen(sources, warehouse, name, cron, interval, timezone, include, exclude, field, wait)
    with told():
        run_until_stopped(chosen.plan(), tell)
