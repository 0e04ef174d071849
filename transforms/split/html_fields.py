"""Title, date, author and tags of the posts of a page, each chosen by one rule for the whole page."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final

from transforms.describe.dates import Order, date_order, parse_date
from transforms.split.html_groups import Span
from transforms.split.html_marks import DateMark, Marks, heading_link, nodes_within
from transforms.split.html_tree import Page

# Being later than all other dates of its post decides between looks of dates that are alike otherwise.
LATEST: Final = 0.02
# A date after more than this share of its post closes it.
CLOSING: Final = 0.8
# A heading that is a link is this much likelier a title; one at the end of its post this much less.
LINK_BONUS: Final = 1.4
LATE_LOSS: Final = 0.7
# A look that fewer posts than this share is not where this page writes its titles.
LEAST_SHARE: Final = 0.3
# A heading after no more characters than this (a date, a name) opens its post.
OPENING: Final = 60
# Headings without links of which more than this share say the same are labels.
SAME_WORDS: Final = 0.6
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
    best = [look for look in ranked if _is_title_look(page, spans, looks[look], linked=look[1])]
    titles: list[int | None] = [None] * len(spans)
    for look in best[:1] + [look for look in ranked if look[1] and look not in best[:1]]:
        for index, node in looks[look]:
            if titles[index] is None:
                titles[index] = node
    return titles


def _is_title_look(page: Page, spans: Sequence[Span], places: list[tuple[int, int]], *, linked: bool) -> bool:
    """Say whether headings of one look are titles: most posts have one, or those that do begin with it.

    Those that say the same in most posts and lead nowhere ("Member", "Comments") are none.
    """
    if len({index for index, _ in places}) >= LEAST_SHARE * len(spans):
        words = Counter(page.text(node, page.stops[node]) for _, node in places)
        node = places[0][1]
        linked = linked or "a" in page.tags[node : page.stops[node]]
        return linked or len(places) < 3 or words.most_common(1)[0][1] <= SAME_WORDS * len(places)
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


def choose_dates(page: Page, marks: Marks, spans: Sequence[Span]) -> list[DateMark | None]:
    """Choose the date of each post: of all looks of dates, the one that most posts have and that runs in order."""
    looks: defaultdict[str, dict[int, list[DateMark]]] = defaultdict(dict)
    nodes = [date.node for date in marks.dates]
    for index, (first, stop) in enumerate(spans):
        for date in marks.dates[bisect_left(nodes, first) : bisect_left(nodes, stop)]:
            looks[date.signature].setdefault(index, []).append(date)
    order = date_order([date.text for date in marks.dates])
    moments = {look: _moments(found, order) for look, found in looks.items()}
    ranks = {look: _date_rank(found, moments[look], len(spans)) for look, found in looks.items()}
    opening = {look: moments[look] for look, found in looks.items() if not _is_closing(page, spans, found)}
    for look in looks:
        ranks[look] *= 1 - LATEST + LATEST * (_latest(look, opening) if look in opening else 0.0)
    ranked = sorted(looks, key=lambda look: -ranks[look])
    chosen: list[DateMark | None] = [None] * len(spans)
    for place, look in enumerate(ranked):
        if place and len(looks[look]) > 0.5 * len(spans) and len(spans) > 2:
            continue  # a second date that most posts carry is another fact: when its author joined, when it was edited
        for index, found in looks[look].items():
            chosen[index] = chosen[index] or found[0]
    return chosen


def _moments(found: dict[int, list[DateMark]], order: Order | None) -> dict[int, datetime]:
    """Read the first date that each post has of one look."""
    parsed = {index: parse_date(found[index][0].text, order) for index in sorted(found)}
    return {index: published.moment for index, published in parsed.items() if published}


def _latest(look: str, moments: dict[str, dict[int, datetime]]) -> float:
    """Give the share of the posts with dates of several looks in which those of one look are the latest.

    Nobody writes before having joined.
    """
    others = [dates for other, dates in moments.items() if other != look]
    beside = [(moment, dates[index]) for index, moment in moments[look].items() for dates in others if index in dates]
    return sum(one > other for one, other in beside) / len(beside) if beside else 1.0


def _is_closing(page: Page, spans: Sequence[Span], found: dict[int, list[DateMark]]) -> bool:
    """Say whether dates of one look stand at the end of their posts, as the date of a change does."""
    late = [page.size(spans[n][0], dates[0].node) > CLOSING * page.size(*spans[n]) for n, dates in found.items()]
    return sum(late) > len(late) / 2


def _date_rank(found: dict[int, list[DateMark]], moments: dict[int, datetime], count: int) -> float:
    """Rank a look of dates: how many posts have one, and how far they run in order."""
    steps = list(pairwise(moments.values()))
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
