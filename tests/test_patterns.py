"""No pattern of the packages takes more than its share of time for text that was made to mislead it.

Each compiled pattern is given texts that repeat what its own parts stand for, in the way in which its module uses it
(over a whole text, from its beginning, or for all of it), at one length and at twice that: what begins anew at each
character takes four times as long for the second, and is found. So is what backtracks without end.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest

import flows
import transforms

Pattern = re.Pattern[str] | re.Pattern[bytes]

LENGTH = 4_000
# Shorter texts first, so that what backtracks without end is found before it takes for ever.
SHORTER = (24, 250, 1_000)
# Seconds that none of the shorter ones may take; they take less than a thousandth of it.
ENOUGH = 0.05
# Seconds for LENGTH characters (a microsecond for each) below which nothing is measured: a search that begins anew at
# each of them takes ten times as long.
TELLING = 0.004
# Twice the length takes twice as long where all is well, four times where a search begins anew at each character.
GROWTH = 3.0
REPEATS = 3
MOST_PUMPED = 4
LONGEST_SAMPLE = 24
WAYS = 3
USUAL = (
    " ", "\n", "a", "A", "1", "-", ".", "<", "&", '"', "é", "a ", "1 ", "a.", "1/", "ab1 ", "a, ", " \n", "<a ", "a@",
)  # fmt: skip
# What is given to functions that make a pattern and keep it.
BUILT = {"transforms.split.csv_rows._field": [(",", "\n"), ("|", "\r\n")]}
CATEGORIES = {"DIGIT": "1", "NOT_DIGIT": "x", "SPACE": " ", "NOT_SPACE": "x", "WORD": "a", "NOT_WORD": "-"}
SCANNING = {"search", "finditer", "findall", "sub", "subn", "split"}
USES = {*SCANNING, "match", "fullmatch"}


@dataclass(slots=True)
class Owned:
    """A pattern, where it stands, and the methods by which it is used; none known means all of a text."""

    name: str
    pattern: Pattern
    uses: set[str] = field(default_factory=set)

    def found(self, text: str) -> None:
        """Uses the pattern on a text in all its ways."""
        of: Any = text.encode() if isinstance(self.pattern.pattern, bytes) else text
        if not self.uses or self.uses & SCANNING:
            for _ in self.pattern.finditer(of):
                pass
        for way in self.uses & {"match", "fullmatch"}:
            getattr(self.pattern, way)(of)

    def seconds(self, text: str, repeats: int = 1) -> float:
        """The processor time for a text, the least of some tries."""
        return min(self._once(text) for _ in range(repeats))

    def _once(self, text: str) -> float:
        begun = time.process_time()
        self.found(text)
        return time.process_time() - begun


def owned() -> list[Owned]:
    """Every pattern that a module of the packages holds, makes once and keeps, or names in a call of `re`."""
    known: dict[tuple[object, int], Owned] = {}
    for module in _modules():
        source = inspect.getsource(module)
        called = re.findall(rf"\b(\w+)(?:\[\w+\])?\.({'|'.join(USES)})\b", source)
        uses = defaultdict(set)
        for holder, way in called:
            uses[holder].add(way)
        for name, pattern, way in (*_held(module), *_called(source)):
            own = known.setdefault((pattern.pattern, pattern.flags), Owned(f"{module.__name__}.{name}", pattern))
            own.uses |= uses[name.split("[")[0]] | ({way} if way else set())
    return list(known.values())


def _modules() -> Iterator[ModuleType]:
    for package in (flows, transforms):
        for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            yield importlib.import_module(found.name)


def _held(module: ModuleType) -> Iterator[tuple[str, Pattern, str]]:
    """The patterns in the values of a module, of its classes, in containers, and those made by what keeps them."""
    values = dict(vars(module))
    for name, value in vars(module).items():
        if inspect.isclass(value) and value.__module__ == module.__name__:
            values |= {f"{name}[{key}]": of for key, of in vars(value).items()}
        if hasattr(value, "cache_info") and "Pattern" in str(inspect.signature(value).return_annotation):
            made = [value(*given) for given in BUILT.get(f"{module.__name__}.{name}", [()])]
            values[name] = made[0] if len(made) == 1 else made
    for name, value in values.items():
        yield from ((f"{name}{place}", pattern, "") for place, pattern in _inside(value))


def _inside(value: object) -> Iterator[tuple[str, Pattern]]:
    if isinstance(value, re.Pattern):
        yield "", value
    elif isinstance(value, Mapping | tuple | list | set | frozenset):
        for key, of in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from ((f"[{key}]{place}", pattern) for place, pattern in _inside(of))


def _called(source: str) -> Iterator[tuple[str, Pattern, str]]:
    """The patterns that are written out in a call, as in `re.sub("a+", ...)`, also within functions."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="re"), attr=way), args=[ast.Constant(value=said), *_]
            ) if way in USES:
                yield f"line {node.lineno}", re.compile(said), way


