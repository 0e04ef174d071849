"""Dumps that are to be forgotten: out of every table, view and old snapshot, with all that only they held."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from flows import index
from flows.asked import how_of, told
from flows.backfill import lots_of, read_lot, split_by_own
from flows.changes import Derived
from flows.forgotten import EMPTY, hidden, refused
from flows.lock import NONE, Patience
from flows.masked import WithoutPost
from flows.pipeline import Each
from flows.rework import post_changes, rework
from flows.staging import Staged
from flows.warehouse import Change, Warehouse
from transforms.errors import UsageError
from transforms.hidden import Hidden
from transforms.identity import path_and_member, place_of
from transforms.sign import INDEX_VERSION
from transforms.split.fields import DEFAULT_NAMES
from transforms.tables import FORGOTTEN

Row = dict[str, Any]
COMMAND: Final = "forget"
# A beginning of an id must have so many characters to name a dump.
LEAST_OF_AN_ID: Final = 8
POSTS_LISTED: Final = '`winnow query "SELECT post_id, title FROM posts"` lists them'
LISTING: Final = '`winnow query "SELECT dump_id, path, member FROM dumps"` lists them'


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be forgotten: a dump by path, id or beginning of its id, a source by name, or a post by id."""

    dump: str | None = None
    source: str | None = None
    post: str | None = None
    reason: str | None = None


@dataclass(slots=True)
class Report:
    """What was forgotten, or would be: the places of the dumps. `already` says that it had been before.

    `elsewhere` are dumps of the source that lie in other sources too, and stay; where there are only such, nothing is
    changed.
    """

    dumps: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    already: bool = False
    counts: dict[str, int] = field(default_factory=dict)


def forget(  # noqa: PLR0913 - what, where, and how dumps are read again
    root: Path,
    wanted: Wanted,
    each: Each,
    now: Callable[[], datetime],
    patience: Patience = NONE,
    *,
    dry_run: bool = False,
) -> Report:
    """Takes dumps out of a warehouse for good; with `dry_run` only says what would go. Raises `WinnowError`.

    Earlier versions of the tables can't be read afterwards: their files are removed.
    """
    Warehouse.open(root)  # none is made where there is none
    warehouse, started = Warehouse.open(root, create=True), now()
    with warehouse.writing(COMMAND, started, patience) as run:
        index.refuse_other_index(warehouse)
        rows, elsewhere = _holding(warehouse, wanted.post) if wanted.post else _chosen(warehouse, wanted)
        places, stay = [place for row in rows for place in _places(row)], [_place(row) for row in elsewhere]
        report = Report(places, stay, already=not rows and not elsewhere)
        if rows:
            unseen = hidden(warehouse)
            if wanted.post:
                unseen = _with_post(warehouse, unseen, wanted.post)
            derived = _derived(warehouse, wanted, rows, run, each, unseen)
            report.counts = derived.counts | post_changes(warehouse, derived)
            report.counts |= {"dumps_forgotten": 0 if wanted.post else len(rows)}
        if not dry_run and (rows or report.already):
            warehouse.to_purge(run[0])
            if rows:
                how = told(how_of(warehouse, rows)) if wanted.post else {}
                asked = {"kind": _kind(wanted), "post_id": wanted.post, "reason": wanted.reason, "asked": started}
                warehouse.commit(run[0], _tables(warehouse, derived, rows, asked), _row(report, asked, how, now))
            warehouse.purge()
    return report


def _derived(  # noqa: PLR0913, PLR0917 - what goes, and how the dumps of a post are read without it
    warehouse: Warehouse, wanted: Wanted, rows: Sequence[Row], run: tuple[str, Path], each: Each, unseen: Hidden
) -> Derived:
    run_id, folder = run
    ids, staged = {row["dump_id"] for row in rows}, list[Staged]()
    for number, lot in enumerate(lots_of(warehouse, rows) if wanted.post else ()):
        read, whole = read_lot(warehouse, lot, folder / f"read{number}", run_id, each, unseen)
        staged += read
        gone = sorted(_place(row) for row in lot.dumps if row["dump_id"] not in whole)
        if gone:
            raise UsageError(f"the bytes of {gone[0]}, which holds the post, are gone; forget it with --dump")
    redo = split_by_own(warehouse, each, folder, run_id, unseen)
    if not wanted.post:
        return rework(warehouse, staged, ids, run, redo, DEFAULT_NAMES)
    derived = rework(WithoutPost(warehouse, wanted.post), staged, ids, run, redo, DEFAULT_NAMES)
    posts = derived.tables["posts"]
    return replace(derived, tables={**derived.tables, "posts": replace(posts, deletes=[*posts.deletes, wanted.post])})


def _tables(warehouse: Warehouse, derived: Derived, rows: Sequence[Row], asked: Row) -> dict[str, Change]:
    """The changes, with what is remembered of the request."""
    if asked["kind"] == "post":
        found = derived.tables["forgotten"].inserts
        records = [row | asked for row in (found.to_pylist() if found is not None else ())]
        return {**derived.tables, "forgotten": _records(records)}
    records = [asked | {"dump_id": row["dump_id"]} for row in rows]
    files = replace(derived.tables["files"], deletes=_files(warehouse, rows))
    return {**derived.tables, "files": files, "forgotten": _records(records)}


