"""The runs of a warehouse, and which posts differ between what two of them left."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from flows import snapshots
from flows.answers import TABLE, form_of, write
from flows.query import answered, asking
from flows.snapshots import Row
from flows.summary import LISTED, console, listed, print_rows
from flows.upkeep import committed
from flows.warehouse import Warehouse
from transforms.errors import UsageError

RUNS: Final = "SELECT * FROM runs ORDER BY run_id"
# What a post is compared by, and how a difference in it is called.
COMPARED: Final = {
    "text": "text_sha256", "title": "title", "author": "author", "date": "published", "language": "language",
    "address": "url", "source": "source", "tags": "tags", "links": "links", "copies": "n_copies",
    "canonical copy": "canonical_copy_id", "aliases": "aliases",
}  # fmt: skip
DIFFERENCES: Final = ", ".join(
    f"CASE WHEN n.{column} IS DISTINCT FROM b.{column} THEN '{name}' END" for name, column in COMPARED.items()
)
# All names are constants above.
CHANGES: Final = f"""
    WITH led AS (SELECT post_id AS leads_to, unnest(aliases) AS post_id FROM posts),
    found AS (
        SELECT 'added' AS change, post_id, title, NULL AS detail FROM posts ANTI JOIN before.posts USING (post_id)
        UNION ALL
        SELECT 'changed', n.post_id, n.title, concat_ws(', ', {DIFFERENCES})
        FROM posts n JOIN before.posts b USING (post_id)
        UNION ALL
        SELECT CASE WHEN led.leads_to IS NULL THEN 'gone' ELSE 'joined' END, b.post_id, b.title, led.leads_to
        FROM (FROM before.posts ANTI JOIN posts USING (post_id)) b LEFT JOIN led USING (post_id)
    )
    FROM found WHERE detail IS DISTINCT FROM '' ORDER BY change, post_id
"""  # noqa: S608 - as above
COUNTED: Final = f"SELECT change, count(*) AS n FROM ({CHANGES}) GROUP BY ALL"  # noqa: S608 - as above
FIRST: Final = f"FROM ({CHANGES}) WHERE change = ? ORDER BY post_id LIMIT {LISTED}"
KINDS: Final = {
    "added": "posts added",
    "changed": "posts changed",
    "joined": "posts joined to another",
    "gone": "posts gone",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which runs: none for the list of all, one for what it changed, two for what differs between them."""

    runs: tuple[str, ...] = ()
    form: str | None = None
    output: Path | None = None


def history(warehouse: Warehouse, asked: Asked) -> None:
    """Prints or writes the list of runs, or the posts that differ. Raises `WinnowError`."""
    form = form_of(asked.form, asked.output)
    runs = snapshots.runs_of(warehouse)
    if asked.runs:
        before, after = _two(runs, asked.runs)
        _differences(warehouse, before, after, asked, form)
    elif form == TABLE and asked.output is None:
        print_rows(["run", "ended", "command", "what changed"], [_line(run) for run in runs])
    else:
        with answered(warehouse, RUNS) as answer:
            write(answer, form, asked.output, warehouse)


def _two(runs: Sequence[Row], names: Sequence[str]) -> tuple[Row | None, Row]:
    """The runs to compare; of a single one, the run before it, None where it is the first."""
    if len(names) > 2:
        raise UsageError(f"give two runs at most, not {len(names)}: `winnow history RUN1 RUN2`")
    found = [snapshots.run_named(runs, name) for name in names]
    if len(found) == 2:
        return found[0], found[1]
    place = runs.index(found[0])
    return (runs[place - 1] if place else None), found[0]


def _differences(warehouse: Warehouse, before: Row | None, after: Row, asked: Asked, form: str) -> None:
    now = snapshots.at(warehouse, after["run_id"])
    then = snapshots.at(warehouse, before["run_id"]) if before else warehouse.left_by(snapshots.NOTHING)
    if form != TABLE or asked.output is not None:
        with answered(now, CHANGES, before=then) as answer:
            write(answer, form, asked.output, warehouse)
        return
    with asking(now, before=then) as ask:
        counts = {row["change"]: row["n"] for row in ask(COUNTED)}
        console.print(f"from {before['run_id'] if before else 'nothing'} to {after['run_id']}: {_said(counts)}")
        for kind in (kind for kind in KINDS if kind in counts):
            posts = [_post(row) for row in ask(FIRST, kind)]
            listed(f"{counts[kind]:,} {KINDS[kind]}:", [*posts, *[""] * (counts[kind] - len(posts))])


def _said(counts: dict[str, int]) -> str:
    return (
        ", ".join(f"{counts[kind]:,} {meaning}" for kind, meaning in KINDS.items() if kind in counts) or "no difference"
    )


def _post(row: Row) -> str:
    detail = {"changed": f": {row['detail']}", "joined": f": now {row['detail']}"}.get(row["change"], "")
    return f"{row['post_id']}  {row['title'] or '(no title)'}{detail}"


def _line(run: Row) -> tuple[Any, ...]:
    """A run in one line: which, when it ended, what it was, what it changed."""
    counts: dict[str, Any] = json.loads(run["counts"])
    parts = [
        ("dumps", "dumps"), ("posts", "posts new"), ("posts_changed", "changed"), ("posts_joined", "joined"),
        ("posts_gone", "gone"), ("rejected", "rejected"),
    ]  # fmt: skip
    said = ", ".join(f"{counts[name]:,} {meaning}" for name, meaning in parts if counts.get(name))
    if not committed(run):
        said = f"{run['status']}: {run['error']}"
    return run["run_id"], f"{run['finished']:%Y-%m-%d %H:%M:%S}", run["command"], said or "nothing of the posts"
