"""From offsets in characters of a decoded text back to offsets in its bytes, exactly."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.compiled import compiled
from transforms.mixed import ESCAPED, is_mixed

# One mark per block; a look-up walks at most one block byte by byte.
# 1,024 bytes take about 0.15 ms to walk and cost one mark per kilobyte to remember.
BLOCK: Final = 1024
# In UTF-8 characters are counted so many bytes at once, which costs 0.1 ns a byte, and a look-up walks through at most
# as many.
NARROW: Final = 256
# Two encodings side by side are gone through by so many bytes, each once.
MIXED_BLOCK: Final = 1 << 16

State = tuple[bytes, int]


@dataclass(frozen=True, slots=True)
class ByteMap:
    """Where each character of `data[skip:].decode(encoding, errors)` came from.

    `skip` is the length in bytes of what stands before the text (a byte order mark). `state` is that of the decoder
    at its beginning, where `data` continues something: a few encodings switch between sets of characters.
    """

    data: bytes
    encoding: str
    errors: str = "strict"
    skip: int = 0
    state: State | None = None

    def byte_offsets(self, chars: Sequence[int]) -> list[int]:
        """The byte offset of each character offset in `chars` (any order, the text's length included).

        >>> ByteMap("été".encode(), "utf-8").byte_offsets([0, 1, 2, 3])
        [0, 2, 3, 5]
        >>> ByteMap("日本".encode("shift_jis"), "shift_jis").byte_offsets([2, 1])
        [4, 2]
        """
        if not chars:
            return []
        if self.encoding == "utf-8" and self.errors == "strict":
            return [self.skip + char for char in chars] if self.data.isascii() else self._in_utf8(chars)
        if is_mixed(self.encoding):
            return self._in_mixed(chars)
        if is_single_byte(self.encoding):
            return [self.skip + char for char in chars]
        return self._by_decoding(chars)

    def _in_utf8(self, chars: Sequence[int]) -> list[int]:
        wanted = np.array(chars, np.int64)
        order = np.argsort(wanted, kind="stable")
        found = np.empty(len(wanted), np.int64)
        found[order] = _places(np.frombuffer(self.data, np.uint8)[self.skip :], wanted[order])
        offsets: list[int] = (found + self.skip).tolist()
        return offsets

    def _in_mixed(self, chars: Sequence[int]) -> list[int]:
        """In a line that is not UTF-8 every byte is a character; the escaped reading shows which these are."""
        found: dict[int, int] = {}
        wanted = np.unique(np.asarray(chars, np.int64))
        decoder = codecs.getincrementaldecoder(ESCAPED)()
        done, at = 0, self.skip
        for begin in range(self.skip, len(self.data), MIXED_BLOCK):
            text = decoder.decode(self.data[begin : begin + MIXED_BLOCK], begin + MIXED_BLOCK >= len(self.data))
            codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
            widths = 1 + (codes >= 0x80) + (codes >= 0x800) + (codes >= 0x10000) - 2 * (codes >> 8 == 0xDC)
            starts = at + np.concatenate(([0], np.cumsum(widths, dtype=np.int64)))
            here = wanted[(wanted >= done) & (wanted < done + len(codes))]
            found.update(zip(here.tolist(), starts[here - done].tolist(), strict=True))
            done, at = done + len(codes), int(starts[-1])
        return [found.get(char, len(self.data)) for char in chars]

    def _by_decoding(self, chars: Sequence[int]) -> list[int]:
        """Decodes once more, a block at a time, and walks the blocks that hold an offset asked for."""
        found: dict[int, int] = {}
        wanted = sorted(set(chars))
        decoder = codecs.getincrementaldecoder(self.encoding)(self.errors)
        if self.state:
            decoder.setstate(self.state)
        done, at = 0, 0
        for begin in range(self.skip, len(self.data), BLOCK):
            block = self.data[begin : begin + BLOCK]
            state = decoder.getstate()
            try:
                length = len(decoder.decode(block, begin + BLOCK >= len(self.data)))
            except UnicodeError:  # a damaged escape sequence that the decoder gives up on: the rest is one place
                break
            last = at
            while last < len(wanted) and wanted[last] < done + length:
                last += 1
            if last > at:
                found.update(self._walk(state, begin, done, wanted[at:last]))
            at, done = last, done + length
        return [found.get(char, len(self.data)) for char in chars]

    def _walk(self, state: State, begin: int, done: int, wanted: Sequence[int]) -> dict[int, int]:
        """Offsets inside one block, which begins at byte `begin` with character `done`."""
        decoder = codecs.getincrementaldecoder(self.encoding)(self.errors)
        decoder.setstate(state)
        # Bytes of an unfinished character, carried over from the block before, come first.
        begun = begin - len(state[0])
        found: dict[int, int] = {}
        at = 0
        for i in range(begin, min(begin + BLOCK, len(self.data)) + 1):
            while at < len(wanted) and wanted[at] <= done:
                # A character that came out together with its predecessor began with the byte after it.
                found[wanted[at]] = begun if wanted[at] == done else max(begun - 1, begin)
                at += 1
            if at == len(wanted) or i == len(self.data):
                break
            try:
                made = len(decoder.decode(self.data[i : i + 1], i + 1 == len(self.data)))
            except UnicodeError:
                break
            if made:
                done += made
                # What the decoder holds back of a broken character belongs to the next.
                begun = i + 1 - len(decoder.getstate()[0])
        return found | dict.fromkeys(wanted[at:], begun)


@compiled
def _places(data: NDArray[np.uint8], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where characters begin in UTF-8, by their numbers in ascending order; the end of the data for those behind it.

    Every byte but 10xxxxxx begins a character (RFC 3629, section 3).
    """
    found = np.empty(len(wanted), np.int64)
    at, begun = 0, 0
    for number in range(len(wanted)):
        while at + NARROW <= len(data):
            inside = 0
            for place in range(at, at + NARROW):
                inside += (data[place] & 0xC0) != 0x80
            if begun + inside > wanted[number]:
                break
            at, begun = at + NARROW, begun + inside
        while at < len(data) and (begun < wanted[number] or (data[at] & 0xC0) == 0x80):
            begun += (data[at] & 0xC0) != 0x80
            at += 1
        found[number] = at
    return found


def is_single_byte(encoding: str) -> bool:
    """Whether every byte of `encoding` is a character, so that the two offsets are the same."""
    text = bytes(range(256)).decode(encoding, "replace")
    # Where no byte above ASCII stands for itself the encoding needs several: UTF-8, ISO-2022 and HZ.
    return not is_mixed(encoding) and len(text) == 256 and not set(text[128:]) <= {"\N{REPLACEMENT CHARACTER}"}
