"""The one post of a page without a repeated structure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from transforms.split.html_body import find_bodies
from transforms.split.html_groups import Span
from transforms.split.html_layout import OUTSIDE
from transforms.split.html_marks import Marks
from transforms.split.html_names import HEADINGS
from transforms.split.html_tree import Page

# The element that holds a heading with the text may hold this much more than the text.
AROUND: Final = 1.6
# Fewer characters outside links than this are no post.
LEAST_PROSE: Final = 60


def find_single(page: Page, marks: Marks, members: Sequence[Span]) -> Span | None:
    """Find the element that holds the text of the page together with its heading, None where there is no text.

    Members of a list found on the page do not count as its text.
    """
    body = next((n for n, tag in enumerate(page.tags) if tag == "body"), 0)
    outside = [n for n, tag in enumerate(page.tags) if tag in OUTSIDE] + [n for n, _ in members]
    span = find_bodies(page, [(body + 1, page.stops[body])], outside)[0]
    prose = page.prose[span[1]] - page.prose[span[0]]
    if prose < LEAST_PROSE:
        return None
    node = span[0] - 1
    while node > body and not _heading_in(page, marks, node, span[0]):
        above = page.parents[node]
        whole = page.prose[page.stops[above]] - page.prose[above]
        if above <= body or (whole > AROUND * prose and not _heading_in(page, marks, above, span[0])):
            break
        node = above
    if node <= body:
        return span
    return (node, page.stops[node])


def _heading_in(page: Page, marks: Marks, node: int, start: int) -> bool:
    """Say whether a heading stands in an element at or soon after its beginning."""
    near = marks.headed[min(start + 8, page.stops[node])] - marks.headed[node]
    return near > 0 or page.tags[node] in HEADINGS
