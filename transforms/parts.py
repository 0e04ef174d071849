"""A dump as a row of parts, each small enough to hold, cut where one post ends and the next begins."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from transforms.bytemap import ByteMap, State, is_single_byte
from transforms.decode import Charset
from transforms.mixed import is_mixed
from transforms.records import Split
from transforms.split.parts import Reading

# How much of a dump is looked at together, in bytes: a part, its text and its posts then take some 300 MB. It is no
# option: the layout of a text dump is chosen for a part, so another size could give other posts.
PART_BYTES: Final = 32_000_000
# A single post longer than this is cut, since somewhere memory ends.
MOST_BYTES: Final = 4 * PART_BYTES
# Bytes looked at together by who only walks through a text.
STRETCH: Final = 16_000_000
# Posts that are described and signed together, in characters; a post weighs so many beside its text.
GROUP_CHARS: Final = 8_000_000
POST_CHARS: Final = 400
# No character is longer than this, in bytes, with what leads to it.
TAIL: Final = 32


@dataclass(frozen=True, slots=True)
class Part:
    """What one part of a dump holds, by offsets in the dump. `byte_spans` go with the pieces of `split`, one each."""

    split: Split
    byte_spans: tuple[tuple[int, int], ...]
    n_chars: int
    last: bool


class Window:
    """A stretch of a dump that moves on: `text` begins with character `char_at`, which is byte `byte_at`.

    `last` says that nothing follows. No character is ever cut in two, and what a decoder remembers of the bytes
    before (an escape sequence) is kept.
    """

    def __init__(self, blocks: Iterable[bytes], charset: Charset) -> None:
        self.text, self.char_at, self.byte_at, self.last = "", 0, charset.skip, False
        self._charset, self._skip = charset, charset.skip
        self._data, self._ahead, self._ready = b"", b"", 0
        self._blocks = iter(blocks)
        self._make = codecs.getincrementaldecoder(charset.codec)
        self._state: State = self._make(charset.errors).getstate()
        self._stateless = charset.codec == "utf-8" or is_mixed(charset.codec) or is_single_byte(charset.codec)

    def __len__(self) -> int:
        return len(self._data)

    def fill(self, size: int) -> bool:
        """Reads on until `size` bytes are held or the dump ends; False where nothing is left."""
        got, length = [self._data], len(self._data)
        while length < size and (block := self._next()):
            got.append(block)
            length += len(block)
        self._ahead = self._next()
        self._data, self.last = b"".join(got), not self._ahead
        self.text, self._ready = self._decoded()
        return bool(self._data)

    def byte_offsets(self, chars: list[int]) -> list[int]:
        """Where characters of `text` stand in the bytes of the dump."""
        byte_map = ByteMap(self._data[: self._ready], self._charset.codec, self._charset.errors, state=self._state)
        return [self.byte_at + at for at in byte_map.byte_offsets(chars)]

    def cut(self, chars: int) -> None:
        """Moves on behind the first characters."""
        at = self.byte_offsets([chars])[0] - self.byte_at if chars < len(self.text) else self._ready
        gone, self._data = self._data[:at], self._data[at:]
        if not self._stateless:
            decoder = self._decoder()
            decoder.decode(gone)
            self._state = decoder.getstate()
        self.char_at, self.byte_at, self.text = self.char_at + chars, self.byte_at + at, self.text[chars:]

    def _decoder(self) -> codecs.IncrementalDecoder:
        decoder = self._make(self._charset.errors)
        decoder.setstate(self._state)
        return decoder

    def _decoded(self) -> tuple[str, int]:
        """The text that is sure to be so whatever follows, and of how many bytes it is."""
        data, decoder = self._data, self._decoder()
        if self.last:
            return decoder.decode(data, True), len(data)  # noqa: FBT003 - the codecs' own signature
        if self._stateless:
            text = decoder.decode(data)
            return text, len(data) - len(decoder.getstate()[0])
        # A damaged character may be read otherwise when more of it is there; none reaches over the end of a line.
        end = data.rfind(b"\n") + 1 if self._charset.errors == "replace" else len(data)
        text, ready = decoder.decode(data[: max(0, end - TAIL)]), max(0, end - TAIL)
        # An escape sequence belongs to the character behind it.
        for at in range(ready, end):
            if made := decoder.decode(data[at : at + 1]):
                text, ready = text + made, at + 1 - len(decoder.getstate()[0])
        return text, ready

    def _next(self) -> bytes:
        """The next block that is not empty; none at the end of the dump."""
        block, self._ahead = self._ahead, b""
        while not block:
            found = next(self._blocks, None)
            if found is None:
                return b""
            block, self._skip = found[self._skip :], max(0, self._skip - len(found))
        return block


def windows_of(blocks: Iterable[bytes], charset: Charset, size: int) -> Iterator[Window]:
    """The text of a dump, a stretch of about `size` bytes after the other; the same window each time."""
    window = Window(blocks, charset)
    while window.fill(len(window) + size):
        yield window
        window.cut(len(window.text))


def parts_of(window: Window, reading: Reading, size: int = PART_BYTES, most: int = MOST_BYTES) -> Iterator[Part]:
    """Reads a dump part by part, each of at least `size` bytes where the dump has so many.

    Where a post does not end within a part, more is read, up to `most` bytes; a longer one is cut there. Raises
    `DumpError`.
    """
    goal = size
    while window.fill(goal):
        taken = reading.take(window.text, last=window.last)
        if not taken.used and not window.last:
            if len(window) < most or not window.text:
                goal = 2 * len(window)
                continue
            taken = reading.take(window.text, last=True)
        yield _part(window, taken.split, taken.used)
        window.cut(taken.used)
        reading, goal = taken.then, len(window) + size


def groups_of(part: Part) -> Iterator[Part]:
    """The posts of a part in groups, since what is known of a post takes far more memory than its text.

    The first group has the residue and what other dumps may learn, and counts for all characters.
    """
    pieces, begun, size = part.split.pieces, 0, 0
    for at, piece in enumerate(pieces, 1):
        size += len(piece.body) + POST_CHARS
        if size >= GROUP_CHARS and at < len(pieces):
            yield _group(part, begun, at)
            begun, size = at, 0
    yield _group(part, begun, len(pieces))


def _group(part: Part, start: int, stop: int) -> Part:
    first = start == 0
    pieces = part.split.pieces[start:stop]
    split = replace(part.split, pieces=pieces) if first else Split(pieces, ())
    return Part(split, part.byte_spans[start:stop], part.n_chars if first else 0, part.last)


def _part(window: Window, split: Split, used: int) -> Part:
    at = window.byte_offsets(list(chain.from_iterable((piece.start, piece.end) for piece in split.pieces)))
    spans = tuple(zip(at[::2], at[1::2], strict=True))
    last = window.last and used == len(window.text)
    if window.char_at or not last:
        # Other dumps count lines from the beginning of a dump, and know nothing of parts.
        split = replace(moved(split, window.char_at), outline=None, ways=None)
    return Part(split, spans, used, last)


def moved(split: Split, by: int) -> Split:
    """The same with all offsets larger by a number of characters; an outline knows no offsets."""
    if not by:
        return split
    return replace(
        split,
        pieces=tuple(piece.moved(by) for piece in split.pieces),
        residue=tuple(replace(row, start=row.start + by, end=row.end + by) for row in split.residue),
    )
