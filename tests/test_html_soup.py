"""The arrays of a page are those of BeautifulSoup's own tree, walked through."""

from __future__ import annotations

import random

import pytest
from bs4 import BeautifulSoup
from bs4.element import PreformattedString, Tag
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.split.html_soup import READ, read_flat
from transforms.split.html_tree import parse
from transforms.split.markup import OFFSET, mark

# What a damaged page is made of: tags that end each other, that hold no markup, that keep white space.
BITS = [
    "<p>",
    "</p>",
    "<div class=a hidden>",
    "<div id='b' lang=en>",
    "</div>",
    "<a href=x>",
    "</a>",
    "<b>",
    "</b>",
    "<pre>",
    "</pre>",
    "<table>",
    "<tr>",
    "<td>",
    "</td></tr>",
    "</table>",
    "<ul><li>",
    "<li>",
    "</ul>",
    "<title>",
    "</title>",
    "<br>",
    "<!-- c -->",
    "<?php x ?>",
    "<!DOCTYPE html>",
    "</body>",
    "<body class=late>",
    "<html lang=de>",
    "</html>",
    "<head>",
    "<script>if (a < b) {}</script>",
    "<style>p {}</style>",
    "<textarea> \n</textarea>",
    "<select><option>o</select>",
    "<form>",
    "</form>",
    "<h2>",
    "</h2>",
    "<svg><g/></svg>",
    "<o:p>",
    "</o:p>",
    "<rt>",
    "<noscript>",
    "</noscript>",
    "<template>t</template>",
    "<p style='display:none'>",
    "<![CDATA[ d ]]>",
    "</x>",
    "<x-y>",
    "<",
    ">",
    "&amp;",
    "&nbsp;",
    "&#0;",
    "words",
    " ",
    "\n",
    " \t\n ",
    "\u200b",
    "é",
    "\x00",
    "<p w--at=7 class=b>",
    "<font color=red>",
    "</font>",
    "<frameset>",
]
PAGES = [
    "",
    "<p>\ud800 one \x00 <b title='\udfff'>",
    "words alone",
    "<p>one<p>two",
    "<table>lost<tr><td>x",
    "<b><p>x</b>y</p>z",
    "<pre> <b> </b> </pre> <i> </i>",
]

Node = tuple[str, str, int, int, int, dict[str, str]]


def by_tree(text: str) -> list[Node]:
    """Tag, text, parent, stop, offset and attributes of each node, out of a tree of objects."""
    soup = BeautifulSoup(text if "<" in text else f"{text}<!---->", "lxml", multi_valued_attributes=None)
    found: list[Node] = [("", "", -1, 0, -1, {})]

    def walk(parent: int, element: Tag) -> None:
        for child in element.contents:
            number = len(found)
            if isinstance(child, Tag):
                attributes = {name: str(value) for name, value in child.attrs.items()}
                offset = int(attributes.pop(OFFSET, -1))
                kept = {name: value for name, value in attributes.items() if name in READ}
                found.append((child.name, "", parent, 0, offset, kept))
                walk(number, child)
                found[number] = (child.name, "", parent, len(found), offset, kept)
            elif not isinstance(child, PreformattedString):
                found.append(("", str(child), parent, number + 1, -1, {}))

    walk(0, soup)
    found[0] = ("", "", -1, len(found), -1, {})
    return found


def insist_on_the_tree(source: str) -> None:
    marked = mark(source).text
    flat = read_flat(marked)
    nodes = list(zip(flat.tags, flat.texts, flat.parents, flat.stops, flat.offsets, flat.attributes, strict=True))
    expected = by_tree(marked)
    # Text that nobody reads is blanked.
    assert [
        (*node[:1], node[1] or other[1], *node[2:]) for node, other in zip(nodes, expected, strict=True)
    ] == expected


@pytest.mark.parametrize("source", PAGES)
def test_a_page_is_read_as_its_tree(source: str) -> None:
    insist_on_the_tree(source)


@pytest.mark.parametrize("seed", range(300))
def test_a_damaged_page_is_read_as_its_tree(seed: int) -> None:
    drawn = random.Random(seed)
    insist_on_the_tree("".join(drawn.choices(BITS, k=drawn.randrange(1, 60))))


@given(st.text(alphabet="<>/!?-=\"' \nab&;p", max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_as_its_tree(source: str) -> None:
    insist_on_the_tree(source)


def test_what_nobody_reads_is_blanked_and_not_counted() -> None:
    page = parse("<title>The\n page</title><p>seen <a href=x>linked</a><p hidden>not<p style='display: none'>nor")
    assert page.title == "The page"
    assert [text for text in page.texts if text] == ["seen ", "linked"]
    assert (page.chars[-1], page.prose[-1]) == (10, 4)
