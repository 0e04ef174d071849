"""All rows that one dump yields, or none of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from flows import staging, stopping
from flows.held import Held
from flows.reading import OtherOrder, Stated, read_dump
from flows.rows import Place, add_dump, add_part, add_rejected
from flows.staging import Chunks
from transforms.describe.dates import Order
from transforms.errors import FaultError, WinnowError
from transforms.identity import place_of
from transforms.parts import PART_BYTES


def add_read(chunks: Chunks, place: Place, dump: Held, stated: Stated) -> None:
    """Reads a dump and adds its rows: all of them, or none where it can't be read to its end.

    Raises `DumpError`; `FaultError` where winnow itself failed on it.
    """
    try:
        _add_once(chunks, place, dump, stated)
    except OtherOrder as other:
        _add_once(chunks, place, dump, stated, (other.order,))


def _add_once(chunks: Chunks, place: Place, dump: Held, stated: Stated, orders: tuple[Order | None, ...] = ()) -> None:
    large = dump.size > PART_BYTES
    with chunks.together() if large else nullcontext():
        rows = staging.no_rows()
        with own_faults():
            reading = read_dump(dump, stated, orders)
            for part in reading.parts:
                add_part(rows, place, reading.dump, part, stated.hidden)
                if large:
                    chunks.add(rows)
                    chunks.flush()
                    rows = staging.no_rows()
            add_dump(rows, place, reading.dump)
        for name, reason in reading.damage.items():
            member = name if place.member is None else place_of(place.member, name)
            add_rejected(rows, Place.unread(place.file, place.run_id, member), reason)
        chunks.add(rows, dump.size)


@contextmanager
def own_faults() -> Iterator[None]:
    """A fault of winnow's own in the middle of a dump costs this dump, not the run. Raises `FaultError`."""
    try:
        yield
    except (WinnowError, OtherOrder):
        raise
    except Exception as error:
        stopping.insist(error)
        said = f"winnow itself failed on this dump ({type(error).__name__}: {error}); please report it with the file"
        raise FaultError(said) from error
