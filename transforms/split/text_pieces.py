"""From the blocks of a text dump to pieces with their places in the text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from transforms.evidence import NO_EVIDENCE, Evidence, outline_of
from transforms.lines import Lines
from transforms.records import Piece, Residue, Split
from transforms.repair import Repaired
from transforms.split.text import Block, cut_lines

FOREIGN_ENDS = "line ends"
CONTROLS = "control characters"


def split_text(lines: Lines, repaired: Repaired, known: Evidence = NO_EVIDENCE) -> Split:
    r"""Splits a text dump: `lines` say where everything stands, `repaired` what it reads, `known` what other dumps say.

    Outline and ways, for other dumps, are those of a split without evidence, so that no dump hears its own echo.

    >>> from transforms.lines import lines_of
    >>> lines = lines_of("One post,\nall by itself.")
    >>> split_text(lines, Repaired(lines.lines)).pieces[0].end
    24
    """
    pieces, residue = [], []
    cut = cut_lines(repaired.lines, known)
    for block in cut.blocks:
        start, end = lines.starts[block.first], lines.starts[block.last - 1] + len(lines.lines[block.last - 1])
        if block.kind == "post":
            pieces.append(_piece(block, start, end, lines, repaired))
        else:
            text = _joined(repaired, block.first, block.last)
            residue.append(Residue(start, end, block.kind, text))
    residue = sorted([*residue, *_unseen(cut.blocks, lines, repaired)], key=lambda row: row.start)
    if known:
        return Split(tuple(pieces), tuple(residue))
    starts = {block.first: block.certainty for block in cut.blocks if block.kind == "post"}
    return Split(tuple(pieces), tuple(residue), outline_of(repaired.lines, starts), cut.ways)


def _piece(block: Block, start: int, end: int, lines: Lines, repaired: Repaired) -> Piece:
    steps = [step for number in range(block.first, block.last) for step in repaired.repairs.get(number, ())]
    if lines.foreign_ends:
        steps.append(FOREIGN_ENDS)
    return Piece(
        start=start,
        end=end,
        title=None if block.title is None else repaired.lines[block.title].strip(),
        byline=_byline(block, repaired),
        body=_joined(repaired, *block.body),
        boundary=block.boundary,
        repairs=tuple(dict.fromkeys(steps)),
    )


def _unseen(blocks: list[Block], lines: Lines, repaired: Repaired) -> Iterator[Residue]:
    """The lines between blocks of which repair left nothing: control characters alone."""
    ends = [block.last for block in blocks]
    for number in sorted(repaired.repairs):
        at = bisect_right(ends, number)
        outside = at == len(blocks) or number < blocks[at].first
        if outside and lines.lines[number].strip() and not repaired.lines[number].strip():
            start = lines.starts[number]
            yield Residue(start, start + len(lines.lines[number]), CONTROLS, "")


def _byline(block: Block, repaired: Repaired) -> str | None:
    """The lines that stand before the body and are not the title."""
    lines = [repaired.lines[number] for number in range(block.first, block.body[0]) if number != block.title]
    return "\n".join(line.strip() for line in lines if line.strip()) or None


def _joined(repaired: Repaired, first: int, last: int) -> str:
    return "\n".join(line.rstrip() for line in repaired.lines[first:last]).strip("\n")
