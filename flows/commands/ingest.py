"""`winnow ingest`: reads what is new and brings the tables up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from flows.commands.app import (
    DEFAULT_SOURCE,
    DEFAULT_WAREHOUSE,
    DONE,
    SOME_REJECTED,
    WarehouseOption,
    app,
    errors,
    told,
)
from flows.terminal import plain

if TYPE_CHECKING:
    from flows.pipeline import Request, Summary


def _field(what: str) -> Any:  # noqa: ANN401 - typer's own type
    """An option that names a field of rows."""
    return typer.Option(
        metavar="NAME",
        help=f"The field of rows (JSONL, CSV, Parquet) that holds {what}; may be given again, best first.",
        rich_help_panel="Fields of rows",
    )


@app.command()
def ingest(  # noqa: PLR0913, PLR0917 - each is an option, and typer passes them by name
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SOURCE",
            help="Folders of dumps, or single files.  [default: raw]",
            show_default=False,
        ),
    ] = None,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    include: Annotated[
        list[str] | None,
        typer.Option(metavar="GLOB", help="Read only files whose path or name matches; may be given again."),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            metavar="GLOB",
            help="Pass over files whose path or name matches.  [default: README.md]",
            show_default=False,
        ),
    ] = None,
    wait: Annotated[
        str, typer.Option(metavar="TIME", help="Wait so long (90, 10m, 2h) where another run holds the warehouse.")
    ] = "0",
    text_field: Annotated[list[str] | None, _field("the text of a post")] = None,
    title_field: Annotated[list[str] | None, _field("its title")] = None,
    author_field: Annotated[list[str] | None, _field("its author")] = None,
    date_field: Annotated[list[str] | None, _field("the date of its publication")] = None,
    url_field: Annotated[list[str] | None, _field("its address")] = None,
    tags_field: Annotated[list[str] | None, _field("its tags")] = None,
    id_field: Annotated[list[str] | None, _field("what names it among the rows")] = None,
) -> None:
    """Read new dumps and bring the tables up to date.

    A file that was read before and has not changed is not read again. Exit status: 0 done, 1 done but some dumps were
    rejected (they are listed), 2 wrong use or nothing could be done.
    """
    from flows.landing import EXCLUDED  # noqa: PLC0415 - the imports behind these take a second
    from flows.pipeline import Request  # noqa: PLC0415
    from flows.summary import print_summary  # noqa: PLC0415
    from flows.timing import seconds_of  # noqa: PLC0415
    from transforms.split.fields import Asked  # noqa: PLC0415

    with told():
        fields = Asked(
            text=tuple(text_field or ()),
            title=tuple(title_field or ()),
            author=tuple(author_field or ()),
            published=tuple(date_field or ()),
            url=tuple(url_field or ()),
            tags=tuple(tags_field or ()),
            id=tuple(id_field or ()),
        )
    request = Request(
        sources=tuple(sources or [DEFAULT_SOURCE]),
        warehouse=warehouse,
        include=tuple(include or ()),
        exclude=EXCLUDED if exclude is None else tuple(exclude),
        fields=fields,
    )
    with told():
        summary = _run(request, seconds_of(wait))
    print_summary(summary, request)
    raise typer.Exit(SOME_REJECTED if summary.rejected else DONE)


def _run(request: Request, wait: float) -> Summary:
    """Runs at once in processes of its own, or as a tracked flow run where a Prefect API is configured."""
    from flows import tracked  # noqa: PLC0415 - decides by the environment alone, without importing Prefect

    if tracked.wanted():
        from flows.ingest import run_flow  # noqa: PLC0415 - importing Prefect takes a second

        return run_flow(request, wait)
    from flows.lock import Patience  # noqa: PLC0415
    from flows.progress import shown  # noqa: PLC0415
    from flows.recorded import run_recorded  # noqa: PLC0415

    def tell(said: str) -> None:
        errors.print(escape(plain(said)), highlight=False, soft_wrap=True)

    with shown(errors) as each:
        return run_recorded(request, each, Patience(wait, tell))
