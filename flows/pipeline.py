"""The one statement of the order of the stages.

bytes → text → repaired → pieces → described → signed            (`read_dump`, a dump at a time, in batches)
      → related to all that is known → posts → committed tables  (`run`, once)

`each(work, items)` applies work to every item; what it is (this process, a pool, Prefect tasks) does not matter here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol

from ftfy import TextFixerConfig

from flows import changes, evidence, landing, staging
from flows.landing import RawFile
from flows.rows import DumpRead, add_dump, add_file, add_rejected, text_sha256
from flows.staging import Staged, StagedRows
from flows.warehouse import Warehouse
from transforms.decode import byte_by_byte, decode
from transforms.describe import date_order, describe
from transforms.errors import DumpError, FaultError, PassingError, WinnowError
from transforms.evidence import NO_EVIDENCE, Evidence
from transforms.formats import recognise
from transforms.identity import dump_id_of, unreadable_id
from transforms.lines import lines_of
from transforms.records import Format, Piece, Residue, Split
from transforms.repair import MARKUP, PLAIN, repair_line, repair_lines
from transforms.sign import sign
from transforms.split.csv_rows import split_csv
from transforms.split.feed import split_feed
from transforms.split.html import split_html
from transforms.split.json_feed import split_json_feed
from transforms.split.json_lines import split_json_lines
from transforms.split.mailbox import split_mailbox
from transforms.split.stack_posts import split_stack_posts
from transforms.split.text_pieces import split_text

# A batch is large enough to make the cost of a task small, small enough to keep the processes evenly busy.
BATCH_BYTES: Final = 16_000_000
LEAST_BATCH_BYTES: Final = 1_000_000
BATCHES: Final = 8
BATCH_FILES: Final = 500


# Formats that state where a post begins, and how their text is repaired: a parser has read the entities of markup.
SPLITTERS: Final[dict[Format, tuple[Callable[[str], Split], TextFixerConfig]]] = {
    "html": (split_html, MARKUP),
    "feed": (split_feed, MARKUP),
    "json feed": (split_json_feed, MARKUP),
    "stack exchange": (split_stack_posts, MARKUP),
    "jsonl": (split_json_lines, PLAIN),
    "csv": (split_csv, PLAIN),
}


class Work(Protocol):
    """What is done to one batch. On the last try a failure that may pass is taken as final."""

    def __call__(self, item: Batch, *, last_try: bool) -> Staged:
        """Does the work; raises `PassingError` only where it is not the last try."""
        ...


Each = Callable[[Work, "Sequence[Batch]"], Iterable[Staged]]


@dataclass(frozen=True, slots=True)
class Batch:
    """Files that are read together."""

    number: int
    files: tuple[RawFile, ...]

    @property
    def bytes(self) -> int:
        """The size of its files, in bytes."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True, slots=True)