OWNED = owned()


def misleading(pattern: Pattern) -> list[tuple[str, str]]:
    """What to repeat, each behind what leads to it: samples of a few parts of a pattern, and usual characters."""
    parser: Any = importlib.import_module("re._parser")
    made = dict.fromkeys(("", unit) for unit in USUAL)
    for way in range(WAYS):
        parts = list(_parts(parser.parse(pattern.pattern, pattern.flags), way))[:LONGEST_SAMPLE]
        places = range(len(parts))
        spans = [(start, stop) for start in places for stop in range(start + 1, start + MOST_PUMPED + 1)]
        for start, stop in (*spans, (0, len(parts))):
            made[("", "".join(parts[start:stop]))] = None
            made[("".join(parts[:start]), "".join(parts[start:stop]))] = None
    return [(lead, unit) for lead, unit in made if unit]


def _parts(parsed: Any, way: int) -> Iterator[str]:
    """What a pattern stands for, piece by piece, once each; of choices that of this way."""
    for kind, value in parsed:
        match str(kind):
            case "LITERAL":
                yield chr(value)
            case "NOT_LITERAL" | "ANY":
                yield "x"
            case "IN":
                yield _member(value, way)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                yield from list(_parts(value[2], way)) * min(max(value[0], 1), LONGEST_SAMPLE)
            case "BRANCH":
                yield from _parts(value[1][way % len(value[1])], way)
            case "SUBPATTERN":
                yield from _parts(value[3], way)
            case "ATOMIC_GROUP":
                yield from _parts(value, way)


def _member(items: Any, way: int) -> str:
    """A character of a set."""
    kind, value = items[way % len(items)]
    match str(kind):
        case "LITERAL" if str(items[0][0]) != "NEGATE":
            return chr(value)
        case "RANGE" if str(items[0][0]) != "NEGATE":
            return chr(value[0])
        case "CATEGORY" if str(items[0][0]) != "NEGATE":
            return CATEGORIES[str(value).removeprefix("CATEGORY_")]
    return "x a"[way % 3]


def ends(pattern: Pattern) -> tuple[str, ...]:
    """What a text ends with so that none of its end may be taken for what is looked for."""
    return ("\0", '"\0') if '"' in str(pattern.pattern) else ("\0",)


def fault(own: Owned, lead: str, unit: str, end: str) -> str:
    """What is wrong with the time that a pattern takes for a text; nothing where all is well."""

    def text(length: int) -> str:
        return (lead + unit * (length // len(unit)))[:length] + end

    for length in SHORTER:
        if own.seconds(text(length)) > ENOUGH and own.seconds(text(length), REPEATS) > ENOUGH:
            return f"{length:,} characters took more than {ENOUGH} seconds"
    once = own.seconds(text(LENGTH))
    if once < TELLING or own.seconds(text(2 * LENGTH)) < GROWTH * once:
        return ""
    once, twice = own.seconds(text(LENGTH), REPEATS), own.seconds(text(2 * LENGTH), REPEATS)
    if once < TELLING or twice < GROWTH * once:
        return ""
    return f"{LENGTH:,} characters took {once:.3f} seconds, twice as many {twice:.3f}"


@pytest.mark.parametrize("own", OWNED, ids=lambda own: own.name)
def test_time_is_in_proportion_to_the_length(own: Owned) -> None:
    for lead, unit in misleading(own.pattern):
        for end in ends(own.pattern):
            said = fault(own, lead, unit, end)
            assert not said, f"{own.name}: {unit!r} repeated behind {lead!r}: {said}"


def test_patterns_are_found_wherever_they_stand() -> None:
    names = {own.name for own in OWNED}
    assert len(names) > 180
    assert {"transforms.heaps._heap", "transforms.split.csv_rows._field[1]"} <= names
    assert {"transforms.split.markup.RAW_END[script]", "transforms.lines.LINE_END"} <= names


@pytest.mark.parametrize(
    ("pattern", "way"), [("(a|a)*b", "match"), ("(?:a+)+b", "match"), ("a+b", "search"), (r"\s*,", "split")]
)
def test_what_takes_too_long_is_found(pattern: str, way: str) -> None:
    own = Owned("made up", re.compile(pattern), {way})
    assert any(fault(own, lead, unit, end) for lead, unit in misleading(own.pattern) for end in ends(own.pattern))


@pytest.mark.parametrize("pattern", ["a++b?", "<[^<]*+>", r"(?:(?<!\s)\s++)?,"])
def test_what_is_in_proportion_is_not(pattern: str) -> None:
    own = Owned("made up", re.compile(pattern), {"search"})
    assert not any(fault(own, lead, unit, end) for lead, unit in misleading(own.pattern) for end in ends(own.pattern))
