"""Every set of elements on a page that could be its posts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from transforms.split.html_marks import Marks, without_digits
from transforms.split.html_names import HEADINGS
from transforms.split.html_tree import Page

# Elements that can hold a post. A link can, when a whole card is one.
HOLDERS_NAMES: Final = "div article section li tr td table tbody dl dd main center form blockquote a p ol ul"
HOLDERS: Final = frozenset(HOLDERS_NAMES.split())
# Elements that resemble each other by their tag alone.
NAMELESS: Final = frozenset(("article", "table"))
ONLY_TAG: Final = ("",)
NO_TOKENS: Final[tuple[str, ...]] = ()
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Group:
    """Spans of nodes that may be the posts of a page, and what they have in common in plain words."""

    spans: tuple[Span, ...]
    likeness: str


def find_groups(page: Page, marks: Marks) -> list[Group]:
    """List the candidates: elements of one name, siblings of one tag, runs from mark to mark."""
    holders: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for node, tag in enumerate(page.tags):
        if tag in HOLDERS and page.size(node, page.stops[node]):
            for token in tokens(page, node):
                holders[tag, token].append(node)
                if token:
                    holders["", token].append(node)
    groups = []
    for (tag, token), nodes in holders.items():
        if len(nodes) > 1 and (tag or len({page.tags[n] for n in nodes}) > 1):
            likeness = f"repeated <{tag or 'element'}{_shown(token)}>"
            groups += _from_nodes(page, nodes, likeness)
    for parent, tag in enumerate(page.tags):
        if tag and page.stops[parent] - parent > 2 and tag not in HEADINGS:
            groups += _from_children(page, marks, page.children(parent))
    return groups


def tokens(page: Page, node: int) -> tuple[str, ...]:
    """Name an element by its classes, its id and its schema, without digits, in their order.

    >>> from transforms.split.html_tree import parse
    >>> tokens(parse("<div class='post post-12' id=p7>x</div>"), 3)
    ('.post', '.post-', '#p')
    """
    attributes = page.attributes[node]
    bare = page.tags[node] in NAMELESS
    if not attributes:
        return ONLY_TAG if bare else NO_TOKENS
    found = _classes(attributes.get("class", ""))
    more = [""] if bare else []
    if name := attributes.get("id", ""):
        more.append("#" + without_digits(name.strip()))
    if name := attributes.get("itemprop", ""):
        more.append("%" + name)
    if schema := attributes.get("itemtype", ""):
        more.append("@" + schema.rsplit("/", 1)[-1])
    return (*found, *more) if more else found


@lru_cache(maxsize=4096)  # the elements of a page share few names
def _classes(value: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys("." + without_digits(name) for name in value.split()))


def _shown(token: str) -> str:
    kinds = {".": " class='{}…'", "#": " id='{}…'", "@": " itemtype='{}'", "%": " itemprop='{}'"}
    return kinds[token[0]].format(token[1:]) if token else ""


def _from_nodes(page: Page, nodes: list[int], likeness: str) -> list[Group]:
    """Take the outermost of the elements that share a name; where each holds the next, cut at the next."""
    outer: list[Span] = []
    for node in nodes:
        if not outer or node >= outer[-1][1]:
            outer.append((node, page.stops[node]))
    groups = [Group(tuple(outer), likeness)] if len(outer) > 1 else []
    if len(nodes) > len(outer) and len(nodes) > 2:
        stops = [*nodes[1:], len(page.tags)]
        cut = tuple((n, min(stop, page.stops[n])) for n, stop in zip(nodes, stops, strict=True))
        groups.append(Group(cut, likeness + ", one left open inside another"))
    return groups


def _from_children(page: Page, marks: Marks, children: list[int]) -> list[Group]:
    """Take siblings of one tag, and the runs that begin with siblings of one look."""
    kids = [c for c in children if page.tags[c] or page.size(c, c + 1)]
    if len(kids) < 2:
        return []
    looks = [_look(page, marks, kid) for kid in kids]
    by_tag: defaultdict[str, list[int]] = defaultdict(list)
    by_look: defaultdict[str, list[int]] = defaultdict(list)
    for index, kid in enumerate(kids):
        tag = page.tags[kid]
        if tag in HOLDERS and page.size(kid, page.stops[kid]):
            by_tag[tag].append(kid)
        if tag:
            by_look[looks[index]].append(index)
    groups = [
        Group(tuple((n, page.stops[n]) for n in nodes), f"<{tag}> elements side by side")
        for tag, nodes in by_tag.items()
        if len(nodes) > 1
    ]
    for look, places in by_look.items():
        if 1 < len(places) < len(kids) and look != "br":
            groups.append(Group(_runs(page, kids, looks, places), f"runs that begin with <{look}>"))
    return groups


def _look(page: Page, marks: Marks, node: int) -> str:
    """Tell siblings apart: by signature, a table row without one by its cells."""
    tag = page.tags[node]
    if tag == "tr":
        return f"{marks.signatures[node]}/{len(page.children(node))}"
    return marks.signatures[node] or "#text"


def _runs(page: Page, kids: list[int], looks: list[str], places: list[int]) -> tuple[Span, ...]:
    """Cut siblings into runs; the last ends before the first look that no other run has."""
    known = set(looks[places[0] : places[-1]]) | {"p", "#text"}
    end = places[-1] + 1
    while end < len(kids) and looks[end] in known:
        end += 1
    firsts = [kids[i] for i in places]
    return tuple(zip(firsts, [*firsts[1:], page.stops[kids[end - 1]]], strict=True))
