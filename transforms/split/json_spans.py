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


def elements(source: str, at: int) -> Iterator[Value]:
    """Give the elements of the array that opens at an offset; one that was cut off ends with the source.

    >>> [value.value for value in elements('[1, {"a": 2}, oops, 3', 0)]
    [1, {'a': 2}, None, 3]
    """
    at, sound = _next(source, at + 1), True
    while at < len(source) and source[at] != "]":
        value = value_at(source, at, careful=not sound)
        sound = sound and value.sound
        yield value
        at = _next(source, max(value.end, at + 1))


def members(source: str, at: int) -> Iterator[tuple[str, Value]]:
    """Give the members of the object that opens at an offset; what is no member ends it.

    >>> [(key, value.value) for key, value in members('{"a": [1, 2], "b": 3}', 0)]
    [('a', [1, 2]), ('b', 3)]
    """
    at, sound = _next(source, at + 1), True
    while at < len(source) and source[at] == '"':
        key = value_at(source, at)
        colon = COLON.match(source, key.end)
        if not colon or not isinstance(key.value, str):
            return
        value = value_at(source, colon.end(), careful=not sound)
        sound = sound and value.sound
        yield key.value, value
        at = _next(source, max(value.end, colon.end()))


def _next(source: str, at: int) -> int:
    found = BETWEEN.match(source, at)
    return found.end() if found else at
