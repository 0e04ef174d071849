"""Where a large dump of JSON lines is cut, so that several processes read it; the rows are those of one reading.

One pass over the bytes finds what a reader has to know at the beginning of each stretch: the id of the dump, its
charset, and how many characters and rows stand before. Two things are known only when all has been read: how many of
the rows were posts, and in which order the dates of the whole dump are written. A stretch that was read on another
assumption is read again; where one can't be read at all, the dump is read by one process, which says what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from flows import landing
from flows.containers.found import Member
from flows.held import Held, held
from flows.landing import RawFile
from flows.reading import NONE_REFUSED, Stated, recognised
from flows.staging import StretchRead
from transforms.decode import Charset
from transforms.describe import date_order
from transforms.describe.dates import Order
from transforms.errors import WinnowError
from transforms.line_counts import count_lines
from transforms.split.fields import DEFAULT_NAMES, SPACE, FieldNames

# A smaller file is read sooner by one process than a second begins to help.
WORTH_CUTTING: Final = 12_000_000
# Bytes that are looked at to see whether rows may begin, and read at once to find the end of a line.
LOOKED_AT: Final = 4096
STEP: Final = 1 << 16
BLANK: Final = SPACE.encode()


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch of whole lines: the bytes `start` to `end` of a dump of `size` bytes.

    `char` characters and `row` rows stand before it, and `first` posts, as far as is known. `orders` has the order in
    which dates are written, where that is known.
    """

    dump_id: str
    size: int
    charset: Charset
    start: int
    end: int
    char: int
    row: int
    first: int
    orders: tuple[Order | None, ...] = ()


def cut(
    file: RawFile, most: int, fields: FieldNames = DEFAULT_NAMES, refused: Mapping[str, str] = NONE_REFUSED
) -> tuple[Cut, ...]:
    """Stretches of about `most` bytes; none where the file is small, or anything but JSON lines in clean UTF-8.

    `refused` are dumps that are not to be taken in. Where names of fields were asked for, all rows together tell
    whether there is one, so nothing is cut.
    """
    if file.size < WORTH_CUTTING or fields.asked or not _begins_a_row(file):
        return ()
    try:
        for member in landing.members(file):
            if isinstance(member, Member) and member.name is None and member.stream.seekable():
                with held(member) as dump:
                    return () if dump.dump_id in refused else _cut(dump, most, fields)
            return ()
    except WinnowError:
        return ()  # whoever reads it as a whole says what is wrong
    return ()


def settled(cuts: Sequence[Cut], reads: Sequence[StretchRead]) -> list[Cut]:
    """The stretches as they have to be read, now that all have been: what has changed in one is to be read again."""
    order = date_order(list(chain.from_iterable(read.proven for read in reads)))
    made, first = [], 0
    for known, read in zip(cuts, reads, strict=True):
        made.append(replace(known, first=first, orders=known.orders if read.order == order else (order,)))
        first += read.pieces
    return made


def _begins_a_row(file: RawFile) -> bool:
    try:
        with landing.opened(file) as stream:
            return stream.read(LOOKED_AT).lstrip(BLANK).startswith(b"{")
    except WinnowError:
        return False


def _cut(dump: Held, most: int, fields: FieldNames) -> tuple[Cut, ...]:
    _, charset, kind = recognised(dump, Stated(fields=fields))
    if kind != "jsonl" or charset.codec != "utf-8" or charset.errors != "strict":
        return ()
    made: list[Cut] = []
    start, char, row = charset.skip, 0, 0
    for lines in _stretches(dump, charset.skip, most):
        # A row that reaches over several parts is cut where these begin.
        if len(lines) > 2 * most:
            return ()
        chars, rows = count_lines(lines)
        made.append(Cut(dump.dump_id, dump.size, charset, start, start + len(lines), char, row, row))
        start, char, row = start + len(lines), char + chars, row + rows
    return tuple(made) if len(made) > 1 and made[-1].end == dump.size else ()


def _stretches(dump: Held, start: int, most: int) -> Iterator[bytes]:
    """All lines, about `most` bytes of them at a time."""
    dump.file.seek(start)
    held_over = b""
    while block := dump.file.read(most):
        found = [held_over, block]
        while not (end := found[-1].rfind(b"\n") + 1) and sum(map(len, found)) <= 2 * most:
            more = dump.file.read(STEP)
            if not more:
                break
            found.append(more)
        data = b"".join(found)
        cut_at = len(data) - len(found[-1]) + end if end else len(data)
        yield data[:cut_at]
        held_over = data[cut_at:]
    if held_over:
        yield held_over
