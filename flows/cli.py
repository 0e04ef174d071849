"""The `winnow` command. What a command needs is imported when it runs, so that help is there at once."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Console
from rich.markup import escape

from flows.terminal import plain
from transforms.errors import WinnowError

if TYPE_CHECKING:
    from flows.pipeline import Request, Summary

DONE, SOME_REJECTED, SOMETHING_WRONG, WRONG, STOPPED = 0, 1, 1, 2, 130
DEFAULT_SOURCE: Final = "raw"
DEFAULT_WAREHOUSE: Final = Path("warehouse")

app = typer.Typer(
    name="winnow",
    help="Turns raw text dumps into a clean, deduplicated corpus of posts in Parquet.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
errors = Console(stderr=True)

WarehouseOption = Annotated[
    Path, typer.Option("--warehouse", "-w", help="The folder that holds the tables.", metavar="DIR")
]


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
    from flows.landing import EXCLUDED  # noqa: PLC0415 - the imports behind these take a second
    from flows.pipeline import Request  # noqa: PLC0415
    from flows.summary import print_summary  # noqa: PLC0415
    from transforms.repair_steps import asked_for  # noqa: PLC0415
    from transforms.split.fields import Asked  # noqa: PLC0415

    with _told():
        steps = asked_for(repair_steps, none=no_repair)
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
        repair_steps=steps,
    )
    with _told():
        summary = _run(request)
    print_summary(summary, request)
    raise typer.Exit(SOME_REJECTED if summary.rejected else DONE)


@app.command()
def verify(warehouse: WarehouseOption = DEFAULT_WAREHOUSE) -> None:
    """Prove that nothing was lost: read every dump again and hold it against the tables.

    Raw files that are gone or have other bytes by now are listed; they can't be checked. Exit status: 0 all is well,
    1 something is wrong (it is listed), 2 wrong use or nothing could be done.
    """
    from flows import verify as verification  # noqa: PLC0415 - as above
    from flows.summary import print_verdict  # noqa: PLC0415
    from flows.warehouse import Warehouse  # noqa: PLC0415

    with _told():
        verdict = verification.verify(Warehouse.open(warehouse))
    print_verdict(verdict)
    raise typer.Exit(SOMETHING_WRONG if verdict.problems else DONE)


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
    boundaries: Annotated[  # noqa: FBT002 - typer's way to a flag
        bool, typer.Option("--boundaries", help="Print the dump from start to end, with the evidence for each start.")
    ] = False,
    full: Annotated[bool, typer.Option("--full", help="Leave nothing out of long texts and lists.")] = False,  # noqa: FBT002 - as above
) -> None:
    """Show a post with its copies, or what a dump was taken for, and why."""
    from flows.show import Asked  # noqa: PLC0415 - as above
    from flows.show import show as print_shown  # noqa: PLC0415
    from flows.warehouse import Warehouse  # noqa: PLC0415

    with _told():
        print_shown(Warehouse.open(warehouse), Asked(name, boundaries, full))


@app.command()
def query(
    sql: Annotated[
        str, typer.Argument(metavar="SQL", help="A query over the tables posts, copies, dumps, residue and runs.")
    ],
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    csv: Annotated[bool, typer.Option("--csv", help="Print comma-separated values instead of a table.")] = False,  # noqa: FBT002 - typer's way to a flag
) -> None:
    """Ask the tables a question in SQL (DuckDB's dialect)."""
    from flows.query import query as ask  # noqa: PLC0415 - as above
    from flows.summary import print_csv, print_rows  # noqa: PLC0415
    from flows.warehouse import Warehouse  # noqa: PLC0415

    with _told():
        columns, rows = ask(Warehouse.open(warehouse), sql)
    (print_csv if csv else print_rows)(columns, rows)


def main() -> None:
    """Runs the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that can't show a letter shows its escape.
            stream.reconfigure(errors="backslashreplace")
    app()


def _run(request: Request) -> Summary:
    """Runs at once in processes of its own, or as a tracked flow run where a Prefect API is configured."""
    from flows import tracked  # noqa: PLC0415 - decides by the environment alone, without importing Prefect

    if tracked.wanted():
        from flows.ingest import run_flow  # noqa: PLC0415 - importing Prefect takes a second

        return run_flow(request)
    from flows.progress import shown  # noqa: PLC0415

    with shown(errors) as each:
        from flows.pipeline import run  # noqa: PLC0415

        return run(request, each)


@contextmanager
def _told() -> Iterator[None]:
    """Ends the command with one clear message where something is wrong. Ctrl-C ends it with status 130."""
    try:
        yield
    except KeyboardInterrupt:
        errors.print("[yellow]stopped[/]: nothing of this run was committed; run it again to go on")
        raise typer.Exit(STOPPED) from None
    except WinnowError as error:
        said = "\n".join(escape(plain(line)) for line in str(error).split("\n"))
        errors.print(f"[red]winnow[/]: {said}", highlight=False, soft_wrap=True)
        raise typer.Exit(WRONG) from error
