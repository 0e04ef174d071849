"""What a worker is given at once."""

from __future__ import annotations

from dataclasses import dataclass

from flows.cuts import Cut
from flows.landing import RawFile


@dataclass(frozen=True, slots=True)
class Batch:
    """Files that are read together, or a stretch of one file: its `cut`."""

    number: int
    files: tuple[RawFile, ...]
    cut: Cut | None = None

    @property
    def bytes(self) -> int:
        """The size of its files, or of the stretch, in bytes."""
        return self.cut.end - self.cut.start if self.cut else sum(file.size for file in self.files)
