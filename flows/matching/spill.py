"""Arrays on disk: what a join goes through is bounded by the disk, not by memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from transforms.candidates import Indices
from transforms.words import Hashes

# Rows of a bucket: sorting one takes about 200 MB.
BUCKET_ROWS: Final = 1 << 22
# Values of a chunk from which the borders of the buckets are guessed.
SAMPLED: Final = 256


class Flat:
    """One long array that grows at its end, and is read through the file."""

    def __init__(self, path: Path, kind: type[np.generic]) -> None:
        self._path, self._kind, self._file = path, np.dtype(kind), path.open("wb")
        self.length = 0

    def add(self, values: NDArray[Any]) -> None:
        """Appends values."""
        self._file.write(np.ascontiguousarray(values, self._kind).data)
        self.length += len(values)

    def array(self) -> NDArray[Any]:
        """All values; nothing can be added any more."""
        self._file.close()
        return np.memmap(self._path, self._kind, "r") if self.length else np.zeros(0, self._kind)


@dataclass(slots=True)
class Sorted:
    """Sorted chunks of one array, with a column beside it where rows have a value; read by range over all chunks."""

    folder: Path
    name: str
    rows: int = 0
    chunks: list[NDArray[Any]] = field(default_factory=list)
    beside: list[NDArray[Any]] = field(default_factory=list)

    def add(self, values: Hashes, beside: Indices | None = None) -> None:
        """Adds a chunk, in any order."""
        if not len(values):
            return
        if beside is None:
            self.chunks.append(self._kept(np.sort(values), "values"))
        else:
            order = np.argsort(values, kind="stable")
            self.chunks.append(self._kept(values[order], "values"))
            self.beside.append(self._kept(beside[order], "beside"))
        self.rows += len(values)

    def buckets(self) -> list[tuple[int, int]]:
        """Ranges of values, first and last, that part all of them so that each has about BUCKET_ROWS rows."""
        number = -(-self.rows // BUCKET_ROWS)
        if not number:
            return []
        sample = np.sort(np.concatenate([chunk[:: max(1, len(chunk) // SAMPLED)] for chunk in self.chunks]))
        inner = {int(sample[len(sample) * bucket // number]) for bucket in range(1, number)}
        lows = sorted({0, *inner})
        return list(zip(lows, [*(low - 1 for low in lows[1:]), (1 << 64) - 1], strict=True))

    def between(self, bucket: tuple[int, int]) -> tuple[Hashes, Indices]:
        """The values of a bucket, in no order, and what stands beside them."""
        first, last = (np.uint64(border) for border in bucket)
        spans = [
            slice(int(np.searchsorted(chunk, first, "left")), int(np.searchsorted(chunk, last, "right")))
            for chunk in self.chunks
        ]
        values = _joined((chunk[span] for chunk, span in zip(self.chunks, spans, strict=True)), np.uint64)
        return values, _joined((chunk[span] for chunk, span in zip(self.beside, spans, strict=False)), np.int64)

    def _kept(self, values: NDArray[Any], what: str) -> NDArray[Any]:
        path = self.folder / f"{self.name}-{len(self.chunks):06d}.{what}.npy"
        np.save(path, values)
        return np.load(path, mmap_mode="r")  # type: ignore[no-any-return]


def _joined(parts: Iterable[NDArray[Any]], kind: type[np.generic]) -> NDArray[Any]:
    found = list(parts)
    return np.concatenate(found) if found else np.zeros(0, kind)
