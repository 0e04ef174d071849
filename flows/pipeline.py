"""The one statement of the order of the stages.

bytes → text → repaired → pieces → described → signed            (`read_dump`, a dump at a time, in batches)
      → split again where other dumps know better                (`split_again`, only the dumps concerned)
      → related to all that is known → posts → committed tables  (`run`, once)

`each(work, items)` applies work to every item; what it is (this process, a pool, Prefect tasks) does not matter here.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol

import pyarrow.compute as pc

from flows import again, changes, evidence, index, landing, staging
from flows.batches import Batch
from flows.collecting import seldom
from flows.containers.found import Member, PassedOver, Rejected
from flows.cut_reading import read_all, stage_stretch
from flows.cuts import Cut, cut
from flows.dump_rows import add_read, own_faults
from flows.forgotten import hidden, refused
from flows.held import Held, held
from flows.landing import RawFile
from flows.lock import NONE, Patience
from flows.objects import mirror
from flows.reading import NONE_REFUSED, Stated
from flows.rows import NONE_HIDDEN, Place, add_file, add_rejected
from flows.staging import Chunks, Staged
from flows.upkeep import KEPT
from flows.warehouse import Warehouse
from transforms import PIPELINE_VERSION
from transforms.addresses import without_login
from transforms.decode import DOUBTFUL
from transforms.errors import DumpError, FaultError, FieldError, PassingError, RefusedError, UsageError, WarehouseError
from transforms.hidden import Hidden
from transforms.identity import place_of
from transforms.repair_steps import USUAL
from transforms.sign import INDEX_VERSION
from transforms.split.fields import DEFAULT_NAMES, NONE_ASKED, Asked, FieldNames

# A batch is large enough to make the cost of a task small, small enough to keep the processes evenly busy.
BATCH_BYTES: Final = 16_000_000
LEAST_BATCH_BYTES: Final = 1_000_000
BATCHES: Final = 8
BATCH_FILES: Final = 500
# Where so many members of one file are refused and none is read, the others are only counted: a zip of 137 kB can name
# a million. Real archives hold dumps among their first thousands.
MOST_REFUSED: Final = 10_000
NOT_CUT: Final[Mapping[str, tuple[Cut, ...]]] = {}
# What is known of the dumps that others teach.
OF_TEXT: Final = Stated(kind="text")


class Work(Protocol):
    """What is done to one batch, a `partial`. On the last try a failure that may pass is taken as final."""

    @property
    def keywords(self) -> Mapping[str, Any]:
        """What is settled: `folder`, the staging folder, and more."""
        ...

    def __call__(self, item: Batch, *, last_try: bool, folder: str = ...) -> Staged:
        """Does the work, in another folder where one is given; raises `PassingError` only where not the last try."""
        ...


Each = Callable[[Work, "Sequence[Batch]"], Iterable[Staged]]


@dataclass(frozen=True, slots=True)
class Request:
    """What a run is asked to do. Raises `UsageError` where an address among its sources holds a user or password."""

    sources: tuple[str, ...]
    warehouse: Path
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = landing.EXCLUDED
    fields: Asked = NONE_ASKED
    repair_steps: tuple[str, ...] = USUAL
    command: str = "ingest"
    # Seconds for which earlier runs stay readable.
    keep: float = KEPT

    def __post_init__(self) -> None:
        for source in self.sources:
            if "://" in source and source != without_login(source):
                said = (
                    f"the source {without_login(source, '…@')} holds a user or password, which would be kept and shown"
                )
                raise UsageError(f"{said}; leave them out, and set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")

    def options(self) -> str:
        """What was asked, as JSON: the column `options` of `runs`."""
        return json.dumps({**asdict(self), "warehouse": mirror.place_of(self.warehouse)}, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did; `run_id` is None where nothing was new.

    `rejected` has the reason for each place, `doubtful` the encoding of each dump where that is little more than a
    guess; `skipped` counts what containers hold besides dumps, by kind; `stale` are
    the dumps of the warehouse that another version of winnow read, `untidy` says why old files could not be removed.
    """

    run_id: str | None = None
    files: int = 0
    unchanged: int = 0
    bytes: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    rejected: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    doubtful: dict[str, str] = field(default_factory=dict)
    stale: int = 0
    untidy: str | None = None
    seconds: float = 0.0


