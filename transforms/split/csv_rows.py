"""Rows of CSV: the header names the fields, every record with a text is a post."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import Final

from transforms.errors import FieldError
from transforms.records import Piece, Residue, Split
from transforms.split.fields import (
    BROKEN,
    DEFAULT_NAMES,
    LONGEST_NAME,
    NAMES_SHOWN,
    WITHOUT_TEXT,
    Columns,
    FieldNames,
    Place,
    columns_of,
    has_asked,
    piece_of_row,
    sound,
    without_asked,
)
from transforms.split.parts import NOTHING, Taken, whole

DELIMITERS: Final = ",;\t|"
LINE_END: Final = re.compile(r"[\r\n]")
# What may stand before the header.
LEADING: Final = re.compile(r"[\s\ufeff]*+")
# A field in quotes that is not closed within the source.
OPEN_QUOTE: Final = re.compile(r'"[^"]*+(?:""[^"]*+)*+(?:" *+\r?+)?\Z')
# A header is a line of short names: one of more characters than this is prose, unless each of its fields is short.
# Tables of features have 100,000 columns; what is longer than they are is not worth looking at.
LONGEST_HEADER: Final = 4096
WIDEST_HEADER: Final = 2_000_000
# Only a table has two columns of names that posts are known by.
KNOWN_COLUMNS: Final = 2
# How many records are looked at to tell a table; at least half of them must have as many fields as the header.
RECORDS_TRIED: Final = 5
# Under the header of a table in Markdown stands such a line.
RULE: Final = frozenset("-:= ")


@dataclass(frozen=True, slots=True)
class Header:
    """The first record: its span, where the next begins, its names, the pattern of a field, the columns known."""

    start: int
    end: int
    then: int
    names: tuple[str, ...]
    pattern: re.Pattern[str]
    columns: Columns

    @property
    def known(self) -> int:
        """How many columns have names that posts are known by."""
        return sum(map(len, self.columns))

    @property
    def least(self) -> int:
        """How many fields a record must have to be one: those up to the text, and two where there are two."""
        to_text = 1 + min(self.names.index(name) for name in self.columns[0])
        return min(len(self.names), max(to_text, 2))

    def fits(self, values: list[str]) -> bool:
        """Say whether a record has the fields that it should; empty ones too many do no harm."""
        width = len(self.names)
        return len(values) >= self.least and not any(map(str.strip, values[width:]))


@dataclass(frozen=True, slots=True)
class _Record:
    """A record, its span without the line end, where the next begins, and its fields."""

    start: int
    end: int
    then: int
    values: list[str]


def split_csv(source: str, fields: FieldNames = DEFAULT_NAMES) -> Split:
    r'''Read a table with a header, parted by commas, semicolons, tabs or bars: every record with a text is a piece.

    The header is residue, and so is a record with too many or too few fields, or without a text. Raises DumpError
    where no column can be the text.

    >>> split = split_csv('id,text\n7,"One, ""two"""\n8,\n')
    >>> [(piece.member, piece.body) for piece in split.pieces], [row.kind for row in split.residue]
    ([('7', 'One, "two"')], ['header', 'row without text'])
    '''
    return whole(CsvRows(fields), source)


@dataclass(frozen=True, slots=True)
class CsvRows:
    """Records of a table, somewhere in the middle of them: `number` were read; `header` is None before the first."""

    fields: FieldNames = DEFAULT_NAMES
    header: Header | None = None
    number: int = 0

    def take(self, text: str, *, last: bool) -> Taken:
        """Reads on; a record is left where what follows could change it, as a quote that is still open."""
        header, found = self.header, list[Piece | Residue]()
        used = 0
        if header is None:
            header = _header(text, self.fields, last=last)
            if header is None:
                return Taken(NOTHING, 0, self)
            _insist(header, self.fields)
            used = header.then
            found.append(Residue(header.start, header.end, "header", sound(text[header.start : header.end])))
        number = self.number
        for record in _records(text, used, header.pattern, last=last):
            number += 1
            found.append(self._row(text, header, record, number))
            used = record.then
        pieces = tuple(row for row in found if isinstance(row, Piece))
        residue = tuple(row for row in found if isinstance(row, Residue))
        then = replace(self, header=header, number=number)
        return Taken(Split(pieces, residue), len(text) if last else used, then)

    def _row(self, text: str, header: Header, record: _Record, number: int) -> Piece | Residue:
        if tuple(map(str.strip, record.values)) == header.names:
            # Tables that were joined end to end repeat it.
            return Residue(record.start, record.end, "header", sound(text[record.start : record.end]))
        fits = header.fits(record.values)
        row = dict(zip(header.names, record.values, strict=False))
        piece = piece_of_row(row, self.fields, Place(record.start, record.end, number)) if fits else None
        kind = WITHOUT_TEXT if fits else BROKEN
        return piece or Residue(record.start, record.end, kind, sound(text[record.start : record.end]))


def _insist(header: Header, fields: FieldNames) -> None:
    """Refuse a table in which no column can be the text, or none is the one that was asked for."""
    if fields.asked and not has_asked(dict.fromkeys(header.names), fields):
        raise without_asked(fields, header.names)
    if not header.columns[0]:
        names = ", ".join(name[:LONGEST_NAME] for name in header.names[:NAMES_SHOWN])
        raise FieldError(
            f"no column of this table is known to hold the text (columns: {names}); name it with --text-field"
        )


def is_csv(text: str, fields: FieldNames = DEFAULT_NAMES) -> bool:
    r"""Say whether a text is a table: columns of known names, one of them the text, and records that fit them.

    >>> is_csv("title;body\nWeir;Water falls."), is_csv("Text, title and date.\nOne, two"), is_csv("id | text\n---|---")
    (True, False, False)
    """
    begin = _begin(text)
    line_end = LINE_END.search(text, begin, begin + WIDEST_HEADER)
    if not line_end or not _is_short(text[begin : line_end.start()]):
        return False
    header = _header(text, fields, last=True)
    if header is None or not header.columns[0] or max(map(len, header.names)) > LONGEST_NAME:
        return False
    # A column that was asked for is no chance, so one is enough.
    if header.known < KNOWN_COLUMNS and not has_asked(dict.fromkeys(header.names), fields):
        return False
    tried = list(islice(_records(text, header.then, header.pattern, last=True), RECORDS_TRIED))
    whole = [record for record in tried if len(record.values) == len(header.names)]
    return 2 * len(whole) > len(tried) and not all(RULE.issuperset(value) for value in tried[0].values)


def _is_short(line: str) -> bool:
    """Say whether a line may be a header: parted by a delimiter, and of short names throughout where it is long."""
    marks = [mark for mark in DELIMITERS if mark in line]
    if len(line) <= LONGEST_HEADER:
        return bool(marks)
    return any(max(map(len, line.split(mark))) <= LONGEST_NAME for mark in marks)


def _header(source: str, fields: FieldNames, *, last: bool) -> Header | None:
    """Read the header with each delimiter; the one counts that gives a text and the most known names.

    None where it goes on behind the source, which holds no record then.
    """
    begin = _begin(source)
    line_end = LINE_END.search(source, begin)
    stops = "\n" if line_end and line_end[0] == "\n" else "\r\n"
    made = []
    for delimiter in DELIMITERS:
        pattern = _field(delimiter, stops)
        first = next(_records(source, begin, pattern, last=last), None)
        if first is None and not last:
            return None
        first = first or _Record(begin, begin, begin, [])
        names = tuple(name.strip() for name in first.values)
        made.append(Header(first.start, first.end, first.then, names, pattern, columns_of(names, fields)))
    return max(made, key=lambda header: (bool(header.columns[0]), header.known, len(header.names)))


@cache
def _field(delimiter: str, stops: str) -> re.Pattern[str]:
    """Make the pattern of a field and what ends it.

    A quote opens a quoted field only where one closes it before a delimiter or line end; any other is a character
    like the rest, so that a quote without its fellow spoils one record and not all that follow. Between an opening
    quote that is refused and the place where that was seen stand only pairs of quotes, at which no field can run
    far: no character is read more than a few times.
    """
    edge = re.escape(delimiter) + stops
    quoted = rf'"(?P<quoted>[^"]*+(?:""[^"]*+)*+)" *+\r?+(?=[{edge}]|\Z)'
    return re.compile(rf"(?:{quoted}|(?P<plain>[^{edge}]*+))(?P<stop>{re.escape(delimiter)}|\r\n|[{stops}]|\Z)")


def _records(source: str, begin: int, pattern: re.Pattern[str], *, last: bool) -> Iterator[_Record]:
    """Give the records from an offset on, without blank lines; unless `last`, none that more text could change."""
    start, values = begin, []
    for match in pattern.finditer(source, begin):
        quoted, plain, stop = match.groups()
        if not last and (match.end() == len(source) or (plain and plain[0] == '"' and _is_open(source, match.start()))):
            return
        values.append(plain if quoted is None else quoted.replace('""', '"'))
        if stop and stop in DELIMITERS:
            continue
        if len(values) > 1 or values[0].strip():
            yield _Record(start, match.start("stop"), match.end(), values)
        start, values = match.end(), []


def _is_open(source: str, quote: int) -> bool:
    """Say whether what follows the source could close a quote and make a field of it."""
    return OPEN_QUOTE.match(source, quote) is not None


def _begin(source: str) -> int:
    found = LEADING.match(source)
    return found.end() if found else 0
