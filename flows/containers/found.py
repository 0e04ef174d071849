"""What a raw file holds: dumps to read, members that can't be read, and records that are no dumps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flows.containers.streams import PIECE, Stream
from transforms.errors import RefusedError

# What is read into memory at once: strings of a column can't be longer than 2 GiB together.
MOST_WHOLE: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Member:
    """A dump: a file, or what lies in one.

    `name` is None where the file itself is the dump, also when it is compressed. `stream` gives the bytes once, from
    the first to the last, and only until the next member is asked for; `size` is their number where it is known
    before reading. A web archive says at which address (`url`) a page stood and which `charset` its server stated.
    `source` is the folder in an archive, or the host of an address.
    """

    name: str | None
    stream: Stream
    size: int | None = None
    url: str | None = None
    charset: str | None = None
    source: str | None = None

    def read(self, most: int = MOST_WHOLE) -> bytes:
        """All bytes. Raises `RefusedError` where there are more than `most`, or unreasonably many."""
        pieces, held = [], 0
        while piece := self.stream.read(PIECE):
            pieces.append(piece)
            held += len(piece)
            if held > most:
                said = f"there are more than {most:,} bytes, which is too much for one dump; cut it in parts"
                raise RefusedError(said)
        return b"".join(pieces)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A member, or the rest of a container (named as the container), that can't be read, and why."""

    name: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Something that holds no dump (a link, a request in a web archive); only counted, by `kind`."""

    kind: str


Found = Member | Rejected | PassedOver
