"""Title, date, author and tags of the posts of a page, each chosen by one rule for the whole page."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from transforms.describe.dates import Order, date_order, parse_date
from transforms.split.html_groups import Span
from transforms.split.html_marks import DateMark, Marks, heading_link, is_author
from transforms.split.html_tree import Page

# A heading that is a link is this much likelier a title; one at the end of its post this much less.
LINK_BONUS: Final = 1.4
LATE_LOSS: Final = 0.7
# Titles where there are no headings: this share of the first links has several words, and this share is unique.
WORDED: Final = 0.6
UNIQUE: Final = 0.9
# Text of more characters than this before the first link is the post itself.
LEAD: Final = 40
# A look that fewer posts than this share is not where this page writes its titles.
LEAST_SHARE: Final = 0.3
# A heading after no more characters than this (a date, a name) opens its post.
OPENING: Final = 60
LONGEST_TITLE: Final = 300
HASHTAGS: Final = re.compile(r"\s*(?:#[^#\n]{1,40}){1,40}\s*")
LONGEST_TAG: Final = 60


def choose_titles(page: Page, marks: Marks, spans: Sequence[Span]) -> list[int | None]:
    """Choose the heading of each post: the look that most posts have once, early, and each with other words."""
    headings = [n for n in marks.headings if not nodes_within(marks.authors, (n, page.stops[n]))]
    found = [headings[bisect_left(headings, first) : bisect_left(headings, stop)] for first, stop in spans]
    looks: defaultdict[tuple[str, bool], list[tuple[int, int]]] = defaultdict(list)
    for index, nodes in enumerate(found):
        for node in nodes:
            looks[marks.signatures[node], heading_link(page, node) is not None].append((index, node))
    ranked = sorted(looks, key=lambda look: -_title_rank(page, spans, looks[look], linked=look[1]))
    best = [look for look in ranked if _is_title_look(page, spans, looks[look])]
    titles: list[int | None] = [None] * len(spans)
    for look in best[:1] + [look for look in ranked if look[1] and look not in best[:1]]:
        for index, node in looks[look]:
            if titles[index] is None:
                titles[index] = node
    return titles


def _is_title_look(page: Page, spans: Sequence[Span], places: list[tuple[int, int]]) -> bool:
    """Say whether headings of one look are titles: most posts have one, or those that do begin with it."""
    if len({index for index, _ in places}) >= LEAST_SHARE * len(spans):
        return True
    return all(page.size(spans[index][0], node) <= OPENING for index, node in places)


def _title_rank(page: Page, spans: Sequence[Span], places: list[tuple[int, int]], *, linked: bool) -> float:
    """Rank a look of headings: how many posts have one, how early, how often it differs, how seldom it repeats."""
    first: dict[int, int] = {}
    for index, node in places:
        first.setdefault(index, node)
    texts = {page.text(node, page.stops[node]) for node in first.values()}
    before = [page.size(spans[index][0], node) / max(page.size(*spans[index]), 1) for index, node in first.items()]
    share = len(first) / len(spans)
    early = 1 - LATE_LOSS * sum(before) / len(before)
    return share * early * len(texts) / len(places) * (LINK_BONUS if linked else 1.0)


def leading_links(page: Page, spans: Sequence[Span]) -> list[int | None]:
    """Choose titles where the page has no headings: the link that opens most posts, each with other words."""
    found = [_leading_link(page, span) for span in spans]
    texts = [page.text(n, page.stops[n]) for n in found if n is not None]
    worded = sum(" " in text and len(text) > 12 for text in texts)
    if len(spans) < 2 or worded < WORDED * len(spans) or len(set(texts)) < UNIQUE * len(spans):
        return [None] * len(spans)
    return found


def _leading_link(page: Page, span: Span) -> int | None:
    for node in range(*span):
        size = page.size(node, page.stops[node])
        if page.tags[node] == "a" and 0 < size <= LONGEST_TITLE:
            return None if is_author(page, node) else node
        if not page.tags[node] and size > LEAD:
            return None
    return None


def choose_dates(marks: Marks, spans: Sequence[Span]) -> list[DateMark | None]:
    """Choose the date of each post: of all looks of dates, the one that most posts have and that runs in order."""
    looks: defaultdict[str, dict[int, list[DateMark]]] = defaultdict(dict)
    nodes = [date.node for date in marks.dates]
    for index, (first, stop) in enumerate(spans):
        for date in marks.dates[bisect_left(nodes, first) : bisect_left(nodes, stop)]:
            looks[date.signature].setdefault(index, []).append(date)
    order = date_order([date.text for date in marks.dates])
    ranks = {look: _date_rank(found, order, len(spans)) for look, found in looks.items()}
    ranked = sorted(looks, key=lambda look: -ranks[look])
    chosen: list[DateMark | None] = [None] * len(spans)
    for place, look in enumerate(ranked):
        if place and len(looks[look]) > 0.5 * len(spans) and len(spans) > 2:
            continue  # a second date that most posts carry is another fact: when its author joined, when it was edited
        for index, found in looks[look].items():
            chosen[index] = chosen[index] or found[0]
    return chosen


def _date_rank(found: dict[int, list[DateMark]], order: Order | None, count: int) -> float:
    """Rank a look of dates: how many posts have one, and how far they run in order."""
    moments = [parsed.moment for index in sorted(found) if (parsed := parse_date(found[index][0].text, order))]
    steps = list(pairwise(moments))
    rising = sum(a <= b for a, b in steps)
    falling = sum(a >= b for a, b in steps)
    run = max(rising, falling) / len(steps) if steps else 0.5
    crowd = sum(map(len, found.values())) / len(found)
    return float(len(found) / count * (0.5 + 0.5 * run) / crowd**0.5 * (0.5 + 0.5 * bool(moments)))


def dates_above(marks: Marks, spans: Sequence[Span]) -> list[DateMark | None]:
    """Give for each post the last date before it outside all posts: the date that stands over several posts of a day.

    A look that comes only once outside the posts is no such date.
    """
    firsts = [first for first, _ in spans]
    free = []
    for date in marks.dates:
        place = bisect_right(firsts, date.node) - 1
        if place < 0 or date.node >= spans[place][1]:
            free.append(date)
    counts = Counter(date.signature for date in free)
    nodes = [date.node for date in free]
    last = (free[place - 1] if (place := bisect_left(nodes, first)) else None for first in firsts)
    return [date if date and counts[date.signature] > 1 else None for date in last]


def nodes_within(nodes: Sequence[int], span: Span) -> Sequence[int]:
    """Give those of some nodes in order that lie in a span."""
    return nodes[bisect_left(nodes, span[0]) : bisect_left(nodes, span[1])]


def author_name(page: Page, nodes: Sequence[int]) -> str | None:
    """Read the author's name: the innermost element or link of the first that names one."""
    if not nodes:
        return None
    first = nodes[0]
    inside = [n for n in nodes if n < page.stops[first]]
    links = [n for n in range(first, page.stops[first]) if page.tags[n] == "a" and page.size(n, page.stops[n])]
    node = links[0] if links else inside[-1]
    return page.text(node, page.stops[node]) or None


def hashtag_lines(page: Page, span: Span) -> list[int]:
    """List the texts that consist of hashtags only, each the line of an element of its own."""
    return [n for n in range(*span) if "#" in page.texts[n] and HASHTAGS.fullmatch(page.texts[n])]


def tag_nodes(page: Page, span: Span) -> list[int]:
    """List the links that name a tag or category of the post."""
    found = []
    for node in range(*span):
        if page.tags[node] == "a":
            rel = page.attribute(node, "rel").lower().split()
            if ("tag" in rel or "category" in rel) or "p-category" in page.attribute(node, "class").split():
                found.append(node)
    return [n for n in found if 0 < page.size(n, page.stops[n]) <= LONGEST_TAG]
