"""Lines for a person to read: of strangers' text what a terminal can bear, abridged where it is long."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from rich.console import Console
from rich.text import Text

from flows.terminal import plain

# What is shown of a long text: that many lines of its beginning and its end, and as many characters of each line.
FIRST_LINES: Final = 8
LAST_LINES: Final = 4
FIRST_CHARACTERS: Final = 240
LAST_CHARACTERS: Final = 80
# A little more than that is shown whole: a mark of what was left out takes room too.
SPARED_LINES: Final = 3
SPARED_CHARACTERS: Final = 200

HEAD, FRONT, DIM, PLAIN = "bold", "cyan", "dim", ""
# Unbreakable, wide and narrow spaces are good text; each is shown as a space.
SPACES: Final = dict.fromkeys([0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
LABEL_WIDTH: Final = 11
BAR: Final = "  | "
# Columns for text on a terminal too narrow for anything.
NARROWEST: Final = 20


class Piece(NamedTuple):
    """A part of a line with a colour of its own."""

    text: str
    style: str = PLAIN


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page. `front` stands before it, `again` before what is folded off it.

    Where there are `pieces`, they have the colours, and `text` is all of them.
    """

    text: str
    style: str = PLAIN
    front: str = ""
    again: str = ""
    pieces: tuple[Piece, ...] = ()

    @classmethod
    def of(cls, label: str, pieces: Sequence[Piece], indent: int) -> Line:
        """A labelled line in several colours."""
        front = _label(label, indent)
        return cls("".join(piece.text for piece in pieces), PLAIN, front, " " * len(front), tuple(pieces))


def field(label: str, value: object, indent: int = 2) -> Iterator[Line]:
    """A labelled line; none where there is no value."""
    if value not in (None, "", []):
        front = _label(label, indent)
        yield Line(str(value), front=front, again=" " * len(front))


def _label(label: str, indent: int) -> str:
    return " " * indent + f"{label:<{LABEL_WIDTH}} "


def quoted(text: str, style: str = PLAIN, *, full: bool) -> Iterator[Line]:
    """The lines of a text, without blank ones around it, each behind a bar; where it is long, its two ends."""
    lines = text.strip("\r\n").split("\n")
    left_out = 0 if full else len(lines) - FIRST_LINES - LAST_LINES
    whole = left_out <= SPARED_LINES
    shown = [line.rstrip() if full else abridged(line.rstrip()) for line in lines] if whole else []
    if not whole:
        shown = [abridged(line.rstrip()) for line in (*lines[:FIRST_LINES], *lines[-LAST_LINES:])]
        shown.insert(FIRST_LINES, f"[... {left_out:,} lines ...]")
    yield from (Line(line, style, BAR, BAR) for line in shown)


def abridged(line: str) -> str:
    """A line without its middle where it is long.

    >>> abridged("x" * 1000).strip("x")
    ' [... 680 characters ...] '
    """
    left_out = len(line) - FIRST_CHARACTERS - LAST_CHARACTERS
    if left_out <= SPARED_CHARACTERS:
        return line
    return f"{line[:FIRST_CHARACTERS].rstrip()} [... {left_out:,} characters ...] {line[-LAST_CHARACTERS:].lstrip()}"


def harmless(text: str) -> str:
    r"""One line of text as a terminal can bear it.

    >>> harmless("deux\N{NO-BREAK SPACE}points\t\x1b[31m")
    'deux points \\x1b[31m'
    """
    return text if text.isprintable() else plain(text.translate(SPACES).expandtabs(4))


def print_page(lines: Iterable[Line]) -> None:
    """Prints a page: with colours and folded at words on a terminal, each line as it is in a pipe."""
    if not sys.stdout.isatty():
        for line in lines:
            sys.stdout.write((line.front + harmless(line.text)).rstrip() + "\n")
        return
    console = Console(highlight=False, emoji=False)
    for line in lines:
        width = max(NARROWEST, console.width - len(line.front))
        pieces = line.pieces or (Piece(line.text, line.style),)
        whole = Text.assemble(*((harmless(piece.text), piece.style) for piece in pieces))
        for number, part in enumerate(whole.wrap(console, width) or [Text()]):
            part.rstrip()
            front = line.again if number else line.front
            console.print(Text.assemble((front, FRONT), part), soft_wrap=True)


def joined(parts: Sequence[str | None], between: str = ", ") -> str:
    """The parts that are there, one behind the other."""
    return between.join(part for part in parts if part)
