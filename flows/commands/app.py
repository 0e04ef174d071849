"""What the commands share: the app that they join, the options that several have, exit statuses, and how errors end.

What a command needs is imported when it runs, so that help is there at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.markup import escape

from flows import stopping
from flows.terminal import plain
from transforms.errors import WinnowError

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


def _warehouse(given: str | Path) -> Path:
    """The folder in which a warehouse is worked on; one with an address has a mirror on this machine."""
    if not str(given).startswith("s3://"):
        return Path(given)
    from flows.objects.mirror import root_of  # noqa: PLC0415 - the imports behind it take half a second

    try:
        return root_of(str(given))
    except (WinnowError, OSError) as error:
        raise typer.BadParameter(str(error)) from error


WarehouseOption = Annotated[
    Path,
    typer.Option(
        "--warehouse",
        "-w",
        help="The folder that holds the tables, or its address (s3://BUCKET/FOLDER).",
        metavar="DIR",
        parser=_warehouse,
    ),
]
FormOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        "-f",
        metavar="FORM",
        help="table, csv, json, jsonl or parquet.  [default: from the name of the output, else table]",
        show_default=False,
    ),
]
WaitOption = Annotated[
    str, typer.Option(metavar="TIME", help="Wait so long (90, 10m, 2h) where another run holds the warehouse.")
]
AtOption = Annotated[
    str | None,
    typer.Option(
        metavar="RUN|TIME",
        help="Read the tables as a run left them: its id, first, last, or a moment such as 2026-11-22 or "
        "2026-11-22T10:00 (UTC). `winnow history` lists the runs.",
        show_default=False,
    ),
]


@contextmanager
def told() -> Iterator[None]:
    """Ends the command with one clear message where something is wrong. Ctrl-C ends it with status 130."""
    try:
        with stopping.in_order():
            yield
    except KeyboardInterrupt:
        errors.print(
            "[yellow]stopped[/]: what was committed stands, the rest is undone; give the command again to go on"
        )
        raise typer.Exit(STOPPED) from None
    except WinnowError as error:
        said = "\n".join(escape(plain(line)) for line in str(error).split("\n"))
        errors.print(f"[red]winnow[/]: {said}", highlight=False, soft_wrap=True)
        raise typer.Exit(WRONG) from error
