"""Members of a zip, by the list at its end."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from lzma import LZMAError
from typing import Final, cast

from flows.containers.found import Found, Member, PassedOver, Rejected
from flows.containers.names import Names, as_path, folder_of, is_hidden
from flows.containers.streams import PIECE, BrokenError, Budget, Stream, Unpacked
from flows.containers.zip_rows import LOCAL, members_in_a_row, refusal

MAGIC: Final = (LOCAL, b"PK\x05\x06", b"PK\x07\x08" + LOCAL)
STORED, DEFLATED, BZIP2, LZMA = 0, 8, 12, 14
# Members that make a zip a document (Open XML, OpenDocument, EPUB) and not an archive of files.
DOCUMENTS: Final = ("[Content_Types].xml", "mimetype")
# What a damaged zip makes the library raise: a wrong checksum, impossible numbers, forged headers.
DAMAGE: Final = (
    zipfile.BadZipFile, zlib.error, LZMAError, EOFError, OSError, ValueError, NotImplementedError, RuntimeError,
    IndexError, struct.error, OverflowError,
)  # fmt: skip


def members(stream: Stream, budget: Budget, archive: str) -> Iterator[Found]:
    """The members of a zip; where it is damaged, last why the rest can't be read (named None, as the zip itself)."""
    file = _with_a_way_back(stream, budget.limits.whole)
    if file is None:
        yield from members_in_a_row(stream, budget, archive)
        return
    try:
        listed = zipfile.ZipFile(file)
    except DAMAGE as error:
        if isinstance(file, io.BytesIO):
            stream.unread(file.getvalue())
        else:
            file.detach().seek(0)
        yield from members_in_a_row(stream, budget, archive, str(error))
        return
    yield from _by_list(listed, stream, budget, archive)


def _with_a_way_back(stream: Stream, most: int) -> io.BufferedReader | io.BytesIO | None:
    """The zip as its list needs it; None where it lies in another container and is too large to be held."""
    if stream.seekable():
        return io.BufferedReader(stream)
    pieces, held = [], 0
    while held <= most and (piece := stream.read(PIECE)):
        pieces.append(piece)
        held += len(piece)
    data = b"".join(pieces)
    if held <= most:
        return io.BytesIO(data)
    stream.unread(data)
    return None


def _by_list(listed: zipfile.ZipFile, stream: Stream, budget: Budget, archive: str) -> Iterator[Found]:
    names = Names()
    if any(name in listed.NameToInfo for name in DOCUMENTS):
        yield Rejected(None, "an office document or an e-book, which winnow does not read; save it as text or HTML")
        return
    for info in listed.infolist():
        name = as_path(info.filename)
        if info.filename.endswith("/"):
            continue
        if stat.S_ISLNK(info.external_attr >> 16):
            yield PassedOver("links")
        elif is_hidden(name):
            yield PassedOver("hidden files")
        elif said := refusal(info.flag_bits, info.compress_type, (STORED, DEFLATED, BZIP2, LZMA)):
            yield Rejected(names.given(name), said)
        else:
            content = _Listed(listed, info, stream, budget)
            yield Member(names.given(name), content, info.file_size, source=folder_of(name, archive))


class _Listed(Unpacked):
    """The bytes of a member that the list of a zip names."""

    def __init__(self, listed: zipfile.ZipFile, info: zipfile.ZipInfo, stream: Stream, budget: Budget) -> None:
        super().__init__(stream, budget, lambda: info.compress_size)
        self._listed, self._info = listed, info
        self._file: zipfile.ZipExtFile | None = None

    def _pull(self, size: int) -> bytes:
        try:
            self._file = self._file or cast("zipfile.ZipExtFile", self._listed.open(self._info))
            return self._file.read1(size)
        except DAMAGE as error:
            raise BrokenError(f"its bytes in the zip are damaged or cut off ({error}); get the file anew") from error
