"""HTML pages: posts by their repeated structure, whatever the names of its elements."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.records import Split
from transforms.split.html import split_html

TITLES = ["A walk along the canal", "On sharpening pencils", "Rain & what follows", "Three kinds of silence"]
BODIES = [
    "The water was low and the path was dry, so we went further than we had planned to go.",
    "A knife does it better than any machine, provided that the knife is sharp and the hand calm.",
    "It rained for nine days. On the tenth the frogs came, and with the frogs the two storks.",
    "There is the silence before a question, the silence after it, and the one that is an answer.",
]
DAYS = ["12 March 2011", "3 March 2011", "27 February 2011", "1 February 2011"]
NAV = '<nav><ul><li><a href="/">Home</a></li><li><a href="/about">About us</a></li></ul></nav>'
RECENT = '<li><a href="/1">A walk along the canal</a></li><li><a href="/2">On sharpening</a></li>'
SIDEBAR = f"<aside><h3>Recent</h3><ul>{RECENT}</ul></aside>"
FOOTER = "<footer>All words by their authors. Powered by patience.</footer>"


def esc(text: str) -> str:
    return text.replace("&", "&amp;")


def page(posts: str) -> str:
    head = "<!DOCTYPE html><html><head><title>Notes</title></head><body class='post hentry'>"
    return f"{head}{NAV}<div>{posts}</div>{SIDEBAR}{FOOTER}</body></html>"


def each(template: str) -> str:
    rows = enumerate(zip(TITLES, BODIES, DAYS, strict=True), 1)
    return "".join(
        template.format(n=n, title=esc(t), body=esc(b), day=d, iso=f"2011-0{5 - n}-01") for n, (t, b, d) in rows
    )


LINKED = '<a href="/{n}">{title}</a>'
# How four posts can stand on a page: the same words each time.
LISTINGS = {
    "articles": f'<article class="k{{n}}"><h2>{LINKED}</h2><time datetime="{{iso}}">{{day}}</time><p>{{body}}</p>'
    '<a href="/{n}">Read on</a></article>',
    "divisions without class": f"<div><h3>{LINKED}</h3><div>{{day}}</div><div><p>{{body}}</p></div></div>",
    "articles in a list": f"<li><article><header><h2>{LINKED}</h2><p class=when>{{day}}</p></header>"
    "<section><p>{body}</p></section></article></li>",
    "headings as siblings": f'<h2>{LINKED}</h2><p class="d">{{day}}</p><p>{{body}}</p>',
    "headings as siblings, unclosed": f"<h2>{LINKED}</h2><p class=d>{{day}}<p>{{body}}",
    "dates above headings": f'<p class="d">{{day}}</p><h2>{LINKED}</h2><p>{{body}}</p>',
    "rows of a table": f"<tr><td><h2>{LINKED}</h2><small>{{day}}</small><p>{{body}}</p></td></tr>",
    "articles left open": f"<article><h2>{LINKED}</h2><span class=d>{{day}}</span><div class=b><p>{{body}}</div>",
}


def wrapped(name: str) -> str:
    posts = each(LISTINGS[name])
    if name == "rows of a table":
        posts = f"<table>{posts}</table>"
    if name == "articles in a list":
        posts = f"<ul>{posts}</ul>"
    return page(posts)


@pytest.mark.parametrize("name", LISTINGS)
def test_posts_of_a_listing(name: str) -> None:
    source = wrapped(name)
    pieces = split_html(source).pieces
    assert [piece.title for piece in pieces] == TITLES
    assert [piece.body for piece in pieces] == BODIES
    assert [piece.url for piece in pieces] == ["/1", "/2", "/3", "/4"]
    dates = ["2011-04-01", "2011-03-01", "2011-02-01", "2011-01-01"] if name == "articles" else DAYS
    assert [piece.published_text for piece in pieces] == dates


@pytest.mark.parametrize("name", LISTINGS)
def test_spans_hold_the_source_of_their_post(name: str) -> None:
    source = wrapped(name)
    pieces = split_html(source).pieces
    for title, body, piece in zip(TITLES, BODIES, pieces, strict=True):
        cut = source[piece.start : piece.end]
        assert cut.startswith("<")
        assert esc(title) in cut
        assert esc(body) in cut
        assert sum(esc(other) in cut for other in BODIES) == 1
    assert "Powered" not in source[pieces[-1].start : pieces[-1].end]


@pytest.mark.parametrize("name", LISTINGS)
def test_what_stands_around_is_residue(name: str) -> None:
    source = wrapped(name)
    split = split_html(source)
    kinds = {row.kind: row.text for row in split.residue}
    assert kinds["navigation"] == "- Home\n- About us"
    assert kinds["sidebar"].startswith("Recent")
    assert kinds["footer"] == "All words by their authors. Powered by patience."
    assert in_order(split, source)


def test_evidence_is_said_in_words() -> None:
    first = split_html(wrapped("articles")).pieces[0]
    assert first.boundary[0].endswith("(4 on this page)")
    assert "heading with a link of its own" in first.boundary
    assert "date inside" in first.boundary


def test_byline_tags_and_links() -> None:
    template = (
        '<div class="e"><h2><a href="/{n}">{title}</a></h2>'
        '<p class="by">Posted by <a rel="author" href="/u/7">Ida Roth</a> on {day}</p>'
        '<div class="t"><p>{body} See <a href="https://far.example/{n}">there</a> or '
        '<a href="/here">here</a>.</p></div><p class="m">Filed under '
        '<a rel="category tag" href="/t/a">Days</a>, <a rel="tag" href="/t/b">Water</a></p></div>'
    )
    for number, piece in enumerate(split_html(page(each(template))).pieces, 1):
        assert piece.author == "Ida Roth"
        assert piece.tags == ("Days", "Water")
        assert piece.links == (f"https://far.example/{number}",)
        assert piece.body == BODIES[number - 1] + " See there or here."


def test_quotes_code_lists_and_tables_of_a_post() -> None:
    inner = (
        "<blockquote>q<blockquote>r</blockquote></blockquote><pre>x = 1\n  y</pre>"
        "<ul><li>a<li>b</ul><table><tr><td>1<td>2</table>"
    )
    source = page(each('<div class="e"><h2><a href="/{n}">{title}</a></h2><div><p>{body}</p>' + inner + "</div></div>"))
    rest = "\n\n> q\n\n> > r\n\nx = 1\n  y\n\n- a\n- b\n\n1 | 2"
    assert [piece.body for piece in split_html(source).pieces] == [body + rest for body in BODIES]


def test_titles_are_exactly_as_written() -> None:
    spoken = '<span class="screen-reader-text">Post:</span>'
    template = f"<article><h2>{spoken}<a href='/{{n}}'>«{{title}}» &lt;3</a></h2><p>{{body}}</p></article>"
    source = page(each(template))
    assert [piece.title for piece in split_html(source).pieces] == [f"«{title}» <3" for title in TITLES]


def test_a_day_that_stands_over_its_posts_is_theirs() -> None:
    post = '<div class="e"><h3><a href="/{}">{}</a></h3><p>{}</p></div>'
    rows = [post.format(n, esc(t), esc(b)) for n, (t, b) in enumerate(zip(TITLES, BODIES, strict=True))]
    day = '<h2 class="day">{}</h2>'
    source = page(day.format(DAYS[0]) + rows[0] + rows[1] + day.format(DAYS[2]) + rows[2] + rows[3])
    pieces = split_html(source).pieces
    assert [piece.published_text for piece in pieces] == [DAYS[0], DAYS[0], DAYS[2], DAYS[2]]
    assert "date above" in pieces[1].boundary


FORUM_ROW = (
    '<tr><td><a href="/member/{n}">{name}</a><br>Joined: {joined}</td>'
    '<td><div class="when">{day}, 10:0{n}</div><div class="what">{body}</div><div class="sig">Reply</div></td></tr>'
)
FORUM_PAIR = (
    '<tr class="h"><td><a href="/member/{n}">{name}</a></td><td>{day}, 10:0{n}</td></tr>'
    '<tr class="b"><td>Joined: {joined}</td><td><div class="what">{body}</div></td></tr>'
)


@pytest.mark.parametrize("row", [FORUM_ROW, FORUM_PAIR], ids=["one row", "two rows"])
def test_forum_posts_in_a_table(row: str) -> None:
    names, joined = ["otter", "wren", "otter", "moth"], ["5 May 2009", "9 June 2003", "5 May 2009", "1 July 2010"]
    days = ["7 March 2011", "7 March 2011", "8 March 2011", "9 March 2011"]
    zipped = enumerate(zip(names, joined, days, BODIES, strict=True), 1)
    rows = "".join(row.format(n=n, name=a, joined=j, day=d, body=b) for n, (a, j, d, b) in zipped)
    pieces = split_html(page(f"<h1>Thread</h1><table>{rows}</table>")).pieces
    assert [piece.author for piece in pieces] == names
    assert [piece.published_text for piece in pieces] == days
    for piece, body in zip(pieces, BODIES, strict=True):
        assert body in piece.body


ARTICLE = (
    "<html><head><title>On walls | Notes</title><meta property='article:published_time' content='2014-02-03T10:00:00Z'>"
    "<meta name=author content='Ida Roth'></head><body>" + NAV + "<main><h1>On walls</h1><div class=text><p>"
    + "</p><p>".join(BODIES) + "</p><h2>Stone</h2>"
    + "<p>A wall of stone stands longer than the reason for it.</p></div></main>" + SIDEBAR + FOOTER + "</body></html>"
)  # fmt: skip


def test_a_page_with_one_article_is_one_post() -> None:
    split = split_html(ARTICLE)
    (piece,) = split.pieces
    assert (piece.title, piece.author, piece.published_text) == ("On walls", "Ida Roth", "2014-02-03T10:00:00Z")
    assert piece.body == "\n\n".join([*BODIES, "Stone", "A wall of stone stands longer than the reason for it."])
    assert {row.kind for row in split.residue} == {"navigation", "sidebar", "footer"}


LONG = "".join(f"<p>{body} {body}</p>" for body in BODIES)
COMMENTS = "".join(
    f"<li><cite>{name}</cite> <span class=d>{day}</span><p>{text}</p></li>"
    for name, day, text in (
        ("ann", "2 June 2012", "Lovely, thank you for this one, it made my day."),
        ("bob", "3 June 2012", "I disagree about stone, but what do I know of walls."),
        ("cy", "7 June 2012", "Where was this? It looks like the road to the mill."),
    )
)


def test_a_list_beside_an_article_is_residue() -> None:
    related = each('<div><h3><a href="/{n}">{title}</a></h3><span>{day}</span></div>')
    source = page(f"<main><h1>On walls</h1><p class=d>5 May 2012</p><div>{LONG}</div></main><div>{related}</div>")
    split = split_html(source)
    (piece,) = split.pieces
    assert (piece.title, piece.published_text) == ("On walls", "5 May 2012")
    assert piece.body == "\n\n".join(f"{body} {body}" for body in BODIES)
    assert any("Three kinds of silence" in row.text for row in split.residue)


def test_the_paragraphs_of_an_article_are_no_posts() -> None:
    (piece,) = split_html(page(f"<h1>On walls</h1>{LONG}")).pieces
    assert piece.title == "On walls"
    assert all(body in piece.body for body in BODIES)


def test_an_article_opens_the_thread_of_its_comments() -> None:
    source = page(f"<main><h1>On walls</h1><p class=d>5 May 2012</p><div>{LONG[:180]}</div><ol>{COMMENTS}</ol></main>")
    pieces = split_html(source).pieces
    assert [piece.title for piece in pieces] == ["On walls", None, None, None]
    assert [piece.published_text for piece in pieces] == ["5 May 2012", "2 June 2012", "3 June 2012", "7 June 2012"]


def test_the_post_that_opens_a_thread_may_look_unlike_its_replies() -> None:
    opening = f'<div class="q"><b>ann</b> <i>1 June 2012</i><div class="text">{BODIES[0]} Does it?</div></div>'
    reply = '<div class="a"><b>{n}</b> <i>{day}</i><div class="text">{body}</div></div>'
    pieces = split_html(page(f"{opening}<h4>Replies</h4>{each(reply)}")).pieces
    assert [piece.body for piece in pieces] == [BODIES[0] + " Does it?", *BODIES]
    assert pieces[0].published_text == "1 June 2012"


def test_linked_data_completes_a_post() -> None:
    post = '{"@type": "BlogPosting", "headline": "On walls", "author": {"name": "Ida"}, "datePublished": "2014-02-03"}'
    script = f'<script type="application/ld+json">{{"@graph": [{post}]}}</script>'
    source = f"<body>{script}<main><h1>On walls</h1><p>{BODIES[0]}</p><p>{BODIES[1]}</p></main>"
    (piece,) = split_html(source).pieces
    assert (piece.author, piece.published_text) == ("Ida", "2014-02-03")


@pytest.mark.parametrize(
    ("source", "begins"),
    [("loose words", [0]), ("na na na na na na na", [0]), ("<p>one</p> two <p>three</p>", [0, 11, 15])],
)
def test_text_without_a_tag_is_found_in_the_source(source: str, begins: list[int]) -> None:
    assert [row.start for row in split_html(source).residue] == begins


@pytest.mark.parametrize(
    "source", ["", " \n ", "<html></html>", "<!-- only a comment -->", "<script>var a = 'text';</script>", "\x00" * 3]
)
def test_nothing_gives_nothing(source: str) -> None:
    split = split_html(source)
    assert not split.pieces
    assert all(row.text.strip() for row in split.residue)


@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 200_000 + BODIES[0] + "</div>" * 200_000,
        "<div class=a>" * 30_000 + BODIES[0],
        "<p>" + "word " * 200_000,
        "<ul>" + "<li>one of very many" * 20_000,
        "<table>" + "<tr><td>1 May 2010<td>text" * 10_000,
        "<h2><a href=/x>t</a></h2>words " * 8_000,
        "<div><h2><a href=/x>t</a></h2><i>3 May 2010</i><p>words of it</p></div>" * 5_000,
        "<b>" * 100_000,
        "<script type='application/ld+json'>" + "[" * 100_000,
        "<svg><select><template>" * 50_000,
    ],
    ids=lambda source: source[:20],
)
def test_damage_costs_no_more_than_its_length(source: str) -> None:
    began = time.perf_counter()
    assert in_order(split_html(source), source)
    assert time.perf_counter() - began < 30


def in_order(split: Split, source: str) -> bool:
    """Whether pieces and residue lie in the source, each kind in order and without overlap."""
    for rows in (split.pieces, split.residue):
        edges = [edge for row in rows for edge in (row.start, row.end)]
        if edges != sorted(edges) or any(not 0 <= edge <= len(source) for edge in edges):
            return False
    return True


@given(st.text())
def test_any_text_splits(text: str) -> None:
    assert in_order(split_html(text), text)


TAGS = (
    "<div class='e'>|</div>|<h2>|</h2>|<a href='/x'>|</a>|<p>|</p>|<tr>|<td>|<table>|</table>|<li>|<ul>|</ul>|"
    "<article>|</article>|<nav>|</nav>|<br>|<hr>|<!--|-->|<script>|</script>|<time>|3 May 2010 |"
    "some words that go on for a while |more |<|>|&amp;"
)


@settings(max_examples=200)
@given(st.lists(st.sampled_from(TAGS.split("|")), max_size=40))
def test_any_markup_splits(parts: list[str]) -> None:
    source = "".join(parts)
    split = split_html(source)
    assert in_order(split, source)
    rows = sorted([(p.start, p.end) for p in split.pieces] + [(r.start, r.end) for r in split.residue])
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(rows))
    assert all(piece.body for piece in split.pieces)


@pytest.mark.parametrize("after", ["</body>", "</html>", "</body></html>"])
def test_text_behind_the_end_of_a_page_has_a_span(after: str) -> None:
    post = "<article><h2><a href='/{0}'>Post {0}</a></h2><p>" + "It rained and rained again. " * 8 + "</p></article>"
    source = f"<html><body>{''.join(post.format(n) for n in range(4))}{after}<p>Counted by a machine.</p>"
    rows = [row for row in split_html(source).residue if "machine" in row.text]
    assert all(0 <= row.start < row.end <= len(source) for row in rows)
    assert rows


def test_residue_around_broken_tags_lies_in_its_order() -> None:
    found = split_html('\x15<L<\0<p>rained"}]}00;me>5 March 2e><p>Then the sun came:"3471.1Length')
    edges = [edge for row in found.residue for edge in (row.start, row.end)]
    assert len(edges) > 2
    assert edges == sorted(edges)
