"""Dumps that were read before, read again from their raw bytes as if they were new; posts keep their ids."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any, Final

from flows import evidence, index, staging
from flows.asked import How, how_of, told
from flows.batches import Batch
from flows.evidence import NOTHING_TOLD, Places
from flows.forgotten import hidden
from flows.lock import NONE, Patience
from flows.pipeline import OF_TEXT, Each, batches, stage_again, stage_again_by
from flows.reading import Stated
from flows.renamed import Renamed, in_place_of_all
from flows.rework import post_changes, rework
from flows.staging import Staged
from flows.warehouse import Warehouse
from transforms import PIPELINE_VERSION
from transforms.errors import IndexWrittenError, UsageError
from transforms.hidden import Hidden
from transforms.identity import path_and_member, place_of
from transforms.repair_steps import USUAL
from transforms.sign import INDEX_VERSION
from transforms.split.fields import Asked
from transforms.tables import COMPLETED
from transforms.versions import versions_meant

Row = dict[str, Any]
Redo = Callable[[Sequence[Batch]], Iterable[Staged]]
Span = tuple[datetime | None, datetime | None]  # since, until, both included
COMMAND: Final = "backfill"
# Bytes of dumps that are committed together: some minutes of work, which is what a killed run loses at most.
COMMIT_BYTES: Final = 1_000_000_000
# Seconds to wait for another run that came in between two lots: half a day, longer than a run should take.
BETWEEN_LOTS: Final = 43_200.0
# The folder of the staging folder for what is read of the dumps.
READ: Final = "read"
RUN_ID: Final = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which dumps are meant: those that fit all. `dumps` is when they were read, `posts` when their posts appeared."""

    paths: tuple[str, ...] = ()
    dumps: Span = (None, None)
    posts: Span = (None, None)
    versions: str | None = None
    everything: bool = False

    def told(self) -> Row:
        """The same for the column `options` of `runs`."""
        found: Row = json.loads(json.dumps(asdict(self), default=str))
        return found


@dataclass(slots=True)
class Report:
    """What a backfill did, or would do: `chosen` dumps, of which those `gone` could not be read any more."""

    chosen: int = 0
    read: int = 0
    runs: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lot:
    """Dumps that are read alike and committed together, and how they were asked to be read."""

    dumps: tuple[Row, ...]
    fields: Asked
    steps: tuple[str, ...]


def backfill(
    root: Path, selection: Selection, each: Each, patience: Patience = NONE, *, dry_run: bool = False
) -> Report:
    """Reads the dumps that are meant again and replaces what they had yielded; with `dry_run` nothing is committed.

    Each lot is a run of its own; a backfill that was stopped goes on where it stopped. Others may write between two
    lots, and are waited for. Raises `WinnowError`.
    """
    meant = _meant(selection)
    report, done, resumed = Report(), set[str](), False
    Warehouse.open(root)  # none is made where there is none
    warehouse = Warehouse.open(root, create=True)
    while True:
        started = datetime.now(UTC)
        with warehouse.writing(COMMAND, started, patience) as run:
            rebuilding = selection.everything and index.other_index(warehouse)
            if not rebuilding:
                index.refuse_other_index(warehouse)
            chosen = _chosen(warehouse, selection, meant)
            if not report.chosen and not rebuilding:
                before = _done_before(warehouse, selection)
                # Where nothing is left of one that was stopped, it is over, and this is a new one.
                resumed = bool(before) and any(row["dump_id"] not in before for row in chosen)
                done |= before if resumed else set()
            due = [row for row in chosen if row["dump_id"] not in done]
            report.chosen = report.chosen or len(due)
            lots = list(lots_of(warehouse, due))
            if not lots:
                return report
            now = lots if rebuilding else lots[:1]
            done |= {row["dump_id"] for lot in now for row in lot.dumps}
            left = sum(len(lot.dumps) for lot in lots) - sum(len(lot.dumps) for lot in now)
            _redo(warehouse, now, run, each, report, _Asked(selection, started, left, dry_run, rebuilding, resumed))
        patience = replace(patience, seconds=max(patience.seconds, BETWEEN_LOTS))


@dataclass(frozen=True, slots=True)
class _Asked:
    selection: Selection
    started: datetime
    left: int
    dry_run: bool
    rebuilding: bool
    resumed: bool


