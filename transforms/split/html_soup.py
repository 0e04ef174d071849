"""The parser: BeautifulSoup over lxml, whose tree is never made.

BeautifulSoup readies the text and reads it by lxml; what lxml finds becomes flat arrays at once, where BeautifulSoup
would make an object of each tag and each text, link them to each other, and have them walked through afterwards.
The arrays are those of that walk.
"""

from __future__ import annotations

import re
from typing import Final

from bs4 import BeautifulSoup
from bs4.builder._lxml import LXMLTreeBuilder

from transforms.split.html_names import UNREAD
from transforms.split.markup import OFFSET

# The attributes that anything here reads. Half of all attributes of a page are others, and each costs its time.
READ_NAMES: Final = "class id href title content datetime rel role itemprop itemtype property name style hidden onclick"
READ: Final = frozenset(READ_NAMES.split())
SPACE: Final = re.compile(r"[ \t\n\r\f\v\u200b\ufeff]+")
# Text that only a screen reader speaks: class names that the usual style sheets share, or hidden outright.
SPOKEN: Final = re.compile(r"screen-?reader|(?:^| )(?:sr-only|visually-?hidden|a11y-hidden)", re.IGNORECASE)
NOTHING: Final[dict[str, str]] = {}
UNSEEN: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# The white space of HTML. A text of nothing else is one space, or one line end, but in these elements.
WHITE: Final = " \n\t\f\r"
KEEPING: Final = frozenset(("pre", "textarea"))

# What lxml may hand over; in HTML that is a string.
Name = str | bytes


class Flat(LXMLTreeBuilder):
    """A page node by node, in document order, while it is read.

    `tags` is "" for a text. `stops[i]` is the first node after the subtree of `i`; `parents[0]` is -1. `offsets` are
    characters of the source, -1 where the parser made an element of its own accord. `chars` and `prose` count the
    characters of each text that a reader sees, and those of them outside links. `title` is the page's own.
    """

    def __init__(self) -> None:
        super().__init__(multi_valued_attributes=None, attribute_dict_class=dict)

    def reset(self) -> None:
        """Begin with the root alone, which stands for the page."""
        self.tags, self.texts, self.parents, self.stops = [""], [""], [-1], [1]
        self.offsets, self.attributes = [-1], [NOTHING]
        self.chars, self.prose = [0], [0]
        self.title = ""
        self._data: list[str] = []
        # The innermost open element, whether its text is read, and whether it stands in a link; below it the others.
        self._top, self._read, self._linked = 0, True, False
        self._below: list[tuple[int, bool, bool]] = []
        self._open: dict[str, int] = {}

    # Of two parameters, since lxml then makes no table of namespaces, which HTML does not have.
    def start(self, tag: Name, attrib: dict[Name, Name]) -> None:  # type: ignore[override]
        """Take a start tag from lxml."""
        if self._data:
            self._flush()
        offset, attributes = -1, NOTHING
        for name, value in attrib.items():
            if name == OFFSET:
                offset = int(value)
            elif name in READ:
                if attributes is NOTHING:
                    attributes = {}
                attributes[name] = value  # type: ignore[assignment]
        number, name = len(self.tags), str(tag)
        self._add(name, "", attributes, offset)
        self._below.append((self._top, self._read, self._linked))
        self._open[name] = self._open.get(name, 0) + 1
        self._top = number
        self._read = self._read and name not in UNREAD and not (attributes and _unseen(attributes))
        self._linked = self._linked or name == "a"

    def end(self, tag: Name) -> None:
        """Take an end tag from lxml: it ends the innermost element of its name, and all that is open within."""
        if self._data:
            self._flush()
        name = str(tag)
        while self._open.get(name):
            ended = self.tags[self._top]
            self._leave()
            if ended == name:
                return

    def data(self, data: Name) -> None:
        """Take some text from lxml."""
        self._data.append(str(data))

    def comment(self, text: Name) -> None:  # noqa: ARG002
        """Take a comment from lxml: it parts two texts, and nobody reads it."""
        self._flush()

    def pi(self, target: str, data: str) -> None:  # noqa: ARG002
        """Take an instruction from lxml, which is one of the things that nobody reads."""
        self._flush()

    def doctype(self, name: str, pubid: str, system: str) -> None:  # noqa: ARG002
        """Take a document type from lxml, which is another."""
        self._flush()

    def finish(self) -> None:
        """Close what is still open."""
        self._flush()
        while self._below:
            self._leave()
        self.stops[0] = len(self.tags)

    def _leave(self) -> None:
        self.stops[self._top] = len(self.tags)
        self._open[self.tags[self._top]] -= 1
        self._top, self._read, self._linked = self._below.pop()

    def _add(self, tag: str, text: str, attributes: dict[str, str], offset: int) -> None:
        self.tags.append(tag)
        self.texts.append(text)
        self.parents.append(self._top)
        self.stops.append(len(self.tags))
        self.offsets.append(offset)
        self.attributes.append(attributes)
        self.chars.append(0)
        self.prose.append(0)

    def _flush(self) -> None:
        """Add the text that has come together, and count what a reader sees of it; what nobody reads is blanked."""
        if not self._data:
            return
        text = "".join(self._data)
        self._data.clear()
        blank = not text.strip(WHITE)
        if blank and not any(self._open.get(name) for name in KEEPING):
            text = "\n" if "\n" in text else " "
        if not self._read:
            if self.tags[self._top] == "title" and not self.title:
                self.title = SPACE.sub(" ", text).strip()
            text = ""
        self._add("", text, NOTHING, -1)
        if text and not blank and not text.isspace():
            size = len(text) - text.count(" ") - text.count("\n")
            self.chars[-1] = size
            self.prose[-1] = 0 if self._linked else size


def read_flat(text: str) -> Flat:
    """Parse marked text, of any kind.

    >>> read_flat("<p class=a lang=en>b").tags, read_flat("<p class=a lang=en>b").attributes[3]
    (['', 'html', 'body', 'p', ''], {'class': 'a'})
    """
    # A text without any tag looks like the name of a file to the parser, which then warns of it.
    text = text if "<" in text else f"{text}<!---->"
    flat = Flat()
    BeautifulSoup(text, builder=flat)
    flat.finish()
    return flat


def _unseen(attributes: dict[str, str]) -> bool:
    if "hidden" in attributes or SPOKEN.search(attributes.get("class", "")):
        return True
    return "style" in attributes and bool(UNSEEN.search(attributes["style"]))
