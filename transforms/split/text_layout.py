"""Choosing where posts begin for a dump as a whole.

The candidates are the set of starts that the lines' own scores give, and the sets that each
recurring line (an anchor) gives, read once as standing at the head of every post and once as
closing every post. The set with the best total is taken: the scores of its titles, something for
every start that the anchor explains, less something for every post that would hold no text.
Since a line set takes every good line, an anchor wins only where it costs few of them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

from transforms.split.text_lines import DATE_MARK, TIME_MARK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from transforms.split.text_lines import Page


# The constants below were chosen on a coarse grid over the text views of twelve labelled blogs and three
# labelled dumps. Moving one of them by a third costs at most 0.03 of the mean F1 of these (`BAR` and
# `CEILING`, which decide where no line recurs), 0.005 or less for all others.
DATED_BONUS, PLAIN_BONUS = 2.0, 1.0
"""What a start gains when an anchor explains it; a line with a date is a byline more often than not."""
OPENS_DUMP = 5.0
"""What a dated anchor gains for being the first line of the dump, as in a saved thread."""
EMPTY_POST = 4.0
"""What a post without text costs: lists of links and archives recur too."""
LEAST_TEXT = 40
"""Columns of text below its title that make a post."""
FLOOR, CEILING = -2.5, 3.0
"""The least and the most that one title counts, so that no single line decides for the dump."""
BAR = 0.5
"""A line must reach this share of the mean score of the surer half of all that are likely titles."""
LONE, LONE_TEXT = 0.25, 300
"""Between two such lines a single one is enough with this share of the bar and so much text on both sides."""
HEADROOM = -2.0
"""Text above the first start is a post of its own from the best line that reaches this score."""
LONGEST_ANCHOR, MOST_ANCHORS = 140, 40
"""Columns of an anchor, and how many are tried, those first that stand between the most text."""
HEAD_OFFSETS, FOOT_OFFSETS = (-3, -2, -1, 0, 1, 2), (1, 2, 3)
"""Where a title stands, in rows from an anchor at the head or at the foot of a post."""

Role = Literal["lines", "head", "foot"]


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to cut a page: the rows that begin posts, the rows of their titles (or none), and why."""

    starts: tuple[int, ...]
    titles: tuple[int, ...]
    role: Role = "lines"
    anchor: str = ""
    copies: int = 0  # how often the anchor stands in the page
    total: float = 0.0


