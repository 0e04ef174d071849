"""What a page says about its posts beside their text: linked data scripts and head elements."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from typing import Final

from transforms.split.html_tree import Page

# Schema.org types of what winnow calls a post end in one of these.
POST_TYPES: Final = ("Article", "Posting", "Report")
THREADS: Final = frozenset(("DiscussionForumPosting", "SocialMediaPosting"))
PAGE_DATES: Final = ("article:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "dcterms.created")


@dataclass(frozen=True, slots=True)
class Stated:
    """What linked data states about one post."""

    kind: str
    title: str
    url: str
    author: str
    published: str


def stated_posts(page: Page) -> list[Stated]:
    """Read the linked data of a page; a script that can't be read says nothing."""
    found = []
    for script in page.markup.linked_data:
        try:
            waiting = deque([json.loads(script)])
        except (ValueError, RecursionError):
            continue
        while waiting:
            value = waiting.popleft()
            if isinstance(value, list):
                waiting.extend(value)
            elif isinstance(value, dict):
                waiting.extend(v for v in value.values() if isinstance(v, dict | list))
                if _text(value.get("@type")).endswith(POST_TYPES):
                    found.append(_stated(value))
    return found


def _stated(value: dict[str, object]) -> Stated:
    title = _text(value.get("headline")) or _text(value.get("name"))
    url = _text(value.get("url")) or _text(value.get("mainEntityOfPage"), "@id")
    return Stated(_text(value.get("@type")), title, url, _text(value.get("author")), _text(value.get("datePublished")))


def _text(value: object, key: str = "name") -> str:
    """Read a plain value, the first of several, or the name of an object."""
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get(key)
    return " ".join(value.split()) if isinstance(value, str) else ""


def head_values(page: Page) -> dict[str, str]:
    """Read the head of a page: its meta elements by name, its canonical address and its title.

    >>> from transforms.split.html_tree import parse
    >>> head_values(parse('<title>A &amp; B</title><meta name="Author" content="Ann">'))
    {'title': 'A & B', 'author': 'Ann'}
    """
    found: dict[str, str] = {"title": page.title} if page.title else {}
    for node, tag in enumerate(page.tags):
        if tag == "meta":
            name = page.attribute(node, "property") or page.attribute(node, "name")
            if name and page.attribute(node, "content"):
                found.setdefault(name.lower(), page.attribute(node, "content").strip())
        elif tag == "link" and page.attribute(node, "rel") == "canonical":
            found.setdefault("canonical", page.attribute(node, "href").strip())
    return found


def page_date(head: dict[str, str]) -> str | None:
    """Give the date that the head states for a page."""
    return next((head[name] for name in PAGE_DATES if name in head), None)


def is_article(page: Page) -> bool:
    """Say whether a page states in its microdata or linked data that it holds exactly one article.

    The "og:type" of a page says nothing: half of all forums call their threads articles.
    """
    kinds = [page.attribute(node, "itemtype").rsplit("/", 1)[-1] for node in range(len(page.tags))]
    kinds += [one.kind for one in stated_posts(page)]
    articles = [kind for kind in kinds if kind.endswith(POST_TYPES)]
    return len(articles) == 1 and articles[0] not in THREADS
