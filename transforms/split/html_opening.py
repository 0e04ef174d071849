"""The post that opens a thread, where its markup is not that of the replies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from transforms.split.html_body import find_bodies
from transforms.split.html_groups import Span, tokens
from transforms.split.html_layout import OUTSIDE
from transforms.split.html_tree import Page

# The name of a body must be that of this share of the replies' bodies.
SHARED: Final = 0.7
# A body holds at least this many characters outside links; its post holds this many more around it (name, date).
LEAST_PROSE: Final = 20
AROUND: Final = 300


def find_opening(page: Page, spans: Sequence[Span]) -> Span | None:
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
