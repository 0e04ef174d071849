"""Where the tags of a page stand in its source.

A parser gives a tree and forgets offsets. So the source is read once, tag by tag, and written again with the
offset of every start tag as an attribute of that tag: whatever the parser then inserts, drops or moves, each
element that it keeps still says where it came from. What no reader sees (comments, scripts, styles, form
contents) is left out on the way, which also takes away most of what parsers disagree about.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from transforms.split.html_names import COLOURS, EDGES, EMPTY

# The attribute that carries the offset. The first of two attributes of a name counts, and ours stands first.
OFFSET: Final = "w--at"
# Elements whose content is not markup. Those in SILENT are dropped with their content.
RAW: Final = frozenset(
    ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "template", "svg", "select")
)
# Without an end tag these run to the end of the page; the others of RAW are then taken for a slip.
ENDLESS: Final = frozenset(("script", "style", "textarea", "title", "xmp"))
SILENT: Final = RAW - {"title", "xmp"}
# These end without an end tag, or never hold anything: they say nothing about depth.
FLAT_NAMES: Final = (
    "p li dt dd tr td th thead tbody tfoot option area base br col embed hr img input link meta param "
    "source track wbr html head body"
)
FLAT: Final = frozenset(FLAT_NAMES.split())
# libxml2 gives up at 256 levels; real pages stay under 60. Deeper tags are left out, their text is kept.
DEEPEST: Final = 180
# A start tag ends at ">" or, damaged, where the next tag begins: so each character is read once, whatever comes.
# Quotes count only after "=", as browsers have it; every repeat is possessive.
TAG: Final = re.compile(
    r"""
    <!--(?:-?>|(?s:.*?)(?:--!?>|\Z))
    |<[!?][^>]*+(?:>|\Z)
    |</(?P<close>[A-Za-z][^\s/><]*+)[^>]*+(?:>|\Z)
    |<(?P<open>[A-Za-z][^\s/><]*+)(?P<rest>(?:[^<>"'=]++|=\s*+(?:"[^"]*+"|'[^']*+'|)|["'])*+)(?:>|(?=<)|\Z)
    """,
    re.VERBOSE,
)
RAW_END: Final = {name: re.compile(rf"</{name}(?![\w-])[^>]*+(?:>|\Z)", re.IGNORECASE) for name in sorted(RAW)}
LINKED_DATA: Final = re.compile(r"type\s*=\s*[\"']?application/ld\+json", re.IGNORECASE)
# These take no room: what stands beside them stands beside what is before them.
NOWHERE: Final = frozenset(("meta", "link"))
META: Final = re.compile("name|prop", re.IGNORECASE)
HIDING: Final = re.compile("style|hidden|class=[\"']?(?:sr-|screen|visually|a11y)", re.IGNORECASE)
UNSAFE: Final = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Markup:
    """A source made ready for the parser: the marked text, linked data scripts, end of the content."""

    text: str
    linked_data: tuple[str, ...]
    end: int


class _Writer:
    """Writes the marked text; knows how deep it is."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.parts: list[str] = []
        self.scripts: list[str] = []
        self.open: list[str] = []
        self.count: dict[str, int] = {}
        self.dropped: dict[str, int] = {}  # colours left out of the preformatted text that is open
        self.unended: set[str] = set()  # elements that have no end tag from here on
        self.edge = True  # whether white space that comes now is beside an edge
        self.end = len(source)

    def gap(self, text: str, name: str) -> None:
        """Write the text before a tag of some name; white space beside a block says nothing and costs a node."""
        if not text.isspace() or self.count.get("pre") or not (self.edge or name in EDGES):
            self.parts.append(text)
            self.edge = False

    def start(self, tag: re.Match[str], name: str) -> int:
        """Write a start tag; give the offset at which reading goes on."""
        rest = tag["rest"]
        self.end = len(self.source)
        if name in RAW:
            return self.raw(name, tag)
        if self.silent(name, rest):
            return tag.end()
        if name not in FLAT and not rest.endswith("/"):
            if len(self.open) >= DEEPEST:
                return tag.end()
            self.open.append(name)
            self.count[name] = self.count.get(name, 0) + 1
        self.parts.append(f'<{name} {OFFSET}="{tag.start()}" {rest}>')
        if name not in NOWHERE:
            self.edge = name in EDGES
        return tag.end()

    def silent(self, name: str, rest: str) -> bool:
        """Say whether an element is left out, as nothing here reads it."""
        if name in EMPTY:
            return True
        if name == "meta":  # its charset too: the text is decoded already, and must not be decoded again
            return "charset" in rest.lower() or not META.search(rest)
        if name == "link":
            return "canonical" not in rest.lower()
        if name in COLOURS and self.count.get("pre") and not HIDING.search(rest):
            self.dropped[name] = self.dropped.get(name, 0) + 1
            return True
        return False

    def close(self, tag: re.Match[str], name: str) -> None:
        """Write an end tag, and forget what it leaves open inside."""
        if name in ("body", "html"):
            if self.end == len(self.source):  # never written: what follows belongs to the page too
                self.end = tag.start()
            return
        if self.dropped.get(name):
            self.dropped[name] -= 1
            return
        if self.count.get(name):
            while (last := self.open.pop()) != name:
                self.count[last] -= 1
            self.count[name] -= 1
            if self.dropped and not self.count.get("pre"):
                self.dropped.clear()
        elif name not in FLAT:
            return
        self.parts.append(f"</{name}>")
        self.edge = name in EDGES

    def raw(self, name: str, tag: re.Match[str]) -> int:
        """Pass over an element without markup inside."""
        end = None if name in self.unended else RAW_END[name].search(self.source, tag.end())
        if end is None and name not in ENDLESS:
            self.unended.add(name)
            return tag.end()
        inner = self.source[tag.end() : end.start() if end else len(self.source)]
        if name == "script" and LINKED_DATA.search(tag["rest"]):
            self.scripts.append(inner)
        if name not in SILENT:
            shown = "pre" if name == "xmp" else name
            text = inner.replace("<", "&lt;")
            self.parts.append(f'<{shown} {OFFSET}="{tag.start()}">{text}</{shown}>')
        return end.end() if end else len(self.source)


def mark(source: str) -> Markup:
    """Write `source` again with offsets in its start tags, in time linear in its length.

    >>> mark('<p class=a>one<!--> <b>two</b>').text
    '<p w--at="0"  class=a>one <b w--at="20" >two</b>'
    """
    writer, at = _Writer(_safe(source)), 0
    source = writer.source
    while (found := source.find("<", at)) >= 0:
        tag = TAG.match(source, found)
        name = (tag["open"] or tag["close"] or "").lower() if tag else ""
        if found > at:
            writer.gap(source[at:found], name)
        if tag is None:
            writer.parts.append("&lt;")
            writer.edge = False
            at = found + 1
        elif tag["open"]:
            at = writer.start(tag, name)
        else:
            if name:
                writer.close(tag, name)
            at = tag.end()
    writer.parts.append(source[at:])
    return Markup("".join(writer.parts), tuple(writer.scripts), writer.end)


def _safe(source: str) -> str:
    """Replace what no parser takes, halves of surrogate pairs and NUL; most pages have neither, which is told fast."""
    try:
        source.encode()
    except UnicodeEncodeError:
        return UNSAFE.sub("\N{REPLACEMENT CHARACTER}", source)
    return source.replace("\x00", "\N{REPLACEMENT CHARACTER}")
