"""Dumps that were read before, read again from the raw files that still hold them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from typing import Any

from flows import landing
from flows.containers.found import Found, Member
from flows.held import Held, held
from flows.landing import RawFile
from transforms.errors import RefusedError

# What to look for in a file: by member (None: the file itself) the ids of the dumps that it may have been.
Wanted = Mapping[str | None, Collection[str]]


class Whereabouts:
    """The files in which dumps may still lie: rows of the table `files`."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._at: dict[tuple[str, str | None], list[RawFile]] = defaultdict(list)
        for row in rows:
            file = landing.at(row["location"], row["path"], row["size_bytes"])
            self._at[row["path"], row["dump_id"]].append(file)

    def of(self, dump_id: str, path: str, member: str | None) -> Sequence[RawFile]:
        """The files at one place of a dump, which hold it as that member."""
        return self._at.get((path, dump_id if member is None else None), ())


def reopened(file: RawFile, wanted: Wanted) -> Generator[tuple[Member, Held]]:
    """Those of the wanted dumps that the file still holds with the very same bytes, each until the next is asked for.

    What follows the last one is not read. Raises `DumpError` as `landing.members` does.
    """
    left = dict(wanted)
    with closing(_members(file)) as found:
        for member in found:
            if member.name in left:
                ids = left.pop(member.name)
                with kept(member) as dump:
                    if dump is not None and dump.dump_id in ids:
                        yield member, dump
            if not left:
                return


def _members(file: RawFile) -> Generator[Member]:
    for found in landing.members(file):
        if isinstance(found, Member):
            yield found


@contextmanager
def kept(found: Found) -> Iterator[Held | None]:
    """The bytes of what lies in a file; None for what is no dump and where they were refused when it was met first."""
    with ExitStack() as stack:
        try:
            dump = stack.enter_context(held(found)) if isinstance(found, Member) else None
        except RefusedError:
            dump = None
        yield dump
