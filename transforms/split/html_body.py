"""Where the words of each post stand inside it, and what inside them is not the author's."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Final

from transforms.split.html_groups import Span, tokens
from transforms.split.html_marks import DIGITS
from transforms.split.html_tree import Page

# Elements that can hold the whole text of a post.
BODY_HOLDERS_NAMES: Final = "div section article td tr table tbody main dd li center span ul ol form"
BODY_HOLDERS: Final = frozenset(BODY_HOLDERS_NAMES.split())
# One child must hold this share of the text of all posts before the search for the body goes into it:
# below it, text is lost on the labelled pages; above it, bylines and share bars stay.
MOST_TEXT: Final = 0.65
# ... and this share of the posts must have exactly one such child.
ONE_EACH: Final = 0.7
# A line that this share of the posts repeats is the page's, not the author's.
REPEATED: Final = 0.5
LONGEST_LINE: Final = 80
# Plain elements that can hold a line of links of the page; a list of links is an author's as well.
LINE_HOLDERS: Final = frozenset(("p", "td"))
# Brackets, bars and dots around links come to no more than this.
SIGNS: Final = 4
# Elements of more nodes than this are not looked at: a signature has fewer, and the search stays linear.
LARGEST_BLOCK: Final = 56
VERBATIM: Final = frozenset(("blockquote", "pre", "code"))
RUNNING: Final = frozenset(("p", "em", "strong", "b", "i"))
PLAIN_NAMES: Final = "p li a ul ol em strong b i u h1 h2 h3 h4 h5 h6 tr td table br"
PLAIN: Final = frozenset(PLAIN_NAMES.split())
DRESS: Final = frozenset(("class", "id", "role", "rel", "onclick", "itemprop"))
# Words beside a date, name or tag in its line ("Posted by", "Filed under") come to no more than this.
AROUND_SIGNS: Final = 40
# These are never a line of a post.
WHOLE: Final = frozenset(("article", "section", "body", "main"))
FURNITURE: Final = frozenset(("nav", "button", "form", "label", "input"))


def repeated_lines(page: Page, spans: Sequence[Span]) -> set[int]:
    """Find what the page adds to its posts.

    These are short elements whose words stand in at least half of the posts, and longer ones (a signature, an
    advertisement) that recur word for word.
    """
    if len(spans) < 2:
        return set()
    lines: defaultdict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for index, span in enumerate(spans):
        most = page.size(*span) // 2
        for node in _dressed(page, span):
            end = page.stops[node]
            if page.size(node, end) <= most:
                lines[page.tags[node], DIGITS.sub("0", page.text(node, end))].append((index, node))
    least = max(2, REPEATED * len(spans))
    found: set[int] = set()
    for (_, text), places in lines.items():
        if len({index for index, _ in places}) >= (least if len(text) <= LONGEST_LINE else 2):
            found.update(node for _, node in places)
    return found


def _dressed(page: Page, span: Span) -> list[int]:
    """List the elements that the page may have added, outside quotes and code.

    These have attributes of their own or hold only links.

    What an author repeats (a greeting, a list of earlier posts) is a plain paragraph or a plain item.
    """
    found, node = [], span[0]
    while node < span[1]:
        tag, end = page.tags[node], page.stops[node]
        if tag in VERBATIM:
            node = end
            continue
        dressed = tag and (tag not in PLAIN or DRESS & page.attributes[node].keys() or _all_links(page, node))
        amid = page.tags[page.parents[node]] in RUNNING
        if dressed and not amid and end - node <= LARGEST_BLOCK and page.size(node, end) > 1:
            found.append(node)
        node += 1
    return found


def _all_links(page: Page, node: int) -> bool:
    """Say whether a plain block holds nothing but links, a sign or two aside ("[Link]", "(Leave a comment)")."""
    end = page.stops[node]
    beside = page.prose[end] - page.prose[node]
    return page.tags[node] in LINE_HOLDERS and beside <= SIGNS and page.size(node, end) > beside


def find_bodies(page: Page, spans: Sequence[Span], skip: Iterable[int]) -> list[Span]:
    """Go down while one kind of child holds most of the text of all posts; give the span of each body."""
    weight = _weights(page, skip)
    bodies = list(spans)
    while True:
        kids = [_top_nodes(page, span) for span in bodies]
        chosen = _main_child(page, kids, weight)
        if chosen is None:
            return bodies
        # A post cut out of another one ends before its element does.
        bodies = [
            (node + 1, min(page.stops[node], span[1])) if node else span
            for node, span in zip(chosen, bodies, strict=True)
        ]


def _weights(page: Page, skip: Iterable[int]) -> list[int]:
    """Sum up the characters outside what is skipped, text outside links counting five times."""
    weight = [
        4 * (page.prose[n + 1] - page.prose[n]) + page.chars[n + 1] - page.chars[n] for n in range(len(page.tags))
    ]
    for node in skip:
        stop = page.stops[node]
        weight[node:stop] = [0] * (stop - node)
    return [0, *accumulate(weight)]


def _top_nodes(page: Page, span: Span) -> list[int]:
    found, node = [], span[0]
    while node < span[1]:
        found.append(node)
        node = page.stops[node]
    return found


def _main_child(page: Page, kids: list[list[int]], weight: list[int]) -> list[int] | None:
    """Give each post's child of the kind that holds most of the text, 0 where it has not exactly one."""
    held: Counter[tuple[str, str]] = Counter()
    having: defaultdict[tuple[str, str], dict[int, list[int]]] = defaultdict(dict)
    total = 0
    for index, nodes in enumerate(kids):
        for node in nodes:
            text = weight[page.stops[node]] - weight[node]
            total += text
            if text and page.tags[node] in BODY_HOLDERS:
                for token in dict.fromkeys((*tokens(page, node), "")):
                    held[page.tags[node], token] += text
                    having[page.tags[node], token].setdefault(index, []).append(node)
    for kind, text in held.most_common():
        if text < MOST_TEXT * total:
            return None
        single = {index: nodes[0] for index, nodes in having[kind].items() if len(nodes) == 1}
        if len(single) >= ONE_EACH * len(having[kind]):
            return [single.get(index, 0) for index in range(len(kids))]
    return None


def sign_lines(page: Page, signs: Iterable[int], body: Span) -> set[int]:
    """Widen dates, names and tags to the lines that hold little else."""
    inside: list[int] = []
    for node in sorted(set(signs)):
        if body[0] <= node < body[1] and (not inside or node >= page.stops[inside[-1]]):
            inside.append(node)
    sums = [0, *accumulate(page.size(node, page.stops[node]) for node in inside)]
    found = set()
    for node in inside:
        wide = node
        while (above := page.parents[wide]) >= body[0] and page.stops[above] <= body[1]:
            stop = page.stops[above]
            own = sums[bisect_left(inside, stop)] - sums[bisect_left(inside, above)]
            if page.size(above, stop) - own > AROUND_SIGNS or page.tags[above] in WHOLE:
                break
            wide = above
        found.add(wide)
    return found
