"""Splitting the lines of a text dump into posts and what belongs to none.

`read_page` looks at every line once, `score_rows` says how likely a post begins there,
`choose_layout` decides for the dump as a whole, and here its decision becomes blocks of lines.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from transforms.evidence import CERTAIN, LIKELY, NO_EVIDENCE, STRONG
from transforms.split.text_anchors import anchor_names
from transforms.split.text_layout import choose_layout
from transforms.split.text_lines import DATE_MARK, TIME_MARK, read_page
from transforms.split.text_signs import WEIGHTS, looks_like_title, score_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transforms.evidence import Evidence
    from transforms.split.text_lines import Page, Row
    from transforms.split.text_scale import Layout

# A heading of a listing page has a line or two, with a subtitle three; more lines are a menu.
_LONGEST_HEADING = 3
# How many lines between title and text may be bylines: date, author, categories, comments.
_MOST_BYLINES = 4
# A line of a menu or footer is narrower than this, and so many of them are needed below the last post
# beyond what closes the other posts; fewer may be a signature or a list of the post.
_FOOTER_WIDTH, _LEAST_FOOTER = 60, 4
# A byline is not wider than this, in columns, and has not more letters beside its date: name, verb, category.
_LONGEST_BYLINE, _MOST_LETTERS = 100, 45
# A line with this score tells other dumps of its start even in the middle of a run that they share. On the labelled
# blogs all starts were right that reached it where another dump had none, and half of those that did not.
_STRONG = 2.0


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


def split_lines(lines: Sequence[str], known: Evidence = NO_EVIDENCE) -> list[Block]:
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
    page = read_page(lines)
    if not page.rows:
        return []
    scores, signs = score_rows(page)
    layout = _informed(page, choose_layout(page, scores), known)
    end = _footer(page, layout.starts)
    blocks = [_residue(page, 0, layout.starts[0])] if layout.starts[0] else []
    titles, explained = set(layout.titles), set(layout.explained)
    for first, last in pairwise((*layout.starts, end)):
        title = next((k for k in range(first, min(first + 3, last)) if k in titles), None)
        if title is not None and (_is_date(page.rows[title]) or not looks_like_title(page.rows[title])):
            title = None
        heads = _heads(page, layout, first if title is None else title + 1, last)
        head = first if title is None else title
        told = known.starts.get(page.rows[first].line)
        own = _evidence(layout, (first, first in explained), signs[head])
        evidence = (told, *own) if told else own
        certainty = CERTAIN if first in explained else STRONG if scores[head] >= _STRONG else LIKELY
        blocks.append(_post(page, (first, heads, last), title, evidence, certainty))
    if end < len(page.rows):
        blocks.append(_residue(page, end, len(page.rows)))
    return blocks


def _lines(page: Page, first: int, last: int) -> tuple[int, int]:
    """Turn a span of rows, not empty, into the span of lines from its first to its last row."""
    return page.rows[first].line, page.rows[last - 1].line + 1


def _post(
    page: Page, rows: tuple[int, int, int], title: int | None, evidence: tuple[str, ...], certainty: int
) -> Block:
    first, body, last = rows
    start, stop = _lines(page, first, last)
    return Block(
        start,
        stop,
        "post",
        None if title is None else page.rows[title].line,
        _lines(page, body, last) if body < last else (stop, stop),
        evidence,
        certainty,
    )


def _informed(page: Page, layout: Layout, known: Evidence) -> Layout:
    """Give the last word to what other dumps know: where posts begin, and where they do not."""
    if not known:
        return layout
    rows = {row.line: index for index, row in enumerate(page.rows)}
    begins = {rows[line] for line in known.starts}
    inside = {rows[line] for line in known.inside} - {layout.starts[0]}
    starts, titles = (tuple(sorted({*found} - inside | begins)) for found in (layout.starts, layout.titles))
    return replace(layout, starts=starts, titles=titles)


def _residue(page: Page, first: int, last: int) -> Block:
    if first:
        kind, why = "footer", "short lines below the last post"
    else:
        kind = "page heading" if last <= _LONGEST_HEADING else "navigation"
        why = "lines above the first post"
    start, stop = _lines(page, first, last)
    return Block(start, stop, kind, None, (start, stop), (why,))


def _heads(page: Page, layout: Layout, first: int, last: int) -> int:
    """Find the row after the bylines that stand at `first` and below."""
    row = first
    while row < min(first + _MOST_BYLINES, last - 1) and _is_byline(page, layout, row):
        row += 1
    return row


def _is_byline(page: Page, layout: Layout, row: int) -> bool:
    """Tell whether a line is date, author or the like: dated, the anchor, or a line that most posts have."""
    here = page.rows[row]
    if not here.template or here.width > _LONGEST_BYLINE or not looks_like_title(here):
        return False
    if here.dated:
        return _letters(here) <= _MOST_LETTERS
    anchored = layout.role == "head" and layout.anchor in anchor_names(here.template)
    return anchored or 2 * page.templates[here.template] > max(2, len(layout.starts))


def _is_date(row: Row) -> bool:
    """Tell whether a row is little more than a date, so neither a title nor a sentence."""
    return row.dated and 3 * _letters(row) < row.width


def _letters(row: Row) -> int:
    """Count the letters beside dates and times."""
    return sum(c.isalpha() for c in row.template.replace(DATE_MARK, "").replace(TIME_MARK, ""))


def _footer(page: Page, starts: tuple[int, ...]) -> int:
    """Find the row where the menu below the last post begins; the end of the page where there is none."""
    end = len(page.rows)
    if len(starts) < 2:
        return end
    usual = max(_tail(page, first, last) for first, last in pairwise(starts))
    length = _tail(page, starts[-1], end) - usual
    return end - length if length >= _LEAST_FOOTER else end


def _tail(page: Page, first: int, last: int) -> int:
    """Count the rows at the end of a post that might as well be a menu."""
    row = last
    while row > first + 1 and page.rows[row - 1].width < _FOOTER_WIDTH and looks_like_title(page.rows[row - 1]):
        row -= 1
    return last - row


def _evidence(layout: Layout, start: tuple[int, bool], signs: tuple[str, ...]) -> tuple[str, ...]:
    """Say what spoke for a start: the recurring line that the dump follows, then the signs of the line."""
    found = sorted((s for s in signs if WEIGHTS[s] > 0), key=lambda s: -WEIGHTS[s])
    first, explained = start
    if explained:
        place = {"title": "in its title", "head": "near its head"}.get(layout.role, "closes every post")
        found.insert(0, f"recurring line “{layout.anchor}” {place}, {layout.copies} times in the dump")
    if first == 0 and "first line of the dump" not in found:
        found.append("first line of the dump")
    return tuple(found) or ("the best line above the first text",)
