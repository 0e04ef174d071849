"""What differs between two texts, word by word, in bounded time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Final, Literal

# Words compared of each text, after what they have in common at both ends: the comparison can take the square of it.
COMPARED: Final = 1500
# A stretch that is equal, or stands on one side only, is shown with that many words at each end.
AROUND: Final = 14
# A word with the white space behind it.
WORD: Final = re.compile(r"\S+\s*|^\s+")

Kind = Literal["same", "only left", "only right"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words that stand in both texts or in one; `left_out` tells how many were left out of the middle.

    `tail` is what follows them.
    """

    kind: Kind
    text: str
    left_out: int = 0
    tail: str = ""


@dataclass(frozen=True, slots=True)
class Differences:
    """The stretches of two texts in their order; `compared` is False where ends of them were too long to compare."""

    stretches: tuple[Stretch, ...]
    compared: bool = True


def differences(left: str, right: str) -> Differences:
    """Compares two texts; white space between words counts for nothing.

    >>> [(s.kind, s.text) for s in differences("the old harbour", "the new harbour").stretches]
    [('same', 'the '), ('only left', 'old '), ('only right', 'new '), ('same', 'harbour')]
    """
    ours, theirs = WORD.findall(left), WORD.findall(right)
    a, b = [word.strip() for word in ours], [word.strip() for word in theirs]
    first = _shared(a, b)
    last = _shared(a[first:][::-1], b[first:][::-1])
    ends = (len(a) - last, len(b) - last)
    stretches = [*_cut("same", ours[:first]), *_middle((ours, a), (theirs, b), first, ends)]
    compared = max(ends) - first <= COMPARED
    return Differences((*stretches, *_cut("same", ours[ends[0] :])), compared)


def _middle(
    left: tuple[Sequence[str], Sequence[str]],
    right: tuple[Sequence[str], Sequence[str]],
    first: int,
    ends: tuple[int, int],
) -> Iterator[Stretch]:
    """The stretches between what the texts share at both ends; of each text its words as written, and bare."""
    (ours, a), (theirs, b) = left, right
    stop_a, stop_b = (min(end, first + COMPARED) for end in ends)
    # Very frequent words are no anchors: that keeps the comparison of repetitive texts short.
    matcher = SequenceMatcher(None, a[first:stop_a], b[first:stop_b], autojunk=True)
    for kind, a0, a1, b0, b1 in matcher.get_opcodes():
        if kind == "equal":
            yield from _cut("same", ours[first + a0 : first + a1])
        else:
            yield from _cut("only left", ours[first + a0 : first + a1])
            yield from _cut("only right", theirs[first + b0 : first + b1])
    yield from _cut("only left", ours[stop_a : ends[0]])
    yield from _cut("only right", theirs[stop_b : ends[1]])


def _shared(a: Sequence[str], b: Sequence[str]) -> int:
    """How many words two texts have in common at their start."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))


def _cut(kind: Kind, words: Sequence[str]) -> Iterator[Stretch]:
    """A stretch, without its middle where it is long; none where there are no words."""
    if len(words) > 3 * AROUND:
        yield Stretch(kind, "".join(words[:AROUND]), len(words) - 2 * AROUND, "".join(words[-AROUND:]))
    elif words:
        yield Stretch(kind, "".join(words))
