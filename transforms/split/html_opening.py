"""The post that opens a thread, where its markup is not that of the replies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from transforms.split.html_body import find_bodies
from transforms.split.html_groups import Span, tokens
from transforms.split.html_layout import OUTSIDE
from transforms.split.html_marks import Marks, nodes_within
from transforms.split.html_tree import Page

# The name of a body must be that of this share of the replies' bodies.
SHARED: Final = 0.7
# A body holds at least this many characters outside links; its post holds this many more around it (name, date).
LEAST_PROSE: Final = 20
AROUND: Final = 300


def find_opening(page: Page, marks: Marks, spans: Sequence[Span], single: Span | None) -> Span | None:
    """Find the post that opens a thread: one that resembles the replies, else the text of the page with its heading.

    Where the replies are dated the post that they reply to has a date too, or at least a name.
    """
    found = _like_replies(page, spans)
    dates = sum(marks.dated[stop] > marks.dated[first] for first, stop in spans)
    if found and dates > SHARED * len(spans) and marks.dated[found[1]] == marks.dated[found[0]]:
        found = found if nodes_within(marks.authors, found) else None
    if found or not single or single[0] >= spans[0][0]:
        return found
    first, stop = _before(page, single, spans[0][0])
    headed = marks.headed[stop] - marks.headed[first]
    dated = marks.dated[stop] - marks.dated[first]
    prose = page.prose[stop] - page.prose[first]
    return (first, stop) if headed and dated and prose >= LEAST_PROSE else None


def _before(page: Page, span: Span, start: int) -> Span:
    """Cut a span before the element that holds the first reply."""
    first, stop = span
    if stop <= start:
        return span
    if page.stops[first] == stop:
        first += 1
    node = first
    while page.stops[node] <= start:
        node = page.stops[node]
    return first, node


def _like_replies(page: Page, spans: Sequence[Span]) -> Span | None:
    """Find an element before the replies whose body bears a name that the bodies of the replies bear."""
    holders = [
        first - 1 for (first, _), span in zip(find_bodies(page, spans, ()), spans, strict=True) if first > span[0]
    ]
    names = Counter(name for holder in holders for name in tokens(page, holder) if name)
    shared = {name for name, count in names.items() if count >= SHARED * len(spans)}
    start = spans[0][0]
    for node in range(1, start if shared else 0):
        if page.stops[node] <= start and page.attributes[node] and page.tags[node] not in OUTSIDE:
            prose = page.prose[page.stops[node]] - page.prose[node]
            if prose >= LEAST_PROSE and not shared.isdisjoint(tokens(page, node)):
                return _widened(page, node, start)
    return None


def _widened(page: Page, node: int, start: int) -> Span:
    """Widen a body to the element that holds its name and date too, but no reply."""
    most = page.size(node, page.stops[node]) + AROUND
    while True:
        above = page.parents[node]
        stop = page.stops[above]
        if above <= 0 or page.tags[above] == "body" or stop > start or page.size(above, stop) > most:
            return node, page.stops[node]
        node = above
