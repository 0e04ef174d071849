"""Which of the candidates on a page are its posts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.split.html_groups import Group, Span, find_groups
from transforms.split.html_marks import Marks
from transforms.split.html_tree import Page

Nodes = NDArray[np.int64]
# Text in links counts a fifth: a list of headlines has some, a menu should not win by its words.
LINK_WEIGHT: Final = 0.2
# A post of fewer characters than this is hardly one.
TINY: Final = 25
# A candidate must hold this share of the page's text, and reach this score, to be taken at all.
LEAST_COVER: Final = 0.12
LEAST_SCORE: Final = 0.25
# What a set of posts is worth: for its text alone, for dates, for headings that are links, for a usual name.
FOR_TEXT: Final = 0.3
FOR_DATES: Final = 0.3
FOR_LINKS: Final = 0.3
FOR_NAMES: Final = 0.05
# A heading without a link may as well open a section of one post; it counts where dates stand beside it.
PLAIN_HEADING: Final = 0.7
MOST_WORTH: Final = FOR_TEXT + FOR_DATES + FOR_LINKS + FOR_NAMES
# Scores that differ by less are the same score.
TIE: Final = 0.001
# The usual names of a post: a small bonus where two candidates are alike otherwise.
NAMES: Final = ("hentry", "h-entry", "post", "article", "entry", "message", "comment", "Posting")
# Looks of dates, and of headings, that are told apart; a page seldom has more that matter.
LOOKS: Final = 4
# The name of an author is worth this much of a date (dates like "two hours ago" are not known as such).
NAME_FOR_DATE: Final = 0.6
# Signs in fewer of the members than this are of no meaning; text without any sign is not posts.
LEAST_SIGNED: Final = 0.4
# From the first to the last post of a thread more than this share of the members is dated.
LEAST_DATED: Final = 0.8
# A second date, or a second linked heading, in a member takes this share off.
CROWD: Final = 0.3
# Runs of siblings count a little less than elements: an element that holds a post is the better evidence.
RUNS: Final = 0.97
RUN: Final = "runs"
# Of 0.5, 0.6 and 0.75 the best on the labelled forums, where much of a page is not posts.
COVER_POWER: Final = 0.6
# Members of which the smaller half has less than this share of the mean are columns rather than posts; a
# candidate loses up to EVEN of its worth for that.
LOPSIDED: Final = 0.3
EVEN: Final = 0.3
# What a candidate loses at most for members that are hardly posts.
TINY_LOSS: Final = 0.5
OUTSIDE: Final = frozenset(("nav", "aside", "footer"))


@dataclass(frozen=True, slots=True)
class Layout:
    """The posts of a page as spans of nodes, and what they have in common.

    `cover` is the share of the page's text that they hold; `linked` says whether most have a heading that is a link.
    """

    spans: tuple[Span, ...]
    likeness: str
    cover: float
    linked: bool


@dataclass(frozen=True, slots=True)
class _Sums:
    """The running sums of a page as arrays."""

    chars: Nodes
    weight: NDArray[np.float64]
    dated: tuple[Nodes, ...]
    linked: Nodes
    headed: tuple[Nodes, ...]
    named: tuple[Nodes, ...]
    total: float


def find_layout(page: Page, marks: Marks) -> Layout | None:
    """Choose the candidate that looks most like the posts of the page, None where none does."""
    sums = _sums(page, marks)
    best, best_rank = None, (LEAST_SCORE, 0)
    for group in find_groups(page, marks):
        first, stop = group.spans[0][0], group.spans[-1][1]
        if sums.weight[stop] - sums.weight[first] < LEAST_COVER * sums.total:
            continue
        for variant in (group, *_with_signs(group, sums)):
            score, width = _score(variant, sums, best_rank[0])
            rank = (round(score, 3), width)
            if rank > best_rank:
                best, best_rank = variant, rank
    if best is None:
        return None
    best = _without_loose_ends(best, marks)
    held = sum(float(sums.weight[stop] - sums.weight[first]) for first, stop in best.spans)
    links = sum(int(sums.linked[stop] > sums.linked[first]) for first, stop in best.spans)
    return Layout(best.spans, best.likeness, held / sums.total, links > len(best.spans) / 2)


def _without_loose_ends(group: Group, marks: Marks) -> Group:
    """Leave out the members before the first and after the last that has a date, where headings are no links.

    A thread is dated throughout; what follows it side by side ("page 1 of 1", other threads) is not.
    """
    spans = group.spans
    if group.likeness.startswith(RUN) or any(marks.linked[stop] > marks.linked[first] for first, stop in spans):
        return group
    dated = [n for n, (first, stop) in enumerate(spans) if marks.dated[stop] > marks.dated[first]]
    if len(dated) < 2 or len(dated) <= LEAST_DATED * (dated[-1] + 1 - dated[0]):
        return group
    return Group(spans[dated[0] : dated[-1] + 1], group.likeness)


def _sums(page: Page, marks: Marks) -> _Sums:
    chars = np.asarray(page.chars, np.int64)
    prose = np.asarray(page.prose, np.int64)
    weight = prose + LINK_WEIGHT * (chars - prose)
    total = float(weight[-1])
    node = 1
    while node < len(page.tags):
        if page.tags[node] in OUTSIDE:
            total -= float(weight[page.stops[node]] - weight[node])
            node = page.stops[node]
        else:
            node += 1
    dated = _by_look(page, [(date.node, date.signature) for date in marks.dates])
    named = _by_look(page, [(node, marks.signatures[node]) for node in marks.authors])
    headed = _by_look(page, [(node, marks.signatures[node]) for node in marks.headings])
    return _Sums(chars, weight, dated, np.asarray(marks.linked, np.int64), headed, named, max(total, 1.0))


def _by_look(page: Page, signs: list[tuple[int, str]]) -> tuple[Nodes, ...]:
    """Sum up the signs of each of the looks that are most frequent."""
    rows = []
    for look, _ in Counter(look for _, look in signs).most_common(LOOKS):
        row = np.zeros(len(page.tags) + 1, np.int64)
        row[[node + 1 for node, sign in signs if sign == look]] = 1
        rows.append(row.cumsum())
    return tuple(rows)


def _with_signs(group: Group, sums: _Sums) -> list[Group]:
    """Leave out the members without a date, or without a heading that is a link, where some have one."""
    spans = np.asarray(group.spans, np.int64)
    first, stop = spans[:, 0], spans[:, 1]
    variants = []
    for row in (*sums.dated, sums.linked):
        having = row[stop] > row[first]
        if 1 < having.sum() < len(spans):
            kept = tuple(span for span, has in zip(group.spans, having.tolist(), strict=True) if has)
            variants.append(Group(kept, group.likeness))
    return variants


def _score(group: Group, sums: _Sums, least: float) -> tuple[float, int]:
    """Say how much a candidate looks like posts, and how many characters it holds in all.

    One that can't reach the least score, whatever its signs, is not looked at further.
    """
    spans = np.asarray(group.spans, np.int64)
    size = sums.chars[spans[:, 1]] - sums.chars[spans[:, 0]]
    first, stop = spans[size >= TINY].T
    if len(first) < 2:
        return 0.0, 0
    weight = sums.weight[stop] - sums.weight[first]
    cover = min(float(weight.sum()) / sums.total, 1.0) ** COVER_POWER
    small = 1 - TINY_LOSS * (1 - len(first) / len(spans))
    more = len(first) / (len(first) + 1)  # of two candidates that are alike, the one with more posts
    kind = RUNS if group.likeness.startswith(RUN) else 1.0
    if cover * small * more * kind * MOST_WORTH < least - TIE:
        return 0.0, 0
    worth = _worth(first, stop, sums)
    if worth:
        worth += FOR_NAMES * any(name in group.likeness for name in NAMES)
    return cover * worth * small * more * kind * _evenness(weight), int(size.sum())


def _worth(first: Nodes, stop: Nodes, sums: _Sums) -> float:
    """Weigh the signs of the members; text without any sign is worth nothing."""
    dated = _best_share(sums.dated, first, stop)
    dated = max(dated, NAME_FOR_DATE * _best_share(sums.named, first, stop))
    dated = dated if dated >= LEAST_SIGNED else 0.0
    links = sums.linked[stop] - sums.linked[first]
    linked: float = np.count_nonzero(links) / len(links)
    if dated > 0.5:
        linked = max(linked, PLAIN_HEADING * _best_share(sums.headed, first, stop))
    if not dated and linked < LEAST_SIGNED:
        return 0.0
    crowd = 1 + CROWD * max(int(links.sum()) / len(links) - 1, 0)
    return (FOR_TEXT + FOR_DATES * dated + FOR_LINKS * linked) / crowd


def _evenness(weight: NDArray[np.float64]) -> float:
    lower = np.sort(weight)[: max(1, len(weight) // 2)]
    mean = float(weight.sum()) / len(weight)
    even = min(1.0, float(lower.sum()) / len(lower) / (LOPSIDED * mean + 1))
    return 1 - EVEN + EVEN * even


def _best_share(rows: tuple[Nodes, ...], first: Nodes, stop: Nodes) -> float:
    return max((_share(row, first, stop) for row in rows), default=0.0)


def _share(row: Nodes, first: Nodes, stop: Nodes) -> float:
    """Give the share of members that have a sign, less where members have several: they may be several posts."""
    signs = row[stop] - row[first]
    having = np.count_nonzero(signs)
    return having / len(signs) / (1 + CROWD * (int(signs.sum()) / having - 1)) if having else 0.0
