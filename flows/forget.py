"""Dumps that are to be forgotten: out of every table, view and old snapshot, with all that only they held."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from flows import index
from flows.forgotten import refused
from flows.lock import NONE, Patience
from flows.pipeline import OF_TEXT, Batch, Each, stage_again
from flows.rework import post_changes, rework
from flows.warehouse import Change, Warehouse
from transforms.errors import UsageError
from transforms.identity import path_and_member, place_of
from transforms.sign import INDEX_VERSION
from transforms.split.fields import DEFAULT_NAMES
from transforms.tables import FORGOTTEN

Row = dict[str, Any]
COMMAND: Final = "forget"
# A beginning of an id must have so many characters to name a dump.
LEAST_OF_AN_ID: Final = 8
LISTING: Final = '`winnow query "SELECT dump_id, path, member FROM dumps"` lists them'


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be forgotten: a dump by its path, id or the beginning of its id, or a source by its name."""

    dump: str | None = None
    source: str | None = None
    reason: str | None = None


@dataclass(slots=True)
class Report:
    """What was forgotten, or would be: the places of the dumps. `already` says that it had been before.

    `elsewhere` are dumps of the source that lie in other sources too, and stay.
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
    with warehouse.writing(COMMAND, started, patience) as (run_id, folder):
        index.refuse_other_index(warehouse)
        rows, elsewhere = _chosen(warehouse, wanted)
        report = Report([place for row in rows for place in _places(row)], [_place(row) for row in elsewhere], not rows)
        if not rows:
            if not dry_run:
                warehouse.purge()
            return report
        ids = [row["dump_id"] for row in rows]
        redo: Callable[[Sequence[Batch]], Any] = partial(
            each, partial(stage_again, folder=str(folder), run_id=run_id, stated=OF_TEXT)
        )
        derived = rework(warehouse, (), ids, (run_id, folder), redo, DEFAULT_NAMES)
        report.counts = derived.counts | post_changes(warehouse, derived) | {"dumps_forgotten": len(ids)}
        if not dry_run:
            asked = [_record(dump_id, wanted, started, run_id) for dump_id in ids]
            records = Change(inserts=pa.Table.from_pylist(asked, schema=FORGOTTEN), deletes=())
            files = replace(derived.tables["files"], deletes=_files(warehouse, rows))
            row = {
                "command": COMMAND,
                "started": started,
                "finished": now(),
                "options": json.dumps({"kind": _kind(wanted), "reason": wanted.reason}, sort_keys=True),
                "counts": json.dumps(report.counts, sort_keys=True),
                "index_version": INDEX_VERSION,
            }
            warehouse.to_purge()
            warehouse.commit(run_id, {**derived.tables, "files": files, "forgotten": records}, row)
            warehouse.purge()
    return report


def _record(dump_id: str, wanted: Wanted, asked: datetime, run_id: str) -> Row:
    return {
        "kind": _kind(wanted), "dump_id": dump_id, "reason": wanted.reason, "asked": asked, "run_id": run_id,
    }  # fmt: skip


def _kind(wanted: Wanted) -> str:
    return "dump" if wanted.dump is not None else "source"


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
