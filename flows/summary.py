"""What commands print for people."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.objects.mirror import address_of, place_of
from flows.terminal import plain
from transforms import PIPELINE_VERSION

if TYPE_CHECKING:  # these load the compiler, which who prints needs not
    from flows.pipeline import Request, Summary
    from flows.verify import Verdict

LISTED = 20
CELL = 60
NOTHING = dict.fromkeys(
    (
        "dumps", "copies", "posts", "posts_changed", "posts_joined", "duplicates",
        "identical", "near-identical", "excerpt", "residue", "pairs_passed_over",
    ),
    0,
)  # fmt: skip
# Where nobody watches, a table may be as wide as it needs.
UNWATCHED_WIDTH = 200
console = Console(width=None if sys.stdout.isatty() else UNWATCHED_WIDTH)


def print_summary(summary: Summary, request: Request) -> None:
    """Prints what a run did, and every dump that it could not read."""
    if not summary.files:
        console.print("nothing to read: no file of the sources matches")
    elif summary.run_id is None:
        console.print(f"nothing new: {summary.files} files, {summary.unchanged} of them unchanged since they were read")
    else:
        table = Table(title=f"run {summary.run_id}", show_header=False, title_justify="left")
        table.add_column(justify="right")
        table.add_column()
        for figure, meaning in figures(summary):
            table.add_row(figure, meaning)
        console.print(table)
        shown = request.warehouse / "current" if address_of(request.warehouse) is None else place_of(request.warehouse)
        place = escape(plain(str(shown)))
        console.print(f"The tables are in {place}; `winnow query` asks them.", highlight=False, soft_wrap=True)
    if summary.stale:
        said = f"{summary.stale:,} dumps were read by another version of winnow"
        older = f"winnow backfill --pipeline-version '!={PIPELINE_VERSION}'"
        console.print(f"{said}; `{older}` reads them again", highlight=False, soft_wrap=True)
    listed(
        f"{len(summary.rejected)} rejected:",
        [f"{path}: {why}" for path, why in sorted(summary.rejected.items())],
    )
    listed(
        "old files could not be removed:",
        [summary.untidy] if summary.untidy else [],
    )
    listed(
        f"{len(summary.doubtful)} in an encoding that is doubtful:",
        [f"{path}: {how}" for path, how in sorted(summary.doubtful.items())],
    )


def figures(summary: Summary) -> list[tuple[str, str]]:
    """The figures of a run, each with what it counts."""
    count = {name: f"{number:,}" for name, number in (NOTHING | summary.counts).items()}
    read, rejected = summary.files - summary.unchanged, len(summary.rejected)
    speed = summary.bytes / 1e6 / summary.seconds if summary.seconds else 0.0
    relations = ", ".join(f"{count[name]} {name}" for name in ("identical", "near-identical", "excerpt"))
    skipped = ", ".join(f"{number:,} {kind}" for kind, number in summary.skipped.items())
    met = [(f"{sum(summary.skipped.values()):,}", f"members of containers that are no dumps ({skipped})")]
    hidden = [(count["pairs_passed_over"], "pairs not compared: what they share, very many posts have in common")]
    return [
        (count["dumps"], f"dumps new in {read:,} files ({summary.unchanged:,} unchanged, {rejected:,} rejected)"),
        (count["copies"], "copies found in them"),
        (count["posts"], f"posts new ({count['posts_changed']} changed, {count['posts_joined']} joined to another)"),
        (count["duplicates"], f"copies of posts met elsewhere ({relations})"),
        (count["residue"], "pieces of residue, text that belongs to no post"),
        *(met if skipped else []),
        *(hidden if summary.counts.get("pairs_passed_over") else []),
        (f"{summary.seconds:,.1f}", f"seconds, {speed:,.2f} MB/s"),
    ]


def print_verdict(verdict: Verdict) -> None:
    """Prints what `winnow verify` found."""
    listed(f"{len(verdict.problems)} problems:", verdict.problems)
    listed(f"{len(verdict.missing)} raw files are gone or changed, so that they can't be checked:", verdict.missing)
    sound = "all rows stand in their dumps, every character of the text dumps is accounted for"
    notes = {
        "places of forgotten posts were passed over": verdict.forgotten,
        "dumps were read by another version of winnow; what reading them again gives was not compared":
            verdict.other_version,
        "files of tables have no checksum, since an older winnow wrote them; they can be read":
            verdict.without_checksum,
    }  # fmt: skip
    for said, number in notes.items():
        if number:
            console.print(f"{number:,} {said}", highlight=False, soft_wrap=True)
    if verdict.unchecked:
        console.print(verdict.unchecked, highlight=False, soft_wrap=True)
    said = "something is wrong" if verdict.problems else sound
    share = f" (a sample of {verdict.share:.6g} of files, dumps and relations)" if verdict.share < 1 else ""
    checked = f"{verdict.files:,} files of tables, {verdict.places:,} dumps, {verdict.characters:,} characters checked"
    console.print(f"{checked}{share}: {said}", highlight=False, soft_wrap=True)


def print_rows(columns: Sequence[str], rows: Sequence[Sequence[Any]], to: TextIO | None = None) -> None:
    """Prints the answer to a query as a table, to a file where one is given."""
    table = Table()
    for column in columns:
        table.add_column(escape(plain(column)), overflow="fold")
    for row in rows:
        table.add_row(*(escape(_shown(value)) for value in row))
    where = Console(file=to, width=UNWATCHED_WIDTH, no_color=True) if to else console
    where.print(table)
    where.print(f"{len(rows):,} {'row' if len(rows) == 1 else 'rows'}", highlight=False)


def print_exported(card: Mapping[str, Any], output: Path) -> None:
    """Prints what an export holds."""
    masked = card["masked"]
    console.print(
        f"{card['posts']:,} posts, {card['words']:,} words of run {card['snapshot']['run_id']}", highlight=False
    )
    if masked is not None:
        console.print("masked: " + ", ".join(f"{count:,} {kind}" for kind, count in masked.items()), highlight=False)
    place = escape(plain(str(output)))
    console.print(f"They are in {place}; {place}/README.md says what they are.", highlight=False, soft_wrap=True)


def print_reported(output: Path, size: int) -> None:
    """Prints where a report was written."""
    place = escape(plain(str(output)))
    console.print(f"{place}: {size / 1000:,.0f} kB; open it in a browser.", highlight=False, soft_wrap=True)


def listed(heading: str, lines: Sequence[str]) -> None:
    """Prints a heading and the first lines of a list, if there are any."""
    if not lines:
        return
    console.print(escape(heading))
    for line in lines[:LISTED]:
        console.print("  " + escape(plain(line)), highlight=False, soft_wrap=True)
    if len(lines) > LISTED:
        console.print(f"  and {len(lines) - LISTED} more", highlight=False)


def _shown(value: Any) -> str:  # noqa: ANN401 - a cell of any type
    text = "" if value is None else f"{value:.6g}" if isinstance(value, float) else plain(str(value))
    return text if len(text) <= CELL else text[: CELL - 1] + "…"