def _records(rows: Sequence[Row]) -> Change:
    return Change(inserts=pa.Table.from_pylist(list(rows), schema=FORGOTTEN))


def _row(report: Report, asked: Row, how: Row, now: Callable[[], datetime]) -> Row:
    """The row of `runs`; `how` says how the dumps that were read again were asked to be read."""
    return {
        "command": COMMAND,
        "started": asked["asked"],
        "finished": now(),
        "options": json.dumps({"kind": asked["kind"], "reason": asked["reason"]} | how, sort_keys=True),
        "counts": json.dumps(report.counts, sort_keys=True),
        "index_version": INDEX_VERSION,
    }


def _holding(warehouse: Warehouse, post_id: str) -> tuple[list[Row], list[Row]]:
    """The dumps with copies of a post."""
    ids = {row["dump_id"] for row in warehouse.read("copies", ["dump_id"], ("post_id", [post_id])).to_pylist()}
    before = warehouse.read("forgotten", ["post_id"], ("post_id", [post_id])).num_rows
    if not ids and not before:
        raise UsageError(f"no post has the id {post_id!r}; {POSTS_LISTED}")
    columns = ["dump_id", "path", "member", "also_at", "size_bytes", "run_id"]
    return sorted(warehouse.read("dumps", columns, ("dump_id", ids)).to_pylist(), key=_place), []


def _with_post(warehouse: Warehouse, before: Hidden, post_id: str) -> Hidden:
    """What is hidden once the copies of a post are too."""
    columns = ["dump_id", "start", "end", "wording", "text_sha256"]
    spans = {dump_id: set(own) for dump_id, own in before.spans.items()}
    words = set(before.words)
    for row in warehouse.read("copies", columns, ("post_id", [post_id])).to_pylist():
        spans.setdefault(row["dump_id"], set()).add((row["start"], row["end"]))
        words |= {row["wording"], row["text_sha256"]} - {EMPTY}
    return Hidden({dump_id: tuple(sorted(own)) for dump_id, own in spans.items()}, frozenset(words))


def _kind(wanted: Wanted) -> str:
    return "post" if wanted.post is not None else "dump" if wanted.dump is not None else "source"


def _chosen(warehouse: Warehouse, wanted: Wanted) -> tuple[list[Row], list[Row]]:
    """The dumps that go, and those that stay since they lie in other sources too."""
    rows = warehouse.read("dumps", ["dump_id", "path", "member", "also_at"]).to_pylist()
    before = refused(warehouse)
    live = [row for row in rows if row["dump_id"] not in before]
    if wanted.dump is not None:
        return _named(live, before, wanted.dump), []
    where: dict[str, set[str]] = {}
    for row in (
        warehouse.read("copies", ["dump_id", "source"]).group_by(["dump_id", "source"]).aggregate([]).to_pylist()
    ):
        where.setdefault(row["dump_id"], set()).add(row["source"])
    inside = [row for row in live if wanted.source in where.get(row["dump_id"], _folders(row))]
    if not inside:
        known = sorted({source for sources in where.values() for source in sources})
        raise UsageError(f"there is no source {wanted.source!r} in the tables; there are {', '.join(known) or 'none'}")
    only = [row for row in inside if len(where.get(row["dump_id"], ())) <= 1]
    return only, [row for row in inside if row not in only]


def _named(live: Sequence[Row], before: dict[str, str], name: str) -> list[Row]:
    """The dumps of that path or id; several with one path are those that a file has held one after the other."""
    found = [row for row in live if name in _places(row)]
    begun = [row for row in live if len(name) >= LEAST_OF_AN_ID and row["dump_id"].startswith(name.lower())]
    if len(begun) > 1:
        raise UsageError(f"{name} is the beginning of {len(begun)} ids; give more of it")
    gone = len(name) >= LEAST_OF_AN_ID and any(dump_id.startswith(name.lower()) for dump_id in before)
    if not found and not begun and not gone:
        raise UsageError(f"no dump has the path or the id {name!r}; {LISTING}")
    return found or begun


def _files(warehouse: Warehouse, rows: Sequence[Row]) -> list[str]:
    """The files of dumps that go: they are looked at again, and refused, at the next run that meets them."""
    paths = {path_and_member(place)[0] for row in rows for place in _places(row)}
    ids = {row["dump_id"] for row in rows} | {None}
    known = warehouse.read("files", ["location", "dump_id"], ("path", paths)).to_pylist()
    return [row["location"] for row in known if row["dump_id"] in ids]


def _folders(row: Row) -> set[str]:
    return {path_and_member(place)[0].rpartition("/")[0] for place in _places(row)}


def _places(row: Row) -> list[str]:
    return [_place(row), *row["also_at"]]


def _place(row: Row) -> str:
    return place_of(row["path"], row["member"])
