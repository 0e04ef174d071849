"""Splitting the lines of a text dump into posts and what belongs to none.

`read_page` looks at all lines at once, `choose_layout` decides where posts begin for the dump as a whole, and here its
decision becomes blocks of lines.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from transforms.evidence import CERTAIN, LIKELY, NO_EVIDENCE, STRONG
from transforms.split.text_anchors import FAMILIES, LINE
from transforms.split.text_layout import choose_layout
from transforms.split.text_lines import DATE_MARK, TIME_MARK, read_page
from transforms.split.text_sets import NEAR
from transforms.split.text_signs import looks_like_title
from transforms.split.text_weights import MODEL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transforms.evidence import Evidence
    from transforms.split.text_layout import Layout
    from transforms.split.text_lines import Page
    from transforms.split.text_model import Model
    from transforms.votes import Ways

# A heading of a listing page has a line or two, with a subtitle three; more lines are a menu.
_LONGEST_HEADING = 3
# How many lines between title and text may be bylines: date, author, categories, comments.
_MOST_BYLINES = 4
# A line of a menu or footer is narrower than this, and so many of them are needed below the last post
# beyond what closes the other posts; fewer may be a signature or a list of the post.
_FOOTER_WIDTH, _LEAST_FOOTER = 60, 4
# A byline is not wider than this, in columns, and has not more letters beside its date: name, verb, category.
_LONGEST_BYLINE, _MOST_LETTERS = 100, 45
# A line with this score tells other dumps of its start even in the middle of a run that they share.
_STRONG = 2.0
# So many signs are named for a start at most, those first that weigh most.
_MOST_SIGNS = 5
FIRST_LINE = "first line of the dump"
VOTED = "the other dumps of its source are cut like this"


@dataclass(frozen=True, slots=True)
class Block:
    """A run of lines: one post, or text that belongs to none.

    Line numbers are 0-based, spans half-open; a block begins and ends on a line that is not blank.
    `kind` is "post", or what the residue seems to be: "page heading", "navigation", "footer".
    `title` is the line that holds the title of a post, where there is one, and `body` the lines after
    title and bylines (the span is empty where nothing follows them). `boundary` is the evidence for
    the start in plain words, the strongest first; `certainty` says how far other dumps may rely on the
    start: LIKELY, STRONG or CERTAIN.
    """

    first: int
    last: int
    kind: str
    title: int | None
    body: tuple[int, int]
    boundary: tuple[str, ...]
    certainty: int = LIKELY


@dataclass(frozen=True, slots=True)
class Cut:
    """The blocks of a text dump, in order, and what other dumps of its source may learn (None of one without text)."""

    blocks: list[Block]
    ways: Ways | None = None


def split_lines(lines: Sequence[str], known: Evidence = NO_EVIDENCE, model: Model = MODEL) -> list[Block]:
    r"""Find where each post of a text dump begins and ends.

    Every line that is not blank lies in exactly one block; the blocks are in order. Equal lines give
    equal blocks. What is `known` of the lines from other dumps has the last word.
    The cost is linear in the length of the dump.

    >>> para = "A long paragraph follows here, with a good many words about this and that. " * 3
    >>> dump = ["Archive", "", "How to mend a clock", "", "Clock and mend. " + para, "", "(more…)", "",
    ...         "Bread without an oven", "", "Bread, oven. " + para]
    >>> [(b.kind, b.first, b.title) for b in split_lines(dump)]
    [('page heading', 0, None), ('post', 2, 2), ('post', 8, 8)]
    >>> split_lines([])
    []
    """
    return cut_lines(lines, known, model).blocks


def cut_lines(lines: Sequence[str], known: Evidence = NO_EVIDENCE, model: Model = MODEL) -> Cut:
    """Do what `split_lines` does, and say too how else the dump may be cut."""
    page = read_page(lines)
    if not len(page):
        return Cut([])
    layout = _informed(page, choose_layout(page, model, known.way), known)
    starts, end = layout.starts.tolist(), _footer(page, layout)
    blocks = [_residue(page, 0, starts[0])] if starts[0] else []
    reader = _Reader(page, layout, known, model)
    spans = zip(pairwise((*starts, end)), layout.titles.tolist(), strict=True)
    blocks += [reader.post(first, last, title) for (first, last), title in spans]
    if end < len(page):
        blocks.append(_residue(page, end, len(page)))
    return Cut(blocks, layout.ways)


class _Reader:
    """Reads a post out of its rows: where its title and bylines end, and what spoke for its start."""

    def __init__(self, page: Page, layout: Layout, known: Evidence, model: Model) -> None:
        self.page, self.layout, self.known = page, layout, known
        self.shaped = looks_like_title(page)
        self.often = max(2, len(layout.starts))
        weights = model.titled
        named = [name for name in layout.signs if weights.get(name, 0.0) > 0]
        # The signs that speak for a start, those first that weigh most.
        self.names = sorted(named, key=lambda name: -weights[name])
        self.signs = np.array([layout.signs[name] for name in self.names]).reshape(len(self.names), len(page))
        self.anchored = layout.anchored.tolist()

    def post(self, first: int, last: int, title: int) -> Block:
        has_title = first <= title < last and bool(self.shaped[title]) and not self._is_date(title)
        head = title if first <= title < last else first
        body = self._below_bylines(head + 1 if has_title else first, last)
        start, stop = _lines(self.page, first, last)
        return Block(
            start,
            stop,
            "post",
            int(self.page.line[title]) if has_title else None,
            _lines(self.page, body, last) if body < last else (stop, stop),
            self._evidence(first, head),
            self._certainty(head),
        )

    def _below_bylines(self, first: int, last: int) -> int:
        """Find the row after the bylines that stand at `first` and below."""
        row = first
        while row < min(first + _MOST_BYLINES, last - 1) and self._is_byline(row):
            row += 1
        return row

    def _is_byline(self, row: int) -> bool:
        """Tell whether a line is date, author or the like: dated, or a line that most posts have."""
        if self.page.width[row] > _LONGEST_BYLINE or not self.shaped[row]:
            return False
        if row in self.page.dates:
            return self._letters(row) <= _MOST_LETTERS
        return bool(2 * self.page.copies[row] > self.often)

    def _is_date(self, row: int) -> bool:
        """Tell whether a row is little more than a date, so neither a title nor a sentence."""
        return row in self.page.dates and 3 * self._letters(row) < self.page.width[row]

    def _letters(self, row: int) -> int:
        """Count the letters beside dates and times."""
        name = self.page.dates[row].replace(DATE_MARK, "").replace(TIME_MARK, "")
        return sum(c.isalpha() for c in name)

    def _evidence(self, first: int, head: int) -> tuple[str, ...]:
        """Say what spoke for a start: other dumps, the line that recurs, then the signs of the row."""
        layout = self.layout
        told = self.known.starts.get(int(self.page.line[first]))
        found = [told] if told else []
        closes = layout.offset > 0 and head == first
        if self._explained(head) and not (closes and first == layout.starts[0]):
            place = (
                "closes the post before" if closes else "in its first line" if layout.offset == 0 else "near its head"
            )
            what = "recurring line" if layout.family == FAMILIES[LINE] else "lines like"
            found.append(f"{what} “{layout.anchor}” {place}, {layout.copies} times in the dump")
        if layout.voted and not told:
            found.append(VOTED)
        found += [self.names[at] for at in np.flatnonzero(self.signs[:, head])[:_MOST_SIGNS].tolist()]
        if first == 0 and FIRST_LINE not in found:
            found.append(FIRST_LINE)
        return tuple(found) or ("the best line above the first text",)

    def _explained(self, head: int) -> bool:
        """Tell whether the recurring line that the dump follows stands at this post too, or below a title above it."""
        at = head - self.layout.offset
        nearest = bisect_left(self.anchored, at)
        return nearest < len(self.anchored) and self.anchored[nearest] <= at + NEAR

    def _certainty(self, head: int) -> int:
        if self._explained(head):
            return CERTAIN
        return STRONG if self.layout.scores[head] >= _STRONG else LIKELY


def _lines(page: Page, first: int, last: int) -> tuple[int, int]:
    """Turn a span of rows, not empty, into the span of lines from its first to its last row."""
    return int(page.line[first]), int(page.line[last - 1]) + 1


def _informed(page: Page, layout: Layout, known: Evidence) -> Layout:
    """Give the last word to what other dumps know: where posts begin, and where they do not."""
    if not known:
        return layout
    begins = np.searchsorted(page.line, sorted(known.starts))
    inside = np.searchsorted(page.line, sorted(known.inside))
    kept = ~np.isin(layout.starts, inside)
    # Without any start there would be no post: the first stays unless another is known above it.
    kept[0] |= not (begins < layout.starts[0]).any()
    new = begins[~np.isin(begins, layout.starts[kept])]
    starts, titles = np.append(layout.starts[kept], new), np.append(layout.titles[kept], new)
    order = np.argsort(starts, kind="stable")
    return replace(layout, starts=starts[order], titles=titles[order])


def _residue(page: Page, first: int, last: int) -> Block:
    if first:
        kind, why = "footer", "short lines below the last post"
    else:
        kind = "page heading" if last <= _LONGEST_HEADING else "navigation"
        why = "lines above the first post"
    start, stop = _lines(page, first, last)
    return Block(start, stop, kind, None, (start, stop), (why,))


def _footer(page: Page, layout: Layout) -> int:
    """Find the row where the menu below the last post begins; the end of the page where there is none."""
    end, starts = len(page), layout.starts
    if len(starts) < 2:
        return end
    menu = looks_like_title(page) & (page.width < _FOOTER_WIDTH)
    # For each row how many rows up to it, without a break, may be of a menu.
    rows = np.arange(end)
    tails = rows - np.maximum.accumulate(np.where(menu, -1, rows))
    ends = np.append(starts[1:], end)
    tails = np.minimum(tails[ends - 1], ends - starts - 1)
    length = int(tails[-1] - tails[:-1].max())
    return end - length if length >= _LEAST_FOOTER else end
