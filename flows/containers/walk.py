"""From a raw file to the dumps in it, through all that they are packed in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from flows.containers import tars, warcs, zips
from flows.containers.found import Found, Member, PassedOver, Rejected
from flows.containers.packed import codec_of, unpacked
from flows.containers.streams import Budget, Limits, Stream
from transforms.errors import RefusedError
from transforms.identity import place_of

# As much as the header of a tar takes.
HEAD: Final = 512


def walk(stream: Stream, path: str, size: int, limits: Limits | None = None) -> Iterator[Found]:
    """What a raw file of `size` bytes holds: itself, or what is in it, container in container.

    What a file is shows in its first bytes. A member that is not read to its end is passed over. Raises `DumpError`
    where the file itself can't be read.
    """
    budget = Budget(size, limits or Limits())
    for found in _opened(Member(None, stream, size), path, budget, layers=0):
        yield found
        if isinstance(found, Member) and found.stream.trouble:
            yield Rejected(found.name, found.stream.trouble)


def _opened(member: Member, path: str, budget: Budget, layers: int) -> Iterator[Found]:
    """A member as it is, or what is in it."""
    try:
        head = member.stream.peek(HEAD)
        contents = _contents(member, head, path, budget)
        if contents is None:
            said = None if head else member.stream.trouble
            yield Rejected(member.name, said) if said else member
        elif layers == budget.limits.layers:
            said = f"more than {layers} containers lie in one another here; unpack the inner ones yourself"
            yield Rejected(member.name, said)
        else:
            for found in contents:
                if isinstance(found, Member):
                    yield from _opened(found, path, budget, layers + 1)
                else:
                    yield found
    except RefusedError as error:
        yield Rejected(member.name, str(error))


def _contents(member: Member, head: bytes, path: str, budget: Budget) -> Iterator[Found] | None:
    """What is in a container, with whole names; None for what is none."""
    stream, archive = member.stream, place_of(path, member.name)
    codec = codec_of(head)
    if codec:
        return iter([replace(member, stream=unpacked(codec, stream, budget), size=None)])
    if head.startswith(zips.MAGIC):
        return _named(zips.members(stream, budget, archive), member.name)
    if warcs.is_warc(head):
        return _named(warcs.members(stream, budget), member.name)
    return _named(tars.members(stream, budget, archive), member.name) if tars.is_tar(head) else None


def _named(contents: Iterator[Found], container: str | None) -> Iterator[Found]:
    """What lies in a container is named after it; what is said of the container itself has its name."""
    for found in contents:
        if isinstance(found, PassedOver):
            yield found
        else:
            yield replace(found, name=found.name if container is None else place_of(container, found.name))
