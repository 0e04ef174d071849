"""Dumps that were read before and are read again: to split them with new evidence, or for the text of one copy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

from flows import landing
from flows.asked import How, how_of
from flows.containers.found import Member
from flows.dump_rows import add_read, own_faults
from flows.evidence import Order
from flows.held import Held
from flows.landing import RawFile
from flows.reading import DumpReading, OtherOrder, Stated, read_dump
from flows.reopened import Whereabouts, reopened
from flows.rows import Place, text_sha256, told_back
from flows.staging import Chunks
from flows.warehouse import Warehouse
from transforms.errors import DumpError, PassingError
from transforms.identity import path_and_member
from transforms.split.fields import FieldNames

Row = Mapping[str, Any]


def carry_out(orders: Sequence[Order], chunks: Chunks, stated: Stated, run_id: str, *, last_try: bool) -> None:
    """Splits dumps again and adds their rows; where the bytes are gone from one file, they are sought in the next.

    `stated` has the steps of repair; they are those of the run that reads a dump, also where another read it before.
    It has the format too where that is known.
    What is found nowhere adds nothing. Raises `PassingError` only where it is not the last try.
    """
    left = [order for order in orders if order.spots]
    while left:
        by_file: dict[str, list[Order]] = defaultdict(list)
        for order in left:
            by_file[order.spots[0].location].append(order)
        left = []
        for location, some in sorted(by_file.items()):
            done: set[Order] = set()
            try:
                file = landing.at(location, some[0].spots[0].path)
                for order in _carried_out(file, some, chunks, stated, run_id):
                    done.add(order)
            except DumpError as error:
                if isinstance(error, PassingError) and not last_try:
                    raise
            left += [replace(order, spots=order.spots[1:]) for order in some if order not in done and order.spots[1:]]


def _carried_out(
    file: RawFile, orders: Sequence[Order], chunks: Chunks, stated: Stated, run_id: str
) -> Iterator[Order]:
    """Those of the orders that one file can serve, once their rows are added."""
    wanted: dict[str | None, set[str]] = defaultdict(set)
    due: dict[tuple[str | None, str], list[Order]] = defaultdict(list)
    for order in orders:
        wanted[order.spots[0].member].add(order.dump_id)
        due[order.spots[0].member, order.dump_id].append(order)
    for member, dump in reopened(file, wanted):
        for order in due[member.name, dump.dump_id]:
            raw = RawFile(file.place, order.path, order.source)
            place = Place(raw, run_id, order.member, dump.dump_id, dump.size)
            # A server's address is that of its own place alone.
            url = member.url if order.spots[0].own else None
            try:
                own = replace(stated, charset=member.charset, url=url, known=order.known)
                add_read(chunks, place, dump, own)
            except PassingError:
                raise
            except DumpError:
                continue
            yield order


def text_again(warehouse: Warehouse, fields: FieldNames, copy: Row) -> str | None:
    """The text of a copy that was found before, from its dump; None where the bytes are gone."""
    (row,) = warehouse.read("dumps", where=("dump_id", [copy["dump_id"]])).to_pylist()
    # Those of the run that wrote the copy; a run that split the dump for others took those of the dump.
    ways = [how_of(warehouse, [each])[row["dump_id"]] for each in (copy, row)]
    found = (_text_by(warehouse, row, copy, how, fields) for how in dict.fromkeys(ways))
    return next((text for text in found if text is not None), None)


def _text_by(warehouse: Warehouse, row: Row, copy: Row, how: How, fields: FieldNames) -> str | None:
    names = how.fields.names() if how.fields.given() else fields
    known = told_back(row["told"], row["way"])
    for member, dump in _still_there(warehouse, row, copy):
        stated = Stated(member.charset, None, names, row["format"], known, how.steps)
        try:
            text = _body(dump, stated, copy["ordinal"])
        except DumpError:
            continue
        if text is not None and text_sha256(text) == copy["text_sha256"]:
            return text
    return None


def _still_there(warehouse: Warehouse, dump: Row, copy: Row) -> Iterator[tuple[Member, Held]]:
    """The bytes of a dump at each of its places that still has them, that of the copy first."""
    places = [(copy["dump_path"], copy["dump_member"])]
    places += [(dump["path"], dump["member"]), *map(path_and_member, dump["also_at"])]
    files = Whereabouts(warehouse.read("files", where=("path", [path for path, _ in places])).to_pylist())
    for path, member in dict.fromkeys(places):
        for file in files.of(dump["dump_id"], path, member):
            with closing(reopened(file, {member: {dump["dump_id"]}})) as found:
                try:
                    here = next(found, None)
                except DumpError:
                    continue
                if here:
                    yield here


def _body(dump: Held, stated: Stated, ordinal: int) -> str | None:
    with own_faults():
        try:
            return _nth(read_dump(dump, stated), ordinal)
        except OtherOrder as other:
            return _nth(read_dump(dump, stated, (other.order,)), ordinal)


def _nth(reading: DumpReading, ordinal: int) -> str | None:
    """The body of one copy. All of the dump is read, since only its end proves in which order dates are written."""
    found, before = None, 0
    for part in reading.parts:
        if before <= ordinal < before + len(part.described):
            found = part.described[ordinal - before].body
        before += len(part.described)
    return found
