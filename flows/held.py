"""The bytes of a dump, kept so that they can be read more than once: first for its id and encoding, then for its posts.

A member of an archive comes once and forward. A small one is held in memory; a large one is written to a file without
a name, which is gone when the dump has been read, or never stands there where the raw file itself is the dump.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, cast

from flows.containers.found import Member
from transforms.errors import DumpError, way_out
from transforms.parts import PART_BYTES

# Bytes read at once.
BLOCK: Final = 1 << 20
# A dump of at most so many bytes is held in memory: as much as is looked at together in any case.
IN_MEMORY: Final = PART_BYTES


@dataclass(frozen=True, slots=True)
class Held:
    """A dump: the SHA-256 of its bytes, their number, and a file of them that can be read from anywhere."""

    dump_id: str
    size: int
    file: BinaryIO

    def blocks(self) -> Iterator[bytes]:
        """All bytes, anew from the first. Only one such reading goes on at a time."""
        self.file.seek(0)
        while block := self.file.read(BLOCK):
            yield block


@contextmanager
def held(member: Member, folder: Path | None = None) -> Iterator[Held]:
    """Reads a member to its end. `folder` is where a large one may be kept meanwhile (None: where the system does).

    Raises `DumpError` (see `Member`), also where there is no room for it.
    """
    if member.stream.seekable() and (member.size or 0) > IN_MEMORY:
        digest, size = hashlib.sha256(), 0
        for block in _pieces(member):
            digest.update(block)
            size += len(block)
        yield Held(digest.hexdigest(), size, cast("BinaryIO", member.stream))
        return
    with tempfile.SpooledTemporaryFile(IN_MEMORY, dir=str(folder) if folder else None) as kept:
        digest, size = hashlib.sha256(), 0
        for block in _pieces(member):
            digest.update(block)
            size += len(block)
            _write(kept, block, folder)
        yield Held(digest.hexdigest(), size, cast("BinaryIO", kept))


def _pieces(member: Member) -> Iterator[bytes]:
    while piece := member.stream.read(BLOCK):
        yield piece


def _write(kept: tempfile.SpooledTemporaryFile[bytes], block: bytes, folder: Path | None) -> None:
    try:
        kept.write(block)
    except OSError as error:
        place = folder or tempfile.gettempdir()
        raise DumpError(f"there is no room to unpack it in {place}: {error.strerror}; {way_out(error)}") from error
