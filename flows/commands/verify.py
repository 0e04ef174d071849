"""`winnow verify`: proves that nothing was lost, and mends what can be mended."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from flows.commands.app import DEFAULT_WAREHOUSE, DONE, SOMETHING_WRONG, WaitOption, WarehouseOption, app, errors, told
from flows.commands.spread import shown
from flows.terminal import plain

if TYPE_CHECKING:
    from flows.mending import Repair


@app.command()
def verify(
    sample: Annotated[
        str | None,
        typer.Option(
            metavar="SHARE",
            help="Look at a share of files, dumps and relations only, always the same: 0.1, or 10%.",
            show_default=False,
        ),
    ] = None,
    repair: Annotated[  # noqa: FBT002 - typer's way to a flag
        bool, typer.Option("--repair", help="Make again from the raw dumps what is wrong; each step is a run.")
    ] = False,
    dry_run: Annotated[  # noqa: FBT002 - as above
        bool, typer.Option("--dry-run", help="With --repair: say what would be done first, and change nothing.")
    ] = False,
    warehouse: WarehouseOption = DEFAULT_WAREHOUSE,
    wait: WaitOption = "0",
) -> None:
    """Prove that nothing was lost: check all files and rows, and read every dump again.

    Files of the tables are held against their checksums, rows against each other, texts against their hashes,
    relations against the texts, the plain view against the tables, and every row of a dump against what reading the
    raw file again gives. Raw files that are gone or have other bytes by now are listed; they can't be checked. Exit
    status: 0 all is well, 1 something is wrong (it is listed) and, with --repair, still is, 2 wrong use or nothing
    could be done.
    """
    from flows.shares import share_of  # noqa: PLC0415 - the imports behind these take a second
    from flows.summary import print_verdict  # noqa: PLC0415
    from flows.timing import seconds_of  # noqa: PLC0415
    from flows.verify import verify_at  # noqa: PLC0415
    from transforms.errors import UsageError  # noqa: PLC0415

    with told():
        if (repair and sample is not None) or (dry_run and not repair):
            raise UsageError("--repair looks at everything, and --dry-run goes with --repair alone")
        share = share_of(sample) if sample is not None else 1.0
        if repair:
            verdict = _repair(warehouse, seconds_of(wait), dry_run=dry_run).verdict
        else:
            verdict = verify_at(warehouse, share)
    print_verdict(verdict)
    raise typer.Exit(SOMETHING_WRONG if verdict.problems else DONE)


def _repair(warehouse: Path, wait: float, *, dry_run: bool) -> Repair:
    from flows import mending  # noqa: PLC0415 - the imports behind these take a second
    from flows.lock import Patience  # noqa: PLC0415
    from flows.summary import listed  # noqa: PLC0415

    def tell(said: str) -> None:
        errors.print(escape(plain(said)), highlight=False, soft_wrap=True)

    with shown(errors) as each:
        repaired = mending.repair(warehouse, each, Patience(wait, tell), dry_run=dry_run)
    listed("to be done first (without --dry-run it is done):" if dry_run else "done:", repaired.done)
    listed("can't be mended:", repaired.lost)
    return repaired
