"""Title, date, author and tags of the posts of a page, each chosen by one rule for the whole page."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from transforms.describe.dates import date_order, parse_date
from transforms.split.html_groups import Span
from transforms.split.html_marks import DateMark, Marks, heading_link
from transforms.split.html_tree import Page

# A look that fewer posts than this share is not where this page writes its titles.
LEAST_SHARE: Final = 0.3
# A heading after no more characters than this (a date, a name) opens its post.
OPENING: Final = 60
LONGEST_TITLE: Final = 300
AUTHOR_NAME: Final = re.compile(
    r"(?:^|[\s_-])(?:p-author|h-card|author|byline|username|user-?name|poster|fn)(?:$|[\s_-])", re.I
)
AUTHOR_PATH: Final = re.compile(
    r"(?:^|[/?&._-])(?:authors?|users?|members?|memberlist|profiles?|people|user_info)(?:[/?&._=-]|$)", re.I
)
HASHTAGS: Final = re.compile(r"\s*(?:#[^#\n]{1,40}){1,40}\s*")
LONGEST_NAME: Final = 60
LONGEST_TAG: Final = 60


def choose_titles(page: Page, marks: Marks, spans: Sequence[Span]) -> list[int | None]:
    """Choose the heading of each post: the look that most posts have once, early, and each with other words."""
    headings = [n for n in marks.headings if not _names_author(page, n)]
    found = [[n for n in headings if first <= n < stop] for first, stop in spans]
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


def _names_author(page: Page, heading: int) -> bool:
    return any(page.attributes[n] and _is_author(page, n) for n in range(heading, page.stops[heading]))


def _title_rank(page: Page, spans: Sequence[Span], places: list[tuple[int, int]], *, linked: bool) -> float:
    first: dict[int, int] = {}
    for index, node in places:
        first.setdefault(index, node)
    texts = {page.text(node, page.stops[node]) for node in first.values()}
    before = [page.size(spans[index][0], node) / max(page.size(*spans[index]), 1) for index, node in first.items()]
    share = len(first) / len(spans)
    early = 1 - 0.7 * sum(before) / len(before)
    return share * early * len(texts) / len(places) * (1.4 if linked else 1.0)


def leading_links(page: Page, spans: Sequence[Span]) -> list[int | None]:
    """Choose titles where the page has no headings: the link that opens most posts, each with other words."""
    found = [_leading_link(page, span) for span in spans]
    texts = [page.text(n, page.stops[n]) for n in found if n is not None]
    worded = sum(" " in text and len(text) > 12 for text in texts)
    if len(spans) < 2 or worded < 0.6 * len(spans) or len(set(texts)) < 0.9 * len(spans):
        return [None] * len(spans)
    return found


def _leading_link(page: Page, span: Span) -> int | None:
    for node in range(*span):
        size = page.size(node, page.stops[node])
        if page.tags[node] == "a" and 0 < size <= LONGEST_TITLE:
            return None if _is_author(page, node) else node
        if not page.tags[node] and size > 40:
            return None
    return None


def choose_dates(marks: Marks, spans: Sequence[Span]) -> list[DateMark | None]:
    """Choose the date of each post: of all looks of dates, the one that most posts have and that runs in order."""
    looks: defaultdict[str, dict[int, list[DateMark]]] = defaultdict(dict)
    for index, (first, stop) in enumerate(spans):
        for date in marks.dates:
            if first <= date.node < stop:
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


def _date_rank(found: dict[int, list[DateMark]], order: object, count: int) -> float:
    moments = [
        parsed.moment
        for index in sorted(found)
        if (parsed := parse_date(found[index][0].text, order)) is not None  # type: ignore[arg-type]
    ]
    steps = list(pairwise(moments))
    rising = sum(a <= b for a, b in steps)
    falling = sum(a >= b for a, b in steps)
    run = max(rising, falling) / len(steps) if steps else 0.5
    crowd = sum(map(len, found.values())) / len(found)
    return float(len(found) / count * (0.5 + 0.5 * run) / crowd**0.5 * (0.5 + 0.5 * bool(moments)))


def date_before(marks: Marks, spans: Sequence[Span], index: int) -> DateMark | None:
    """Give the date that stands over several posts of one day: the last one outside the posts before this one."""
    first = spans[index][0]
    between = [d for d in marks.dates if d.node < first and not any(a <= d.node < b for a, b in spans)]
    looks = [d.signature for d in marks.dates if not any(a <= d.node < b for a, b in spans)]
    if between and looks.count(between[-1].signature) > 1:
        return between[-1]
    return None


def _is_author(page: Page, node: int) -> bool:
    attributes = page.attributes[node]
    if "author" in attributes.get("rel", "").split() or "author" in attributes.get("itemprop", "").split():
        return True
    if page.tags[node] == "a" and AUTHOR_PATH.search(attributes.get("href", "")):
        return True
    return bool(AUTHOR_NAME.search(attributes.get("class", "")))


def author_nodes(page: Page, span: Span) -> list[int]:
    """List the small elements that name an author."""
    return [
        n
        for n in range(*span)
        if page.attributes[n] and 0 < page.size(n, page.stops[n]) <= LONGEST_NAME and _is_author(page, n)
    ]


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
