"""A parsed page as flat arrays in document order: what every later step reads."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from transforms.split.html_names import BLOCKS
from transforms.split.html_soup import SPACE, read_flat
from transforms.split.markup import Markup, mark


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
    flat = read_flat(markup.text)
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
