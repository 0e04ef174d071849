"""The loop that finds words in UTF-8, as machine code.

Constants that the machine code holds stand beside it: what is cached on disk is renewed when this file changes.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.characters import COUNT_SHIFT, EXPANDED, WHOLE_WORD
from transforms.compiled import compiled

Bytes = NDArray[np.uint8]
Signs = NDArray[np.uint32]
Hashes = NDArray[np.uint64]
Offsets = NDArray[np.int64]

# The state of a word before its first letter, and the factor for each letter: the offset and the prime of FNV-1a
# (Fowler, Noll and Vo) for 64 bits. The loop takes in whole signs instead of bytes.
FIRST_STATE: Final = np.uint64(0xCBF29CE484222325)
FACTOR: Final = np.uint64(0x100000001B3)
_ASCII: Final = np.uint64(0x80)
_TWO: Final = np.uint64(0xC0)
_THREE: Final = np.uint64(0xE0)
_FOUR: Final = np.uint64(0xF0)
_LOW: Final = np.uint64(0x3F)
_SIX: Final = np.uint64(6)
_LAST_POINT: Final = np.uint64(0x10FFFF)
_SPECIAL: Final = np.uint32(WHOLE_WORD | EXPANDED)
_WHOLE: Final = np.uint32(WHOLE_WORD)
_EXPANDED: Final = np.uint32(EXPANDED)
_COUNT_SHIFT: Final = np.uint32(COUNT_SHIFT)
_COUNT: Final = np.uint32(0x1F)
_PLACE: Final = np.uint32((1 << COUNT_SHIFT) - 1)


@compiled
def mixed_bits(value: np.uint64) -> np.uint64:
    """Spreads every bit over all (the finaliser of MurmurHash3 by Austin Appleby, 64 bits)."""
    value ^= value >> np.uint64(33)
    value *= np.uint64(0xFF51AFD7ED558CCD)
    value ^= value >> np.uint64(33)
    value *= np.uint64(0xC4CEB9FE1A85EC53)
    return value ^ (value >> np.uint64(33))


@compiled
def code_point(data: Bytes, at: int, end: int) -> tuple[np.uint64, int]:
    """The code point behind a byte that is not ASCII, and where the next begins; 0 where the bytes are no UTF-8."""
    lead = np.uint64(data[at])
    if lead < _TWO or lead > np.uint64(0xF7):
        return np.uint64(0), at + 1
    width = 2 + int(lead >= _THREE) + int(lead >= _FOUR)
    if at + width > end:
        return np.uint64(0), end
    point = lead & (np.uint64(0x7F) >> np.uint64(width))
    for k in range(1, width):
        point = (point << _SIX) | (np.uint64(data[at + k]) & _LOW)
    return (point if point <= _LAST_POINT else np.uint64(0)), at + width


@compiled
def expanded(sign: np.uint32, expansions: Signs, state: np.uint64) -> np.uint64:
    """The state behind a sign that stands for several: letters and marks, so no word begins or ends among them."""
    place = sign & _PLACE
    for k in range((sign >> _COUNT_SHIFT) & _COUNT):
        state = (state ^ np.uint64(expansions[place + np.uint32(k)])) * FACTOR
    return state


@compiled
def find_words(data: Bytes, offsets: Offsets, signs: Signs, expansions: Signs, words: Hashes) -> Offsets:
    """Writes the hash of each word to `words` and gives where those of each text begin, and the last end.

    `words` needs room for one more than there are bytes: what is written behind the last word is of no meaning.
    """
    ends = np.zeros(len(offsets), np.int64)
    count = 0
    for number in range(len(offsets) - 1):
        at, end = offsets[number], offsets[number + 1]
        state, inside = FIRST_STATE, 0
        while at < end:
            byte = np.uint64(data[at])
            if byte < _ASCII:
                at += 1
                sign = signs[byte]
            else:
                point, at = code_point(data, at, end)
                sign = signs[point]
            if sign & _WHOLE:
                words[count] = state
                count += inside
                words[count] = (FIRST_STATE ^ np.uint64(sign)) * FACTOR
                count += 1
                state, inside = FIRST_STATE, 0
            elif sign & _EXPANDED:
                state, inside = expanded(sign, expansions, state), 1
            else:
                # Written at every sign and counted only at the end of a word: cheaper than a branch.
                words[count] = state
                count += 0 if sign else inside
                state = (state ^ np.uint64(sign)) * FACTOR if sign else FIRST_STATE
                inside = 1 if sign else 0
        words[count] = state
        count += inside
        ends[number + 1] = count
    for k in range(count):
        words[k] = mixed_bits(words[k])
    return ends
