"""Composes what extractors leave of listing pages: teasers of posts, of which some or all have lost their titles.

A page of teasers shows the same stretch of every post: so many words or characters of its text run together, or its
first paragraph. An extractor keeps paragraphs and drops headings, but not all of them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from benchmarks.boundaries.composed import Listing, seeded
from benchmarks.boundaries.labelled import Labelled, Post
from benchmarks.boundaries.settings import LEAST_POSTS, TEASED, TEASERS
from benchmarks.boundaries.templates import TitleWriter, Writer, byline_writer, footer_writer, menu

Shown = Callable[[Post], list[str]]
_MARKS = ("", "", "", "…", "...", " […]", " [...]", " …", " (...)")
_RESIDUE = 0.3
_COUNTS = (2, 3, 3, 4, 5, 5, 6, 7, 8, 10, 10, 10, 15, 20)


def teasers(posts: Mapping[tuple[str, str], Sequence[Post]], each: int = TEASERS) -> list[Labelled]:
    """Composes pages of teasers of the posts of every site that has enough."""
    made = []
    for (source, site), found in sorted(posts.items()):
        chance = seeded(f"{site} teasers")
        for number in range(each if len(found) >= LEAST_POSTS else 0):
            listing = _tease(found, chance)
            if listing.starts:
                name = f"{site} teasers {number}"
                made.append(Labelled(source, site, TEASED, name, tuple(listing.lines), tuple(listing.starts)))
    return made


@dataclass(frozen=True, slots=True)
class Page:
    """How a page puts teasers: what it shows of a post, and how often title, byline and footer came through."""

    shown: Shown
    titled: float
    first_titled: bool
    byline: Writer | None
    footer: TitleWriter | None
    often: float


def _tease(posts: Sequence[Post], chance: random.Random) -> Listing:
    listing = Listing(chance.choice(["all", "posts", "none", "none", "none"]))
    page = _page(chance)
    titles = [post.title for post in posts if post.title]
    _put_residue(listing, chance, titles)
    for post in chance.sample(posts, min(len(posts), chance.choice(_COUNTS))):
        lines = _teaser(page, post, chance, first=not listing.starts)
        placed = [listing.put(line, opens=number == 0) for number, line in enumerate(lines)]
        listing.starts += placed[:1]
    _put_residue(listing, chance, titles)
    return listing


def _page(chance: random.Random) -> Page:
    return Page(
        _shown(chance),
        chance.choice([0.0, 0.0, 0.0, 0.1, 0.5, 0.9, 1.0, 1.0]),
        chance.random() < 0.3,
        byline_writer(chance) if chance.random() < 0.2 else None,
        footer_writer(chance) if chance.random() < 0.25 else None,
        chance.choice([0.3, 0.9, 1.0, 1.0]),
    )


def _teaser(page: Page, post: Post, chance: random.Random, *, first: bool) -> list[str]:
    """The lines of a post; none where it has no text."""
    text = page.shown(post)
    if not text:
        return []
    day = date(chance.randrange(2004, 2022), chance.randrange(1, 13), chance.randrange(1, 28))
    titled = chance.random() < page.titled or (page.first_titled and first)
    head = [post.title] if post.title and titled else []
    if page.byline and head and chance.random() < page.often:
        head.append(page.byline(day, chance))
    foot = [page.footer(day, chance, post.title or "")] if page.footer and chance.random() < page.often else []
    return [*head, *text, *foot]


def _put_residue(listing: Listing, chance: random.Random, titles: Sequence[str]) -> None:
    if chance.random() < _RESIDUE:
        for line in menu(chance, chance.choice([1, 1, 2, 4, 8]), titles):
            listing.put(line)


def _shown(chance: random.Random) -> Shown:
    """Chooses what is shown of every post."""
    mark = chance.choice(_MARKS)
    words, chars = chance.choice([20, 30, 40, 55, 55, 80]), chance.choice([120, 150, 156, 200, 300, 400])
    lines, whole = chance.choice([1, 1, 2]), chance.choice([3, 4, 6, 10])
    ways: list[Shown] = [
        lambda post: _cut_words(post, words, mark),
        lambda post: _cut_chars(post, chars, mark),
        lambda post: _filled(post)[:lines],
        lambda post: _filled(post)[:whole],
    ]
    return chance.choice(ways)


def _filled(post: Post) -> list[str]:
    return [line.strip() for line in post.body if line.strip()]


def _cut_words(post: Post, most: int, mark: str) -> list[str]:
    words = " ".join(_filled(post)).split()
    return [" ".join(words[:most]) + (mark if len(words) > most else "")] if words else []


def _cut_chars(post: Post, most: int, mark: str) -> list[str]:
    text = " ".join(_filled(post))
    if len(text) <= most:
        return [text] if text else []
    return [text[:most].rsplit(" ", 1)[0] + mark]
