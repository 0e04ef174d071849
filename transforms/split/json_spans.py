"""Where the members of a JSON object and the elements of a JSON array stand in their source.

A parser gives values and forgets offsets; here each value is parsed by itself, so its span is known, and a value
that can't be parsed is passed over to where it ends by its brackets, so that damage in one leaves the others whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# What may stand between values.
BETWEEN: Final = re.compile(r"[\s,]*+")
# A string that never ends runs to the end of the source, so no character is read twice.
TOKEN: Final = re.compile(r'"(?:[^"\\]++|\\(?s:.))*+(?:"|\\?\Z)|[{}\[\],]')
COLON: Final = re.compile(r"\s*+:\s*+")
DECODER: Final = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Value:
    """A value and its span in characters; `sound` is False where it can't be parsed, and `value` is then None."""

    start: int
    end: int
    value: object
    sound: bool = True


def value_at(source: str, at: int, *, careful: bool = False) -> Value:
    """Parse the value that begins at an offset, or find where it would end.

    A failure costs a look at all of the source before it, for the line that the error names. After one, `careful`
    finds the end by the brackets first and shows the parser no more than the value.

    >>> value_at('[{"a": 1}, 2]', 1)
    Value(start=1, end=9, value={'a': 1}, sound=True)
    >>> value_at('[{"a": oh, "}": 1}, 2]', 1)
    Value(start=1, end=18, value=None, sound=False)
    """
    try:
        if careful:
            end = _end_of_value(source, at)
            return Value(at, end, json.loads(source[at:end]))
        value, end = DECODER.raw_decode(source, at)
    except (ValueError, RecursionError):  # no JSON, a number of thousands of digits, brackets without end
        return Value(at, _end_of_value(source, at), None, sound=False)
    return Value(at, end, value)


def _end_of_value(source: str, at: int) -> int:
    """Find where a value ends by its brackets alone: behind its last bracket, or before what closes its parent."""
    depth = 0
    for token in TOKEN.finditer(source, at):
        mark = token[0]
        if mark in ("{", "["):
            depth += 1
        elif mark in ("}", "]"):
            depth -= 1
            if depth <= 0:
                return token.end() if depth == 0 else token.start()
        elif mark == "," and depth == 0:
            return token.start()
    return len(source)


@dataclass(frozen=True, slots=True)
class Elements:
    """Elements of an array; `end` is where reading stopped: at the closing bracket where `closed`."""

    values: tuple[Value, ...]
    end: int
    closed: bool
    sound: bool


def elements_in(source: str, at: int, *, sound: bool = True, last: bool = True) -> Elements:
    """Read on inside an array; unless `last`, an element that more of the source could change is left.

    `sound` says whether all elements before were.

    >>> elements_in('{"a": 1}, {"b', 0, last=False).end, elements_in("1] 2", 0).values
    (10, (Value(start=0, end=1, value=1, sound=True),))
    """
    values = []
    at = _next(source, at)
    while at < len(source) and source[at] != "]":
        value = value_at(source, at, careful=not sound)
        if value.end >= len(source) and not last:
            break
        sound = sound and value.sound
        values.append(value)
        at = _next(source, max(value.end, at + 1))
    return Elements(tuple(values), at, source.startswith("]", at), sound)


def members(source: str, at: int, until: str | None = None) -> Iterator[tuple[str, Value]]:
    """Give the members of an object from inside it; what is no member ends it.

    The array called `until` is not read: it comes last, as a value that ends where it begins.

    >>> [(key, value.value) for key, value in members('{"a": [1, 2], "b": 3}', 1)]
    [('a', [1, 2]), ('b', 3)]
    >>> [(key, value.start, value.end) for key, value in members('{"a": 1, "b": [3', 1, until="b")]
    [('a', 6, 7), ('b', 14, 14)]
    """
    at, sound = _next(source, at), True
    while at < len(source) and source[at] == '"':
        key = value_at(source, at)
        colon = COLON.match(source, key.end)
        if not colon or not isinstance(key.value, str):
            return
        if key.value == until and source.startswith("[", colon.end()):
            yield key.value, Value(colon.end(), colon.end(), None)
            return
        value = value_at(source, colon.end(), careful=not sound)
        sound = sound and value.sound
        yield key.value, value
        at = _next(source, max(value.end, colon.end()))


def _next(source: str, at: int) -> int:
    found = BETWEEN.match(source, at)
    return found.end() if found else at
