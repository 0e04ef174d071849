"""Rows of JSON, one a line or in one array: each row is a post, and what is no row is residue."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
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
    piece_of_row,
    sound,
)
from transforms.split.json_spans import Value, elements

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
    begin = len(source) - len(source.lstrip(SPACE))
    rows = elements(source, begin) if source.startswith("[", begin) else _lines(source)
    pieces: list[Piece] = []
    residue: list[Residue] = []
    for number, row in enumerate(rows, 1):
        place = Place(row.start, row.end, number)
        piece = piece_of_row(row.value, fields, place) if isinstance(row.value, dict) else None
        if piece:
            pieces.append(piece)
        else:
            kind = WITHOUT_TEXT if isinstance(row.value, dict) else BROKEN
            residue.append(Residue(row.start, row.end, kind, sound(source[row.start : row.end])))
    if not pieces and not residue:
        raise DumpError("there is no row in this dump: JSON rows are objects, one a line or in one array")
    return Split(tuple(pieces), tuple(residue))


def _lines(source: str) -> Iterator[Value]:
    """Parse each line that is not blank; only a line feed ends one, as other line ends may stand inside a string."""
    start = 0
    while start < len(source):
        stop = source.find("\n", start)
        end = stop if stop >= 0 else len(source)
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


def is_json_rows(text: str) -> bool:
    r"""Say whether a dump is rows of JSON: its first lines are objects, or it is an array that begins with one.

    An object that stands alone may be anything; it is a row where it has a text.

    >>> is_json_rows('{"a": 1}\n{"b": 2'), is_json_rows('[\n {"a": 1}, {}]'), is_json_rows('{"a":\n 1}')
    (True, True, False)
    >>> is_json_rows("[1, 2]"), is_json_rows("{curly} words"), is_json_rows("")
    (False, False, False)
    """
    begin = len(text) - len(text.lstrip(SPACE))
    if ARRAY.match(text, begin):
        first = next(elements(text, begin), None)
        return bool(first and isinstance(first.value, dict) and first.value)
    if not text.startswith("{", begin):
        return False
    tried = [row for row, _ in zip(_lines(text), range(ROWS_TRIED), strict=False)]
    whole = [row.value for row in tried if isinstance(row.value, dict) and row.value]
    if len(tried) == 1:
        return bool(whole) and bool(columns_of(tuple(whole[0]), DEFAULT_NAMES)[0])
    return 2 * len(whole) >= len(tried)
