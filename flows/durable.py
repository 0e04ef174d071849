"""What must outlive a power cut: the disk itself is asked to take it before anything is built upon it."""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Final

# What some systems and network shares answer where a folder can't be synced: there is nothing to wait for then.
NOTHING_TO_WAIT_FOR: Final = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EACCES, errno.EBADF, errno.EISDIR})
# The SHA-256 of a file of a table stands in its name, before a few digits that keep apart files of the same content.
NAMED: Final = re.compile(r"[a-z]+-([0-9a-f]{64})-[0-9a-f]{8}\.zstd\.parquet")
# Bytes read at once.
BLOCK: Final = 1 << 20


def sync(paths: Iterable[Path]) -> None:
    """Waits until the disk has taken the content of files, and the names in folders. Raises `OSError`."""
    for path in paths:
        try:
            handle = os.open(path, os.O_RDONLY)
        except PermissionError:  # a folder, on Windows
            continue
        try:
            os.fsync(handle)
        except OSError as error:
            if error.errno not in NOTHING_TO_WAIT_FOR:
                raise
        finally:
            os.close(handle)


class Summed:
    """A new file that is written once, from its beginning to its end, and whose SHA-256 is known then."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("xb")
        self._digest = hashlib.sha256()
        self._size = 0
        self.closed = False

    def write(self, data: bytes) -> int:
        """Appends bytes."""
        self._file.write(data)
        self._digest.update(data)
        self._size += len(data)
        return len(data)

    def tell(self) -> int:
        """How many bytes there are."""
        return self._size

    def flush(self) -> None:
        """Leaves it to `close`."""

    def close(self) -> None:
        """Waits until the disk has all of it."""
        if not self.closed:
            self.closed = True
            with self._file:
                self._file.flush()
                os.fsync(self._file.fileno())

    @property
    def checksum(self) -> str:
        """The SHA-256 of what has been written, in hexadecimal."""
        return self._digest.hexdigest()


def checksum_in(name: str) -> str | None:
    """The SHA-256 that the name of a file of a table states; None of one that an older winnow wrote.

    >>> checksum_in(f"posts-{'0' * 64}-12345678.zstd.parquet") == "0" * 64, checksum_in("part-0.parquet")
    (True, None)
    """
    found = NAMED.fullmatch(name)
    return found and found[1]


def checksum_of(path: Path) -> str:
    """The SHA-256 of the content of a file, in hexadecimal. Raises `OSError`."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
