"""Wordings as numbers: 32 hexadecimal digits are two 64-bit halves, so that millions compare at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from transforms.compiled import compiled
from transforms.words import Hashes

DIGITS: Final = 32
HEX: Final = np.frombuffer(b"0123456789abcdef", np.uint8)


@dataclass(frozen=True, slots=True)
class Wordings:
    """Wordings by number: the first and the last 64 bits of each."""

    high: Hashes
    low: Hashes

    @classmethod
    def of(cls, names: pa.Array | pa.ChunkedArray) -> Wordings:
        """Reads a column of wordings, which has no nulls.

        >>> one = Wordings.of(pa.array(["00000000000000ff0000000000000001"]))
        >>> one.high.tolist(), one.low.tolist()
        ([255], [1])
        """
        if isinstance(names, pa.ChunkedArray):
            names = names.combine_chunks()
        digits = np.frombuffer(names.buffers()[2] or b"", np.uint8)[_first(names) : _first(names) + DIGITS * len(names)]
        values = (digits & 0xF) + 9 * (digits >> 6)  # the letters stand from 0x41 or 0x61 on
        halves = ((values[0::2] << 4) | values[1::2]).astype(np.uint8).view(">u8").reshape(-1, 2)
        return cls(halves[:, 0].astype(np.uint64), halves[:, 1].astype(np.uint64))

    @classmethod
    def named(cls, names: Collection[str]) -> Wordings:
        """The wordings of such names, in their order."""
        return cls.of(pa.array(list(names), pa.string()))

    def names(self, numbers: NDArray[np.int64]) -> pa.Array:
        """The names of some of them, as a column.

        >>> Wordings.of(pa.array(["00f0000000000000000000000000000a"])).names(np.array([0]))[0].as_py()
        '00f0000000000000000000000000000a'
        """
        halves = np.stack([self.high[numbers], self.low[numbers]], axis=1).astype(">u8")
        octets = halves.view(np.uint8).reshape(-1)
        digits = np.stack([HEX[octets >> 4], HEX[octets & 0xF]], axis=1).tobytes()
        offsets = np.arange(len(numbers) + 1, dtype=np.int32) * DIGITS
        return pa.StringArray.from_buffers(len(numbers), pa.py_buffer(offsets), pa.py_buffer(digits))

    def first_met(self) -> NDArray[np.bool_]:
        """Which of them are the first of their kind."""
        order = np.lexsort((self.low, self.high))
        high, low = self.high[order], self.low[order]
        first = np.ones(len(order), np.bool_)
        first[order[1:]] = (high[1:] != high[:-1]) | (low[1:] != low[:-1])
        return first

    def sorted(self) -> Wordings:
        """The same, sorted."""
        order = np.lexsort((self.low, self.high))
        return Wordings(self.high[order], self.low[order])

    def among(self, others: Wordings) -> NDArray[np.bool_]:
        """Which of them are among `others`, which are sorted."""
        found = np.zeros(len(self.high), np.bool_)
        _among(self.high, self.low, others.high, others.low, found)
        return found


def _first(names: pa.Array) -> int:
    """Where the first name begins in the buffer of characters."""
    offsets = np.frombuffer(names.buffers()[1] or bytes(4), np.int32)
    return int(offsets[names.offset])


@compiled
def _among(high: Hashes, low: Hashes, sorted_high: Hashes, sorted_low: Hashes, found: NDArray[np.bool_]) -> None:
    for number in range(len(high)):
        place = np.searchsorted(sorted_high, high[number])
        while place < len(sorted_high) and sorted_high[place] == high[number]:
            if sorted_low[place] == low[number]:
                found[number] = True
                break
            place += 1
