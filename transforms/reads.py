"""What a codec makes of a dump, read block by block."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

# A dump as blocks of bytes; each call gives them anew from the beginning.
Blocks = Callable[[], Iterable[bytes]]
C1_CONTROLS: Final = re.compile(r"[\x80-\x9f]")


def is_ascii(blocks: Blocks) -> bool:
    """Whether all bytes are ASCII."""
    return all(block.isascii() for block in blocks())


def is_utf8(blocks: Blocks) -> bool:
    """Whether UTF-8 reads every byte; what comes out is not looked at, which is most of the cost."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        for block, last in _with_last(blocks()):
            decoder.decode(block, last)
    except UnicodeError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Read:
    """What a codec makes of a dump: whether it reads every byte, and which characters come out."""

    whole: bool
    length: int
    replaced: int
    controls: bool


def read_with(codec: str, blocks: Blocks, skip: int = 0) -> Read:
    """Reads a dump with a codec. Raises `LookupError` where it is no codec for texts."""
    whole, length, replaced, controls = True, 0, 0, False
    for strict, text in texts_of(codec, blocks, skip):
        whole = whole and strict
        length += len(text)
        if not text.isascii():
            replaced += text.count("\N{REPLACEMENT CHARACTER}")
            controls = controls or C1_CONTROLS.search(text) is not None
    return Read(whole, length, replaced, controls)


def texts_of(codec: str, blocks: Blocks, skip: int) -> Iterator[tuple[bool, str]]:
    """The text of each block; from the first byte that can't be read on with U+FFFD in such places."""
    make = codecs.getincrementaldecoder(codec)
    decoder, strict = make("strict"), True
    for block, last in _with_last(_after(skip, blocks())):
        state = decoder.getstate() if strict else (b"", 0)
        try:
            yield strict, decoder.decode(block, last)
        except UnicodeError:
            decoder, strict = make("replace"), False
            decoder.setstate(state)
            yield strict, decoder.decode(block, last)


def _after(skip: int, blocks: Iterable[bytes]) -> Iterator[bytes]:
    for block in blocks:
        yield block[skip:] if skip else block
        skip = max(0, skip - len(block))


def _with_last(blocks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each block, and whether it is the last."""
    before: bytes | None = None
    for block in blocks:
        if before is not None:
            yield before, False
        before = block
    if before is not None:
        yield before, True
