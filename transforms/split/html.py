"""One HTML page to its posts and what is left over."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from transforms.records import Piece, Split
from transforms.split.html_groups import Span
from transforms.split.html_layout import Layout, find_layout
from transforms.split.html_linked import Stated, head_values, is_article, page_date, stated_posts
from transforms.split.html_marks import find_marks
from transforms.split.html_opening import find_opening
from transforms.split.html_places import end_of, start_of
from transforms.split.html_posts import Post, read_posts
from transforms.split.html_residue import residue_of
from transforms.split.html_single import find_single
from transforms.split.html_tree import Page, parse

# A list that holds less of a page's text than this is not what the page is about, if one text outweighs it.
LITTLE: Final = 0.35


def split_html(source: str) -> Split:
    """Find the posts of a page by their repeated structure; a page without one is a post, or nothing but residue.

    Spans are characters of `source`. Any text is taken: what no parser can make sense of gives an empty split.

    >>> page = "<div><h2><a href='/%d'>Title %d</a></h2><p>Words of a post that is long enough, number %d.</p></div>"
    >>> split = split_html("<nav><a href=/>Home</a></nav>" + "".join(page % (n, n, n) for n in range(3)))
    >>> [piece.title for piece in split.pieces], [(row.kind, row.text) for row in split.residue]
    (['Title 0', 'Title 1', 'Title 2'], [('navigation', 'Home')])
    """
    page = parse(source)
    if not page.chars[-1]:
        return Split((), ())
    marks = find_marks(page)
    layout = find_layout(page, marks)
    single = find_single(page, marks, layout.spans if layout else ())
    if layout and not (single and _outweighs(page, single, layout)):
        opening = None if layout.linked else find_opening(page, marks, layout.spans, single)
        spans = ((opening,) if opening else ()) + layout.spans
        posts = read_posts(page, marks, spans)
        likeness = f"{layout.likeness} ({len(spans)} on this page)"
    else:
        posts = [_with_head(page, post) for post in read_posts(page, marks, [single])] if single else []
        likeness = "the only text of this page"
    stated = stated_posts(page)
    posts = [_with_stated(post, stated) for post in posts if post.body]
    pieces = tuple(_piece(page, post, likeness) for post in posts)
    return Split(pieces, residue_of(page, [post.span for post in posts]))


def _outweighs(page: Page, single: Span, layout: Layout) -> bool:
    """Say whether a page is one post with a list beside it.

    It is when the list holds little of the text, or when the page calls itself an article.
    """
    inside = sum(page.prose[stop] - page.prose[first] for first, stop in layout.spans)
    within = sum(page.prose[b] - page.prose[a] for a, b in layout.spans if single[0] <= a < single[1])
    alone = page.prose[single[1]] - page.prose[single[0]] - within
    if layout.linked or not is_article(page):
        return layout.cover < LITTLE and alone > inside
    return alone * len(layout.spans) > inside


def _piece(page: Page, post: Post, likeness: str) -> Piece:
    evidence = [likeness]
    if post.title:
        evidence.append("heading with a link of its own" if post.title_linked else "heading")
    if post.date:
        evidence.append(post.date_place)
    if post.author:
        evidence.append("author named")
    start = start_of(page, post.span[0])
    return Piece(
        start=start,
        end=max(end_of(page, post.span[1]), start),
        body=post.body,
        title=post.title,
        author=post.author,
        published_text=post.date,
        url=post.url,
        tags=post.tags,
        links=post.links,
        boundary=tuple(evidence),
    )


def _with_head(page: Page, post: Post) -> Post:
    """Let the head of a page complete its only post."""
    head = head_values(page)
    return replace(
        post,
        title=post.title or head.get("og:title") or head.get("title"),
        url=head.get("canonical") or head.get("og:url") or post.url,
        author=post.author or head.get("author"),
        date=post.date or page_date(head),
        date_place=post.date_place if post.date else "date in the head",
    )


def _with_stated(post: Post, stated: list[Stated]) -> Post:
    """Let the linked data of the same title or address complete a post."""
    for one in stated:
        if (one.title and one.title == post.title) or (one.url and one.url == post.url):
            place = post.date_place if post.date else "date in linked data"
            author, date = post.author or one.author or None, post.date or one.published or None
            return replace(post, author=author, date=date, date_place=place)
    return post
