"""A set of hashes that forgets nothing and now and then knows one too many (Bloom 1970)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.compiled import compiled
from transforms.words import BASE, Hashes

# With two bits set for each value and 64 bits a value, one in a thousand others is taken for one of them.
BITS_A_VALUE: Final = 64
LEAST_BITS: Final = 20
# 128 MB; beyond 16 million values more others pass, which costs time, not truth.
MOST_BITS: Final = 30


@dataclass(frozen=True, slots=True)
class Bloom:
    """`number` says for how many values it was made. Values are well mixed hashes."""

    number: int
    bits: NDArray[np.uint64]

    @classmethod
    def for_number(cls, number: int) -> Bloom:
        """An empty one that is large enough for so many values."""
        bits = min(max((number * BITS_A_VALUE - 1).bit_length(), LEAST_BITS), MOST_BITS)
        return cls(number, np.zeros(1 << (bits - 6), np.uint64))

    def add(self, values: Hashes) -> None:
        """Adds values."""
        _add(self.bits, values, BASE)

    def having(self, values: Hashes) -> NDArray[np.bool_]:
        """Which of some values it has.

        >>> some = Bloom.for_number(2)
        >>> some.add(np.array([1234, 77], np.uint64))
        >>> some.having(np.array([77, 78], np.uint64)).tolist()
        [True, False]
        """
        found = np.zeros(len(values), np.bool_)
        _having(self.bits, values, BASE, found)
        return found


@compiled
def _add(bits: NDArray[np.uint64], values: Hashes, base: np.uint64) -> None:
    mask = np.uint64(64 * len(bits) - 1)
    for value in values:
        for place in (value & mask, ((value * base) >> np.uint64(32)) & mask):
            bits[place >> np.uint64(6)] |= np.uint64(1) << (place & np.uint64(63))


@compiled
def _having(bits: NDArray[np.uint64], values: Hashes, base: np.uint64, found: NDArray[np.bool_]) -> None:
    mask = np.uint64(64 * len(bits) - 1)
    for number in range(len(values)):
        value = values[number]
        place = value & mask
        if bits[place >> np.uint64(6)] >> (place & np.uint64(63)) & np.uint64(1):
            place = ((value * base) >> np.uint64(32)) & mask
            found[number] = bits[place >> np.uint64(6)] >> (place & np.uint64(63)) & np.uint64(1)