class Request:
    """What a run is asked to do."""

    sources: tuple[str, ...]
    warehouse: Path
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = landing.EXCLUDED
    command: str = "ingest"


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did. `rejected` has the reason for each path; `run_id` is None where nothing was new."""

    run_id: str | None = None
    files: int = 0
    unchanged: int = 0
    bytes: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    rejected: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0


def read_dump(data: bytes, known: Evidence = NO_EVIDENCE) -> DumpRead:
    """Takes the bytes of one dump through decode, repair, split, describe and sign. Raises `DumpError`.

    `known` is what other dumps say of its lines, where it is a text.
    """
    decoded = decode(data)
    kind = recognise(decoded.text)
    if kind == "text":
        lines = lines_of(decoded.text)
        split = split_text(lines, repair_lines(lines.lines), known)
    elif kind == "mbox":
        decoded = byte_by_byte(data)
        split = _repaired(split_mailbox(data)[1], PLAIN)
    else:
        # What states its own boundaries is taken apart before it is repaired: a tag or a quote is no damage.
        splitter, repairs = SPLITTERS[kind]
        split = _repaired(splitter(decoded.text), repairs)
    # One page writes its dates one way, so that 13/04/2015 tells how to read 03/04/2015.
    order = date_order([piece.published_text for piece in split.pieces if piece.published_text])
    described = tuple(describe(piece, order) for piece in split.pieces)
    signed = sign([post.title for post in described], [post.body for post in described])
    return DumpRead(decoded, kind, split, described, tuple(signed), known)


def run(request: Request, each: Each, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Summary:
    """Brings a warehouse up to date with its sources: reads what is new, relates it to what is known, commits.

    Nothing is committed where nothing is new. Raises `WinnowError`; then the last commit stands as it was.
    """
    started = now()
    found = landing.find(request.sources, request.include, request.exclude, apart=request.warehouse)
    warehouse = Warehouse.open(request.warehouse, create=True)
    with warehouse.writing(request.command, started) as (run_id, folder):
        known = changes.known_files(warehouse)
        new = [file for file in found if known.get(file.location) != (file.size, file.modified_ns)]
        work = partial(stage, folder=str(folder), run_id=run_id)
        staged = list(each(work, batches(new))) if new else []
        rejected = {path: reason for batch in staged for path, reason in batch.rejected.items()}
        summary = Summary(
            files=len(found),
            unchanged=len(found) - len(new),
            bytes=sum(batch.bytes for batch in staged),
            rejected=rejected,
        )
        again = split_again(warehouse, staged, each, folder, run_id)
        made = changes.derive(warehouse, staged, again, run_id)
        if made.empty:
            return replace(summary, seconds=(now() - started).total_seconds())
        finished = now()
        row = {
            "command": request.command,
            "started": started,
            "finished": finished,
            "options": json.dumps({**asdict(request), "warehouse": str(request.warehouse)}, sort_keys=True),
            "counts": json.dumps({**made.counts, "bytes": summary.bytes, "rejected": len(rejected)}, sort_keys=True),
        }
        warehouse.commit(run_id, made.tables, row)
    return replace(summary, run_id=run_id, counts=made.counts, seconds=(now() - started).total_seconds())


def split_again(
    warehouse: Warehouse, staged: Sequence[Staged], each: Each, folder: Path, run_id: str
) -> evidence.Again:
    """Splits the dumps again of which other dumps know better where posts begin; the new rows lie in staging.

    A dump whose bytes are gone keeps the split that it has.
    """
    asked = evidence.ask(warehouse, staged, folder)
    work = partial(stage_again, folder=str(folder), run_id=run_id)
    done = tuple(each(work, batches(asked.files))) if asked.files else ()
    kept = asked.kept + len(asked.files) - sum(batch.dumps for batch in done)
    return evidence.Again(partial(text_again, warehouse), done, kept)


def batches(files: Sequence[RawFile]) -> list[Batch]:
    """Groups files for reading, largest batches first so that none of them starts last."""
    groups: list[list[RawFile]] = []
    size = 0
    most = max(LEAST_BATCH_BYTES, min(BATCH_BYTES, sum(file.size for file in files) // BATCHES))
    for file in files:
        if not groups or size + file.size > most or len(groups[-1]) == BATCH_FILES:
            groups.append([])
            size = 0
        groups[-1].append(file)
        size += file.size
    made = [Batch(number, tuple(group)) for number, group in enumerate(groups)]
    return sorted(made, key=lambda batch: -batch.bytes)


def stage(item: Batch, *, last_try: bool, folder: str, run_id: str) -> Staged:
    """Reads a batch and writes what it yields to the staging folder; a dump that can't be read is a row too."""
    rows: StagedRows = {name: [] for name in staging.STAGED}
    rejected: dict[str, str] = {}
    read = 0
    for file in item.files:
        dump_id, unheard = unreadable_id(file.location), True
        try:
            data = landing.read(file)
            dump_id, read = dump_id_of(data), read + len(data)
            unheard = False
            for name, found in _understood(file, dump_id, data, run_id).items():
                rows[name] += found
        except DumpError as error:
            if isinstance(error, PassingError) and not last_try:
                raise
            unheard = unheard or isinstance(error, FaultError)
            rejected[file.path] = str(error)
            add_rejected(rows, file, dump_id, str(error), run_id)
        if not unheard:
            add_file(rows, file, dump_id, run_id)
    staging.write(Path(folder), item.number, rows)
    return Staged(folder, item.number, len(item.files), read, len(rows["copies"]), rejected)


