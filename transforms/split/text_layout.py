"""Choosing where posts begin for a dump as a whole.

The candidates are the set of starts that the lines' own scores give, and the sets that each
recurring line (an anchor) gives, read once as standing at the head of every post and once as
closing every post; each of these also with the good lines between its starts added. The set with
the best total is taken: by how much the scores of its titles pass the bar of the dump, something
for every start that the anchor explains, less the more sure starts it leaves unexplained, less
something for every post that would hold no text. So an anchor adds certainty where every post
has it, and never hides a sure start.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from transforms.split.text_anchors import find_anchors
from transforms.split.text_lines import DATE_MARK
from transforms.split.text_scale import Layout, Scale

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from transforms.split.text_lines import Page


# The constants below were chosen on a coarse grid over the text views of twelve labelled blogs and three
# labelled dumps, with listings written for the purpose as a check. `LEAST` and `DROP` trade missed titles
# against inner headings where no line recurs: 0.25 more or less moves single kinds of dumps by 0.03.
DATED_BONUS, PLAIN_BONUS = 3.0, 2.0
"""What a start gains when an anchor explains it; a line with a date is a byline more often than not."""
OPENS_DUMP = 5.0
"""What a dated anchor gains when it, or the title above it, is the first line of the dump, as in a saved thread."""
EMPTY_POST = 4.0
"""What a post without text costs: lists of links and archives recur too."""
LEAST_TEXT = 40
"""Columns of text below its title that make a post."""
LONE, LONE_TEXT = -0.3, 300
"""Between two posts one line that reaches this score, with so many columns of text on both sides, is one too."""
FEW, CERTAIN = 3, 2.5
"""Without blank lines, fewer good lines than the first, none of which reaches the second, leave a dump whole."""
HEADROOM = -2.0
"""Text above the first start is a post of its own from the best line that reaches this score."""
LEAST_COPIES = 3
"""A line without a date that stands twice may well be a caption."""
COVER, SURE, MOST_JOINED = 1.5, 2.5, 40
"""The gain of an anchor falls with this power of the share of starts that it explains; lines that score as much
as the second count among these, added or not. The last is how many readings are tried with lines added."""
HEAD_OFFSETS, FOOT_OFFSETS = (-3, -2, -1, 0, 1, 2), (1, 2, 3)
"""Where a title stands, in rows from an anchor at the head or at the foot of a post."""


def choose_layout(page: Page, scores: Sequence[float]) -> Layout:
    """Take the layout of which the starts score best together; a page with any row has a start."""
    if not page.rows:
        return Layout((), ())
    scale = Scale(page, scores)
    lines = _by_lines(scale)
    if not page.gaps and 0 < len(lines.titles) < FEW and scale.raw[list(lines.titles)].max() < CERTAIN:
        lines = Layout((), ())
    readings = [
        layout
        for anchor, rows in find_anchors(page, scale).items()
        for layout in _readings(anchor, rows, scale)
        if layout.starts
    ]
    readings.sort(key=lambda layout: -layout.total)
    strong = np.asarray(lines.titles, dtype=np.int64)
    joined = (each for layout in readings[:MOST_JOINED] for each in _joined(layout, strong, scale))
    best = max((lines, *joined), key=lambda layout: layout.total)
    best = _without_heading(page, scale, _with_first_post(page, scale, best))
    complete = best.role in ("head", "foot") and len(best.starts) <= len(best.explained) + 1
    return best if complete else _with_lone(scale, best)


def _by_lines(scale: Scale) -> Layout:
    """Take every line that stands up to the surest lines of the dump, the better of two without text."""
    kept: list[int] = []
    for row in np.flatnonzero(scale.raw > scale.bar).tolist():
        if kept and scale.before[row] - scale.before[kept[-1] + 1] < LEAST_TEXT:
            if scale.raw[row] > scale.raw[kept[-1]]:
                kept[-1] = row
        else:
            kept.append(row)
    return Layout(tuple(kept), tuple(kept), total=scale.worth(kept))


def _joined(layout: Layout, lines: NDArray[np.int64], scale: Scale) -> Iterator[Layout]:
    """Weigh what an anchor explains against the sure lines that it does not, with and without these as starts."""
    between = _between(layout, lines, scale)
    sure = between[scale.raw[between] >= SURE]
    for extra in (between, sure, between[:0]):
        unexplained = max(len(extra), len(sure))
        share = len(layout.starts) / (len(layout.starts) + unexplained)
        yield replace(
            layout,
            starts=tuple(sorted({*layout.starts, *extra.tolist()})),
            titles=tuple(sorted({*layout.titles, *extra.tolist()})),
            explained=layout.starts,
            total=layout.total + scale.worth(extra) - _bonus(layout) * (1 - share**COVER),
        )


def _bonus(layout: Layout) -> float:
    if DATE_MARK in layout.anchor:
        return DATED_BONUS * (len(layout.starts) - 1)
    return PLAIN_BONUS * (len(layout.starts) - 1) if layout.copies >= LEAST_COPIES else 0.0


def _with_lone(scale: Scale, layout: Layout) -> Layout:
    """Add titles that stand alone between two starts and far from both; several such lines are inner headings."""
    likely = scale.raw > LONE
    likely[list(layout.titles)] = False
    lone = []
    for first, last in pairwise((*layout.starts, len(scale.raw))):
        rows = np.flatnonzero(likely[first + 2 : last]) + first + 2
        if len(rows) == 1:
            row = int(rows[0])
            above = scale.before[row] - scale.before[first + 1]
            below = scale.before[last] - scale.before[row + 1]
            if min(above, below) >= LONE_TEXT:
                lone.append(row)
    starts, titles = (tuple(sorted([*rows, *lone])) for rows in (layout.starts, layout.titles))
    return replace(layout, starts=starts, titles=titles)


def _between(layout: Layout, lines: NDArray[np.int64], scale: Scale) -> NDArray[np.int64]:
    """Find the lines that might begin posts between those of a layout: both sides hold text."""
    starts = np.asarray(layout.starts, dtype=np.int64)
    heads = np.append(np.asarray(layout.titles or layout.starts, dtype=np.int64), -1)
    after = np.searchsorted(starts, lines)
    above = heads[after - 1]  # for lines above the first start the last, -1
    apart = (after == 0) | (scale.text(above + 1, lines) >= LEAST_TEXT)
    below = scale.text(lines + 1, np.append(starts, len(scale.raw))[after]) >= LEAST_TEXT
    found: NDArray[np.int64] = lines[apart & below & (lines > above)]
    return found


def _readings(anchor: str, rows: NDArray[np.int64], scale: Scale) -> Iterator[Layout]:
    """Read an anchor as head of every post, with a title near it or none, and as foot of every post."""
    head = Layout((), (), "head", anchor, len(rows))
    for offset in HEAD_OFFSETS:
        near = rows[(rows + offset >= 0) & (rows + offset < len(scale.raw))]
        titles = near + offset
        # With a paragraph between title and anchor the anchor is no head; it closes what it follows.
        if not len(near) or scale.text(titles + 1, near).mean() < scale.paragraph:
            opens = OPENS_DUMP if offset and DATE_MARK in anchor and scale.shaped[titles].all() else 0.0
            role = head if offset else replace(head, role="title")
            yield _rate(role, np.minimum(titles, near), titles, (scale, opens))
    if DATE_MARK in anchor:
        yield _rate(head, rows, rows[:0], (scale, OPENS_DUMP))
    for offset in FOOT_OFFSETS:
        titles = _after_feet(rows, offset, scale)
        yield _rate(replace(head, role="foot"), titles, titles, (scale, 0.0))


def _after_feet(rows: NDArray[np.int64], offset: int, scale: Scale) -> NDArray[np.int64]:
    """Find the titles between feet: the best line above the first foot, then one after every foot.

    After the last foot comes the end of the page, unless its line looks like one more title.
    """
    titles = rows + offset
    titles = titles[titles < len(scale.raw)]
    if len(titles) == len(rows) and scale.raw[titles[-1]] <= 0:
        titles = titles[:-1]
    if rows[0]:
        titles = np.concatenate(([scale.raw[: rows[0]].argmax()], titles))
    return titles


def _rate(layout: Layout, starts: NDArray[np.int64], titles: NDArray[np.int64], by: tuple[Scale, float]) -> Layout:
    """Fill in a layout and its total; `by` also says what it gains for opening the dump."""
    if not len(starts):
        return layout
    scale, opens = by
    heads = titles if len(titles) else starts
    ends = np.append(starts[1:], len(scale.raw))
    total = scale.worth(titles) - scale.bar * (len(starts) - len(titles))
    total += opens if starts[0] == 0 else 0.0
    total -= EMPTY_POST * int((scale.text(heads + 1, ends) < LEAST_TEXT).sum())
    rated = replace(layout, starts=tuple(starts.tolist()), titles=tuple(titles.tolist()), total=total)
    return replace(rated, total=total + _bonus(rated))


def _with_first_post(page: Page, scale: Scale, layout: Layout) -> Layout:
    """Begin earlier where text, or the date line of the first post, stands above the first start."""
    if not layout.starts:
        return replace(layout, starts=(0,), titles=(0,))
    first = layout.starts[0]
    prose = next((k for k in range(first) if page.prose(k)), None)
    if prose is None:
        if first and page.rows[first - 1].dated:
            return replace(layout, starts=(first - 1, *layout.starts[1:]))
        return layout
    top = int(scale.raw[: prose + 1].argmax())
    if scale.raw[top] < HEADROOM:
        return layout
    titles = (top, *layout.titles) if layout.titles else ()
    return replace(layout, starts=(top, *layout.starts), titles=titles)


def _without_heading(page: Page, scale: Scale, layout: Layout) -> Layout:
    """Begin one row later where the first row is no title like the others but the row below it is.

    The heading of a listing page looks like a title; unlike the titles it has no text right below.
    """
    if layout.titles[:1] != (0,) or layout.starts[0] or len(layout.titles) < 3 or layout.titles[1] < 3:
        return layout
    others = sum(page.prose(row + 1) for row in layout.titles[1:])
    if page.prose(1) or not page.prose(2) or scale.raw[1] < HEADROOM or 2 * others < len(layout.titles):
        return layout
    return replace(layout, starts=(1, *layout.starts[1:]), titles=(1, *layout.titles[1:]))
