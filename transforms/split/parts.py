"""Reading a dump in parts: what every format that states its own boundaries offers.

A reading is a frozen value. It is shown a stretch of text, takes all posts that are sure to be whole, says how many
characters it has read, and gives the reading that goes on behind them. So a dump of any size is read in bounded
memory, and one that fits in memory is a single stretch: there is one way through each format.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from transforms.records import Split

NOTHING = Split((), ())


class Reading(Protocol):
    """A format, somewhere in the middle of a dump."""

    def take(self, text: str, *, last: bool) -> Taken:
        """Reads on in `text`, which begins where the last reading stopped; `last` where nothing follows it.

        Where `last` all of it is read. Elsewhere nothing may be taken that more text could change: no characters
        read at all means that more is wanted. Raises `DumpError` where the dump can't be read as this format.
        """
        ...


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken, by offsets in the text that was shown; how much was read; how to go on behind it."""

    split: Split
    used: int
    then: Reading


def whole(reading: Reading, source: str) -> Split:
    """Reads a text that is a dump by itself. Raises `DumpError`."""
    return reading.take(source, last=True).split
