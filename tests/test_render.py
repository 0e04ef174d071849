"""Markup to readable text, and tags to their offsets."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.split.html_tree import parse
from transforms.split.markup import mark
from transforms.split.render import links_in, render_html

# name, source, text
CASES = [
    ("paragraphs", "<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
    ("paragraphs left open", "<p>One.<p>Two.", "One.\n\nTwo."),
    ("inline elements join", "<p>a<b>b</b><i>c</i> d</p>", "abc d"),
    ("loose text between blocks", "one<div>two</div>three", "one\n\ntwo\n\nthree"),
    ("white space", "<p> a \n\t b </p>\n<p>\n</p>", "a b"),
    ("line ends", "<p>roses<br>are <br/> red</p>", "roses\nare\nred"),
    ("list", "<ul><li>a</li><li>b</li></ul><p>c</p>", "- a\n- b\n\nc"),
    ("list left open", "<ul><li>a<li>b</ul>", "- a\n- b"),
    ("list in a list", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c"),
    ("paragraphs in an item", "<ol><li><p>a</p><p>b</p></li></ol>", "- a\n\n  b"),
    ("quote", "<blockquote><p>a</p><p>b</p></blockquote>", "> a\n\n> b"),
    ("quote in a quote", "<blockquote>a<blockquote>b</blockquote>c</blockquote>", "> a\n\n> > b\n\n> c"),
    ("quote of two lines", "<blockquote>a<br>b</blockquote>", "> a\n> b"),
    ("list in a quote", "<blockquote><ul><li>a<li>b</ul></blockquote>", "> - a\n> - b"),
    ("code", "<p>x</p><pre>if a:\n    b\n\n    c</pre>", "x\n\nif a:\n    b\n\n    c"),
    ("code in a quote", "<blockquote><pre>a\n  b</pre></blockquote>", "> a\n>   b"),
    ("table", "<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>", "A | B\n1 | 2"),
    ("table for layout", "<table><tr><td><p>a</p></td><td><p>b</p></td></tr></table>", "a\n\nb"),
    ("characters", "<p>a &amp; b &lt;c&gt; &eacute; &#8211;</p>", "a & b <c> é –"),
    ("a lone sign", "<p>3 < 4 & 5</p>", "3 < 4 & 5"),
    ("images", '<p>see <img src=x alt="a cat"> this</p>', "see this"),
    ("scripts and styles", "<style>p{}</style><p>a</p><script>if (a < b) '<p>no</p>'</script>", "a"),
    ("comments", "<!-- <p>no</p> --><p>yes</p><!--> <p>too</p>", "yes\n\ntoo"),
    ("what only a screen reader says", '<p><span class="sr-only">Skip</span>a</p>', "a"),
    ("hidden", '<p hidden>no</p><p style="display: none">no</p><p>yes</p>', "yes"),
    ("nothing", "", ""),
]


@pytest.mark.parametrize(("source", "text"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_reads_well(source: str, text: str) -> None:
    assert render_html(source) == text


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("<p>a<p>b", ["p", "p"]),
        ('<div title="<p>">x</div><b>y</b>', ["div", "b"]),
        ("<!-- <i> --><b>x</b>", ["b"]),
        ("<!--><b>x</b>", ["b"]),
        ("<script><b></script><i>x</i>", ["i"]),
        ("<div <p>x</p>", ["div", "p"]),
        ("<DIV>x</div>", ["div"]),
        ("</p></div><b>x", ["b"]),
        ("<b>1</b><form><form><b>2", ["b", "form", "form", "b"]),
    ],
)
def test_elements_know_where_they_stand(source: str, names: list[str]) -> None:
    page = parse(source)
    found = [(tag, at) for tag, at in zip(page.tags, page.offsets, strict=True) if at >= 0]
    assert [tag for tag, _ in found] == names
    for tag, at in found:
        assert source[at : at + 1 + len(tag)].lower() == f"<{tag}"


def test_links_are_given_once_in_order() -> None:
    page = parse(
        '<a href="https://b.example/">b</a><a href="/c">c</a><a href="http://a.example">a</a><a href="https://b.example/">b</a>'
    )
    assert links_in(page, 0, len(page.tags)) == ("https://b.example/", "http://a.example")


@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 200_000 + "deep" + "</div>" * 200_000,
        "<b><i>" * 60_000 + "deep",
        "<blockquote>" * 50_000 + "deep",
        "<a " * 100_000 + "deep",
        '<a "="<a ' * 50_000 + "deep",
        "<!--" * 100_000,
        "<" * 200_000,
        "<ul><li>x" * 20_000,
        "<script>" * 50_000,
        "<select>" * 50_000,
        "x " * 1_000_000,
    ],
    ids=lambda source: source[:12],
)
def test_damage_costs_no_more_than_its_length(source: str) -> None:
    began = time.perf_counter()
    render_html(source)
    assert time.perf_counter() - began < 20


@given(st.text())
def test_any_text_renders(text: str) -> None:
    render_html(text)


PARTS = "<p>|</p>|<div class='a'>|</div>|<li>|<pre>|<!--|-->|<td>|x |<|>|'|<tr>|<table>|</table>"
MORE_PARTS = "<blockquote>|<script>|</script>|&amp;|<br>|<h2>|</h2>|<b>|</b>"


@given(st.lists(st.sampled_from(f"{PARTS}|{MORE_PARTS}".split("|"))))
def test_offsets_are_those_of_tags(parts: list[str]) -> None:
    source = "".join(parts)
    page = parse(source)
    known = [(at, tag) for at, tag in zip(page.offsets, page.tags, strict=True) if at >= 0]
    assert all(source.startswith(f"<{tag}", at) for at, tag in known)
    assert len({at for at, _ in known}) == len(known)
    render_html(source)


@given(st.text(alphabet="ab <>/!-\"'=&;\n", max_size=60))
def test_marking_twice_from_the_same_source_gives_the_same(source: str) -> None:
    assert mark(source) == mark(source)
