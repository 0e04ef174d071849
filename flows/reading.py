"""One dump through the stages, part by part: decode, split, repair, describe, sign."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from flows.held import Held
from flows.parquet_rows import CHARSET, MAGIC, ParquetRows
from flows.rows import NONE_HIDDEN, DumpRead, PartRead
from transforms.decode import BYTE_BY_BYTE, Charset, settle
from transforms.describe import date_order, describe_all
from transforms.describe.dates import Order
from transforms.evidence import NO_EVIDENCE, Evidence
from transforms.formats import reading_of, recognise, rows_behind
from transforms.hidden import Hidden
from transforms.parts import PART_BYTES, Part, Window, groups_of, parts_of
from transforms.records import Format
from transforms.repair_steps import USUAL
from transforms.sign import sign
from transforms.split.fields import DEFAULT_NAMES, FieldNames
from transforms.split.mailbox import is_mailbox

# Dates that prove each order, to find out whether others prove the other.
PROOFS: dict[Order, str] = {"day-first": "31/12/2000", "month-first": "12/31/2000"}


NONE_REFUSED: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Stated:
    """What is known of a dump beside its bytes: the charset and address that a server stated, the names of fields.

    `steps` are those of repair that were chosen. Of one that was read before, also its format and, where it is a text,
    what other dumps said of its lines. `refused` says which dumps are not to be taken in, and why, `hidden`
    which texts.
    """

    charset: str | None = None
    url: str | None = None
    fields: FieldNames = DEFAULT_NAMES
    kind: Format | None = None
    known: Evidence = NO_EVIDENCE
    steps: tuple[str, ...] = USUAL
    refused: Mapping[str, str] = field(default_factory=dict)
    hidden: Hidden = NONE_HIDDEN


class OtherOrder(Exception):  # noqa: N818 - no error: a dump is read again
    """The dates of a dump taken together are to be read in another order than those of its first part."""

    def __init__(self, order: Order | None) -> None:
        super().__init__(order)
        self.order = order


@dataclass(slots=True)
class DumpReading:
    """A dump that is being read: `dump` is how, `parts` gives what it holds and can be asked for once.

    `damage` has, once all parts have been read, what is lost within the dump, by what it belongs to.
    """

    dump: DumpRead
    parts: Iterator[PartRead]
    damage: dict[str, str] = field(default_factory=dict)


def read_dump(held: Held, stated: Stated, orders: tuple[Order | None, ...] = ()) -> DumpReading:
    """Takes the bytes of one dump through the stages. Raises `DumpError`, also while its parts are read.

    One page writes its dates one way, so that 13/04/2015 tells how to read 03/04/2015: `orders` has that way where it
    is known. Otherwise the first part decides, and `OtherOrder` is raised at the end where it was wrong.
    """
    first = next(held.blocks(), b"")
    if first.startswith(MAGIC):
        return _read_parquet(held, stated, orders)
    window, charset, kind = recognised(held, stated)
    parts = parts_of(window, reading_of(kind, stated.fields, stated.known, stated.steps), PART_BYTES)
    return DumpReading(DumpRead(charset, kind, stated.known), _understood(parts, kind, stated, orders))


def recognised(held: Held, stated: Stated) -> tuple[Window, Charset, Format]:
    """The text of a dump, at its beginning, how its bytes are read, and its format. Raises `DumpError`."""
    first = next(held.blocks(), b"")
    # The bytes of one message, be it in UTF-16 or damaged, must not decide how the others are read.
    mail = is_mailbox(first.decode(BYTE_BY_BYTE.codec))
    charset = BYTE_BY_BYTE if mail else settle(held.blocks, stated.charset)
    window = Window(held.blocks(), charset)
    window.fill(PART_BYTES)
    kind = stated.kind or recognise(window.text, stated.fields)
    if kind == "mbox" and not mail:
        charset = BYTE_BY_BYTE
        window = Window(held.blocks(), charset)
    return window, charset, kind


def read_rows(window: Window, number: int, stated: Stated, orders: tuple[Order | None, ...]) -> Iterator[PartRead]:
    """Takes a stretch of a dump of JSON lines through the stages, `number` lines with something on them before it."""
    return _understood(parts_of(window, rows_behind(number, stated.fields, stated.steps)), "jsonl", stated, orders)


def _read_parquet(held: Held, stated: Stated, orders: tuple[Order | None, ...]) -> DumpReading:
    rows = ParquetRows(held.file)
    rows.insist_on_text(stated.fields)
    reads = reading_of("parquet", stated.fields, steps=stated.steps)
    parts = parts_of(Window(rows.blocks(), CHARSET), reads, PART_BYTES)
    placed = (replace(part, byte_spans=rows.byte_spans([piece.start for piece in part.split.pieces])) for part in parts)
    reading = DumpReading(DumpRead(CHARSET, "parquet"), iter(()))
    reading.parts = _noting(_understood(placed, "parquet", stated, orders), rows, reading.damage)
    return reading


def _noting(parts: Iterator[PartRead], rows: ParquetRows, damage: dict[str, str]) -> Iterator[PartRead]:
    yield from parts
    damage.update({f"row group {number}": said for number, said in rows.damage.items()})


def _understood(
    parts: Iterator[Part], kind: Format, stated: Stated, orders: tuple[Order | None, ...]
) -> Iterator[PartRead]:
    """Describes and signs part by part."""
    proven: list[str] = []
    given = bool(orders)
    for number, part in enumerate(parts):
        proven = proofs([*proven, *(piece.published_text for piece in part.split.pieces if piece.published_text)])
        orders = orders or (date_order(proven),)
        # Of a page with several posts it is nobody's own address.
        alone = kind in {"html", "text"} and number == 0 and part.last and len(part.split.pieces) == 1
        for some in groups_of(part):
            described = describe_all(some.split.pieces, orders[0])
            if stated.url and alone:
                described = (replace(described[0], url=described[0].url or stated.url),)
            signed = sign([post.title for post in described], [post.body for post in described])
            yield PartRead(some, described, tuple(signed))
    if orders and not given and date_order(proven) != orders[0]:
        raise OtherOrder(date_order(proven))


def proofs(texts: list[str]) -> list[str]:
    """A few dates that prove the same order as all of these, or the same contradiction."""
    order = date_order(texts)
    if order:
        return [PROOFS[order]]
    return list(PROOFS.values()) if date_order([*texts, PROOFS["day-first"]]) is None else []
