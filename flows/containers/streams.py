"""Streams of bytes that are read forward, keep what can be read of damaged data, and stop what swells without end."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from transforms.errors import RefusedError

# Bytes asked for at once.
PIECE: Final = 1 << 16
# How the reason ends where an archive is damaged or cut off.
KEPT: Final = "what could be read is kept, get the file anew"


class BrokenError(Exception):
    """The data end or are damaged here; what came before is good. Never leaves this package."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How far data may swell when they are unpacked.

    Real text seldom shrinks to less than a hundredth; the most that deflate can do is 1:1032, and a bomb comes near
    it. Below `floor` bytes the ratio does not matter, since nothing is endangered. `most` bounds a single stream.
    `whole` is how much of a nested zip is held in memory; of a larger one the list of members at its end is not used.
    `layers` is how many containers may lie in one another.
    """

    ratio: int = 500
    floor: int = 64_000_000
    most: int = 200_000_000_000
    whole: int = 64_000_000
    layers: int = 8


class Budget:
    """What all streams unpacked from one raw file may come to.

    Containers in containers multiply, and members of a zip may share their bytes.
    """

    def __init__(self, size: int, limits: Limits) -> None:
        self.limits = limits
        # A few members may each be refused at the floor, before the others have had their turn.
        self._left = 4 * limits.floor + limits.ratio * size

    def spend(self, count: int) -> None:
        """Takes note of unpacked bytes. Raises `RefusedError` where there have been too many."""
        self._left -= count
        if self._left < 0:
            raise RefusedError(
                f"the file unpacks to more than {self.limits.ratio} times its size, as a decompression bomb does; "
                "unpack it yourself if it is none"
            )


class Stream(io.RawIOBase):
    """Bytes that come once and forward.

    Damage ends the stream early instead of raising; `trouble` then says what it was. A subclass says in `_pull` how
    to get further bytes. Raises `RefusedError` where the data swell without end.
    """

    def __init__(self, below: Stream | None = None) -> None:
        super().__init__()
        self.below = below
        self.problem: str | None = None
        self._pulled = 0
        # Bytes that are here already, and how many of them have been read.
        self._held, self._at = b"", 0

    @property
    def trouble(self) -> str | None:
        """Why this stream ended early, if it did; what lies deepest is the cause of the rest."""
        return self._cause() if self.problem else None

    def readable(self) -> bool:
        """A stream is for reading."""
        return True

    def tell(self) -> int:
        """How many bytes have been read."""
        return self._pulled - self._ahead

    def read(self, size: int | None = -1) -> bytes:
        """Some bytes, at most `size`; none at the end. Without a size, all that are left."""
        if size is None or size < 0:
            return self.readall()
        if self._ahead or not size:
            data = self._held[self._at : self._at + size]
            self._at += len(data)
            return data
        return self._more(size)

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the one kind of buffer that comes here
        """Fills a buffer, as the libraries want it."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def peek(self, size: int) -> bytes:
        """The next bytes, which are still to be read: `size` of them, fewer only at the end."""
        while self._ahead < size and (data := self._more(max(PIECE, size))):
            self._held, self._at = self._held[self._at :] + data, 0
        return self._held[self._at : self._at + size]

    def skip(self, size: int) -> None:
        """Passes over bytes; past the end it does nothing."""
        while size > 0 and (data := self.read(min(size, PIECE))):
            size -= len(data)

    def unread(self, data: bytes) -> None:
        """Puts back bytes that were read and not used."""
        self._held, self._at = data + self._held[self._at :], 0

    @property
    def _ahead(self) -> int:
        return len(self._held) - self._at

    def _cause(self) -> str | None:
        return (self.below._cause() if self.below else None) or self.problem  # noqa: SLF001 - a stream as this one

    def _more(self, size: int) -> bytes:
        if self.problem:
            return b""
        try:
            data = self._pull(size)
        except BrokenError as error:
            self.problem = str(error)
            return b""
        self._pulled += len(data)
        return data

    def _pull(self, size: int) -> bytes:
        raise NotImplementedError


class Unpacked(Stream):
    """A stream whose bytes come out of fewer: `taken` says how many those are by now."""

    def __init__(self, below: Stream | None, budget: Budget, taken: Callable[[], int]) -> None:
        super().__init__(below)
        self._budget, self._taken = budget, taken
        self._refused: RefusedError | None = None

    def _more(self, size: int) -> bytes:
        if self._refused:
            raise self._refused
        data = super()._more(size)
        try:
            self._check(len(data))
        except RefusedError as error:
            self._refused = error
            raise
        return data

    def _check(self, count: int) -> None:
        limits = self._budget.limits
        if self._pulled > limits.most:
            raise RefusedError(f"it unpacks to more than {limits.most:,} bytes, which is more than is read of a member")
        if self._pulled > limits.floor and self._pulled > limits.ratio * self._taken():
            raise RefusedError(
                f"it unpacks to more than {limits.ratio} times its size, as a decompression bomb does; "
                "unpack it yourself if it is none"
            )
        self._budget.spend(count)


class Borrowed(Stream):
    """The stream of a library, whose failures mean damage. `read` gives some bytes, at most as many as asked for."""

    def __init__(self, below: Stream, read: Callable[[int], bytes], failures: tuple[type[Exception], ...]) -> None:
        super().__init__(below)
        self._read, self._failures = read, failures

    def _pull(self, size: int) -> bytes:
        try:
            return self._read(size)
        except self._failures as error:
            raise BrokenError(f"the data are damaged or cut off ({error}); get the file anew") from error


class Part(Stream):
    """The next `size` bytes of a stream."""

    def __init__(self, below: Stream, size: int) -> None:
        super().__init__(below)
        self._from, self._left = below, size

    def _pull(self, size: int) -> bytes:
        if not self._left:
            return b""
        data = self._from.read(min(size, self._left))
        if not data:
            raise BrokenError(f"the data are cut off, {self._left:,} bytes are missing; get the file anew")
        self._left -= len(data)
        return data
