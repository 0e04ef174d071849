"""A parsed page as flat arrays in document order: what every later step reads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PreformattedString, Tag

from transforms.split.markup import OFFSET, Markup, mark

# Elements whose text nobody reads on the page.
UNREAD_NAMES: Final = (
    "head title script style template noscript select textarea svg iframe object audio video canvas button datalist"
)
UNREAD: Final = frozenset(UNREAD_NAMES.split())
BLOCKS_NAMES: Final = (
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr html li main menu nav ol p pre section summary table "
    "tbody td tfoot th thead tr ul"
)
BLOCKS: Final = frozenset(BLOCKS_NAMES.split())
HEADINGS: Final = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
SPACE: Final = re.compile(r"[ \t\n\r\f\v\u200b\ufeff]+")
# Text that only a screen reader speaks: class names that the usual style sheets share, or hidden outright.
SPOKEN: Final = re.compile(r"screen-?reader|(?:^| )(?:sr-only|visually-?hidden|a11y-hidden)", re.IGNORECASE)
UNSEEN: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """A page, node by node in document order; all lists have one entry a node.

    `tags` is "" for a text. `stops[i]` is the first node after the subtree of `i`; `parents[0]` is -1.
    `offsets` are characters of the source, -1 where the parser made an element of its own accord.
    `chars`, `prose` and `blocks` are running sums with one entry more than there are nodes: characters that
    a reader sees, those of them outside links, and block elements before a node. `title` is the page's own.
    """

    source: str
    markup: Markup
    tags: list[str]
    texts: list[str]
    parents: list[int]
    stops: list[int]
    offsets: list[int]
    attributes: list[dict[str, str]]
    chars: list[int]
    prose: list[int]
    blocks: list[int]
    title: str

    def attribute(self, node: int, name: str) -> str:
        """Give an attribute of an element, "" where it has none."""
        return self.attributes[node].get(name, "")

    def text(self, first: int, stop: int) -> str:
        """Give the text of the nodes from `first` to before `stop` on one line."""
        return SPACE.sub(" ", "".join(self.texts[first:stop])).strip()

    def size(self, first: int, stop: int) -> int:
        """Count the characters of a span of nodes that a reader sees, white space aside."""
        return self.chars[stop] - self.chars[first]

    def children(self, node: int) -> list[int]:
        """List the nodes right under an element."""
        found, child, stop = [], node + 1, self.stops[node]
        while child < stop:
            found.append(child)
            child = self.stops[child]
        return found


def parse(source: str) -> Page:
    """Parse a page, of any depth and however damaged.

    >>> parse("<p>one<p>two").tags
    ['', 'html', 'body', 'p', '', 'p', '']
    """
    markup = mark(source)
    # A text without any tag looks like the name of a file to the parser, which then warns of it.
    text = markup.text if "<" in markup.text else f"{markup.text}<!---->"
    soup = BeautifulSoup(text, "lxml", multi_valued_attributes=None)
    return _flatten(soup, source, markup)


class _Flat:
    """The arrays while they grow."""

    def __init__(self) -> None:
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.parents: list[int] = []
        self.stops: list[int] = []
        self.attributes: list[dict[str, str]] = []

    def add(self, tag: str, text: str, parent: int, attributes: dict[str, str]) -> int:
        """Add a node; give its number."""
        self.tags.append(tag)
        self.texts.append(text)
        self.parents.append(parent)
        self.stops.append(len(self.tags))
        self.attributes.append(attributes)
        return len(self.tags) - 1


def _flatten(soup: BeautifulSoup, source: str, markup: Markup) -> Page:
    """Walk the tree without recursion: the stack holds what is still to come under each open element."""
    flat = _Flat()
    flat.add("", "", -1, {})
    stack = [(0, iter(soup.contents))]
    while stack:
        parent, rest = stack[-1]
        for child in rest:
            if isinstance(child, Tag):
                attributes = {name: str(value) for name, value in child.attrs.items()}
                stack.append((flat.add(child.name, "", parent, attributes), iter(child.contents)))
                break
            if type(child) is NavigableString or not isinstance(child, PreformattedString):
                flat.add("", str(child), parent, {})
        else:
            flat.stops[parent] = len(flat.tags)
            stack.pop()
    return _measured(flat, source, markup)


def _measured(flat: _Flat, source: str, markup: Markup) -> Page:
    """Blank what nobody reads and count the rest."""
    count = len(flat.tags)
    unread = [False] * count
    linked = [False] * count
    chars, prose = [0] * count, [0] * count
    title = ""
    for node in range(1, count):
        tag, parent = flat.tags[node], flat.parents[node]
        if tag:
            unread[node] = unread[parent] or tag in UNREAD or _unseen(flat.attributes[node])
            linked[node] = linked[parent] or tag == "a"
        elif unread[parent]:
            if flat.tags[parent] == "title" and not title:
                title = SPACE.sub(" ", flat.texts[node]).strip()
            flat.texts[node] = ""
        else:
            text = flat.texts[node]
            if not text.isspace():
                chars[node] = len(text) - text.count(" ") - text.count("\n")
                prose[node] = 0 if linked[parent] else chars[node]
    offsets = [int(a.pop(OFFSET, "-1")) for a in flat.attributes]
    return Page(
        source,
        markup,
        flat.tags,
        flat.texts,
        flat.parents,
        flat.stops,
        offsets,
        flat.attributes,
        [0, *accumulate(chars)],
        [0, *accumulate(prose)],
        [0, *accumulate(tag in BLOCKS for tag in flat.tags)],
        title,
    )


def _unseen(attributes: dict[str, str]) -> bool:
    if not attributes:
        return False
    if "hidden" in attributes or SPOKEN.search(attributes.get("class", "")):
        return True
    return "style" in attributes and bool(UNSEEN.search(attributes["style"]))
