"""Reading dumps that were cut: each stretch by whoever is free, and all of them put together again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from flows import landing, staging
from flows.batches import Batch
from flows.cuts import Cut, settled
from flows.dump_rows import own_faults
from flows.landing import RawFile, RawStream
from flows.reading import Stated, proofs, read_rows
from flows.rows import DumpRead, Place, add_dump, add_file, add_part
from flows.staging import Chunks, Staged, StretchRead
from transforms.describe import date_order
from transforms.errors import DumpError
from transforms.parts import Window

Read = Callable[[Sequence[Batch]], Iterable[Staged]]
# Bytes read at once.
BLOCK: Final = 1 << 20


def stage_stretch(file: RawFile, cut: Cut, chunks: Chunks, run_id: str, stated: Stated) -> Staged:
    """Reads a stretch of a dump and writes the rows of its posts. Raises `DumpError`; then none have been added."""
    dump = DumpRead(cut.charset, "jsonl", n_copies=cut.first)
    place = Place(file, run_id, None, cut.dump_id, cut.size)
    rows, written = staging.no_rows(), list[str]()
    with landing.opened(file) as stream, own_faults():
        window = Window(_bytes(stream, cut.start, cut.end), replace(cut.charset, skip=0))
        window.char_at, window.byte_at = cut.char, cut.start
        for part in read_rows(window, cut.row, stated, cut.orders):
            written += (piece.published_text for piece in part.part.split.pieces if piece.published_text)
            add_part(rows, place, dump, part, stated.hidden)
    chunks.add(rows, cut.end - cut.start)
    order = cut.orders[0] if cut.orders else date_order(written)
    copies = dump.n_copies - cut.first
    read = StretchRead(dump.n_chars, copies, dump.n_residue, dump.n_hidden, order, tuple(proofs(written)))
    return replace(chunks.close(), stretch=read)


def read_all(read: Read, batches: Sequence[Batch], folder: Path, run_id: str) -> list[Staged]:
    """Reads batches, and those that hold stretches again where these turn out to need it, until all is right."""
    staged: dict[int, Staged] = {}
    of_file: dict[str, list[Batch]] = defaultdict(list)
    for batch in sorted(batches, key=lambda batch: batch.number):
        if batch.cut:
            of_file[batch.files[0].location].append(batch)
    todo = list(batches)
    while todo:
        staged |= {done.number: done for done in read(todo)}
        todo = []
        for location, stretches in list(of_file.items()):
            again = _to_be_read_again(stretches, staged)
            todo += again
            if again and not again[0].cut:
                del of_file[location]
            else:
                of_file[location] = _now(stretches, again)
    for stretches in of_file.values():
        done = _put_together(stretches, staged, folder, run_id)
        staged[done.number] = done
    return list(staged.values())


def _to_be_read_again(stretches: Sequence[Batch], staged: dict[int, Staged]) -> list[Batch]:
    """What of a dump was read on a wrong assumption; all of it, at once, where a stretch could not be read."""
    reads = [staged[batch.number].stretch for batch in stretches]
    known = [read for read in reads if read]
    if len(known) < len(reads):
        for batch in stretches:
            del staged[batch.number]
        return [replace(stretches[-1], number=stretches[-1].number + 1, cut=None)]
    right = settled([batch.cut for batch in stretches if batch.cut], known)
    return [replace(batch, cut=cut) for batch, cut in zip(stretches, right, strict=True) if cut != batch.cut]


def _now(stretches: Sequence[Batch], again: Sequence[Batch]) -> list[Batch]:
    changed = {batch.number: batch for batch in again}
    return [changed.get(batch.number, batch) for batch in stretches]


def _put_together(stretches: Sequence[Batch], staged: Mapping[int, Staged], folder: Path, run_id: str) -> Staged:
    """Writes the rows of `dumps` and `files` for a dump of which all stretches have been read."""
    last, file = stretches[-1], stretches[-1].files[0]
    cut, reads = last.cut, [staged[batch.number].stretch for batch in stretches]
    chunks, rows = Chunks(folder, last.number + 1), staging.no_rows()
    if cut:
        dump = DumpRead(cut.charset, "jsonl")
        for read in filter(None, reads):
            dump.n_chars += read.n_chars
            dump.n_copies += read.n_copies
            dump.n_residue += read.n_residue
        add_dump(rows, Place(file, run_id, None, cut.dump_id, cut.size), dump)
        add_file(rows, file, cut.dump_id, run_id)
        chunks.add(rows, cut.charset.skip)
    return chunks.close()


def _bytes(stream: RawStream, start: int, end: int) -> Iterator[bytes]:
    """The bytes of a stretch. Raises `DumpError` where the file has become shorter."""
    stream.seek(start)
    left = end - start
    while left:
        block = stream.read(min(BLOCK, left))
        if not block:
            raise DumpError("the file became shorter while it was read")
        left -= len(block)
        yield block
