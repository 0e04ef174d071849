"""One dump held against its rows: it is walked through a stretch at a time, so that its size does not matter."""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

import pyarrow as pa

from flows.held import Held
from flows.parquet_rows import CHARSET, ParquetRows
from transforms.decode import BYTE_BY_BYTE, settle
from transforms.hidden import Spans, joined
from transforms.parts import STRETCH, Window, windows_of

Row = dict[str, Any]
# How many characters of a place are shown in a finding.
SHOWN: Final = 40


@dataclass(slots=True)
class _Place:
    """Characters that lie in no row (`twice`: in two), and the first of their text that is not blank."""

    start: int
    end: int
    twice: bool
    text: str = ""

    def see(self, window: Window) -> None:
        """Takes what stands of it in a window."""
        if len(self.text) < SHOWN:
            piece = window.text[max(0, self.start - window.char_at) : max(0, self.end - window.char_at)]
            self.text = (self.text + (piece if self.text or self.twice else piece.lstrip()))[:SHOWN]


@dataclass(slots=True)
class _Walked:
    """What a walk through a dump found: where characters stand in its bytes, how many there are, and places' texts."""

    encoding: str
    byte_at: dict[int, int] = field(default_factory=dict)
    length: int = 0


def check(  # noqa: PLR0913, PLR0917 - a dump, and the rows of each kind
    held: Held, charset: str | None, dump: Row, copies: pa.Table, residue: pa.Table, forgotten: Spans = ()
) -> Iterator[str]:
    """What is wrong with the rows of one dump at one place; `charset` is what a server stated for it.

    What was `forgotten` lies in no row.
    """
    spans, others = (
        list(zip(rows["start"].to_pylist(), rows["end"].to_pylist(), strict=True)) for rows in (copies, residue)
    )
    places = list(_amiss(sorted([*spans, *others, *joined(forgotten)])))
    places = places if dump["format"] == "text" else []
    walked = (
        _through_rows(held, spans)
        if dump["format"] == "parquet"
        else _through(held, charset, dump, sorted(set(chain.from_iterable(spans))), places)
    )
    length = walked.length
    differs = (length, len(spans), len(others)) != (dump["n_chars"], dump["n_copies"], dump["n_residue"])
    # Another server may have stated another charset for the same bytes; the row tells of one place.
    if differs and walked.encoding == dump["encoding"]:
        yield (
            f"counts differ: {length} characters, {len(spans)} copies, {len(others)} residue rows against "
            f"{dump['n_chars']}, {dump['n_copies']}, {dump['n_residue']} in the table dumps"
        )
    columns = (copies[name].to_pylist() for name in ("copy_id", "byte_start", "byte_end"))
    for (start, end), copy_id, *stated in zip(spans, *columns, strict=True):
        there = [walked.byte_at.get(edge, held.size) for edge in (start, end)]
        if there != stated:
            yield f"copy {copy_id} stands at bytes {there[0]}-{there[1]}, not {stated[0]}-{stated[1]}"
    for start, end in (*spans, *others):
        if not 0 <= start < end <= length:
            yield f"a row has the span {start}-{end}, which is none in {length} characters"
    for place in places:
        if place.text.strip() or place.twice:
            how = "two rows" if place.twice else "no row"
            yield f"characters {place.start}-{min(place.end, length)} lie in {how}: {place.text.rstrip()!r}"


def _amiss(spans: Sequence[tuple[int, int]]) -> Iterator[_Place]:
    """What lies in no span or in two. White space may lie outside."""
    at = 0
    for start, end in (*spans, (sys.maxsize, sys.maxsize)):
        if start != at:
            yield _Place(min(at, start), max(at, start), twice=start < at)
        at = max(at, end)


def _through(held: Held, charset: str | None, dump: Row, edges: list[int], places: list[_Place]) -> _Walked:
    settled = BYTE_BY_BYTE if dump["format"] == "mbox" else settle(held.blocks, charset)
    walked, next_place = _Walked(settled.encoding), 0
    for window in windows_of(held.blocks(), settled, STRETCH):
        end = window.char_at + len(window.text)
        inside = edges[bisect_left(edges, window.char_at) : bisect_left(edges, end)]
        walked.byte_at.update(zip(inside, window.byte_offsets([edge - window.char_at for edge in inside]), strict=True))
        while next_place < len(places) and places[next_place].start < end:
            places[next_place].see(window)
            if places[next_place].end > end:
                break
            next_place += 1
        walked.length = end
    return walked


def _through_rows(held: Held, spans: Sequence[tuple[int, int]]) -> _Walked:
    """Renders the rows of a Parquet file again; a copy stands in the bytes of its row group."""
    rows = ParquetRows(held.file)
    walked = _Walked(CHARSET.encoding, length=sum(len(block.decode()) for block in rows.blocks()))
    within = [(first, last) for first, last in spans if first < walked.length]
    for (first, last), (start, end) in zip(within, rows.byte_spans([first for first, _ in within]), strict=True):
        walked.byte_at |= {first: start, last: end}
    return walked
