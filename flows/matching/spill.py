"""Arrays on disk: what a join goes through is bounded by the disk, not by memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from transforms.candidates import Indices
from transforms.words import Hashes

# Rows of a bucket: sorting one takes about 50 MB, and each core sorts one.
BUCKET_ROWS: Final = 1 << 20
# Values of a chunk from which the borders of the buckets are guessed.
SAMPLED: Final = 256


class Flat:
    """One long array that grows at its end, and is read through the file."""

    def __init__(self, path: Path, kind: type[np.generic]) -> None:
        self._path, self._kind = path, np.dtype(kind)
        self.length = 0

    def add(self, values: NDArray[Any]) -> None:
        """Appends values."""
        with self._path.open("ab") as file:
            file.write(np.ascontiguousarray(values, self._kind).data)
        self.length += len(values)

    def array(self) -> NDArray[Any]:
        """All values that have been added."""
        return np.memmap(self._path, self._kind, "r") if self.length else np.zeros(0, self._kind)


@dataclass(slots=True)
class Sorted:
    """Sorted chunks of one array, with a column beside it where rows have a value; read by range over all chunks."""

    folder: Path
    name: str
    rows: int = 0
    _chunks: list[Path] = field(default_factory=list)
    _sample: list[Hashes] = field(default_factory=list)

    def add(self, values: Hashes, beside: Indices | None = None) -> None:
        """Adds a chunk, in any order."""
        if not len(values):
            return
        path = self.folder / f"{self.name}-{len(self._chunks):06d}.npy"
        if beside is not None:
            order = np.argsort(values)
            np.save(_beside(path), beside[order])
            values = values[order]
        else:
            values = np.sort(values)
        np.save(path, values)
        self._chunks.append(path)
        # Copied: a view would keep all the values in memory.
        self._sample.append(values[:: max(1, len(values) // SAMPLED)].copy())
        self.rows += len(values)

    def chunks(self) -> Iterator[Hashes]:
        """The values of each chunk."""
        return map(_mapped, self._chunks)

    def buckets(self) -> list[tuple[int, int]]:
        """Ranges of values, first and last, that part all of them so that each has about BUCKET_ROWS rows."""
        number = -(-self.rows // BUCKET_ROWS)
        if not number:
            return []
        sample = np.sort(np.concatenate(self._sample))
        inner = {int(sample[len(sample) * bucket // number]) for bucket in range(1, number)}
        lows = sorted({0, *inner})
        return list(zip(lows, [*(low - 1 for low in lows[1:]), (1 << 64) - 1], strict=True))

    def between(self, bucket: tuple[int, int]) -> tuple[Hashes, Indices]:
        """The values of a bucket, in no order, and what stands beside them (nothing, where there is no such column)."""
        first, last = (np.uint64(border) for border in bucket)
        values, others = [np.zeros(0, np.uint64)], [np.zeros(0, np.int64)]
        for path in self._chunks:
            chunk = _mapped(path)
            span = slice(int(np.searchsorted(chunk, first, "left")), int(np.searchsorted(chunk, last, "right")))
            # Copied, so that the file need not stay mapped: what is mapped counts as memory of the process.
            values.append(np.array(chunk[span]))
            if _beside(path).exists():
                others.append(np.array(_mapped(_beside(path))[span]))
        return np.concatenate(values), np.concatenate(others)


def _beside(path: Path) -> Path:
    return path.with_suffix(".beside.npy")


def _mapped(path: Path) -> NDArray[Any]:
    return np.load(path, mmap_mode="r")  # type: ignore[no-any-return]