class _Scale:
    """The scores of a page's rows and the text before each of them, as arrays; a paragraph's width."""

    def __init__(self, page: Page, scores: Sequence[float]) -> None:
        self.raw = np.asarray(scores, dtype=np.float64)
        self.clipped = self.raw.clip(FLOOR, CEILING)
        self.paragraph = page.paragraph
        self.before = np.cumsum([0, *(row.width for row in page.rows)], dtype=np.int64)

    def text(self, first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[np.int64]:
        """Count the columns of text from each row `first` up to each row `last`."""
        spans: NDArray[np.int64] = self.before[last] - self.before[np.minimum(first, last)]
        return spans


def choose_layout(page: Page, scores: Sequence[float]) -> Layout:
    """Take the layout of which the starts score best together; a page with any row has a start."""
    if not page.rows:
        return Layout((), ())
    scale = _Scale(page, scores)
    best = _by_lines(scale)
    for anchor, rows in _anchors(page, scale).items():
        for layout in _readings(anchor, rows, scale):
            if layout.total > best.total:
                best = layout
    return _without_heading(page, scale, _with_first_post(page, scale, best))


def _by_lines(scale: _Scale) -> Layout:
    """Take every line that stands up to the surest lines of the dump, the better of two without text."""
    likely = np.sort(scale.raw[scale.raw > 0])
    if not len(likely):
        return Layout((), ())
    bar = BAR * scale.clipped[scale.raw >= likely[len(likely) // 2]].mean()
    kept: list[int] = []
    for row in np.flatnonzero(scale.raw > bar).tolist():
        if kept and scale.before[row] - scale.before[kept[-1] + 1] < LEAST_TEXT:
            if scale.raw[row] > scale.raw[kept[-1]]:
                kept[-1] = row
        else:
            kept.append(row)
    total = float(scale.clipped[kept].sum())
    kept = sorted([*kept, *_lone(scale, kept, LONE * bar)])
    return Layout(tuple(kept), tuple(kept), total=total)


def _lone(scale: _Scale, kept: Sequence[int], bar: float) -> Iterator[int]:
    """Find posts whose title stands alone between two surer ones; several such lines are inner headings."""
    for first, last in pairwise((*kept, len(scale.raw))):
        likely = np.flatnonzero(scale.raw[first + 1 : last] > bar) + first + 1
        if len(likely) == 1:
            row = int(likely[0])
            above = scale.before[row] - scale.before[first + 1]
            below = scale.before[last] - scale.before[row + 1]
            if min(above, below) >= LONE_TEXT:
                yield row


def _anchors(page: Page, scale: _Scale) -> dict[str, NDArray[np.int64]]:
    """Find what recurs: whole lines, their beginnings, their ends, lines of one pattern with a date."""
    found: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(page.rows):
        if row.template and row.width <= LONGEST_ANCHOR:
            for name in anchor_names(row.template):
                found[name].append(index)
    often = [(name, np.asarray(rows)) for name, rows in found.items() if len(rows) > 1]
    # What lies between two copies counts up to a few paragraphs, so that many copies beat distant ones.
    spread = [int(np.minimum(scale.text(rows[:-1] + 1, rows[1:]), 300).sum()) for _, rows in often]
    order = sorted(range(len(often)), key=lambda k: -spread[k])
    return dict(often[k] for k in order[:MOST_ANCHORS])


def anchor_names(template: str) -> tuple[str, ...]:
    """Give the names under which a line may recur, each once.

    >>> anchor_names("by Ann Lee on ‹date›")
    ('by Ann Lee on ‹date›', 'by Ann …', '… on ‹date›', 'w ‹date›')
    >>> anchor_names("Read more")
    ('Read more',)
    """
    names = [template]
    tokens = template.split()
    if len(tokens) > 2:
        names += [" ".join([*tokens[:2], "…"]), " ".join(["…", *tokens[-2:]])]
    if DATE_MARK in template:
        names.append(_pattern(tokens))
    return tuple(dict.fromkeys(names))


def _pattern(tokens: Sequence[str]) -> str:
    kinds: list[str] = []
    for token in tokens:
        if DATE_MARK in token or TIME_MARK in token:
            kinds.append(DATE_MARK if DATE_MARK in token else TIME_MARK)
        elif not any(c.isalpha() for c in token):
            kinds.append(token)
        elif kinds[-1:] != ["w"]:
            kinds.append("w")
    return " ".join(kinds)


def _readings(anchor: str, rows: NDArray[np.int64], scale: _Scale) -> Iterator[Layout]:
    """Read an anchor as head of every post, with a title near it or none, and as foot of every post."""
    head = Layout((), (), "head", anchor, len(rows))
    for offset in HEAD_OFFSETS:
        near = rows[(rows + offset >= 0) & (rows + offset < len(scale.raw))]
        titles = near + offset
        # With a paragraph between title and anchor the anchor is no head; it closes what it follows.
        if not len(near) or scale.text(titles + 1, near).mean() < scale.paragraph:
            opens = OPENS_DUMP if offset and DATE_MARK in anchor else 0.0
            yield _rate(head, np.minimum(titles, near), titles, (scale, opens))
    if DATE_MARK in anchor:
        yield _rate(head, rows, rows[:0], (scale, OPENS_DUMP))
    for offset in FOOT_OFFSETS:
        titles = _after_feet(rows, offset, scale)
        yield _rate(replace(head, role="foot"), titles, titles, (scale, 0.0))


def _after_feet(rows: NDArray[np.int64], offset: int, scale: _Scale) -> NDArray[np.int64]:
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


def _rate(layout: Layout, starts: NDArray[np.int64], titles: NDArray[np.int64], by: tuple[_Scale, float]) -> Layout:
    """Fill in a layout and its total; `by` also says what it gains for opening the dump."""
    if not len(starts):
        return layout
    scale, opens = by
    heads = titles if len(titles) else starts
    ends = np.append(starts[1:], len(scale.raw))
    total = float(scale.clipped[titles].sum())
    total += (DATED_BONUS if DATE_MARK in layout.anchor else PLAIN_BONUS) * (len(starts) - 1)
    total += opens if starts[0] == 0 else 0.0
    total -= EMPTY_POST * int((scale.text(heads + 1, ends) < LEAST_TEXT).sum())
    return replace(layout, starts=tuple(starts.tolist()), titles=tuple(titles.tolist()), total=total)


def _with_first_post(page: Page, scale: _Scale, layout: Layout) -> Layout:
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


def _without_heading(page: Page, scale: _Scale, layout: Layout) -> Layout:
    """Begin one row later where the first row is no title like the others but the row below it is.

    The heading of a listing page looks like a title; unlike the titles it has no text right below.
    """
    if layout.titles[:1] != (0,) or layout.starts[0] or len(layout.titles) < 3 or layout.titles[1] < 3:
        return layout
    others = sum(page.prose(row + 1) for row in layout.titles[1:])
    if page.prose(1) or not page.prose(2) or scale.raw[1] < HEADROOM or 2 * others < len(layout.titles):
        return layout
    return replace(layout, starts=(1, *layout.starts[1:]), titles=(1, *layout.titles[1:]))
