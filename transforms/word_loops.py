"""The loops that find words in UTF-8, as machine code.

A text is taken in stretches. A stretch becomes an array of signs (see `transforms.characters`), in which it is seen 64
signs at a time where words begin and end; then its words are hashed, the first 8 letters of each, then the next of
those that are longer. So nothing is asked letter by letter: nobody can guess where the next word ends, the processor
neither, and each wrong guess costs as much as five letters.

Constants that the machine code holds stand beside it: what is cached on disk is renewed when this file changes.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from transforms.characters import COUNT_SHIFT, EXPANDED, LETTER, WHOLE_WORD
from transforms.compiled import compiled
from transforms.vectors import beyond_bits, filled_bits, lowest_bit, set_bits, wide_vectors

Bytes = NDArray[np.uint8]
Signs = NDArray[np.uint32]
Hashes = NDArray[np.uint64]
Offsets = NDArray[np.int64]

# The state of a word before its first letter, and the factor for each letter: the offset and the prime of FNV-1a
# (Fowler, Noll and Vo) for 64 bits. The loop takes in whole signs instead of bytes.
FIRST_STATE: Final = np.uint64(0xCBF29CE484222325)
FACTOR: Final = np.uint64(0x100000001B3)
# `BASE` of `transforms.words`.
_BASE: Final = np.uint64(0x9E3779B97F4A7C15)
# Bytes of a stretch: what is made of it stays in the processor's first cache. It has so many more to end with a word.
STRETCH: Final = 1024
LONGER: Final = 128
_BLOCK: Final = 64
_AT_ONCE: Final = 8
_ASCII: Final = np.uint8(0x80)
_CONTINUED: Final = np.uint8(0xC0)
_LAST_POINT: Final = np.uint32(0x10FFFF)
_WHOLE: Final = np.uint32(WHOLE_WORD)
_EXPANDED: Final = np.uint32(EXPANDED)
_COUNT_SHIFT: Final = np.uint32(COUNT_SHIFT)
_COUNT: Final = np.uint32(0x1F)
_PLACE: Final = np.uint32((1 << COUNT_SHIFT) - 1)
_LETTER: Final = np.uint32(LETTER)
_ONE: Final = np.uint64(1)


class Tables(NamedTuple):
    """The signs of code points, and those that a code point with EXPANDED stands for."""

    of_point: Signs
    expansions: Signs


class Room(NamedTuple):
    """What is made of a stretch: its bytes with 0 behind, code points, signs; where words begin and end; long words."""

    data: Bytes
    points: Signs
    signs: Signs
    borders: Offsets
    longer: Offsets


@compiled
def mixed_bits(value: np.uint64) -> np.uint64:
    """Spreads every bit over all (the finaliser of MurmurHash3 by Austin Appleby, 64 bits)."""
    value ^= value >> np.uint64(33)
    value *= np.uint64(0xFF51AFD7ED558CCD)
    value ^= value >> np.uint64(33)
    value *= np.uint64(0xC4CEB9FE1A85EC53)
    return value ^ (value >> np.uint64(33))


@compiled
def find_words(data: Bytes, offsets: Offsets, of_point: Signs, expansions: Signs, words: Hashes) -> Offsets:
    """Writes the hash of each word to `words` and gives where those of each text begin, and the last end.

    `words` needs room for one more than there are bytes: what is written behind the last word is of no meaning.
    """
    wide_vectors()
    tables, room, count = Tables(of_point, expansions), room_for(STRETCH + LONGER), 0
    ends = np.zeros(len(offsets), np.int64)
    for number in range(len(offsets) - 1):
        at, end, goes_on = offsets[number], offsets[number + 1], False
        while at < end:
            size = stretch_of(data[at:end], tables)
            found = signs_of(data[at : at + size], tables, room)
            count = words_of_signs(room, found, words, (count, goes_on))
            goes_on = found > 0 and room.signs[found - 1] != 0
            at += size
        ends[number + 1] = count
    for k in range(count):
        words[k] = mixed_bits(words[k])
    return ends


@compiled
def hash_orders(words: Hashes, offsets: Offsets) -> Hashes:
    """A hash of the words of each text in their order: a polynomial modulo 2^64, mixed; 0 for none."""
    found = np.zeros(len(offsets) - 1, np.uint64)
    for number in range(len(found)):
        value, power = np.uint64(0), _BASE
        for k in range(offsets[number], offsets[number + 1]):
            value += words[k] * power
            power *= _BASE
        found[number] = mixed_bits(value)
    return found


@compiled
def room_for(size: int) -> Room:
    """Room for stretches of so many bytes: a byte stands for less than two signs, the 0 around words among them."""
    data, points = np.zeros(size + _BLOCK, np.uint8), np.zeros(size, np.uint32)
    signs = np.zeros(2 * size + 2 * _BLOCK, np.uint32)
    return Room(data, points, signs, np.zeros(len(signs) + _BLOCK, np.int64), np.zeros(len(signs), np.int64))


@compiled
def in_word(byte: np.uint8, tables: Tables) -> bool:
    """Whether a byte may be in a word."""
    return bool(byte >= _ASCII or tables.of_point[byte] != 0)


@compiled
def stretch_of(data: Bytes, tables: Tables) -> int:
    """The bytes of the first stretch of a text: up to one that is in no word, or else up to a code point."""
    size, most = min(STRETCH, len(data)), min(STRETCH + LONGER, len(data))
    while size < most and in_word(data[size], tables):
        size += 1
    if size == most:
        while most - 3 < size < len(data) and data[size] & _CONTINUED == _ASCII:
            size -= 1
    return size


@compiled
def signs_of(data: Bytes, tables: Tables, room: Room) -> int:
    """Writes the signs of a stretch, and 0 behind them; gives how many there are."""
    number, bytes_here, signs = len(data), room.data, room.signs
    for k in range(number):
        bytes_here[k] = data[k]
    for k in range(_BLOCK):
        bytes_here[number + k] = 0
    if is_ascii(bytes_here, number):
        ascii_signs(bytes_here[:number], signs)
    else:
        points_of(bytes_here, room.points[:number])
        number = signs_of_points(bytes_here, room.points[:number], tables, signs)
    signs[number : number + _BLOCK] = 0
    return number


@compiled
def is_ascii(data: Bytes, number: int) -> bool:
    """Whether the first bytes are ASCII."""
    bits = np.uint64(0)
    for place in range(0, number, _BLOCK):
        bits |= beyond_bits(data, place)
    return bool(bits == 0)


@compiled
def ascii_signs(data: Bytes, signs: Signs) -> None:
    """Writes the signs of ASCII: letters, folded, and digits, which the bit that folds leaves alone."""
    for k in range(len(data)):
        folded = np.uint32(data[k] | np.uint8(0x20))
        letter = np.uint8(folded - np.uint32(ord("a"))) < np.uint8(26)
        figure = np.uint8(data[k] - np.uint8(ord("0"))) < np.uint8(10)
        signs[k] = folded | _LETTER if letter or figure else np.uint32(0)


@compiled
def points_of(data: Bytes, points: Signs) -> None:
    """Writes the code point that each byte begins; 0 where it begins none, and of no meaning where it is no UTF-8.

    Slices instead of places that are added up, and no number wider than 32 bits: so these are vector instructions.
    """
    number = len(points)
    leads, seconds, thirds, fourths = data[:number], data[1 : number + 1], data[2 : number + 2], data[3 : number + 3]
    for k in range(number):
        lead, one = np.uint32(leads[k]), np.uint32(seconds[k]) & np.uint32(0x3F)
        two, three = np.uint32(thirds[k]) & np.uint32(0x3F), np.uint32(fourths[k]) & np.uint32(0x3F)
        of_two = np.uint32((lead & np.uint32(0x1F)) << np.uint32(6)) | one
        of_three = np.uint32((lead & np.uint32(0x0F)) << np.uint32(12)) | np.uint32(one << np.uint32(6)) | two
        of_four = np.uint32((lead & np.uint32(0x07)) << np.uint32(18)) | np.uint32(one << np.uint32(12))
        of_four |= np.uint32(two << np.uint32(6)) | three
        point = lead if lead < np.uint32(0x80) else np.uint32(0)
        point = np.uint32(of_two) if lead >= np.uint32(0xC0) else point
        point = np.uint32(of_three) if lead >= np.uint32(0xE0) else point
        point = np.uint32(of_four) if lead >= np.uint32(0xF0) else point
        points[k] = point if point <= _LAST_POINT else np.uint32(0)


@compiled
def signs_of_points(data: Bytes, points: Signs, tables: Tables, signs: Signs) -> int:
    """Writes the signs of code points and gives how many there are.

    A word by itself has a 0 on each side. What one stands for are letters and marks: no word ends among them.
    """
    found = np.uint64(0)
    for k in range(len(points)):
        sign = tables.of_point[points[k]]
        if sign & _WHOLE:
            signs[found], signs[found + _ONE], signs[found + _ONE + _ONE] = 0, sign, 0
            found += np.uint64(3)
        elif sign & _EXPANDED:
            for place in range(sign & _PLACE, (sign & _PLACE) + ((sign >> _COUNT_SHIFT) & _COUNT)):
                signs[found] = tables.expansions[place]
                found += _ONE
        else:
            signs[found] = sign
            found += np.uint64(data[k] & _CONTINUED != _ASCII)
    return int(np.int64(found))


@compiled
def words_of_signs(room: Room, number: int, words: Hashes, before: tuple[int, bool]) -> int:
    """Writes the states of the words of a stretch behind those there are; gives how many there are then.

    `before` is how many there are, and whether the last goes on in this stretch.
    """
    signs, (count, goes_on), start = room.signs, before, 0
    while goes_on and signs[start]:
        words[count - 1] = (words[count - 1] ^ np.uint64(signs[start])) * FACTOR
        start += 1
    found = borders_of(signs, (start, number), room.borders)
    states_of(room, words[count : count + found // 2])
    return count + found // 2


@compiled
def borders_of(signs: Signs, places: tuple[int, int], borders: Offsets) -> int:
    """Writes where words begin and end, in turn, and gives how many places that are; there are 0 behind the signs.

    Places are written 16 at a time, the last of no meaning, without asking after each whether there is another.
    """
    found, inside = np.uint64(0), np.uint64(0)
    for place in range(places[0], places[1] + 1, _BLOCK):
        bits = filled_bits(signs, place)
        changes, at = bits ^ ((bits << _ONE) | inside), found
        found += np.uint64(set_bits(changes))
        while changes:
            for k in range(16):
                borders[at + np.uint64(k)] = place + lowest_bit(changes)
                changes &= changes - _ONE
            at += np.uint64(16)
        inside = bits >> np.uint64(_BLOCK - 1)
    return int(np.int64(found))


@compiled
def states_of(room: Room, words: Hashes) -> None:
    """Writes the state behind each word: first after up to 8 letters, then of those words that are longer."""
    borders, longer, reached, count = room.borders, room.longer, np.empty(_AT_ONCE, np.uint64), np.uint64(0)
    for k in range(len(words)):
        start, size = borders[2 * k], borders[2 * k + 1] - borders[2 * k]
        words[k] = eight_more(room.signs, (start, min(size, _AT_ONCE)), FIRST_STATE, reached)
        longer[count] = k
        count += np.uint64(size > _AT_ONCE)
    for k in range(count):
        word = longer[k]
        for start in range(borders[2 * word] + _AT_ONCE, borders[2 * word + 1], _AT_ONCE):
            size = min(borders[2 * word + 1] - start, _AT_ONCE)
            words[word] = eight_more(room.signs, (start, size), words[word], reached)


@compiled
def eight_more(signs: Signs, places: tuple[int, int], state: np.uint64, reached: Hashes) -> np.uint64:
    """The state after so many letters more, at most 8; all are taken in, since guessing how many costs as much."""
    at = np.uint64(places[0])
    for k in range(_AT_ONCE):
        state = (state ^ np.uint64(signs[at + np.uint64(k)])) * FACTOR
        reached[k] = state
    last: np.uint64 = reached[np.uint64(places[1] - 1)]
    return last
