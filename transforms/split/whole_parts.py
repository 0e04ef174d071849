"""Formats that do not state where a post ends: plain text, read in stretches of lines, and pages, never cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ftfy import TextFixerConfig

from transforms.errors import DumpError
from transforms.evidence import NO_EVIDENCE, Evidence
from transforms.lines import lines_of
from transforms.records import Split
from transforms.repair import PLAIN, repair_lines
from transforms.split.html import split_html
from transforms.split.parts import NOTHING, Taken
from transforms.split.text_pieces import split_text

# A post of a text dump that is longer than this (in characters) is cut at the end of a line, or where there is none
# just there: a text without any sign of an end must not fill the memory.
LONGEST_POST: Final = 64_000_000
# A page is a tree in memory, some thirty times its size; real pages stay under a few megabytes.
LONGEST_PAGE: Final = 64_000_000


@dataclass(frozen=True, slots=True)
class PlainText:
    """A text dump. Its last post goes over into the next part, where its end shows; the layout is that of the part.

    What other dumps say (`known`) counts the lines from the beginning of the dump, so it is only for one that is read
    as a whole in the end. `repair` is how its lines are repaired.
    """

    known: Evidence = NO_EVIDENCE
    repair: TextFixerConfig = PLAIN
    longest: int = LONGEST_POST

    def take(self, text: str, *, last: bool) -> Taken:
        """Reads on, up to the beginning of the last post."""
        split = self._posts(text, self.known if last else NO_EVIDENCE)
        if last:
            return Taken(split, len(text), self)
        starts = [piece.start for piece in split.pieces] or [row.start for row in split.residue]
        begun = starts[-1] if starts else 0
        if text[:begun].strip():
            pieces = tuple(piece for piece in split.pieces if piece.end <= begun)
            return Taken(Split(pieces, tuple(row for row in split.residue if row.end <= begun)), begun, self)
        if len(text) < self.longest:
            return Taken(NOTHING, 0, self)
        used = text.rfind("\n") + 1 or len(text)
        return Taken(self._posts(text[:used], NO_EVIDENCE), used, self)

    def _posts(self, text: str, known: Evidence) -> Split:
        lines = lines_of(text)
        return split_text(lines, repair_lines(lines.lines, self.repair), known)


@dataclass(frozen=True, slots=True)
class Page:
    """A page, which is understood as a whole or not at all."""

    def take(self, text: str, *, last: bool) -> Taken:
        """Reads the page. Raises `DumpError` where it is too long."""
        if len(text) > LONGEST_PAGE:
            raise DumpError(
                f"a page of more than {LONGEST_PAGE // 1_000_000} million characters can't be read as a whole; "
                "cut it into pages"
            )
        return Taken(split_html(text), len(text), self) if last else Taken(NOTHING, 0, self)
