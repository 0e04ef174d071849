"""From spans of nodes to what each post says: its words and what stands beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from transforms.split.html_body import FURNITURE, find_bodies, repeated_lines, sign_lines
from transforms.split.html_fields import (
    author_name,
    choose_dates,
    choose_titles,
    dates_above,
    hashtag_lines,
    tag_nodes,
)
from transforms.split.html_groups import Span
from transforms.split.html_leading import leading_names, leading_titles
from transforms.split.html_marks import DateMark, Marks, heading_link, nodes_within
from transforms.split.html_tree import Page
from transforms.split.render import links_in, render

# A link back to the post inside its own text ("read on") has no more characters than this.
READ_ON: Final = 40


@dataclass(frozen=True, slots=True)
class Post:
    """A post as the page shows it; `date_place` says where its date stands."""

    span: Span
    body: str
    title: str | None
    title_linked: bool
    url: str | None
    author: str | None
    date: str | None
    date_place: str
    tags: tuple[str, ...]
    links: tuple[str, ...]


def read_posts(page: Page, marks: Marks, spans: Sequence[Span]) -> list[Post]:
    """Read the posts at some spans; title, date and body are each chosen for all of them together."""
    titles = choose_titles(page, marks, spans)
    if not any(titles):
        titles = leading_titles(page, marks, spans)
    dates = choose_dates(page, marks, spans)
    skip = repeated_lines(page, spans).difference(titles)
    skip |= {title for title in titles if title} | {date.node for date in dates if date}
    bodies = find_bodies(page, spans, skip)
    above = dates_above(marks, spans)
    unsaid = sorted(skip)
    authors = _authors(page, marks, spans, titles)
    looks = _by_look(marks)
    posts = []
    for index, span in enumerate(spans):
        date = dates[index] or above[index]
        reading = _Reading(page, span, bodies[index], titles[index], date, authors[index])
        signs = nodes_within(looks[date.signature], bodies[index]) if date else ()
        place = "date inside" if dates[index] else "date above"
        posts.append(reading.read(nodes_within(unsaid, bodies[index]), signs, place))
    return posts


def _authors(page: Page, marks: Marks, spans: Sequence[Span], titles: Sequence[int | None]) -> list[Sequence[int]]:
    """List the elements that name the author of each post; where none does, and there are no titles, by their place."""
    authors = [nodes_within(marks.authors, span) for span in spans]
    if any(authors) or any(titles):
        return authors
    return [[] if node is None else [node] for node in leading_names(page, marks, spans)]


def _by_look(marks: Marks) -> dict[str, list[int]]:
    """List the nodes that carry dates of each look."""
    looks: defaultdict[str, list[int]] = defaultdict(list)
    for date in marks.dates:
        looks[date.signature].append(date.node)
    return looks


@dataclass(frozen=True, slots=True)
class _Reading:
    """One post while it is read."""

    page: Page
    span: Span
    body: Span
    title: int | None
    date: DateMark | None
    authors: Sequence[int]

    def read(self, skip: Sequence[int], dates: Sequence[int], date_place: str) -> Post:
        page, authors = self.page, self.authors
        name, tags, url = author_name(page, authors), tag_nodes(page, self.span), self.url()
        signs = [n for n in authors if page.text(n, page.stops[n]) == name] + tags
        signs += dates
        hashtags = hashtag_lines(page, self.body)
        signs += hashtags
        unsaid = {*skip} | sign_lines(page, signs, self.body) | self.furniture(url)
        texts = [page.text(tag, page.stops[tag]).removeprefix("#") for tag in tags]
        texts += [text.strip() for line in hashtags for text in page.texts[line].split("#")]
        return Post(
            self.span,
            render(page, *self.body, unsaid),
            page.text(self.title, page.stops[self.title]) if self.title else None,
            bool(self.title and heading_link(page, self.title)),
            url,
            name,
            self.date.text if self.date else None,
            date_place,
            tuple(dict.fromkeys(text for text in texts if text)),
            links_in(page, *self.body, unsaid),
        )

    def url(self) -> str | None:
        """Give the address of the post: that of its heading, of a permalink, or of its date."""
        page, link = self.page, None
        if self.title:
            link = self.title if page.tags[self.title] == "a" else heading_link(page, self.title)
        if link is None:
            link = next((n for n in range(*self.span) if _is_permalink(page, n)), None)
        if link is None and self.date and self.span[0] <= self.date.node < self.span[1]:
            above = (self.date.node, page.parents[self.date.node], page.parents[page.parents[self.date.node]])
            link = next((n for n in above if page.tags[n] == "a"), None)
        return (page.attribute(link, "href").strip() or None) if link is not None else None

    def furniture(self, url: str | None) -> set[int]:
        """List what is on the page for its readers' hands: menus, buttons, links that lead on to the post."""
        page, home = self.page, url.split("#")[0] if url else None
        found = set()
        half = (page.prose[self.body[1]] - page.prose[self.body[0]]) / 2
        for node in range(*self.body):
            tag = page.tags[node]
            if tag == "form" and page.prose[page.stops[node]] - page.prose[node] > half:
                continue  # some forums keep each message in a form of its own
            back = tag == "a" and home and page.attribute(node, "href").strip().split("#")[0] == home
            if tag in FURNITURE or (back and page.size(node, page.stops[node]) <= READ_ON):
                found.add(node)
        return found


def _is_permalink(page: Page, node: int) -> bool:
    if page.tags[node] != "a" or not page.attribute(node, "href"):
        return False
    names = f"{page.attribute(node, 'rel')} {page.attribute(node, 'class')} {page.attribute(node, 'itemprop')}".split()
    return not {"bookmark", "permalink", "u-url", "url"}.isdisjoint(names)
