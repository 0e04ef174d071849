"""Titles and names that only their place gives away: what stands first in each post, in one look, other each time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from transforms.split.html_groups import Span
from transforms.split.html_marks import DATE, LONGEST_NAME, Marks, is_author, nodes_within
from transforms.split.html_names import BLOCKS
from transforms.split.html_tree import Page

# Of the first links or bold lines of posts this share has several words, and this share is unique: they are titles.
WORDED: Final = 0.6
UNIQUE: Final = 0.9
# Text of more characters than this before the first link is the post itself.
LEAD: Final = 40
# A bold line has no more characters than this before it: a name, a date, a link.
BEFORE: Final = 80
LONGEST_TITLE: Final = 300
BOLD: Final = frozenset(("b", "strong"))
# Names open this share of the posts, in one look, and have at most so many words.
NAMED: Final = 0.8
MOST_WORDS: Final = 3


def leading_titles(page: Page, marks: Marks, spans: Sequence[Span]) -> list[int | None]:
    """Choose titles where a page has no headings: the link, or else the bold line, that opens most posts."""
    finders: tuple[Callable[[Page, Marks, Span], int | None], ...] = (_leading_link, _bold_line)
    for find in finders:
        found = [find(page, marks, span) for span in spans]
        texts = [page.text(n, page.stops[n]) for n in found if n is not None]
        worded = sum(" " in text and len(text) > 12 for text in texts)
        if len(spans) > 1 and worded >= WORDED * len(spans) and len(set(texts)) >= UNIQUE * len(spans):
            return found
    return [None] * len(spans)


def _leading_link(page: Page, marks: Marks, span: Span) -> int | None:  # noqa: ARG001 (one of several finders)
    for node in range(*span):
        size = page.size(node, page.stops[node])
        if page.tags[node] == "a" and 0 < size <= LONGEST_TITLE:
            return None if is_author(page, node) else node
        if not page.tags[node] and size > LEAD:
            return None
    return None


def _bold_line(page: Page, marks: Marks, span: Span) -> int | None:
    """Find the first bold element that ends its line and is neither a name nor a date."""
    for node in range(*span):
        if page.size(span[0], node) > BEFORE:
            return None
        stop = page.stops[node]
        if page.tags[node] not in BOLD or not 0 < page.size(node, stop) <= LONGEST_TITLE:
            continue
        ends = stop >= page.stops[page.parents[node]] or page.tags[stop] == "br" or page.tags[stop] in BLOCKS
        if ends and not nodes_within(marks.authors, (node, stop)) and not DATE.search(page.text(node, stop)):
            return node
    return None


def leading_names(page: Page, marks: Marks, spans: Sequence[Span]) -> list[int | None]:
    """Choose the authors of a thread that marks them by nothing but their place: the first words of each message.

    The messages are dated, the words are few, in an element of one look, and not the same everywhere.
    """
    found = [_first_element(page, span) for span in spans]
    looks = Counter(_look(marks, page, node) for node in found if node is not None)
    if len(spans) < 3 or not looks:
        return [None] * len(spans)
    look, count = looks.most_common(1)[0]
    named = [node if node is not None and _look(marks, page, node) == look else None for node in found]
    texts = {page.text(node, page.stops[node]) for node in named if node is not None}
    dated = sum(marks.dated[stop] > marks.dated[first] for first, stop in spans)
    if min(count, dated) < NAMED * len(spans) or len(texts) < 2:
        return [None] * len(spans)
    return named


def _look(marks: Marks, page: Page, node: int) -> str:
    return f"{marks.signatures[node]} < {marks.signatures[page.parents[node]]}"


def _first_element(page: Page, span: Span) -> int | None:
    """Give the element whose text is the first of a span, if that may be a name."""
    first = next((n for n in range(*span) if page.size(n, n + 1)), None)
    if first is None:
        return None
    node = page.parents[first]
    name = page.text(node, page.stops[node])
    apart = node >= span[0] and (page.tags[node] in BOLD or bool(page.attributes[node]))
    short = len(name) <= LONGEST_NAME / 2 and len(name.split()) <= MOST_WORDS
    return node if apart and short and name[:1].isalpha() and not DATE.search(name) else None
