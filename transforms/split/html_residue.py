"""The text of a page that belongs to no post, and what it seems to be."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from transforms.records import Residue
from transforms.split.html_groups import Span
from transforms.split.html_places import end_of, outside, start_of
from transforms.split.html_tree import Page
from transforms.split.render import render

BY_TAG: Final = {"nav": "navigation", "aside": "sidebar", "footer": "footer", "header": "heading", "form": "form"}
BY_NAME: Final = (
    ("navigation", re.compile(r"nav|menu|breadcrumb|pagina|pager|skip", re.IGNORECASE)),
    ("sidebar", re.compile(r"side-?bar|widget", re.IGNORECASE)),
    ("comments", re.compile(r"comment|respond|disqus", re.IGNORECASE)),
    ("sharing", re.compile(r"shar(?:e|ing)|social", re.IGNORECASE)),
    ("footer", re.compile(r"foot|copyright|colophon", re.IGNORECASE)),
    ("heading", re.compile(r"head|banner|title", re.IGNORECASE)),
)
# Text of which this share stands in links leads elsewhere.
MOSTLY_LINKS: Final = 0.7


def residue_of(page: Page, spans: list[Span]) -> tuple[Residue, ...]:
    """Write what lies outside the posts, a row for each largest element."""
    rows = []
    for first, stop in outside(page, spans):
        text = render(page, first, stop)
        if text:
            start = start_of(page, first)
            end = end_of(page, stop)
            if end <= start:  # text behind the end of the page, or whose place can't be told
                end = start if stop < len(page.tags) else len(page.source)
            rows.append(Residue(start, end, _kind(page, first, stop), text))
    return _in_order(rows)


def _in_order(rows: list[Residue]) -> tuple[Residue, ...]:
    """End each row where the next one begins at the latest: broken tags hide the places of texts between them."""
    ordered, most = [], rows[-1].end if rows else 0
    for row in reversed(rows):
        end = min(row.end, most)
        most = min(row.start, end)
        ordered.append(row if (most, end) == (row.start, row.end) else replace(row, start=most, end=end))
    return tuple(reversed(ordered))


def _kind(page: Page, first: int, stop: int) -> str:
    """Say what a stretch outside the posts seems to be, from its own names, those around it and its links."""
    node = first
    while node > 0:
        tag, attributes = page.tags[node], page.attributes[node]
        if tag in ("body", "html"):
            break
        if tag in BY_TAG:
            return BY_TAG[tag]
        names = f"{attributes.get('class', '')} {attributes.get('id', '')}"
        for kind, pattern in BY_NAME:
            if pattern.search(names):
                return kind
        node = page.parents[node]
    size = page.size(first, stop)
    prose = page.prose[stop] - page.prose[first]
    if size - prose > MOSTLY_LINKS * size:
        return "navigation"
    return "heading" if page.tags[first] in ("h1", "h2", "h3") else "other"
