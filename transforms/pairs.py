"""Where in a text a pattern could match, found at some 100 MB/s by looking at pairs of neighbouring characters.

A pattern whose every alternative holds two fixed neighbours ("Ã" and then "©") can only match where such a pair
stands. The pairs are worked out of the pattern itself, so they hold for whichever pattern a library carries;
`None` says that a pattern can't be taken apart, and the caller then uses the pattern alone.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

# Characters beyond the Basic Multilingual Plane (emoji, rare Han) share the last place of the tables.
_PLACES: Final = 0x10000
# Texts are looked at in parts that stay in the processor's cache.
PART: Final = 1 << 15

# Items of a pattern that stand for one character.
_ONE: Final = frozenset({"LITERAL", "NOT_LITERAL", "IN", "ANY"})
_ANYTHING: Final = b"\x01" * _PLACES

_Run = list[bytes]
# What the parser of `re` makes of a pattern: names of items with what belongs to them.
_Parsed = Sequence[tuple[object, Any]]


@dataclass(frozen=True, slots=True)
class Pairs:
    """`classes` has a number for each character, `marked` tells for `256 * class + next class` whether it counts."""

    classes: NDArray[np.uint8]
    marked: NDArray[np.bool_]

    def places(self, text: str) -> list[int]:
        r"""The offsets at which a pair that counts begins; the end of the text counts as a line feed.

        >>> pairs_of("[é][¨©]|x").places("café, cafÃ©, fox é¨ é©")
        [15, 17, 20]
        """
        found: list[int] = []
        for begin in range(0, len(text), PART):
            part = text[begin : begin + PART + 1]
            if begin + PART >= len(text):
                part += "\n"
            codes = np.frombuffer(part.encode("utf-32-le", "surrogatepass"), np.uint32)
            classes = self.classes[np.minimum(codes, _PLACES - 1)].astype(np.uint16)
            hits = self.marked[(classes[:-1] << np.uint16(8)) | classes[1:]]
            if hits.any():
                found.extend((np.flatnonzero(hits) + begin).tolist())
        return found


@cache
def pairs_of(pattern: str) -> Pairs | None:
    """Works out the pairs of a verbose or plain pattern without flags that change what a letter means."""
    try:
        parser: Any = importlib.import_module("re._parser")
        parsed = parser.parse(pattern, re.VERBOSE)
        if parsed.state.flags & (re.IGNORECASE | re.ASCII | re.LOCALE):
            return None
        chosen = {_rarest(runs) for runs in _alternatives(parsed)}
    except (ImportError, AttributeError, LookupError, TypeError, ValueError):
        return None
    return _table(sorted(chosen))


def _alternatives(parsed: _Parsed) -> Iterable[list[_Run]]:
    """The alternatives of a parsed pattern, each as runs of the sets that must stand side by side in it."""
    nothing: tuple[object, Any] = ("", None)
    name, value = parsed[0] if len(parsed) == 1 else nothing
    if str(name) == "BRANCH":
        for branch in value[1]:
            yield from _alternatives(branch)
    elif str(name) == "SUBPATTERN":
        yield from _alternatives(value[3])
    else:
        yield _runs(parsed)


def _runs(parsed: _Parsed) -> list[_Run]:
    """What may be left out or repeated ends a run, and tells nothing."""
    runs: list[_Run] = [[]]
    for item in parsed:
        if str(item[0]) in _ONE:
            runs[-1].append(_set_of(item))
        else:
            runs.append([])
    return runs


def _set_of(item: tuple[object, Any]) -> bytes:
    """A byte for each character, 1 for those that may stand; too many for what is not spelt out."""
    members = np.zeros(_PLACES, np.bool_)
    spelt: _Parsed = item[1] if str(item[0]) == "IN" else [item]
    kinds = {str(kind) for kind, _ in spelt}
    if not kinds <= {"LITERAL", "RANGE", "NEGATE"}:
        return _ANYTHING
    for kind, of in spelt:
        low, high = of if str(kind) == "RANGE" else (of, of)
        if str(kind) != "NEGATE":
            members[min(low, _PLACES - 1) : high + 1] = True
    if "NEGATE" in kinds:
        members = ~members
        members[-1] = True
    return members.tobytes()


def _rarest(runs: list[_Run]) -> tuple[bytes, bytes]:
    """The two neighbours of an alternative that the fewest pairs of characters fit."""
    both = [pair for run in runs for pair in pairwise([*run, _ANYTHING])]
    return min(both, key=lambda pair: pair[0].count(1) * pair[1].count(1), default=(_ANYTHING, _ANYTHING))


def _table(chosen: list[tuple[bytes, bytes]]) -> Pairs | None:
    firsts, seconds = (np.array([np.frombuffer(pair[side], np.bool_) for pair in chosen]) for side in (0, 1))
    kinds = np.packbits(np.vstack([firsts, seconds]), axis=0).T.copy()
    _, at, classes = np.unique(kinds.view(f"V{kinds.shape[1]}").ravel(), return_index=True, return_inverse=True)
    if len(at) > 256:
        return None
    marked = np.zeros((256, 256), np.bool_)
    marked[: len(at), : len(at)] = firsts[:, at].T.astype(np.int32) @ seconds[:, at].astype(np.int32) > 0
    return Pairs(classes.astype(np.uint8), marked.ravel())
