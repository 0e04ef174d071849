"""From elements to text that reads well: paragraphs, lists, quotes, code and tables keep their shape."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from typing import Final

from transforms.split.html_names import BLOCKS, UNREAD
from transforms.split.html_tree import Page, parse

CELLS: Final = frozenset(("td", "th"))
LISTS: Final = frozenset(("ul", "ol", "menu", "dir"))
PARAGRAPHS: Final = re.compile(r"<(?:p|br|div|pre|table|ul|ol|li)\b", re.IGNORECASE)
BLANK_LINE: Final = re.compile(r"\r?\n[ \t]*\r?\n")
INLINE_SPACE: Final = re.compile(r"[ \t\n\r\f\v]+")
MORE_SPACE: Final = re.compile(r"[\t\n\r\f\v]|  ")
AROUND_BREAK: Final = re.compile(r"(?:(?<![ \t])[ \t]++)?\n[ \t]*+")
# A line end inside running text is only white space; this stands for a real one until the paragraph is done.
BREAK: Final = "\x1f"
CELL_EDGE: Final = " | "
NOTHING: Final[frozenset[int]] = frozenset()


def one_spaced(text: str) -> str:
    r"""Make each stretch of white space one space.

    >>> one_spaced("a \n b\tc")
    'a b c'
    """
    return INLINE_SPACE.sub(" ", text) if MORE_SPACE.search(text) else text


class _Lines:
    """Collects inline text into blocks and blocks into text."""

    def __init__(self) -> None:
        self.inline: list[str] = []
        self.out: list[str] = []
        self.open: list[tuple[int, str]] = []  # where a quote or list item stops, and what its lines begin with
        self.bullets: set[int] = set()  # depths of items whose bullet still has to be written
        self.tight = False  # whether the block to come follows the last without a blank line

    def close(self, node: int) -> None:
        """End what stops at or before a node."""
        while self.open and self.open[-1][0] <= node:
            self.flush()
            self.bullets.discard(len(self.open) - 1)
            self.open.pop()

    def flush(self) -> None:
        """End the paragraph."""
        if self.inline:
            text = one_spaced("".join(self.inline)).replace(BREAK, "\n")
            self.inline.clear()
            text = (AROUND_BREAK.sub("\n", text) if "\n" in text else text).strip(" \n")
            if text and not text.isspace():
                self.write(text.split("\n"))

    def write(self, lines: list[str]) -> None:
        """Write a block under the quotes and items that are open."""
        prefix = "".join(mark for _, mark in self.open)
        first = "".join("- " if depth in self.bullets else mark for depth, (_, mark) in enumerate(self.open))
        if self.out:
            self.out.append("\n" if self.tight else "\n\n")
        self.bullets.clear()
        self.tight = False
        rest = [(prefix + line).rstrip() for line in lines[1:]]
        self.out.append("\n".join([first + lines[0], *rest]))


def render(page: Page, first: int, stop: int, skip: AbstractSet[int] = NOTHING) -> str:
    """Write the nodes from `first` to before `stop` as text, without the elements in `skip`.

    A blank line stands between paragraphs, "- " before list items, "> " before quoted lines and " | " between
    the cells of a row; preformatted text is kept as it is. Images leave nothing.
    """
    lines, node = _Lines(), first
    while node < stop:
        if lines.open and lines.open[-1][0] <= node:
            lines.close(node)
        tag = page.tags[node]
        if node in skip or tag in UNREAD:
            node = page.stops[node]
            continue
        if not tag:
            lines.inline.append(page.texts[node])
            node += 1
        elif tag == "br":
            lines.inline.append(BREAK)
            node += 1
        elif tag in BLOCKS:
            node = _block(page, node, lines, skip)
        else:
            node += 1
        if node < stop and lines.inline and _leaves_block(page, node - 1, node):
            lines.flush()
    lines.close(stop)
    lines.flush()
    return "".join(lines.out)


def _leaves_block(page: Page, node: int, following: int) -> bool:
    """Say whether a block element ends between two nodes that follow each other."""
    if page.parents[following] == node:
        return False
    stops, tags, parents = page.stops, page.tags, page.parents
    while node > 0 and stops[node] <= following:
        if tags[node] in BLOCKS:
            return True
        node = parents[node]
    return False


def _block(page: Page, node: int, lines: _Lines, skip: AbstractSet[int]) -> int:
    """Begin a block element; give the node to go on with."""
    lines.flush()
    tag, stop = page.tags[node], page.stops[node]
    if tag == "pre":
        return _preformatted(page, node, lines, skip)
    if tag == "tr" and _is_row(page, node):
        return _row(page, node, lines, skip)
    if tag == "blockquote":
        lines.open.append((stop, "> "))
    elif tag == "li":
        lines.tight = lines.tight or _follows(page, node)
        lines.bullets.add(len(lines.open))
        lines.open.append((stop, "  "))
    return node + 1


def _follows(page: Page, node: int) -> bool:
    """Say whether an item or row is not the first of its list, or stands in a list of its own under an item."""
    parent = page.parents[node]
    if page.size(parent, node):
        return True
    above = page.parents[parent]
    return page.tags[parent] in LISTS and above >= 0 and page.tags[above] == "li" and page.size(above, node) > 0


def _preformatted(page: Page, node: int, lines: _Lines, skip: AbstractSet[int]) -> int:
    """Write preformatted text as it stands."""
    stop, parts, at = page.stops[node], [], node
    while at < stop:
        if at in skip:
            at = page.stops[at]
            continue
        parts.append("\n" if page.tags[at] == "br" else page.texts[at])
        at += 1
    code = "".join(parts).replace("\r\n", "\n").strip("\n").rstrip()
    if code.strip():
        lines.write(code.split("\n"))
    return stop


def _is_row(page: Page, node: int) -> bool:
    """Say whether a row holds plain cells: a row with paragraphs in its cells lays out a page."""
    cells = [child for child in page.children(node) if page.tags[child] in CELLS]
    inside = page.blocks[page.stops[node]] - page.blocks[node + 1]
    return len(cells) > 1 and inside == len(cells)


def _row(page: Page, node: int, lines: _Lines, skip: AbstractSet[int]) -> int:
    """Write the cells of a row as one line."""
    cells = [child for child in page.children(node) if page.tags[child] in CELLS and child not in skip]
    texts = [_one_line(page, cell, skip) for cell in cells]
    if any(texts):
        lines.tight = _row_before(page, node)
        lines.write([CELL_EDGE.join(texts).strip()])
    return page.stops[node]


def _row_before(page: Page, node: int) -> bool:
    """Say whether a row of the same table has been written before this one."""
    table = page.parents[node]
    while table > 0 and page.tags[table] in ("tbody", "thead", "tfoot"):
        table = page.parents[table]
    return page.tags[table] == "table" and page.size(table, node) > 0


def _one_line(page: Page, cell: int, skip: AbstractSet[int]) -> str:
    parts, at = [], cell
    while at < page.stops[cell]:
        if at in skip:
            at = page.stops[at]
            continue
        parts.append(" " if page.tags[at] == "br" else page.texts[at])
        at += 1
    return one_spaced("".join(parts)).strip()


def render_html(source: str) -> str:
    """Write a piece of HTML as text.

    >>> print(render_html("<p>One <b>two</b><br>three</p><ul><li>a<li>b</ul><blockquote>q</blockquote>"))
    One two
    three
    <BLANKLINE>
    - a
    - b
    <BLANKLINE>
    > q
    """
    page = parse(source)
    return render(page, 0, len(page.tags))


def html_body(source: str) -> tuple[str, tuple[str, ...]]:
    r"""Write a piece of HTML as text, with its links.

    Where it has no paragraphs its line ends count, as some editors keep it.

    >>> html_body("one\n\n<a href='https://two.example/'>two</a>")
    ('one\n\ntwo', ('https://two.example/',))
    """
    if not PARAGRAPHS.search(source):
        source = BLANK_LINE.sub("<p>", source).replace("\n", "<br>")
    page = parse(source)
    return render(page, 0, len(page.tags)), links_in(page, 0, len(page.tags))


def links_in(page: Page, first: int, stop: int, skip: AbstractSet[int] = NOTHING) -> tuple[str, ...]:
    """List the web addresses that the nodes link to, in order, each once."""
    found, node = [], first
    while node < stop:
        if node in skip:
            node = page.stops[node]
            continue
        if page.tags[node] == "a":
            found.append(page.attribute(node, "href").strip())
        node += 1
    return tuple(dict.fromkeys(a for a in found if a.lower().startswith(("http://", "https://"))))
