"""`winnow backfill`: dumps that were read before, read again."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from flows.commands.app import DEFAULT_WAREHOUSE, DONE, SOME_REJECTED, WaitOption, WarehouseOption, app, errors, told
from flows.commands.spread import DaskOption, shown
from flows.terminal import plain

if TYPE_CHECKING:
    from flows.backfill import Report, Selection

Date = Annotated[str | None, typer.Option(metavar="DATE", help="2026-11-22 or 2026-11-22T10:00 (UTC), included.")]


@app.command()
def backfill(  # noqa: PLR0913, PLR0917 - each is an option, and typer passes them by name
    path: Annotated[
        list[str] | None,
        typer.Option(metavar="GLOB", help="Dumps whose path or name matches; may be given again."),
    ] = None,
    dumps_since: Date = None,
    dumps_until: Date = None,
    posts_since: Date = None,
    posts_until: Date = None,
    pipeline_version: Annotated[
        str | None, typer.Option(metavar="VERSIONS", help="Dumps that such a winnow read: '<0.3', '>=0.1,<0.3'.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All dumps.")] = False,  # noqa: FBT002 - typer's way to a flag
    dry_run: Annotated[  # noqa: FBT002 - as above
        bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")
    ] = False,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    wait: WaitOption = "0",
    dask: DaskOption = None,
) -> None:
    """Read dumps again from their raw bytes, and replace what they had yielded.

    Dumps are meant that fit all options: when they were read (--dumps-since, --dumps-until), when posts in them were
    published (--posts-since, --posts-until). Posts keep their ids. One that was stopped goes on where it stopped. Exit
    status: 0 done or nothing to do, 1 done but the bytes of some dumps are gone (they are listed and stay as they
    are), 2 wrong use or nothing could be done.
    """
    from flows.backfill import Selection  # noqa: PLC0415 - the imports behind these take a second
    from flows.timing import seconds_of  # noqa: PLC0415

    with told():
        selection = Selection(
            tuple(path or ()),
            (_moment(dumps_since, "--dumps-since"), _moment(dumps_until, "--dumps-until", end=True)),
            (_moment(posts_since, "--posts-since"), _moment(posts_until, "--posts-until", end=True)),
            pipeline_version,
            everything,
        )
        report = _run(warehouse, selection, seconds_of(wait), dask, dry_run=dry_run)
    _print(report, dry_run=dry_run)
    raise typer.Exit(SOME_REJECTED if report.gone else DONE)


def _run(warehouse: Path, selection: Selection, wait: float, dask: str | None, *, dry_run: bool) -> Report:
    from flows.backfill import backfill as read_again  # noqa: PLC0415 - the imports behind these take a second
    from flows.lock import Patience  # noqa: PLC0415

    def tell(said: str) -> None:
        errors.print(escape(plain(said)), highlight=False, soft_wrap=True)

    with shown(errors, dask) as each:
        return read_again(warehouse, selection, each, Patience(wait, tell), dry_run=dry_run)


def _moment(text: str | None, option: str, *, end: bool = False) -> datetime | None:
    from flows.snapshots import moment_of  # noqa: PLC0415 - the imports behind these take a second
    from transforms.errors import UsageError  # noqa: PLC0415

    found = None if text is None else moment_of(text, end=end)
    if text is not None and found is None:
        raise UsageError(f"{option} {text!r} is no date; write it as 2026-11-22 or 2026-11-22T10:00")
    return found


def _print(report: Report, *, dry_run: bool) -> None:
    from flows.summary import console, listed  # noqa: PLC0415 - the imports behind these take a second

    if not report.chosen:
        console.print("nothing to do: no dump is meant")
        return
    counts = {name: f"{number:,}" for name, number in report.counts.items()}
    would = "would be " if dry_run else ""
    console.print(f"{report.read:,} of {report.chosen:,} dumps {would}read again", highlight=False)
    console.print(
        f"posts: {counts['posts']} {would}added, {counts['posts_changed']} changed, "
        f"{counts['posts_joined']} joined to another, {counts['posts_gone']} gone",
        highlight=False,
    )
    if dry_run:
        console.print("nothing was changed; without --dry-run it will be", highlight=False)
    listed(f"{len(report.gone)} can't be read any more and stay as they are:", report.gone)