def stage_again(item: Batch, *, last_try: bool, folder: str, run_id: str) -> Staged:
    """Reads the dumps of a batch again with what other dumps say of them, and writes the rows of all their places."""
    orders = evidence.orders_of(Path(folder), [file.location for file in item.files])
    rows: StagedRows = {name: [] for name in staging.STAGED}
    dumps = read = 0
    for file in item.files:
        try:
            data = landing.read(file)
            order = orders.get(dump_id := dump_id_of(data))
            if order:
                made = _read_or_fault(data, order.known)
                for path, source in order.places:
                    add_dump(rows, replace(file, path=path, source=source), dump_id, made, run_id)
                dumps, read = dumps + 1, read + len(data)
        except PassingError:
            if not last_try:
                raise
        except DumpError:
            continue
    place = Path(folder) / evidence.AGAIN
    staging.write(place, item.number, rows)
    return Staged(str(place), item.number, dumps, read, len(rows["copies"]))


def text_again(warehouse: Warehouse, copy: Mapping[str, Any]) -> str | None:
    """The text of a copy that was found before, from its dump; None where the bytes are gone."""
    data = evidence.bytes_of(warehouse, copy["dump_id"])
    if data is None:
        return None
    bodies = [post.body for post in read_dump(data, evidence.told_to(warehouse, copy["dump_id"])).described]
    text = bodies[copy["ordinal"]] if copy["ordinal"] < len(bodies) else ""
    return text if text_sha256(text) == copy["text_sha256"] else None


def _understood(file: RawFile, dump_id: str, data: bytes, run_id: str) -> StagedRows:
    """The rows of one dump."""
    rows: StagedRows = {name: [] for name in staging.STAGED}
    add_dump(rows, file, dump_id, _read_or_fault(data), run_id)
    return rows


def _read_or_fault(data: bytes, known: Evidence = NO_EVIDENCE) -> DumpRead:
    """Reads a dump; a fault of winnow's own in the middle of it costs this dump, not the run."""
    try:
        return read_dump(data, known)
    except WinnowError:
        raise
    except Exception as error:
        said = f"winnow itself failed on this dump ({type(error).__name__}: {error}); please report it with the file"
        raise FaultError(said) from error


def _repaired(split: Split, config: TextFixerConfig) -> Split:
    return Split(
        tuple(_repaired_piece(piece, config) for piece in split.pieces),
        tuple(_repaired_residue(residue, config) for residue in split.residue),
    )


def _repaired_piece(piece: Piece, config: TextFixerConfig) -> Piece:
    body = repair_lines(piece.body.split("\n"), config)
    title, title_steps = repair_line(piece.title, config) if piece.title else (piece.title, ())
    author, author_steps = repair_line(piece.author, config) if piece.author else (piece.author, ())
    tags = tuple(repair_line(tag, config)[0] for tag in piece.tags)
    steps = dict.fromkeys([*title_steps, *author_steps, *(step for steps in body.repairs.values() for step in steps)])
    return replace(piece, body="\n".join(body.lines), title=title, author=author, tags=tags, repairs=tuple(steps))


def _repaired_residue(residue: Residue, config: TextFixerConfig) -> Residue:
    return replace(residue, text="\n".join(repair_lines(residue.text.split("\n"), config).lines))
