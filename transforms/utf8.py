"""Texts as UTF-8: the bytes of many in one array, which is what loops in machine code read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Utf8:
    """Texts in a row: those of number `i` are the bytes `data[offsets[i] : offsets[i + 1]]`.

    Lone surrogates are encoded as other code points are. `data` is not to be written to.
    """

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def size(self) -> int:
        """The bytes of all texts."""
        return int(self.offsets[-1] - self.offsets[0])

    def between(self, first: int, last: int) -> Utf8:
        """The texts from number `first` up to `last`, on the same bytes."""
        return Utf8(self.data, self.offsets[first : last + 1])

    def take(self, rows: NDArray[np.int64]) -> Utf8:
        """The texts of these numbers, their bytes copied."""
        begins, ends = self.offsets[rows], self.offsets[rows + 1]
        offsets = np.r_[0, np.cumsum(ends - begins)].astype(np.int64)
        places = np.arange(offsets[-1]) + np.repeat(begins - offsets[:-1], ends - begins)
        return Utf8(_fixed(self.data[places]), offsets)


Texts: TypeAlias = Utf8 | Sequence[str] | Sequence[str | None] | pa.Array | pa.ChunkedArray


def utf8_of(texts: Texts) -> Utf8:
    r"""Texts as UTF-8, None as an empty one; the bytes of an Arrow array of strings are used without copying them.

    >>> texts = utf8_of(["One", None, "é"])
    >>> texts.data.tobytes(), texts.offsets.tolist()
    (b'One\xc3\xa9', [0, 3, 3, 5])
    """
    if isinstance(texts, Utf8):
        return texts
    if isinstance(texts, pa.Array | pa.ChunkedArray):
        return _of_arrow(texts)
    pieces = [(text or "").encode("utf-8", "surrogatepass") for text in texts]
    offsets = np.zeros(len(pieces) + 1, np.int64)
    np.cumsum([len(piece) for piece in pieces], out=offsets[1:])
    return Utf8(_fixed(np.frombuffer(b"".join(pieces), np.uint8)), offsets)


def utf8_of_lines(lines: Sequence[str]) -> Utf8:
    r"""Lines as UTF-8, each with the line feed behind it, which costs less than one after the other.

    >>> utf8_of_lines(["One", "é"]).offsets.tolist(), utf8_of_lines(["One\nmore"]).offsets.tolist()
    ([0, 4, 7], [0, 8])
    """
    data = np.frombuffer("\n".join([*lines, ""]).encode("utf-8", "surrogatepass"), np.uint8)
    ends = np.flatnonzero(data == ord("\n")) + 1
    # A line that holds a line feed after all tells nothing of where the others end.
    return Utf8(_fixed(data), np.concatenate(([0], ends))) if len(ends) == len(lines) else utf8_of(lines)


def batches(texts: Utf8, size: int) -> Iterator[tuple[int, Utf8]]:
    """The texts in batches of about `size` bytes or of one text, each with the number of its first."""
    parts = (texts.offsets[:-1] - texts.offsets[0]) // size
    borders = [0, *(np.flatnonzero(np.diff(parts)) + 1).tolist(), len(texts)]
    yield from ((first, texts.between(first, last)) for first, last in pairwise(borders))


def _of_arrow(texts: pa.Array | pa.ChunkedArray) -> Utf8:
    if isinstance(texts, pa.ChunkedArray):
        texts = (
            texts.chunk(0) if texts.num_chunks == 1 else pa.concat_arrays(texts.chunks or [pa.array([], texts.type)])
        )
    if not (pa.types.is_string(texts.type) or pa.types.is_large_string(texts.type)):
        texts = texts.cast(pa.large_string())
    if texts.null_count:
        texts = pc.fill_null(texts, "")
    width = np.int32 if pa.types.is_string(texts.type) else np.int64
    _, borders, data = texts.buffers()
    if borders is None or data is None:
        return Utf8(_fixed(np.zeros(0, np.uint8)), np.zeros(len(texts) + 1, np.int64))
    offsets = np.frombuffer(borders, width)[texts.offset : texts.offset + len(texts) + 1]
    return Utf8(_fixed(np.frombuffer(data, np.uint8)), np.array(offsets, np.int64))


def _fixed(data: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Closed to writing, as bytes are, so that compiled code meets one type only."""
    data.flags.writeable = False
    return data
