"""From offsets in characters of a decoded text back to offsets in its bytes, exactly."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from transforms.mixed import ESCAPED, is_mixed

# One mark per block; a look-up walks at most one block byte by byte.
# 1,024 bytes take about 0.15 ms to walk and cost one mark per kilobyte to remember.
BLOCK: Final = 1024
# In UTF-8 characters are counted by 64 bytes, and a look-up goes through as many: many look-ups at once cost about
# 0.3 µs each. They are done some thousand at a time, so that memory stays small.
NARROW: Final = 64
AT_ONCE: Final = 4096
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
        """Every byte but 10xxxxxx begins a character (RFC 3629, section 3)."""
        data = np.frombuffer(self.data, np.uint8)[self.skip :]
        begins = np.zeros((len(data) // NARROW + 1) * NARROW, np.bool_)
        np.not_equal(data & 0xC0, 0x80, out=begins[: len(data)])
        begins[len(data)] = True  # the end of the text is an offset too
        blocks = begins.reshape(-1, NARROW)
        before = np.concatenate(([0], np.cumsum(np.count_nonzero(blocks, axis=1))))
        found: list[int] = []
        for first in range(0, len(chars), AT_ONCE):
            wanted = np.asarray(chars[first : first + AT_ONCE], np.int64)
            block = np.searchsorted(before, wanted, side="right") - 1
            rank = np.cumsum(blocks[block], axis=1, dtype=np.uint8) > (wanted - before[block])[:, None]
            found.extend((self.skip + block * NARROW + np.argmax(rank, axis=1)).tolist())
        return found

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


def is_single_byte(encoding: str) -> bool:
    """Whether every byte of `encoding` is a character, so that the two offsets are the same."""
    text = bytes(range(256)).decode(encoding, "replace")
    # Where no byte above ASCII stands for itself the encoding needs several: UTF-8, ISO-2022 and HZ.
    return not is_mixed(encoding) and len(text) == 256 and not set(text[128:]) <= {"\N{REPLACEMENT CHARACTER}"}
