"""Members of a tar, read from the first to the last without going back."""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from flows.containers.found import Found, Member, PassedOver, Rejected
from flows.containers.names import Names, as_path, folder_of, is_hidden
from flows.containers.streams import KEPT, Borrowed, BrokenError, Budget, Part, Stream, Unpacked

BLOCK: Final = 512
# Headers that point at headers without end meet the limit of recursion; forged numbers fit no type.
DAMAGE: Final = (tarfile.TarError, OSError, EOFError, ValueError, RecursionError, OverflowError)

# Headers that hold a long name or further fields are read whole; real ones have some kilobytes, seldom a few hundred.
LONGEST_HEADER: Final = 1_000_000
EXTENSIONS: Final = frozenset(
    (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE)
)


def is_tar(head: bytes) -> bool:
    """Whether bytes begin with the header of a tar member, whose checksum is right."""
    try:
        return len(head) >= BLOCK and bool(tarfile.TarInfo.frombuf(head[:BLOCK], "utf-8", "surrogateescape").name)
    except (tarfile.TarError, ValueError):
        return False


def members(stream: Stream, budget: Budget, archive: str) -> Iterator[Found]:
    """The members of a tar; where it is damaged, last why the rest can't be read (named None, as the tar itself)."""
    names, headers, last = Names(), _Headers(), None
    try:
        with tarfile.open(
            fileobj=stream, mode="r|", tarinfo=headers.kind, ignore_zeros=True, encoding="utf-8",
            errors="surrogateescape",
        ) as tar:  # fmt: skip
            while (info := tar.next()) is not None:
                for found in _member(info, partial(_content, tar, info, stream, budget), names, archive):
                    last = found.stream if isinstance(found, Member) else last
                    yield found
                # `tarfile` would remember every member that it has met.
                tar.members.clear()  # type: ignore[attr-defined]
        said = headers.problem
    except DAMAGE as error:
        said = f"the tar is damaged or cut off ({error}); {KEPT}"
    if not (last and last.trouble) and (said := stream.trouble or said):
        yield Rejected(None, said)


def _member(info: tarfile.TarInfo, content: Callable[[], Stream], names: Names, archive: str) -> Iterator[Found]:
    name = as_path(info.name)
    if info.isdir():
        return
    if not info.isreg():
        yield PassedOver("links" if info.issym() or info.islnk() else "devices")
    elif is_hidden(name):
        yield PassedOver("hidden files")
    else:
        yield Member(names.given(name), content(), info.size, source=folder_of(name, archive))


def _content(tar: tarfile.TarFile, info: tarfile.TarInfo, stream: Stream, budget: Budget) -> Stream:
    """The bytes of a member. `extractfile` would keep back the last ones before a cut; only holes need it."""
    if info.issparse() and (content := tar.extractfile(info)):
        return _WithHoles(stream, budget, content.read)
    return Part(Borrowed(stream, tar.fileobj.read if tar.fileobj else stream.read, DAMAGE), info.size)


def _reasonable(header: tarfile.TarInfo) -> tarfile.TarInfo:
    if header.type in EXTENSIONS and header.size > LONGEST_HEADER:
        raise tarfile.InvalidHeaderError(f"a header of {header.size:,} bytes")  # type: ignore[attr-defined]
    return header


class _WithHoles(Unpacked):
    """A member of which the tar leaves out long runs of zeros: a few bytes can stand for any number."""

    def __init__(self, below: Stream, budget: Budget, read: Callable[[int], bytes]) -> None:
        begin = below.tell()
        super().__init__(below, budget, lambda: below.tell() - begin)
        self._read = read

    def _pull(self, size: int) -> bytes:
        try:
            return self._read(size)
        except DAMAGE as error:
            raise BrokenError(f"the data are damaged or cut off ({error}); get the file anew") from error


class _Headers:
    """Hears what `tarfile` meets where a header should be, and keeps to itself: damage, a cut, the mark of the end."""

    def __init__(self) -> None:
        self.damaged, self.marked, self.cut = 0, False, False
        met = self

        class Header(tarfile.TarInfo):
            @classmethod
            def frombuf(cls, buf: Any, encoding: str, errors: str) -> Any:  # noqa: ANN401 - bytes, and the own class
                try:
                    return _reasonable(super().frombuf(buf, encoding, errors))
                except tarfile.HeaderError:
                    met.heard(bytes(buf))
                    raise

        self.kind = Header

    def heard(self, block: bytes) -> None:
        """Takes note of a block that is no header."""
        if not block:
            return
        self.cut = len(block) < BLOCK
        self.marked = not self.cut and not block.strip(b"\0")
        self.damaged += not self.marked and not self.cut

    @property
    def problem(self) -> str | None:
        """What was wrong with the tar, if anything."""
        if self.damaged:
            return f"the tar is damaged: {self.damaged:,} blocks of {BLOCK} bytes are no headers; {KEPT}"
        if self.cut or not self.marked:
            return f"the tar is cut off: the mark of its end is missing; {KEPT}"
        return None