def run(
    request: Request,
    each: Each,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    patience: Patience = NONE,
) -> Summary:
    """Brings a warehouse up to date with its sources: reads what is new, relates it to what is known, commits.

    Nothing is committed where nothing is new. Where another run holds the warehouse this one waits as `patience`
    says. Raises `WinnowError`; then the last commit stands as it was.
    """
    started = now()
    found = landing.find(request.sources, request.include, request.exclude, apart=request.warehouse)
    warehouse = Warehouse.open(request.warehouse, create=True)
    with seldom(), warehouse.writing(request.command, started, patience) as (run_id, folder):
        index.refuse_other_index(warehouse)
        known = changes.known_files(warehouse)
        new = [file for file in found if known.get(file.location) != (file.size, file.modified_ns)]
        fields, steps = request.fields.names(), request.repair_steps
        forgotten, unseen = refused(warehouse), hidden(warehouse)
        work = partial(
            stage,
            folder=str(folder),
            run_id=run_id,
            fields=fields,
            steps=steps,
            forgotten=forgotten,
            unseen=unseen,
        )
        staged = read_all(partial(each, work), batches(new, cuts_of(new, fields, forgotten)), folder, run_id)
        rejected = {path: reason for batch in staged for path, reason in batch.rejected.items()}
        summary = Summary(
            files=len(found),
            unchanged=len(found) - len(new),
            bytes=sum(batch.bytes for batch in staged),
            rejected=rejected,
            skipped=staging.skipped(staged),
            doubtful=doubtful(staged),
            stale=stale(warehouse),
        )
        redo = partial(
            each,
            partial(
                stage_again, folder=str(folder), run_id=run_id, stated=replace(OF_TEXT, steps=steps, hidden=unseen)
            ),
        )
        resplit = split_again(warehouse, staged, folder, redo, fields)
        made = changes.derive(warehouse, staged, resplit, run_id, folder)
        if made.empty:
            return replace(summary, seconds=(now() - started).total_seconds())
        finished = now()
        row = {
            "command": request.command,
            "started": started,
            "finished": finished,
            "options": request.options(),
            "counts": json.dumps(
                {**made.counts, "bytes": summary.bytes, "rejected": len(rejected), "skipped": summary.skipped},
                sort_keys=True,
            ),
            "index_version": INDEX_VERSION,
        }
        warehouse.commit(run_id, made.tables, row)
        try:
            warehouse.tidy(now(), request.keep)
        except WarehouseError as error:
            # What was committed stands: that there is more on the disk than need be is no failure of the run.
            summary = replace(summary, untidy=str(error))
    return replace(summary, run_id=run_id, counts=made.counts, seconds=(now() - started).total_seconds())


def stale(warehouse: Warehouse) -> int:
    """How many dumps another version of winnow read."""
    counted = (
        pc.sum(pc.and_(pc.equal(rows["status"], "ingested"), pc.not_equal(rows["pipeline_version"], PIPELINE_VERSION)))
        for rows in warehouse.scan("dumps", ["status", "pipeline_version"])
    )
    return sum(found.as_py() or 0 for found in counted)


def doubtful(staged: Sequence[Staged]) -> dict[str, str]:
    """The places whose dumps were read in an encoding that is little more than a guess, and which it is."""
    rows = staging.read(staged, "dumps", ["path", "member", "encoding", "encoding_confidence"])
    rows = rows.filter(pc.less(rows["encoding_confidence"], DOUBTFUL))
    return {
        place_of(row["path"], row["member"]): f"read as {row['encoding']}, confidence {row['encoding_confidence']:.2f}"
        for row in rows.to_pylist()
    }