def _redo(  # noqa: PLR0913, PLR0917 - lots, where and how they are read, and what is said of them
    warehouse: Warehouse, lots: Sequence[Lot], run: tuple[str, Path], each: Each, report: Report, asked: _Asked
) -> None:
    """Reads lots again, and commits what comes of them together."""
    run_id, folder = run
    unseen = hidden(warehouse)
    read = [read_lot(warehouse, lot, folder / f"{READ}{n}", run_id, each, unseen) for n, lot in enumerate(lots)]
    staged = [batch for some, _ in read for batch in some]
    whole = frozenset(dump_id for _, ids in read for dump_id in ids)
    gone = [_place(row) for lot in lots for row in lot.dumps if row["dump_id"] not in whole]
    if asked.rebuilding and gone:
        raise IndexWrittenError(
            f"the index can't be rebuilt: the bytes of {gone[0]} and {len(gone) - 1} other dumps are gone; "
            "bring them back or forget them (`winnow forget --dump`), or ingest into another warehouse"
        )
    redo = split_by_own(warehouse, each, folder, run_id, unseen)
    seen = Renamed(warehouse) if asked.rebuilding else warehouse
    derived = rework(seen, staged, whole, run, redo, lots[0].fields.names())
    if asked.rebuilding:
        derived = replace(derived, tables=in_place_of_all(warehouse, derived.tables))
    found = derived.counts | post_changes(warehouse, derived)
    report.read += len(whole)
    report.gone += gone
    report.counts = {name: report.counts.get(name, 0) + found.get(name, 0) for name in report.counts | found}
    # A last lot of which nothing could be read is recorded too: it says that nothing is left.
    over = not asked.left and (asked.resumed or bool(report.runs))
    if (whole or over) and not asked.dry_run:
        own = {"selection": asked.selection.told()} | told_of(lots)
        counts = found | {"dumps_read_again": len(whole), "dumps_left": asked.left}
        row = {
            "command": COMMAND,
            "started": asked.started,
            "finished": datetime.now(UTC),
            "options": json.dumps(own, sort_keys=True),
            "counts": json.dumps(counts, sort_keys=True),
            "index_version": INDEX_VERSION,
        }
        warehouse.commit(run_id, derived.tables if whole else {}, row)
        report.runs.append(run_id)


def read_lot(  # noqa: PLR0913, PLR0917 - what, where and how it is read
    warehouse: Warehouse, lot: Lot, apart: Path, run_id: str, each: Each, unseen: Hidden
) -> tuple[Sequence[Staged], frozenset[str]]:
    """What the dumps of a lot yield now, and which of them could be read at all their places."""
    with staging.told(apart):
        apart.mkdir()
    places = _places(warehouse, lot.dumps)
    orders = evidence.issue(warehouse, places, (), dict.fromkeys(places, NOTHING_TOLD), apart)
    stated = Stated(fields=lot.fields.names(), steps=lot.steps, hidden=unseen)
    work = partial(stage_again, folder=str(apart), run_id=run_id, stated=stated)
    staged = list(each(work, batches(orders.files))) if orders.files else []
    return staged, evidence.done_whole(apart, staged) if staged else frozenset()


def _meant(selection: Selection) -> Callable[[str], bool]:
    given = (selection.paths, selection.versions is not None, *selection.dumps, *selection.posts)
    if not any(given) and not selection.everything:
        said = "say which dumps are to be read again: --path, --dumps-since, --posts-since, --pipeline-version"
        raise UsageError(f"{said}, or --all")
    return versions_meant(selection.versions) if selection.versions is not None else lambda _version: True


def _chosen(warehouse: Warehouse, selection: Selection, meant: Callable[[str], bool]) -> list[Row]:
    """The dumps that are meant, by their places."""
    columns = ["dump_id", "path", "member", "also_at", "size_bytes", "status", "run_id", "pipeline_version"]
    dumps = [row for row in warehouse.read("dumps", columns).to_pylist() if row["status"] == "ingested"]
    holding = _holding(warehouse, selection.posts) if any(selection.posts) else None
    return sorted(
        (
            row
            for row in dumps
            if meant(row["pipeline_version"])
            and (not selection.paths or any(map(partial(_fits, selection.paths), _all_places(row))))
            and _within(_read_at(row["run_id"]), selection.dumps)
            and (holding is None or row["dump_id"] in holding)
        ),
        key=_place,
    )


