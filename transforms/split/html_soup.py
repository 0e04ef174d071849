"""The parser: BeautifulSoup over lxml, told to leave out what no page of posts needs."""

from __future__ import annotations

from typing import Final

from bs4 import BeautifulSoup
from bs4.builder._lxml import LXMLTreeBuilder

from transforms.split.markup import OFFSET

# The attributes that anything here reads. Half of all attributes of a page are others, and each costs its time.
READ_NAMES: Final = "class id href title content datetime rel role itemprop itemtype property name style hidden onclick"
READ: Final = frozenset((OFFSET, *READ_NAMES.split()))

# What lxml may hand over; in HTML that is a string.
Name = str | bytes


class _Builder(LXMLTreeBuilder):
    """Builds the tree without namespaces, which HTML does not have, and without attributes that nobody reads.

    On labelled pages this and plain dictionaries take a quarter of the time of parsing away.
    """

    def start(self, tag: Name, attrib: dict[Name, Name], nsmap: dict[str, str] | None = None) -> None:  # noqa: ARG002
        """Take a start tag from lxml."""
        kept = {name: value for name, value in attrib.items() if name in READ}
        self.soup.handle_starttag(tag, None, None, kept)  # type: ignore[union-attr, arg-type]

    def end(self, tag: Name) -> None:
        """Take an end tag from lxml."""
        self.soup.handle_endtag(tag)  # type: ignore[union-attr, arg-type]


def make_soup(text: str) -> BeautifulSoup:
    """Parse marked text, of any kind.

    >>> make_soup("<p class=a lang=en>b").p
    <p class="a">b</p>
    """
    # A text without any tag looks like the name of a file to the parser, which then warns of it.
    text = text if "<" in text else f"{text}<!---->"
    builder = _Builder(multi_valued_attributes=None, attribute_dict_class=dict)
    return BeautifulSoup(text, builder=builder)
