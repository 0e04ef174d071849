"""Dumps in two encodings: lines in UTF-8 beside lines in an older code page, as files put together from several are.

A line that is valid UTF-8 is read so; of any other each byte becomes the character of the code page. Nothing is lost,
and since a byte is a character wherever a line is not UTF-8, the way back to the bytes stays exact.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import ftfy.bad_codecs  # noqa: F401 - registers the "sloppy" code pages that map every byte

# The code pages that may stand beside UTF-8: those in which a byte is a character, without gaps.
PAGES: Final = (
    *(f"sloppy-windows-{page}" for page in (1250, 1251, 1252, 1253, 1254, 1257)),
    *("koi8-r", "cp866", "iso8859-2", "iso8859-5", "iso8859-15", "mac-roman"),
)
# The codecs are named for their page; that of `ESCAPED` shows the bytes of a code page as U+DC80 to U+DCFF.
PREFIX: Final = "winnow-mixed-"
ESCAPED: Final = f"{PREFIX}escaped"
# Makes spaces of all ASCII, so that what is beyond it can be cut out: three times as fast as a pattern.
ASCII_AS_SPACE: Final = b" " * 0x80 + bytes(range(0x80, 0x100))
# A line is read as a whole, so none may be longer than this, in bytes.
LONGEST_LINE: Final = 1 << 20
# So many bytes of the lines in a code page tell which one it is.
ENOUGH: Final = 200_000
# A single valid run may be chance: "В»" in windows-1251 is one.
LEAST_RUNS: Final = 2


@dataclass(slots=True)
class Lines:
    """Lines beyond ASCII by what they are: `utf8` is valid throughout, of `paged` nothing is, of `damaged` a part.

    `runs` counts the stretches beyond ASCII of the valid lines; `sample` is of the paged ones.
    """

    utf8: int = 0
    runs: int = 0
    paged: int = 0
    damaged: int = 0
    sample: bytes = b""
    too_long: bool = False

    @property
    def mixed(self) -> bool:
        """Whether two encodings are more likely than one that is damaged."""
        return self.runs >= LEAST_RUNS and self.paged > 0 and self.paged >= self.damaged and not self.too_long

    def count(self, line: bytes) -> None:
        """Takes one more line into account."""
        if line.isascii():
            return
        runs = line.translate(ASCII_AS_SPACE).split()
        if _is_utf8(line):
            self.utf8, self.runs = self.utf8 + 1, self.runs + len(runs)
        elif any(map(_is_utf8, runs)):
            self.damaged += 1
        else:
            self.paged += 1
            self.sample += line if len(self.sample) < ENOUGH else b""


def lines_in(blocks: Iterable[bytes]) -> Lines:
    r"""What the lines of a dump are.

    >>> found = lines_in(["né à Évry\n".encode(), b"caf\xe9\nplain\n"])
    >>> found.utf8, found.paged, found.damaged, found.mixed
    (1, 1, 0, True)
    """
    found = Lines()
    for piece in _whole_lines(blocks):
        if len(piece) > LONGEST_LINE:
            found.too_long = True
            break
        found.count(piece)
    return found


def _whole_lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    held = b""
    for block in blocks:
        *whole, held = (held + block).split(b"\n")
        for line in whole:
            yield line + b"\n"
        if len(held) > LONGEST_LINE:
            break
    yield held


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def is_mixed(codec: str) -> bool:
    """Whether this is the name of a codec for two encodings."""
    return codec.startswith(PREFIX)


def codec_beside(page: str) -> str:
    """The codec that reads lines as UTF-8 or else as `page`."""
    return PREFIX + page


def text_of(data: bytes, page: str) -> str:
    r"""The text of some lines, each in its own encoding.

    >>> text_of("né\n".encode() + b"n\xe9\n", "sloppy-windows-1252")
    'né\nné\n'
    """
    try:
        return data.decode()
    except UnicodeDecodeError:
        return "".join([_line(line, page) for line in data.splitlines(keepends=True)])


def _line(line: bytes, page: str) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("ascii", "surrogateescape") if page == "escaped" else line.decode(page)


class MixedDecoder(codecs.BufferedIncrementalDecoder):
    """Reads on line by line: a line is held back until its end is there."""

    def __init__(self, page: str, errors: str = "strict") -> None:
        super().__init__(errors)
        self.page = page

    def _buffer_decode(self, input: Any, errors: str, final: bool) -> tuple[str, int]:  # noqa: A002, ANN401, ARG002, FBT001 - the codecs' own signature
        data = bytes(input)
        end = len(data) if final else data.rfind(b"\n") + 1
        return text_of(data[:end], self.page), end


def _decode(page: str, data: bytes, errors: str = "strict") -> tuple[str, int]:  # noqa: ARG001 - as above
    return text_of(bytes(data), page), len(data)


def _refuse(text: str, errors: str = "strict") -> tuple[bytes, int]:
    raise UnicodeError(f"nothing is written in two encodings ({len(text)} characters, {errors})")


def _codec(name: str) -> codecs.CodecInfo | None:
    """What Python asks for the codec of a name, in which all but letters and digits are underscores."""
    for page in (*PAGES, "escaped"):
        if name == codecs_name(codec_beside(page)):
            decode, decoder = partial(_decode, page), partial(MixedDecoder, page)
            return codecs.CodecInfo(_refuse, decode, incrementaldecoder=decoder, name=codec_beside(page))
    return None


def codecs_name(name: str) -> str:
    """A name as Python hands it to whoever knows codecs."""
    return name.lower().replace("-", "_")


codecs.register(_codec)
