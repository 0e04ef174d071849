"""Dumps that were read before, read again from the raw files that still hold them."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager

from flows import landing
from flows.containers.found import Found, Member
from flows.held import Held, held
from flows.landing import RawFile
from transforms.errors import RefusedError

# What to look for in a file: by member (None: the file itself) the id of the dump that it was.
Wanted = Mapping[str | None, str]


def reopened(file: RawFile, wanted: Wanted) -> Generator[tuple[Member, Held]]:
    """Those of the wanted dumps that the file still holds with the very same bytes, each until the next is asked for.

    What follows the last one is not read. Raises `DumpError` as `landing.members` does.
    """
    left = dict(wanted)
    with closing(_members(file)) as found:
        for member in found:
            if member.name in left:
                dump_id = left.pop(member.name)
                with kept(member) as dump:
                    if dump is not None and dump.dump_id == dump_id:
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
