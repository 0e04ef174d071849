"""A pattern that matches only texts of bounded length, as a table that is walked once for each character.

The pattern is taken apart as `re` itself parses it, so the table holds for whichever pattern a library carries. What
can't be taken apart (a look-around, a repeat without bound, a back reference) is said, never guessed.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from transforms.char_ranges import CODE_POINTS, Ranges, in_category, of_characters, others, union

# Flags that change what a letter means; verbose patterns have lost their spaces when they are parsed.
READ: Final = re.VERBOSE | re.UNICODE
# A pattern with more alternatives than this would take long to build and would not fit the table.
MOST_SEQUENCES: Final = 2000
ESCAPES: Final = {
    f"CATEGORY_{negated}{name}": f"\\{letter.upper() if negated else letter}"
    for name, letter in (("SPACE", "s"), ("WORD", "w"), ("DIGIT", "d"))
    for negated in ("", "NOT_")
}

# What the parser of `re` makes of a pattern: names of items with what belongs to them.
Parsed = Sequence[tuple[object, Any]]


class NotFiniteError(ValueError):
    """A pattern is not a choice of bounded sequences of characters, or not one that is small enough."""


@dataclass(frozen=True, slots=True)
class Chain:
    """One way to match: a set of characters for each place, the first perhaps only at the beginning of a line."""

    sets: tuple[Ranges, ...] = ()
    at_beginning: bool = False


@dataclass(frozen=True, slots=True)
class Automaton:
    """Tables that tell where a chain ends.

    `classes` has the class of each code point; `moves[state + class]` is the next state, FOUND where a chain ends, and
    states are multiples of `width`, the number of classes. `begin` is the state at the beginning of a line, `rest`
    the one behind a character that no chain begins with. `kinds[class]` has a bit for each set of `marked`.
    """

    classes: NDArray[np.uint8]
    moves: NDArray[np.uint16]
    kinds: NDArray[np.uint8]
    begin: int
    rest: int
    width: int


FOUND: Final = 0


@cache
def chains_of(pattern: re.Pattern[str]) -> tuple[Chain, ...]:
    """Every way in which a pattern can match. Raises `NotFiniteError`.

    >>> [len(chain.sets) for chain in chains_of(re.compile("^ab|a?[cd]|e{2}"))]
    [2, 1, 2, 2]
    """
    if pattern.flags & ~READ:
        raise NotFiniteError(f"the pattern has flags that are not read: {re.RegexFlag(pattern.flags & ~READ)!r}")
    parser: Any = importlib.import_module("re._parser")
    chains = _expanded(parser.parse(pattern.pattern, pattern.flags & READ))
    if not all(chain.sets for chain in chains):
        raise NotFiniteError("the pattern matches where nothing stands")
    return tuple(chains)


def _expanded(parsed: Parsed) -> list[Chain]:
    chains = [Chain()]
    for name, value in parsed:
        ways = _ways(str(name), value)
        if len(chains) * len(ways) > MOST_SEQUENCES:
            raise NotFiniteError("the pattern has too many alternatives")
        chains = [_joined(first, then) for first, then in product(chains, ways)]
    return chains


def _joined(first: Chain, then: Chain) -> Chain:
    if then.at_beginning and first.sets:
        raise NotFiniteError("the pattern asks for the beginning behind a character")
    return Chain(first.sets + then.sets, first.at_beginning or then.at_beginning)


def _ways(name: str, value: Any) -> list[Chain]:  # noqa: ANN401 - the parser's own, of a kind for each name
    """The ways to match one item of a parsed pattern."""
    match name:
        case "BRANCH":
            return [chain for branch in value[1] for chain in _expanded(branch)]
        case "SUBPATTERN" if not value[1] and not value[2]:
            return _expanded(value[3])
        case "MAX_REPEAT" | "MIN_REPEAT" if value[1] <= MOST_SEQUENCES:
            return [chain for times in range(value[0], value[1] + 1) for chain in _expanded([*value[2]] * times)]
        case "AT" if str(value) == "AT_BEGINNING":
            return [Chain((), at_beginning=True)]
    return [Chain((_set_of([(name, value)] if name != "IN" else value),))]


def _set_of(spelt: Parsed) -> Ranges:
    """The characters that items in square brackets stand for, or one item alone."""
    pairs: list[tuple[int, int]] = []
    negated = False
    for kind, of in spelt:
        match str(kind):
            case "LITERAL":
                pairs.append((of, of + 1))
            case "RANGE":
                pairs.append((of[0], of[1] + 1))
            case "NOT_LITERAL":
                pairs.extend(others(of_characters([of])))
            case "ANY":
                pairs.extend(others(of_characters([ord("\n")])))
            case "CATEGORY" if str(of) in ESCAPES:
                pairs.extend(in_category(ESCAPES[str(of)]))
            case "NEGATE":
                negated = True
            case _:
                raise NotFiniteError(f"the pattern holds {kind} {of}, which is no choice of characters")
    return others(union(pairs)) if negated else union(pairs)


@dataclass(slots=True)
class _Places:
    """The places of all chains as bits: a state is the set of places whose character may come next."""

    chains: Sequence[Chain]
    sets: list[Ranges] = field(default_factory=list)
    first: int = 0
    at_beginning: int = 0
    last: int = 0

    def __post_init__(self) -> None:
        for chain in self.chains:
            here = 1 << len(self.sets)
            self.at_beginning |= here
            self.first |= 0 if chain.at_beginning else here
            self.sets.extend(chain.sets)
            self.last |= 1 << (len(self.sets) - 1)

    def accepting(self, members: NDArray[np.bool_]) -> list[int]:
        """For each class the places that its characters may stand at; `members` has a row for each place."""
        return [sum(1 << int(place) for place in np.flatnonzero(column)) for column in members.T]


def automaton_of(chains: Sequence[Chain], marked: Sequence[Ranges]) -> Automaton:
    """The table for some chains; sets in `marked` are told by their bits and play no other part.

    Raises `NotFiniteError` where it would be too large.
    """
    places = _Places(chains)
    members, classes = _classes([*places.sets, *marked])
    kinds = np.zeros(members.shape[1], np.uint8)
    for bit, row in enumerate(members[len(places.sets) :]):
        kinds |= row.astype(np.uint8) << np.uint8(bit)
    accepting = places.accepting(members[: len(places.sets)])
    states, moves = _walk(places, accepting)
    width = len(accepting)
    if len(states) * width > np.iinfo(np.uint16).max:
        raise NotFiniteError(f"the pattern needs a table of {len(states)} states and {width} classes")
    table = np.array(moves, np.uint16) * np.uint16(width)
    return Automaton(classes, table, kinds, states[places.at_beginning] * width, states[places.first] * width, width)


def _walk(places: _Places, accepting: Sequence[int]) -> tuple[dict[int, int], list[int]]:
    """The states by their places, numbered from 1 (0 is FOUND), and where each leads, class by class."""
    states = {places.at_beginning: 1}
    states.setdefault(places.first, len(states) + 1)
    moves = [FOUND] * len(accepting)
    waiting = list(states)
    for state in waiting:
        for accepted in accepting:
            matched = state & accepted
            if matched & places.last:
                moves.append(FOUND)
                continue
            follows = (matched << 1) | places.first
            if follows not in states:
                if len(states) * len(accepting) > np.iinfo(np.uint16).max:
                    raise NotFiniteError("the pattern needs too many states")
                states[follows] = len(states) + 1
                waiting.append(follows)
            moves.append(states[follows])
    return states, moves


def _classes(sets: Iterable[Ranges]) -> tuple[NDArray[np.bool_], NDArray[np.uint8]]:
    """Characters that are in the same sets share a class: which sets hold each class, and the class of each."""
    sets = list(sets)
    edges = sorted({0, CODE_POINTS, *(edge for ranges in sets for pair in ranges for edge in pair)})
    at = {edge: number for number, edge in enumerate(edges)}
    steps = np.zeros((len(sets), len(edges)), np.int8)
    for row, ranges in zip(steps, sets, strict=True):
        row[[at[start] for start, _ in ranges]] += 1
        row[[at[stop] for _, stop in ranges]] -= 1
    within = steps.cumsum(axis=1, dtype=np.int8)[:, :-1].astype(np.bool_)
    numbers: dict[bytes, int] = {}
    classes = [numbers.setdefault(column.tobytes(), len(numbers)) for column in np.packbits(within, axis=0).T]
    if len(numbers) > 256:
        raise NotFiniteError(f"the pattern tells {len(numbers)} classes of characters apart")
    firsts = np.unique(classes, return_index=True)[1]
    return within[:, firsts], np.repeat(np.array(classes, np.uint8), np.diff(edges))
