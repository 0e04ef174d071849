"""`winnow ingest`: reads what is new and brings the tables up to date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from flows.commands.app import (
    DEFAULT_SOURCE,
    DEFAULT_WAREHOUSE,
    DONE,
    SOME_REJECTED,
    WaitOption,
    WarehouseOption,
    app,
    errors,
    told,
)
from flows.commands.settings import given_by_flag, settings_in
from flows.commands.spread import DaskOption, run_flow, shown
from flows.config import PREFIX
from flows.terminal import plain
from transforms.errors import UsageError

if TYPE_CHECKING:
    from flows.pipeline import Request, Summary

Given = Mapping[str, Sequence[str] | None]
Options = tuple[tuple[str, tuple[str, ...] | None], ...]


def _field(what: str) -> Any:  # noqa: ANN401 - typer's own type
    """An option that names a field of rows."""
    return typer.Option(
        metavar="NAME",
        help=f"The field of rows (JSONL, CSV, Parquet) that holds {what}; may be given again, best first.",
        rich_help_panel="Fields of rows",
    )


@app.command()
def ingest(  # noqa: PLR0913, PLR0917 - each is an option, and typer passes them by name
    context: typer.Context,
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
    wait: WaitOption = "0",
    keep: Annotated[
        str,
        typer.Option(
            metavar="TIME",
            help="Keep for so long (12h, 30d) what earlier runs left, to be read with --at; then clean up.",
        ),
    ] = "30d",
    dask: DaskOption = None,
    text_field: Annotated[list[str] | None, _field("the text of a post")] = None,
    title_field: Annotated[list[str] | None, _field("its title")] = None,
    author_field: Annotated[list[str] | None, _field("its author")] = None,
    date_field: Annotated[list[str] | None, _field("the date of its publication")] = None,
    url_field: Annotated[list[str] | None, _field("its address")] = None,
    tags_field: Annotated[list[str] | None, _field("its tags")] = None,
    id_field: Annotated[list[str] | None, _field("what names it among the rows")] = None,
    repair_steps: Annotated[
        str | None,
        typer.Option(
            metavar="STEP,...",
            help="What is repaired in texts: encoding (text read in the wrong one), entities, controls (control "
            "characters), accents (as one character with their letter), and, only when asked for, quotes (made "
            "straight), ligatures (taken apart), widths (made the usual ones).  "
            "[default: encoding,entities,controls,accents]",
            rich_help_panel="Repair",
            show_default=False,
        ),
    ] = None,
    no_repair: Annotated[  # noqa: FBT002 - typer's way to a flag
        bool, typer.Option("--no-repair", help="Leave texts as they were read.", rich_help_panel="Repair")
    ] = False,
) -> None:
    """Read new dumps and bring the tables up to date.

    A file that was read before and has not changed is not read again. Exit status: 0 done, 1 done but some dumps were
    rejected (they are listed), 2 wrong use or nothing could be done.
    """
    from flows.summary import print_summary  # noqa: PLC0415 - the imports behind these take a second
    from flows.timing import seconds_of  # noqa: PLC0415
    from transforms.repair_steps import asked_for  # noqa: PLC0415

    given = {
        "include": include,
        "exclude": exclude,
        "text-field": text_field,
        "title-field": title_field,
        "author-field": author_field,
        "date-field": date_field,
        "url-field": url_field,
        "tags-field": tags_field,
        "id-field": id_field,
    }
    rejected = False
    with told():
        patience, kept, steps = seconds_of(wait), seconds_of(keep), asked_for(repair_steps, none=no_repair)
        for options, together in _by_options(context, sources or [DEFAULT_SOURCE], given):
            request = replace(_request(together, warehouse, dict(options)), repair_steps=steps, keep=kept)
            summary = _run(request, patience, dask)
            print_summary(summary, request)
            rejected = rejected or bool(summary.rejected)
    raise typer.Exit(SOME_REJECTED if rejected else DONE)


def _by_options(context: typer.Context, sources: Sequence[str], given: Given) -> list[tuple[Options, list[str]]]:
    """The sources that are read with the same options, together.

    A flag weighs more than a variable of the environment, that more than what the file says of the source, and that
    more than what it says of all.
    """
    settings = settings_in(context)
    groups: dict[Options, list[str]] = {}
    for source in sources:
        own = settings.of_source(source)
        options = []
        for key, value in given.items():
            set_for_all = settings.values.get(key)
            weighs_more = given_by_flag(context, key.replace("-", "_")) or (
                set_for_all is not None and set_for_all.origin.startswith(PREFIX)
            )
            chosen = value if weighs_more or key not in own else own[key].value
            options.append((key, None if chosen is None else tuple(chosen)))
        groups.setdefault(tuple(options), []).append(source)
    return list(groups.items())


def _request(sources: Sequence[str], warehouse: Path, options: Mapping[str, tuple[str, ...] | None]) -> Request:
    from flows.landing import EXCLUDED  # noqa: PLC0415 - the imports behind these take a second
    from flows.pipeline import Request  # noqa: PLC0415
    from transforms.split.fields import Asked  # noqa: PLC0415

    excluded = options["exclude"]
    fields = {
        name: options[f"{flag}-field"] or ()
        for name, flag in (
            ("text", "text"), ("title", "title"), ("author", "author"), ("published", "date"), ("url", "url"),
            ("tags", "tags"), ("id", "id"),
        )
    }  # fmt: skip
    return Request(
        sources=tuple(sources),
        warehouse=warehouse,
        include=options["include"] or (),
        exclude=EXCLUDED if excluded is None else excluded,
        fields=Asked(**fields),
    )


def _run(request: Request, wait: float, dask: str | None) -> Summary:
    """Runs at once, here or on a cluster, or as a tracked flow run where a Prefect API is configured."""
    from flows import tracked  # noqa: PLC0415 - decides by the environment alone, without importing Prefect
    from flows.upkeep import KEPT  # noqa: PLC0415

    if tracked.wanted():
        if request.keep != KEPT:
            raise UsageError(
                "--keep is not known to tracked runs yet, which keep 30d; leave it out, or PREFECT_API_URL"
            )
        return run_flow(request, wait, dask)
    from flows.lock import Patience  # noqa: PLC0415
    from flows.recorded import run_recorded  # noqa: PLC0415

    def tell(said: str) -> None:
        errors.print(escape(plain(said)), highlight=False, soft_wrap=True)

    with shown(errors, dask, request) as each:
        return run_recorded(request, each, Patience(wait, tell))
