"""Texts that were forgotten, by hashes and places, so that reading their dumps again does not bring them back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is to be hidden: in some dumps stretches of characters, in all dumps texts by their wording or SHA-256."""

    spans: Mapping[str, Spans] = field(default_factory=dict)
    words: frozenset[str] = frozenset()

    def overlaps(self, dump_id: str, start: int, end: int) -> bool:
        """Whether a stretch of a dump has a character of what is hidden there.

        >>> hidden = Hidden({"d": ((10, 20),)})
        >>> hidden.overlaps("d", 0, 10), hidden.overlaps("d", 19, 30), hidden.overlaps("e", 19, 30)
        (False, True, False)
        """
        return any(start < last and first < end for first, last in self.spans.get(dump_id, ()))

    def knows(self, *hashes: str) -> bool:
        """Whether one of these is the hash of a text that is hidden."""
        return not self.words.isdisjoint(hashes)


def joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches that overlap as one.

    >>> joined([(5, 9), (0, 3), (2, 4)])
    [(0, 4), (5, 9)]
    """
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start < found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found
