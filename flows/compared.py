"""How a copy differs from the canonical one, word by word, for a terminal and for a pipe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flows.page import DIM, PLAIN, Line, Piece
from transforms.differences import Stretch, differences

# Stretches that are shown before `--full` is asked for.
SHOWN: Final = 30
# Marks of what stands in the canonical copy only and in the other only, for those who see no colours.
MARKS: Final = {"same": ("", "", PLAIN), "only left": ("[-", "-]", "red"), "only right": ("{+", "+}", "green")}
LABEL: Final = "compared"
INDENT: Final = 4


def compared(canonical: str, other: str, *, full: bool) -> Iterator[Line]:
    """A labelled line with what both texts have, `[-only the canonical one-]` and `{+only the other+}`.

    None where the words are the same.
    """
    found = differences(canonical, other)
    stretches = found.stretches if full else found.stretches[:SHOWN]
    if all(stretch.kind == "same" for stretch in found.stretches):
        return
    pieces = [piece for stretch in stretches for piece in _pieces(stretch)]
    if left_out := len(found.stretches) - len(stretches):
        pieces.append(Piece(f"[... {left_out:,} more stretches; --full shows all ...]", DIM))
    if not found.compared:
        pieces.append(Piece(" (the ends are too long to be compared word by word)", DIM))
    yield Line.of(LABEL, pieces, INDENT)


def _pieces(stretch: Stretch) -> Iterator[Piece]:
    opens, closes, style = MARKS[stretch.kind]
    text, tail = (" ".join(words.split()) for words in (stretch.text, stretch.tail))
    if not stretch.left_out:
        yield Piece(f"{opens}{text}{closes} ", style)
        return
    yield Piece(f"{opens}{text} ", style)
    yield Piece(f"[... {stretch.left_out:,} words ...]", DIM)
    yield Piece(f" {tail}{closes} ", style)
