"""`winnow forget`: takes dumps out of the tables for good."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from flows.commands.app import DEFAULT_WAREHOUSE, DONE, SOME_REJECTED, WaitOption, WarehouseOption, app, errors, told
from flows.commands.spread import shown
from flows.terminal import plain

if TYPE_CHECKING:
    from flows.forget import Report, Wanted


@app.command()
def forget(  # noqa: PLR0913, PLR0917 - each is an option, and typer passes them by name
    dump: Annotated[
        str | None, typer.Option(metavar="PATH|ID", help="A dump: its path, its id or the beginning of that.")
    ] = None,
    name: Annotated[
        str | None, typer.Option("--source", metavar="NAME", help="All dumps of a source (`posts.source`).")
    ] = None,
    post: Annotated[
        str | None, typer.Option(metavar="ID", help="A post, with all its copies: its id (`posts.post_id`).")
    ] = None,
    reason: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Why; it is kept, and said when the same bytes come again.")
    ] = None,
    dry_run: Annotated[  # noqa: FBT002 - typer's way to a flag
        bool, typer.Option("--dry-run", help="Say what would go, and change nothing.")
    ] = False,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    wait: WaitOption = "0",
) -> None:
    """Forget a dump, a source or a post: it goes from every table, view and old snapshot, with all that only it held.

    Posts that live on in other dumps choose their canonical copy anew. What was asked is remembered, not the text, and
    the same bytes are refused when they come again. Earlier versions of the tables can't be read afterwards. Raw files
    are not touched. Exit status: 0 done, 1 nothing was forgotten since all dumps of the source lie in other sources
    too, 2 wrong use or nothing could be done.
    """
    from flows.forget import Wanted  # noqa: PLC0415 - the imports behind these take a second
    from flows.timing import seconds_of  # noqa: PLC0415
    from transforms.errors import UsageError  # noqa: PLC0415

    with told():
        if sum(each is not None for each in (dump, name, post)) != 1:
            raise UsageError("say what is to be forgotten: one of --dump PATH|ID, --source NAME and --post ID")
        report = _run(warehouse, Wanted(dump, name, post, reason), seconds_of(wait), dry_run=dry_run)
    _print(report, dry_run=dry_run)
    raise typer.Exit(DONE if report.dumps or report.already else SOME_REJECTED)


def _run(warehouse: Path, wanted: Wanted, wait: float, *, dry_run: bool) -> Report:
    from flows.forget import forget as take_out  # noqa: PLC0415 - the imports behind these take a second
    from flows.lock import Patience  # noqa: PLC0415

    def tell(said: str) -> None:
        errors.print(escape(plain(said)), highlight=False, soft_wrap=True)

    with shown(errors) as each:
        return take_out(warehouse, wanted, each, lambda: datetime.now(UTC), Patience(wait, tell), dry_run=dry_run)


def _print(report: Report, *, dry_run: bool) -> None:
    from flows.summary import console, listed  # noqa: PLC0415 - the imports behind these take a second

    would = "would be " if dry_run else ""
    listed(f"{len(report.elsewhere)} lie in other sources too and stay (--dump forgets one):", report.elsewhere)
    if report.already:
        console.print("nothing is left of it in the tables" + ("" if dry_run else "; old files were removed"))
        return
    if not report.dumps:
        console.print("nothing is forgotten: no dump lies in this source alone")
        return
    what = "lose the post" if not report.counts["dumps_forgotten"] else f"{would}forgotten"
    listed(f"{len(report.dumps)} places {what}:", report.dumps)
    count = {name: f"{number:,}" for name, number in report.counts.items()}
    console.print(f"posts: {count['posts_gone']} {would}gone, {count['posts_changed']} changed", highlight=False)
    if dry_run:
        console.print("nothing was changed; without --dry-run it will be", highlight=False)
