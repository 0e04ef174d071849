"""The only code that reads raw dumps: lists them, opens them, says what is wrong with them. It never writes."""

from __future__ import annotations

import errno
import io
import os
import stat
import urllib.parse
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path
from typing import Final

from flows.containers.found import Found
from flows.containers.streams import Limits, Stream
from flows.containers.walk import walk
from flows.objects import mirror, store
from flows.objects.reader import ObjectReader
from transforms.errors import PASSING, DumpError, FaultError, PassingError, SourceError, WinnowError

# A README explains a folder of dumps and is none itself.
EXCLUDED: Final = ("README.md",)
# A terminal must not take hold of the process either. Not every system has these.
WAITING_FOR_NOBODY: Final = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
# Entries of folders at which a short look looks.
LOOKED_AT: Final = 2000
IRREGULAR: Final = "not a regular file (a device, a pipe or a socket); exclude it"


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file found in a source, not read yet.

    `place` is where it lies as the system names it, `path` the same relative to the source folder with `/` between
    the parts, `source` the name of the folder that holds it (posts of one source tend to share layout and
    language), `problem` why it can't be read, where that is known before trying.
    """

    place: str
    path: str
    source: str
    size: int = 0
    modified_ns: int = 0
    problem: str | None = None

    @property
    def location(self) -> str:
        """`place` as an address (RFC 8089), which every table can hold whatever bytes a name is made of."""
        if store.is_address(self.place):
            return store.SCHEME + urllib.parse.quote(self.place.removeprefix(store.SCHEME))
        return Path(self.place).as_uri()


def find(
    sources: Sequence[str],
    include: Sequence[str] = (),
    exclude: Sequence[str] = EXCLUDED,
    apart: Path | None = None,
) -> list[RawFile]:
    """Lists the files of the sources (folders, or single files, or addresses of them), sorted by path.

    A glob counts against the whole relative path and against the file's name; where `include` is given a file must
    match one of them. Hidden files and folders (a dot in front) are passed over, and the folder `apart` with all that
    is in it: a warehouse may lie inside its source. Raises `SourceError`.
    """
    passed_over = apart.resolve() if apart else None
    found: dict[str, RawFile] = {}
    for source in sources:
        if not source.strip():
            # `Path` would take it for the folder in which the command runs.
            raise SourceError("a source has an empty name; give a folder of dumps or a file ('.' is this folder)")
        if store.is_address(source):
            for file in _in_store(source, apart):
                if (not include or _matches(file.path, include)) and not _matches(file.path, exclude):
                    found.setdefault(file.place, file)
            continue
        root = Path(source)
        if not os.path.lexists(root):
            raise SourceError(f"there is no source {source}; give a folder of dumps or a file")
        if passed_over and root.resolve().is_relative_to(passed_over):
            raise SourceError(f"the source {source} lies in the warehouse itself; give the folder of the raw dumps")
        for file in _in_folder(root, passed_over) if root.is_dir() else [_file(root, root.parent)]:
            if (not include or _matches(file.path, include)) and not _matches(file.path, exclude):
                found.setdefault(file.place, file)
    return sorted(found.values(), key=lambda file: (file.path, file.place))


def arrived(sources: Sequence[str], since: int, enough: int) -> int:
    """How many bytes have come into folders since a moment (in nanoseconds), as far as a short look tells.

    It stops where it has found `enough`, and behind the first `LOOKED_AT` entries.
    """
    size = 0
    for entry in islice(_entries([source for source in sources if not store.is_address(source)]), LOOKED_AT):
        # The time of the last change of what the system knows of a file: a copy keeps that of its content.
        size += entry.st_size if stat.S_ISREG(entry.st_mode) and entry.st_ctime_ns > since else 0
        if size >= enough:
            break
    return size


def _entries(places: list[str]) -> Iterator[os.stat_result]:
    """What lies at some places and in the folders there; what can't be looked at is passed over."""
    while places:
        try:
            found = os.stat(place := places.pop())  # noqa: PTH116 - thousands of them
            yield found
            if stat.S_ISDIR(found.st_mode):
                places += [entry.path for entry in os.scandir(place) if not entry.is_symlink()]
        except OSError:
            continue


def members(file: RawFile, limits: Limits | None = None) -> Iterator[Found]:
    """The dumps in a file: itself, or what it is a container of. Nothing is unpacked to the disk.

    Raises `DumpError` where the file can't be opened or read, `PassingError` where another try may succeed,
    `FaultError` where winnow itself failed on what the file is packed in.
    """
    try:
        with opened(file) as stream:
            yield from walk(stream, file.path, stream.size, limits)
    except WinnowError:
        raise
    except Exception as error:
        said = f"winnow itself failed on this file ({type(error).__name__}: {error}); please report it with the file"
        raise FaultError(said) from error


@contextmanager
def opened(file: RawFile) -> Iterator[RawStream]:
    """The bytes of a file as they are. Raises as `members` does."""
    if file.problem:
        raise DumpError(file.problem)
    if store.is_address(file.place):
        with _told():
            found = store.looked_at(file.place)
        yield RawStream(ObjectReader(file.place, found), found.size)
        return
    with _told(), raw_file(file.place) as raw:
        there = os.fstat(raw.fileno())
        if not stat.S_ISREG(there.st_mode):
            raise DumpError(IRREGULAR)
        yield RawStream(raw, there.st_size)


def raw_file(place: str) -> io.FileIO:
    """Opens what lies at a place, without waiting: since it was listed a pipe to which nobody writes may lie there."""
    return io.FileIO(place, opener=lambda path, flags: os.open(path, flags | WAITING_FOR_NOBODY))


