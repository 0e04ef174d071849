"""Rows of JSON, one a line or in one array: each row is a post, and what is no row is residue."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from transforms.errors import DumpError
from transforms.records import Piece, Residue, Split
from transforms.split.fields import (
    BROKEN,
    DEFAULT_NAMES,
    SPACE,
    WITHOUT_TEXT,
    FieldNames,
    Place,
    columns_of,
    has_asked,
    row_reader,
    sound,
    without_asked,
)
from transforms.split.json_spans import Value, elements_in, value_at
from transforms.split.parts import Taken, whole

# How many rows are looked at to tell whether a dump consists of rows; at least half of them must be whole.
ROWS_TRIED: Final = 5
ARRAY: Final = re.compile(r"\[\s*+\{")


def split_json_lines(source: str, fields: FieldNames = DEFAULT_NAMES) -> Split:
    r"""Read a row a line, or the elements of one array: every object with a text is a piece.

    A line that can't be parsed or is no object is residue, and so is a row without text; the others go on.
    Raises DumpError where there is no row at all.

    >>> split = split_json_lines('{"id": "a", "text": "One."}\n{"text": "Two.\n{"text": null}')
    >>> [(piece.member, piece.body) for piece in split.pieces], [row.kind for row in split.residue]
    ([('a', 'One.')], ['broken row', 'row without text'])
    """
    return whole(JsonRows(fields), source)


@dataclass(frozen=True, slots=True)
class JsonRows:
    """Rows of JSON, somewhere in the middle of them.

    `number` rows were read; `array` says whether the next stands inside an array (None before the first), `sound`
    whether all before it in the array did parse. `keys` are the fields of the first row, `found` says whether a row
    had a field that was asked for.
    """

    fields: FieldNames = DEFAULT_NAMES
    number: int = 0
    array: bool | None = None
    sound: bool = True
    keys: tuple[str, ...] = ()
    found: bool = False

    def take(self, text: str, *, last: bool) -> Taken:
        """Reads on; what stands behind an array is read as lines."""
        begun, at = self._begun(text)
        values: list[Value] = []
        if begun.array:
            inside = elements_in(text, at, sound=begun.sound, last=last)
            values += inside.values
            begun = replace(begun, array=not inside.closed, sound=inside.sound)
            at = len(text) if begun.array and last else inside.end + inside.closed
        if begun.array is False:
            end = len(text) if last else max(at, text.rfind("\n") + 1)
            values += _lines(text, at, end)
            at = end
        then = begun.having(values)
        if last:
            then.insist()
        return Taken(self._split(text, values), at, then)

    def _begun(self, text: str) -> tuple[JsonRows, int]:
        """Tells an array from lines, and where its first element may begin."""
        if self.array is not None:
            return self, 0
        begin = len(text) - len(text.lstrip(SPACE))
        if begin == len(text):
            return self, begin
        array = text[begin] == "["
        return replace(self, array=array), begin + array

    def _split(self, text: str, values: Sequence[Value]) -> Split:
        pieces: list[Piece] = []
        residue: list[Residue] = []
        read = row_reader(self.fields)
        for number, row in enumerate(values, self.number + 1):
            piece = read(row.value, Place(row.start, row.end, number)) if isinstance(row.value, dict) else None
            if piece:
                pieces.append(piece)
            else:
                kind = WITHOUT_TEXT if isinstance(row.value, dict) else BROKEN
                residue.append(Residue(row.start, row.end, kind, sound(text[row.start : row.end])))
        return Split(tuple(pieces), tuple(residue))

    def having(self, values: Sequence[Value]) -> JsonRows:
        """The same behind some more rows."""
        rows = [row.value for row in values if isinstance(row.value, dict)]
        keys = self.keys or (tuple(rows[0]) if rows else ())
        found = self.found or (bool(self.fields.asked) and any(has_asked(row, self.fields) for row in rows))
        return replace(self, number=self.number + len(values), keys=keys, found=found)

    def insist(self) -> None:
        """Refuse a dump without any row, or in which no row has a field that was asked for."""
        if not self.number:
            raise DumpError("there is no row in this dump: JSON rows are objects, one a line or in one array")
        if self.fields.asked and not self.found:
            raise without_asked(self.fields, self.keys)


def _lines(source: str, start: int, stop: int) -> Iterator[Value]:
    """Parse each line that is not blank; only a line feed ends one, as other line ends may stand inside a string."""
    while start < stop:
        found = source.find("\n", start, stop)
        end = found if found >= 0 else stop
        row = source[start:end]
        text = row.strip(SPACE)
        if text:
            first = start + row.index(text[0])
            yield _row(text, first)
        start = end + 1


def _row(text: str, first: int) -> Value:
    try:
        return Value(first, first + len(text), json.loads(text))
    except (ValueError, RecursionError):  # no JSON, a number of thousands of digits, brackets without end
        return Value(first, first + len(text), None, sound=False)


def is_json_rows(text: str, fields: FieldNames = DEFAULT_NAMES) -> bool:
    r"""Say whether a dump is rows of JSON: its first lines are objects, or it is an array that begins with one.

    An object that stands alone may be anything; it is a row where it has a text.

    >>> is_json_rows('{"a": 1}\n{"b": 2'), is_json_rows('[\n {"a": 1}, {}]'), is_json_rows('{"a":\n 1}')
    (True, True, False)
    >>> is_json_rows("[1, 2]"), is_json_rows("{curly} words"), is_json_rows("")
    (False, False, False)
    """
    begin = len(text) - len(text.lstrip(SPACE))
    if ARRAY.match(text, begin):
        first = value_at(text, text.index("{", begin))
        return isinstance(first.value, dict) and bool(first.value)
    if not text.startswith("{", begin):
        return False
    tried = [row for row, _ in zip(_lines(text, begin, len(text)), range(ROWS_TRIED), strict=False)]
    objects = [row.value for row in tried if isinstance(row.value, dict) and row.value]
    if len(tried) == 1:
        return bool(objects) and bool(columns_of(tuple(objects[0]), fields)[0])
    return 2 * len(objects) >= len(tried)