def split_again(  # noqa: PLR0913, PLR0917 - what is there, what is new, what goes, and how dumps are read again
    warehouse: Warehouse,
    staged: Sequence[Staged],
    folder: Path,
    redo: Callable[[Sequence[Batch]], Iterable[Staged]],
    fields: FieldNames,
    lost: evidence.Disturbed = evidence.UNDISTURBED,
) -> evidence.Again:
    """Splits the dumps again of which other dumps know better where posts begin; the new rows lie in staging.

    A dump whose bytes are gone at all its places keeps the split that it has. `lost` is what goes with other dumps.
    """
    asked = evidence.ask(warehouse, staged, folder, lost)
    done = tuple(redo(batches(asked.files))) if asked.files else ()
    dumps = evidence.done_whole(folder, done) if done else frozenset()
    return evidence.Again(partial(again.text_again, warehouse, fields), done, dumps, asked.dumps - len(dumps))


def cuts_of(
    files: Sequence[RawFile], fields: FieldNames, forgotten: Mapping[str, str] = NONE_REFUSED
) -> dict[str, tuple[Cut, ...]]:
    """Where the large files are cut that can be, by location; dumps that are `forgotten` are not read at all."""
    most = _most_bytes(files)
    return {file.location: cut(file, most, fields, forgotten) for file in files}


def batches(files: Sequence[RawFile], cuts: Mapping[str, tuple[Cut, ...]] = NOT_CUT) -> list[Batch]:
    """Groups files for reading, largest batches first so that none of them starts last.

    Numbers of batches are in the order of the files; the number behind those of a file that is cut stays free.
    """
    made: list[Batch] = []
    group: list[RawFile] = []
    most, number, size = _most_bytes(files), 0, 0
    for file in files:
        own = cuts.get(file.location, ())
        if group and (own or size + file.size > most or len(group) == BATCH_FILES):
            made.append(Batch(number, tuple(group)))
            group, number, size = [], number + 1, 0
        if own:
            made += (Batch(number + at, (file,), part) for at, part in enumerate(own))
            number += len(own) + 1
        else:
            group.append(file)
            size += file.size
    if group:
        made.append(Batch(number, tuple(group)))
    return sorted(made, key=lambda batch: -batch.bytes)