class RawStream(Stream):
    """The bytes of an opened file, `size` of them, with a way back."""

    def __init__(self, raw: io.FileIO | ObjectReader, size: int) -> None:
        super().__init__()
        self._raw = raw
        self.size = size

    def seekable(self) -> bool:
        """A regular file is."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Goes to a place in the file; one before its beginning is an error of the caller, not of the disk."""
        at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self.tell(), os.SEEK_END: self.size}[whence]
        if at < 0:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        with _told():
            self._raw.seek(at)
        self._held, self._at, self._pulled = b"", 0, at
        return at

    def _pull(self, size: int) -> bytes:
        with _told():
            return self._raw.read(size) or b""


@contextmanager
def _told() -> Iterator[None]:
    """Says failures of the disk in winnow's own words, and whether they may pass."""
    try:
        yield
    except FileNotFoundError as error:
        raise DumpError("the file vanished before it was read; it is read when it is back") from error
    except PermissionError as error:
        raise DumpError("no permission to read the file; grant it and run again") from error
    except OSError as error:
        kind = PassingError if error.errno in PASSING else DumpError
        raise kind(f"the file can't be read: {error.strerror or error}") from error


def at(location: str, path: str, size: int = 0) -> RawFile:
    """A file that was read before, from what the table `files` says of it."""
    if store.is_address(location):
        return RawFile(urllib.parse.unquote(location), path, "", size)
    place = urllib.parse.unquote_to_bytes(urllib.parse.urlsplit(location).path)
    return RawFile(place=os.fsdecode(place), path=path, source="", size=size)


def stands(file: RawFile) -> bool:
    """Whether there still is a file of the size with which it was read."""
    try:
        if store.is_address(file.place):
            return store.looked_at(file.place).size == file.size
        found = Path(file.place).stat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size == file.size


def reachable(files: Sequence[RawFile]) -> bool:
    """Whether this machine sees the folder of any of these files: one that sees none has not got their disk."""
    return not files or any(store.is_address(file.place) or Path(file.place).parent.exists() for file in files)


def _in_store(source: str, apart: Path | None) -> Iterator[RawFile]:
    """The objects below an address, or the one that it names. Raises `SourceError`."""
    bucket, key = store.parts(source)
    passed_over = f"{mirror.address_of(apart)}/" if apart else "none"
    if f"{store.SCHEME}{bucket}/{key}/".startswith(passed_over):
        raise SourceError(f"the source {source} lies in the warehouse itself; give the address of the raw dumps")
    try:
        found = store.listed(source) or [store.looked_at(source)]
    except FileNotFoundError as error:
        raise SourceError(f"there is no source {source} ({error.strerror}); give a folder or an object") from error
    except OSError as error:
        raise SourceError(f"the source {source} can't be listed: {error.strerror}") from error
    base = key if found[0].key != key else key.rpartition("/")[0]
    for one in found:
        relative = one.key.removeprefix(f"{base}/" if base else "")
        place = f"{store.SCHEME}{bucket}/{one.key}"
        hidden = any(part.startswith(".") for part in relative.split("/"))
        if not (hidden or one.key.endswith("/") or place.startswith(passed_over)):
            folder = relative.rpartition("/")[0] or base.rpartition("/")[2] or bucket
            yield RawFile(place, relative, folder, one.size, one.modified_ns)


def _in_folder(root: Path, passed_over: Path | None) -> Iterator[RawFile]:
    """Walks without recursion and without following linked folders, so that no loop of links can catch it."""
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            if folder == root:
                raise SourceError(f"the source {root} can't be listed: {error.strerror or error}") from error
            yield _unreadable(folder, root, f"the folder can't be listed: {error.strerror or error}")
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                if Path(entry.path).resolve() != passed_over:
                    folders.append(Path(entry.path))
            elif Path(entry.path).is_dir():
                problem = "a link to a folder; links are not followed, name the folder itself as a source"
                yield _described(Path(entry.path), root, 0, 0, problem)
            else:
                yield _file(Path(entry.path), root)


def _file(path: Path, root: Path) -> RawFile:
    problem, size, modified = None, 0, 0
    try:
        if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(root.resolve()):
            problem = "a link that leads out of the source folder or nowhere; copy the file itself there"
        found = path.stat()
        size, modified = found.st_size, found.st_mtime_ns
        if not stat.S_ISREG(found.st_mode):
            problem = IRREGULAR
    except FileNotFoundError:
        problem = "a link to a file that does not exist; mend or remove the link"
    except OSError as error:
        problem = f"the file can't be looked at: {error.strerror or error}"
    return _described(path, root, size, modified, problem)


def _unreadable(path: Path, root: Path, problem: str) -> RawFile:
    return _described(path, root, 0, 0, problem)


def _described(path: Path, root: Path, size: int, modified: int, problem: str | None) -> RawFile:
    relative = path.relative_to(root)
    folder = relative.parent if relative.parent.parts else Path(root.resolve().name)
    # Not `resolve`: a link to a file is a place of its own.
    return RawFile(os.path.abspath(path), _text(relative), _text(folder), size, modified, problem)  # noqa: PTH100


def _matches(path: str, globs: Iterable[str]) -> bool:
    """Whether a glob fits the path or the name.

    >>> _matches("blog/page 1.txt", ["*.txt"]), _matches("blog/page 1.txt", ["other/*"])
    (True, False)
    """
    name = path.rsplit("/", 1)[-1]
    return any(fnmatchcase(path, glob) or fnmatchcase(name, glob) for glob in globs)


def _text(path: Path) -> str:
    r"""A path as text that every table can hold: bytes of a name that are no UTF-8 are written as \xNN."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")
