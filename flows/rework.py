"""Dumps that go, or are made anew: what they taught others is taken back, and every row that came from them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flows.batches import Batch
from flows.changes import Derived, derive
from flows.evidence import Disturbed
from flows.masked import Masked
from flows.outlines import Outlines
from flows.pipeline import split_again
from flows.staging import Staged
from flows.warehouse import Warehouse
from transforms.split.fields import FieldNames
from transforms.tables import POSTS

Row = dict[str, Any]
# Columns of a post that only say which run and version wrote it.
OF_A_RUN = ("first_run", "last_run", "pipeline_version")


def rework(  # noqa: PLR0913, PLR0917 - what is there, what is new, what goes, and how the others are read again
    warehouse: Warehouse,
    staged: Sequence[Staged],
    going: Collection[str],
    run: tuple[str, Path],
    redo: Callable[[Sequence[Batch]], Iterable[Staged]],
    fields: FieldNames,
) -> Derived:
    """Works out what changes where the dumps `going` are no more but as they are `staged`.

    `run` is the id of the run and its staging folder. Dumps that had learnt from those that go are split again.
    """
    run_id, folder = run
    left = Masked(warehouse, going)
    again = split_again(left, staged, folder, redo, fields, _disturbed(warehouse, left))
    return derive(warehouse, staged, again, run_id, folder, left)


def post_changes(warehouse: Warehouse, derived: Derived) -> dict[str, int]:
    """How many posts would come, differ in more than the run, be joined to another, or go altogether."""
    posts = derived.tables.get("posts")
    if posts is None:
        return dict.fromkeys(("posts", "posts_changed", "posts_joined", "posts_gone"), 0)
    made, aliases, differing, new = set[str](), set[str](), 0, 0
    for path in posts.files:
        rows = pq.read_table(path)
        ids = rows["post_id"].to_pylist()
        before = {row["post_id"]: row for row in warehouse.read("posts", where=("post_id", ids)).to_pylist()}
        made.update(ids)
        aliases.update(pc.list_flatten(rows["aliases"]).to_pylist())
        new += sum(post_id not in before for post_id in ids)
        same = rows.cast(POSTS).to_pylist()
        differing += sum(row["post_id"] in before and _said(row) != _said(before[row["post_id"]]) for row in same)
    out = set(pa.array(posts.deletes, pa.string()).to_pylist()) - made
    return {
        "posts": new,
        "posts_changed": differing,
        "posts_joined": len(out & aliases),
        "posts_gone": len(out - aliases),
    }


def _said(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in OF_A_RUN}


def _disturbed(warehouse: Warehouse, left: Masked) -> Disturbed:
    going = left.hidden.to_pylist()
    outlines = warehouse.read("outlines", where=("dump_id", going))
    learnt = Outlines(left, outlines).concerned() if outlines.num_rows else set[str]()
    sources = warehouse.read("votes", ["source"], ("dump_id", going))["source"].to_pylist()
    return Disturbed(frozenset(learnt - set(going)), frozenset(sources))
