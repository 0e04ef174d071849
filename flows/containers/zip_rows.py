"""Members of a zip one after the other, where the list at its end is missing or can't be reached."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from flows.containers.found import Found, Member, PassedOver, Rejected
from flows.containers.names import Names, as_path, folder_of, is_hidden
from flows.containers.packed import Inflated
from flows.containers.streams import KEPT, PIECE, Budget, Part, Stream

LOCAL: Final = b"PK\x03\x04"
# What can stand after a member: the next one, the list, or the end.
NEXT: Final = (LOCAL, b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x08")
DESCRIPTOR: Final = b"PK\x07\x08"
# Signature, version, flags, method, time, date, checksum, packed and unpacked size, lengths of name and extra field.
HEAD: Final = struct.Struct("<4sHHHHHIIIHH")
ENCRYPTED, DESCRIBED, IN_UTF_8 = 1, 8, 0x800
# A size that does not fit into 32 bits stands in the extra field of this number.
TOO_LARGE: Final = 0xFFFFFFFF
ZIP64: Final = 1
CODECS: Final = {8: "deflate", 12: "bzip2"}
STORED: Final = 0


def refusal(flags: int, method: int, methods: tuple[int, ...] = (STORED, *CODECS)) -> str | None:
    """Why a member can't be unpacked, if so."""
    if flags & ENCRYPTED:
        return "it is encrypted; unpack it with its password and put the files beside the archive"
    if method not in methods:
        return f"it is packed with method {method}, which winnow can't undo; unpack it and put the file beside"
    return None


def members_in_a_row(stream: Stream, budget: Budget, archive: str, why: str = "") -> Iterator[Found]:
    """The members; last, where `why` says that the list is damaged or a member is, a rejection named None."""
    names, said = Names(), f"the list of members at the end of the zip can't be read ({why}); {KEPT}" if why else None
    while stream.peek(4) == LOCAL:
        member = _Member.next(stream)
        if member is None or not member.has_an_end:
            said = f"the zip is damaged or cut off at byte {stream.tell():,}; {KEPT}"
            break
        content = member.content(stream, budget)
        yield from _told(member, content, names, archive)
        while content.read(PIECE):
            pass
        if content.trouble:
            # It was told of the member itself.
            return
        member.skip_descriptor(stream)
    if said:
        yield Rejected(None, stream.trouble or said)


def _told(member: _Member, content: Stream, names: Names, archive: str) -> Iterator[Found]:
    name = as_path(member.name)
    if member.name.endswith("/"):
        return
    if is_hidden(name):
        yield PassedOver("hidden files")
    elif reason := refusal(member.flags, member.method):
        yield Rejected(names.given(name), reason)
    else:
        yield Member(names.given(name), content, source=folder_of(name, archive))


@dataclass(frozen=True, slots=True)
class _Member:
    """What stands before the bytes of a member."""

    name: str
    flags: int
    method: int
    packed: int

    @classmethod
    def next(cls, stream: Stream) -> _Member | None:
        """Reads the header of the next member; None where it is cut off."""
        fixed = stream.peek(HEAD.size)
        if len(fixed) < HEAD.size:
            return None
        _, _, flags, method, _, _, _, packed, size, of_name, of_extra = HEAD.unpack(fixed)
        whole = stream.peek(HEAD.size + of_name + of_extra)
        if len(whole) < HEAD.size + of_name + of_extra:
            return None
        stream.skip(len(whole))
        raw = whole[HEAD.size : HEAD.size + of_name]
        name = raw.decode("utf-8", "surrogateescape") if flags & IN_UTF_8 else raw.decode("cp437")
        if packed == TOO_LARGE:
            packed = _large(whole[HEAD.size + of_name :], skip=8 * (size == TOO_LARGE))
        return cls(name, flags, method, packed)

    @property
    def has_an_end(self) -> bool:
        """Whether it shows where the bytes end: by their number, or in the bytes themselves."""
        return not self.flags & DESCRIBED or (self.method in CODECS and not self.flags & ENCRYPTED)

    def content(self, stream: Stream, budget: Budget) -> Stream:
        """The bytes of the member; where it can't be unpacked, as they are."""
        below = stream if self.flags & DESCRIBED else Part(stream, self.packed)
        if refusal(self.flags, self.method) or self.method == STORED:
            return below
        return Inflated(CODECS[self.method], below, budget, single=True)

    def skip_descriptor(self, stream: Stream) -> None:
        """Passes over the sizes after the bytes: with a signature or without, of 4 bytes each or of 8."""
        if not self.flags & DESCRIBED:
            return
        begin = 4 if stream.peek(4) == DESCRIPTOR else 0
        narrow, wide = begin + 12, begin + 20
        after = stream.peek(wide + 4)
        stream.skip(wide if after[wide:] in NEXT and after[narrow : narrow + 4] not in NEXT else narrow)


def _large(extra: bytes, skip: int) -> int:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == ZIP64 and length >= skip + 8:
            return int.from_bytes(extra[at + 4 + skip : at + 12 + skip], "little")
        at += 4 + length
    return TOO_LARGE