def _holding(warehouse: Warehouse, span: Span) -> set[str]:
    """The dumps with a copy that says it was published then."""
    return {
        row["dump_id"]
        for batch in warehouse.scan("copies", ["dump_id", "published"])
        for row in batch.filter(batch["published"].is_valid()).to_pylist()
        if _within(row["published"], span)
    }


def lots_of(warehouse: Warehouse, due: Sequence[Row]) -> Iterator[Lot]:
    """Dumps that were asked to be read alike, as many together as are committed together."""
    asked = how_of(warehouse, due)
    alike: dict[How, list[Row]] = {}
    for row in due:
        alike.setdefault(asked[row["dump_id"]], []).append(row)
    for how, rows in alike.items():
        taken: list[Row] = []
        size = 0
        for row in rows:
            taken.append(row)
            size += row["size_bytes"] or 0
            if size >= COMMIT_BYTES:
                yield Lot(tuple(taken), *how)
                taken, size = [], 0
        if taken:
            yield Lot(tuple(taken), *how)


def told_of(lots: Sequence[Lot]) -> Row:
    """How the dumps of lots were asked to be read, for the column `options` of `runs`."""
    return told({row["dump_id"]: How(lot.fields, lot.steps) for lot in lots for row in lot.dumps})


def split_by_own(warehouse: Warehouse, each: Each, folder: Path, run_id: str, unseen: Hidden) -> Redo:
    """Splits neighbours of dumps again, each with the steps of repair that it was asked to be read with."""

    def redo(items: Sequence[Batch]) -> Iterable[Staged]:
        orders = evidence.orders_of(folder, [file.location for item in items for file in item.files])
        ids = ("dump_id", {order.dump_id for order in orders})
        how = how_of(warehouse, warehouse.read("dumps", ["dump_id", "run_id"], ids).to_pylist())
        steps = {dump_id: own.steps for dump_id, own in how.items() if own.steps != USUAL}
        stated = replace(OF_TEXT, hidden=unseen)
        return each(partial(stage_again_by, folder=str(folder), run_id=run_id, stated=stated, steps=steps), items)

    return redo


def _done_before(warehouse: Warehouse, selection: Selection) -> set[str]:
    """The dumps that the same backfill, of this version, had read again when it was stopped."""
    columns = ["run_id", "command", "options", "counts", "status"]
    rows = warehouse.read("runs", columns).sort_by([("run_id", "descending")]).to_pylist()
    runs = []
    for row in rows:
        if row["command"] == COMMAND and row["status"] == COMPLETED:
            if json.loads(row["options"]).get("selection") != selection.told():
                continue
            if not json.loads(row["counts"])["dumps_left"]:
                break
            runs.append(row["run_id"])
    dumps = warehouse.read("dumps", ["dump_id", "pipeline_version"], ("run_id", runs)).to_pylist()
    return {row["dump_id"] for row in dumps if row["pipeline_version"] == PIPELINE_VERSION}


def _places(warehouse: Warehouse, dumps: Sequence[Row]) -> Places:
    """The places of dumps with their sources; one that yielded nothing has that of its folder."""
    columns = ["dump_id", "dump_path", "dump_member", "source"]
    ids = ("dump_id", [row["dump_id"] for row in dumps])
    known = {
        (row["dump_id"], row["dump_path"], row["dump_member"]): row["source"]
        for row in warehouse.read("copies", columns, ids).group_by(columns).aggregate([]).to_pylist()
    }
    return {
        row["dump_id"]: {
            at: known.get((row["dump_id"], *at), at[0].rpartition("/")[0])
            for at in map(path_and_member, _all_places(row))
        }
        for row in dumps
    }


def _all_places(row: Row) -> Iterator[str]:
    yield _place(row)
    yield from row["also_at"]


def _place(row: Row) -> str:
    return place_of(row["path"], row["member"])


def _fits(globs: Collection[str], place: str) -> bool:
    path, _ = path_and_member(place)
    names = {place, path, path.rsplit("/", 1)[-1]}
    return any(fnmatchcase(name, glob) for glob in globs for name in names)


def _read_at(run_id: str) -> datetime:
    return datetime.strptime(run_id, RUN_ID).replace(tzinfo=UTC)


def _within(moment: datetime, span: Span) -> bool:
    since, until = span
    return (since is None or moment >= since) and (until is None or moment <= until)
