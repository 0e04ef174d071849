"""Compressed streams, of one frame or of several that follow one another."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Final, Protocol

import pyarrow as pa

from flows.containers.streams import PIECE, BrokenError, Budget, Stream, Unpacked

# What an xz stream may ask for in memory, in bytes; `xz -9` asks for 65 MB, a forged header for gigabytes.
XZ_MEMORY: Final = 512_000_000
# Arrow keeps back the piece in which it meets damage, so pieces are small.
ARROW_PIECE: Final = 4096
DAMAGE: Final = (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError)
WINDOW: Final = {"gzip": 31, "zlib": 15, "deflate": -15}


class Engine(Protocol):
    """What the decompressors of the standard library have in common."""

    @property
    def eof(self) -> bool:
        """Whether the frame has ended."""
        ...

    @property
    def needs_input(self) -> bool:
        """Whether there is nothing to give without further input."""
        ...

    @property
    def unused_data(self) -> bytes:
        """What followed the end of the frame."""
        ...

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Takes input and gives output."""
        ...


class Inflate:
    """`zlib` in the manner of its sisters, which keep for themselves what they have not used yet."""

    def __init__(self, window: int) -> None:
        self._object = zlib.decompressobj(window)

    @property
    def eof(self) -> bool:
        """Whether the frame has ended."""
        return self._object.eof

    @property
    def needs_input(self) -> bool:
        """Whether all input is used."""
        return not self._object.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        """What followed the end of the frame."""
        return self._object.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Takes input and gives output, at most `max_length` bytes."""
        return self._object.decompress(self._object.unconsumed_tail + data, max_length)


ENGINES: Final[dict[str, Callable[[], Engine]]] = {
    "gzip": lambda: Inflate(WINDOW["gzip"]),
    "zlib": lambda: Inflate(WINDOW["zlib"]),
    "deflate": lambda: Inflate(WINDOW["deflate"]),
    "bzip2": bz2.BZ2Decompressor,
    "xz": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, XZ_MEMORY),
}
MAGIC: Final = {"gzip": b"\x1f\x8b\x08", "bzip2": b"BZh", "xz": b"\xfd7zXZ\0", "zstandard": b"\x28\xb5\x2f\xfd"}
# Frames of zstandard that hold no data may come first.
SKIPPABLE: Final = tuple(bytes([0x50 + number]) + b"\x2a\x4d\x18" for number in range(16))
BZIP2_BLOCKS: Final = (b"1AY&SY", b"\x17rE8P\x90")


ARROW: Final = {"zstandard": "zstd", "brotli": "brotli"}


def unpacked(codec: str, below: Stream, budget: Budget) -> Stream:
    """The bytes that a compressed stream stands for."""
    return Arrow(codec, below, budget) if codec in ARROW else Inflated(codec, below, budget)


def codec_of(head: bytes) -> str | None:
    r"""How bytes are compressed, told by how they begin; None where they are not.

    >>> codec_of(b"\x1f\x8b\x08\0"), codec_of(b"BZh91AY&SY"), codec_of(b"BZhello")
    ('gzip', 'bzip2', None)
    """
    codec = next((codec for codec, magic in MAGIC.items() if head.startswith(magic)), None)
    if codec == "bzip2" and not head.startswith(BZIP2_BLOCKS, 4):
        return None
    return "zstandard" if head.startswith(SKIPPABLE) else codec


class Inflated(Unpacked):
    """A stream that the standard library unpacks. Of a `single` frame what follows is left in the stream below."""

    def __init__(self, codec: str, below: Stream, budget: Budget, *, single: bool = False) -> None:
        begin = below.tell()
        super().__init__(below, budget, lambda: below.tell() - begin)
        self._codec, self._single, self._from = codec, single, below
        self._engine: Engine | None = ENGINES[codec]()

    def _pull(self, size: int) -> bytes:
        while self._engine:
            data = self._fed(self._engine, size)
            if self._engine.eof:
                self._from.unread(self._engine.unused_data)
                self._engine = self._next_frame()
            if data:
                return data
        return b""

    def _fed(self, engine: Engine, size: int) -> bytes:
        piece = self._from.read(PIECE) if engine.needs_input else b""
        try:
            data = engine.decompress(piece, size)
        except DAMAGE as error:
            raise BrokenError(f"the {self._codec} data are damaged ({error}); get the file anew") from error
        if not (data or piece or engine.eof):
            raise BrokenError(f"the {self._codec} data are cut off; get the file anew")
        return data

    def _next_frame(self) -> Engine | None:
        """Frames may follow one another, with zeros between them and at the end."""
        magic = MAGIC.get(self._codec)
        if self._single or magic is None:
            return None
        while (head := self._from.peek(PIECE)) and not head.strip(b"\0"):
            self._from.read(len(head))
        self._from.read(len(head) - len(head.lstrip(b"\0")))
        head = self._from.peek(len(magic))
        if head == magic:
            return ENGINES[self._codec]()
        if head:
            raise BrokenError(f"other bytes follow the {self._codec} data; they were left alone")
        return None


class Arrow(Unpacked):
    """A stream that Arrow unpacks."""

    def __init__(self, codec: str, below: Stream, budget: Budget) -> None:
        begin = below.tell()
        super().__init__(below, budget, lambda: below.tell() - begin)
        self._codec = codec
        self._input = pa.CompressedInputStream(pa.PythonFile(below, mode="r"), ARROW[codec])

    def _pull(self, size: int) -> bytes:
        try:
            data: bytes = self._input.read(min(size, ARROW_PIECE))
        except (OSError, ValueError) as error:
            raise BrokenError(f"the {self._codec} data are damaged or cut off ({error}); get the file anew") from error
        return data
