"""A parsed page as flat arrays in document order: what every later step reads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from bs4.element import PageElement, PreformattedString, Tag

from transforms.split.html_names import BLOCKS, UNREAD
from transforms.split.html_soup import make_soup
from transforms.split.markup import OFFSET, Markup, mark

SPACE: Final = re.compile(r"[ \t\n\r\f\v\u200b\ufeff]+")
# Text that only a screen reader speaks: class names that the usual style sheets share, or hidden outright.
SPOKEN: Final = re.compile(r"screen-?reader|(?:^| )(?:sr-only|visually-?hidden|a11y-hidden)", re.IGNORECASE)
NOTHING: Final[dict[str, str]] = {}
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
    flat = _Flat()
    flat.walk(make_soup(markup.text).contents)
    return Page(
        source,
        markup,
        flat.tags,
        flat.texts,
        flat.parents,
        flat.stops,
        flat.offsets,
        flat.attributes,
        [0, *accumulate(flat.chars)],
        [0, *accumulate(flat.prose)],
        [0, *accumulate(tag in BLOCKS for tag in flat.tags)],
        flat.title,
    )


class _Flat:
    """The arrays while they grow."""

    def __init__(self) -> None:
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.parents: list[int] = []
        self.stops: list[int] = []
        self.offsets: list[int] = []
        self.attributes: list[dict[str, str]] = []
        self.chars: list[int] = []
        self.prose: list[int] = []
        self.title = ""

    def add(self, tag: str, text: str, parent: int, attributes: dict[str, str]) -> int:
        """Add a node that nobody has measured yet; give its number."""
        number = len(self.tags)
        self.tags.append(tag)
        self.texts.append(text)
        self.parents.append(parent)
        self.stops.append(number + 1)
        self.offsets.append(-1)
        self.attributes.append(attributes)
        self.chars.append(0)
        self.prose.append(0)
        return number

    def walk(self, contents: list[PageElement]) -> None:
        """Walk the tree without recursion: the stack holds what is still to come under each open element.

        With each element goes whether its text is read and whether it stands in a link.
        """
        stack = [(self.add("", "", -1, NOTHING), iter(contents), True, False)]
        while stack:
            parent, rest, read, linked = stack[-1]
            for child in rest:
                if isinstance(child, Tag):
                    number = self.open(child, parent)
                    read = read and child.name not in UNREAD and not _unseen(self.attributes[number])
                    stack.append((number, iter(child.contents), read, linked or child.name == "a"))
                    break
                if not isinstance(child, PreformattedString):
                    self.write(str(child), parent, read=read, linked=linked)
            else:
                self.stops[parent] = len(self.tags)
                stack.pop()

    def open(self, element: Tag, parent: int) -> int:
        """Add an element; give its number."""
        attributes: dict[str, str] = element.attrs  # type: ignore[assignment]  # no value of ours is a list
        offset = int(attributes.pop(OFFSET, -1))
        number = self.add(element.name, "", parent, attributes or NOTHING)
        self.offsets[number] = offset
        return number

    def write(self, text: str, parent: int, *, read: bool, linked: bool) -> None:
        """Add a text and count what a reader sees of it; what nobody reads is blanked."""
        if not read:
            if self.tags[parent] == "title" and not self.title:
                self.title = SPACE.sub(" ", text).strip()
            text = ""
        number = self.add("", text, parent, NOTHING)
        if text and not text.isspace():
            size = len(text) - text.count(" ") - text.count("\n")
            self.chars[number] = size
            self.prose[number] = 0 if linked else size


def _unseen(attributes: dict[str, str]) -> bool:
    if not attributes:
        return False
    if "hidden" in attributes or SPOKEN.search(attributes.get("class", "")):
        return True
    return "style" in attributes and bool(UNSEEN.search(attributes["style"]))
