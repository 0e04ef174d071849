"""From nodes of a page back to offsets in its source."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Final

from transforms.split.html_groups import Span
from transforms.split.html_names import BLOCKS
from transforms.split.html_tree import Page

# Enough of a text to find it again; references ("&amp;") and tags end it.
LANDMARK: Final = re.compile(r"[^\s&<>]{1,20}")


def start_of(page: Page, node: int) -> int:
    """Give the offset at which a node begins; a text without a tag of its own is looked up behind the tag before it."""
    if node >= len(page.tags):
        return page.markup.end
    if page.offsets[node] >= 0:
        return page.offsets[node]
    before = next((page.offsets[n] for n in range(node - 1, -1, -1) if page.offsets[n] >= 0), -1)
    after = next((page.offsets[n] for n in range(node + 1, len(page.tags)) if page.offsets[n] >= 0), len(page.source))
    if page.tags[node]:
        return after  # made by the parser, it begins with what it holds
    floor = max(before, page.source.find(">", before, after) + 1) if before >= 0 else 0
    landmark = LANDMARK.search(page.texts[node])
    if landmark is None:
        return floor
    # Behind a closed element its text comes first, so the nearest to the next tag is meant.
    opens = not any(page.texts[n] for n in range(max(page.parents[node], 0), node))
    found = (page.source.find if opens else page.source.rfind)(landmark[0], floor, after)
    if found < 0:  # what the parser took for text is the end of a broken tag
        found = page.source.rfind(landmark[0], max(before, 0), after)
    return found if found >= 0 else floor


def end_of(page: Page, stop: int) -> int:
    """Give the offset at which a span of nodes ends: where the next element, or text that somebody reads, begins."""
    node = stop
    while node < len(page.tags) and not page.tags[node] and not page.size(node, node + 1):
        node += 1
    return start_of(page, node)


def outside(page: Page, spans: list[Span]) -> list[Span]:
    """List the largest spans with text in them that lie outside the given ones, a line of text as one."""
    firsts = [first for first, _ in spans]
    found: list[Span] = []
    node = 1
    while node < len(page.tags):
        place = bisect_left(firsts, node)
        if place < len(firsts) and firsts[place] == node:
            node = spans[place][1]
            continue
        stop = page.stops[node]
        if place < len(firsts) and firsts[place] < stop:
            node += 1  # a post begins inside
            continue
        if page.tags[node] in ("html", "body"):
            node += 1
            continue
        if page.size(node, stop):
            _add(page, found, (node, stop))
        node = stop
    return found


def _add(page: Page, found: list[Span], span: Span) -> None:
    """Add a span; text and inline elements that follow each other make one."""
    first = span[0]
    if found and _inline(page, first) and _inline(page, found[-1][0]):
        last = found[-1]
        between = range(last[1], first)
        if page.parents[last[0]] == page.parents[first] and not any(page.tags[n] for n in between):
            found[-1] = (last[0], span[1])
            return
    found.append(span)


def _inline(page: Page, node: int) -> bool:
    return page.tags[node] not in BLOCKS