def _most_bytes(files: Sequence[RawFile]) -> int:
    """What a batch should hold at most, unless a single file holds more."""
    return max(LEAST_BATCH_BYTES, min(BATCH_BYTES, sum(file.size for file in files) // BATCHES))


def stage(  # noqa: PLR0913 - a task is one call: what it is to do stands in its arguments
    item: Batch,
    *,
    last_try: bool,
    folder: str,
    run_id: str,
    fields: FieldNames = DEFAULT_NAMES,
    steps: tuple[str, ...] = USUAL,
    forgotten: Mapping[str, str] = NONE_REFUSED,
    unseen: Hidden = NONE_HIDDEN,
) -> Staged:
    """Reads a batch and writes what it yields to the staging folder; a dump that can't be read is a row too.

    `forgotten` has the dumps that are not to be taken in, by their ids, and why; `unseen` are texts that are not.
    """
    chunks, stated = (
        Chunks(Path(folder), item.number),
        Stated(fields=fields, steps=steps, refused=forgotten, hidden=unseen),
    )
    if item.cut:
        try:
            return stage_stretch(item.files[0], item.cut, chunks, run_id, stated)
        except DumpError as error:
            if isinstance(error, PassingError) and not last_try:
                raise
            return chunks.close()
    for file in item.files:
        try:
            _stage_file(file, chunks, run_id, stated)
        except DumpError as error:
            if isinstance(error, PassingError) and not last_try:
                raise
            _reject(chunks, Place.unread(file, run_id), str(error))
    return chunks.close()


def _stage_file(file: RawFile, chunks: Chunks, run_id: str, stated: Stated) -> None:
    """Reads what a file holds, dump by dump. One on which winnow itself failed keeps the file from being remembered."""
    dump_id, heard, before = None, True, chunks.tally
    walked = landing.members(file)
    for found in walked:
        if isinstance(found, PassedOver):
            chunks.pass_over(found.kind)
            continue
        place = Place.unread(file, run_id, found.name)
        if isinstance(found, Rejected):
            _reject(chunks, place, found.reason)
        else:
            place, fault = _stage_dump(chunks, place, found, stated)
            heard = heard and not fault
            dump_id = dump_id if found.name else place.dump_id
        dumps, rejected = (now - then for now, then in zip(chunks.tally, before, strict=True))
        if dumps == rejected == MOST_REFUSED:
            _reject_rest(chunks, file, run_id, sum(not isinstance(left, PassedOver) for left in walked))
    if heard:
        rows = staging.no_rows()
        add_file(rows, file, dump_id, run_id)
        chunks.add(rows)


def _reject_rest(chunks: Chunks, file: RawFile, run_id: str, left: int) -> None:
    """Adds one row for all members that were not tried; none where there are none."""
    if left:
        said = f"its first {MOST_REFUSED:,} members are all refused, so that the other {left:,} were not tried"
        _reject(chunks, Place.unread(file, run_id), f"{said}; unpack it and leave out what holds no text")


def _stage_dump(chunks: Chunks, place: Place, member: Member, stated: Stated) -> tuple[Place, bool]:
    """Adds the rows of one dump; gives its place as it is known now, and whether winnow itself failed on it."""
    try:
        with own_faults(), held(member, chunks.folder) as dump:
            place = replace(place, dump_id=dump.dump_id, size=dump.size, source=member.source or "")
            if dump.dump_id in stated.refused:
                _reject(chunks, place, stated.refused[dump.dump_id])
                return place, False
            return place, _stage_held(chunks, place, dump, replace(stated, charset=member.charset, url=member.url))
    except RefusedError as error:
        _reject(chunks, place, str(error))
        return place, False


def _stage_held(chunks: Chunks, place: Place, dump: Held, stated: Stated) -> bool:
    """Adds the rows of a dump, or one that says why it can't be read; gives whether the next run is to read it anew."""
    try:
        add_read(chunks, place, dump, stated)
    except PassingError:
        raise
    except DumpError as error:
        _reject(chunks, place, str(error))
        return isinstance(error, FaultError | FieldError)
    return False


def stage_again(item: Batch, *, last_try: bool, folder: str, run_id: str, stated: Stated = OF_TEXT) -> Staged:
    """Reads the dumps of a batch again with what their orders tell them, and writes the rows of all their places."""
    chunks = Chunks(Path(folder, evidence.AGAIN), item.number)
    orders = evidence.orders_of(Path(folder), [file.location for file in item.files])
    again.carry_out(orders, chunks, stated, run_id, last_try=last_try)
    return chunks.close()


def stage_again_by(  # noqa: PLR0913 - a task is one call: what it is to do stands in its arguments
    item: Batch, *, last_try: bool, folder: str, run_id: str, stated: Stated, steps: Mapping[str, tuple[str, ...]]
) -> Staged:
    """As `stage_again`; `steps` has the steps of repair of those dumps that were asked to be read by unusual ones."""
    chunks = Chunks(Path(folder, evidence.AGAIN), item.number)
    alike: dict[tuple[str, ...], list[evidence.Order]] = defaultdict(list)
    for order in evidence.orders_of(Path(folder), [file.location for file in item.files]):
        alike[steps.get(order.dump_id, USUAL)].append(order)
    for own, orders in sorted(alike.items()):
        again.carry_out(orders, chunks, replace(stated, steps=own), run_id, last_try=last_try)
    return chunks.close()


def _reject(chunks: Chunks, place: Place, reason: str) -> None:
    rows = staging.no_rows()
    add_rejected(rows, place, reason)
    chunks.add(rows, place.size or 0)
