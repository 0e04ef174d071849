"""How the posts of one site look: as a plain text listing, as a page of HTML, as a feed, as a row of JSON."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

from benchmarks.bench.posts import Post
from benchmarks.bench.templates import FEET, HEADS, ITEMS, PAGE
from benchmarks.bench.tongues import Tongue, date

# What befalls a line on the way, if anything.
Damage = Callable[[str], str]


@dataclass(frozen=True)
class Site:
    """What all dumps of one source share: its language, its name and its templates, by number."""

    tongue: Tongue
    name: str
    menu: Sequence[str]
    text: int
    page: int

    @property
    def address(self) -> str:
        """Where it is said to stand."""
        return f"https://{self.text}-{self.page}.example.org/"


def text_listing(site: Site, posts: Sequence[Post], damage: Damage) -> str:
    """Posts one after another between the heading and the foot of a page, as an extractor leaves them."""
    menu = "\n".join(site.menu)
    return f"{site.name}\n\n{menu}\n\n{text_posts(site, posts, damage)}{site.tongue.said.older}\n"


def text_posts(site: Site, posts: Sequence[Post], damage: Damage) -> str:
    """Posts one after another, by the template of the site."""
    head, foot = HEADS[site.text % len(HEADS)], FEET[(site.text + site.page) % len(FEET)]
    parts = []
    for post in posts:
        facts = facts_of(post)
        parts += [head.format(**facts), "\n", "\n\n".join(post.paragraphs), "\n", foot.format(**facts)]
    return "\n".join(damage(line) for line in "".join(parts).split("\n"))


def facts_of(post: Post) -> dict[str, str]:
    """What a template can say of a post."""
    said = post.tongue.said
    written = date(post.tongue, post.day)
    return {
        "title": post.title,
        "rule": "=" * len(post.title),
        "author": post.author,
        "date": written,
        "by": said.by.format(author=post.author, date=written),
        "tags": ", ".join(post.tags),
        "n": str(sum(post.day) % 40),
        "said_tags": said.tags,
        "said_comments": said.comments,
        "url": url_of(post),
    }


def url_of(post: Post) -> str:
    """The address of a post, the same for its copies."""
    year, month, day = post.day
    return f"/{year}/{month:02}/{day:02}/{post.copied or post.name}"


def html_page(site: Site, posts: Sequence[Post], damage: Damage, charset: str = "utf-8") -> str:
    """A listing page with a menu, a sidebar, scripts, and the posts in the elements of the site's template."""
    item, said = ITEMS[site.page % len(ITEMS)], site.tongue.said
    items = []
    for post in posts:
        facts = {name: escape(value) for name, value in facts_of(post).items()}
        facts["tags"] = " ".join(f'<a href="/tag/{number}">{escape(tag)}</a>' for number, tag in enumerate(post.tags))
        items.append(item.format(**facts, body=_body(post, damage)))
    recent = "".join(f'<li><a href="{url_of(post)}">{escape(post.title)}</a></li>' for post in posts[:10])
    menu = "".join(f'<li><a href="/{number}">{escape(word)}</a></li>' for number, word in enumerate(site.menu))
    return PAGE.format(
        lang=site.tongue.code, charset=charset, name=escape(site.name), menu=menu, items="".join(items),
        older=said.older, newer=said.newer, about=said.about, recent=recent,
    )  # fmt: skip


def _body(post: Post, damage: Damage) -> str:
    """Paragraphs; some have a link or a word in italics, as such pages do."""
    made = []
    for number, text in enumerate(post.paragraphs):
        words = escape(damage(text), quote=False).split(" ")
        if number % 3 == 1 and len(words) > 6:
            words[2] = f'<a href="https://example.com/{number}">{words[2]}</a>'
            words[5] = f"<em>{words[5]}</em>"
        made.append(f"<p>{' '.join(words)}</p>\n")
    return "".join(made)


def feed(site: Site, posts: Sequence[Post], damage: Damage) -> str:
    """An RSS feed with the whole text of each post."""
    items = []
    for post in posts:
        moment = format_datetime(datetime(*post.day, 12, tzinfo=UTC))
        items.append(
            f"<item>\n<title>{escape(post.title)}</title>\n<link>{site.address[:-1]}{url_of(post)}</link>\n"
            f"<pubDate>{moment}</pubDate>\n<author>{escape(post.author)}</author>\n"
            + "".join(f"<category>{escape(tag)}</category>\n" for tag in post.tags)
            + f"<description>{escape(_body(post, damage), quote=False)}</description>\n</item>\n"
        )
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0">\n<channel>\n<title>{escape(site.name)}</title>\n'
        f"<link>{site.address}</link>\n<language>{site.tongue.code}</language>\n{''.join(items)}</channel>\n</rss>\n"
    )


def row(post: Post, damage: Damage) -> str:
    """A line of JSON."""
    text = "\n".join(damage(line) for line in post.paragraphs)
    year, month, day = post.day
    told = {
        "id": post.name,
        "url": f"https://example.org{url_of(post)}",
        "title": post.title,
        "author": post.author,
        "date": f"{year}-{month:02}-{day:02}",
        "text": text,
    }
    return json.dumps(told, ensure_ascii=False) + "\n"


def site(rng: random.Random, tongue: Tongue, words: Sequence[str]) -> Site:
    """Invents a site; `words` are some of its language, two for its name and the rest for its menu."""
    name = tongue.space.join(words[:2])
    return Site(
        tongue,
        name[:1].upper() + name[1:],
        [word[:1].upper() + word[1:] for word in (*words[2:], tongue.said.about)],
        rng.randrange(len(HEADS) * len(FEET)),
        rng.randrange(len(ITEMS) * len(FEET)),
    )
