"""Reads the labelled collections: text dumps with the lines at which their posts start."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from benchmarks.boundaries.settings import DUMPS, EXTRACT, FORUM, LONGEST_LAST, MAIN, THREADS
from benchmarks.forum_views import find_starts
from transforms.decode import decode
from transforms.split.feed import split_feed
from transforms.split.render import render_html

# The header of a post in the threads; their labels name users and times, not lines.
_HEADER: Final = re.compile(r"\S.* \| \d{4}-\d\d-\d\d .*UTC \| #\d+")
# A first line of more characters is no title, and a feed's entry with fewer is no post to compose listings of.
_LONGEST_TITLE, _LEAST_BODY = 200, 80
# By so many characters two posts of one site are told apart.
_KNOWN_BY: Final = 200


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text dump with the 0-based numbers of the lines that start its posts, in order.

    `site` is what is left out of learning together; `source` is what weighs as one: the site, but for the dumps of one
    blog that are left out one at a time.
    """

    source: str
    site: str
    view: str
    name: str
    lines: tuple[str, ...]
    starts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Post:
    """A post to compose listings of."""

    title: str | None
    body: tuple[str, ...]


# Posts by source and site.
Posts = dict[tuple[str, str], list[Post]]


def read_collections(corpora: Path) -> list[Labelled]:
    """Reads the dumps of every collection that is there, in an order that does not depend on the disk."""
    return [
        *_blogs(corpora / "blogs"),
        *_dumps(corpora / "blog_dumps"),
        *_threads(corpora / "threads_text"),
        *_forums(corpora / "forum_html"),
    ]


def _blogs(folder: Path) -> Iterator[Labelled]:
    for path in sorted(folder.glob("*/*.starts.json")):
        name, view = path.name.removesuffix(".starts.json").rsplit(".", 1)
        text = _text(path.with_name(f"{name}.{view}.txt"))
        starts = {_line(text, start["char"]) for start in _json(path)}
        site = path.parent.name
        yield Labelled(site, site, view, f"{site}/{name}.{view}", tuple(text.split("\n")), tuple(sorted(starts)))


def _dumps(folder: Path) -> Iterator[Labelled]:
    for path in sorted(folder.glob("gold/[0-9]*.json")):
        gold = _json(path)
        lines = tuple(_text(folder / gold["dump"]).split("\n"))
        starts = tuple(sorted(post["lines"][0] - 1 for post in gold["posts"]))
        yield Labelled(DUMPS, path.stem, DUMPS, path.stem, lines, starts)


def _threads(folder: Path) -> Iterator[Labelled]:
    for path in sorted(folder.glob("*.md")):
        lines = tuple(_text(path).split("\n"))
        starts = tuple(number for number, line in enumerate(lines) if _HEADER.fullmatch(line))
        yield Labelled(THREADS, THREADS, THREADS, path.stem, lines, starts)


def _forums(folder: Path) -> Iterator[Labelled]:
    """Forum pages as the text that the reader of HTML makes of them; the pages of a host are a site."""
    for path in sorted(folder.glob("*.truth.json")):
        name, truth = path.name.removesuffix(".truth.json"), _json(path)
        text = render_html(decode(path.with_name(f"{name}.html").read_bytes()).text)
        posts = [post for post in truth["posts"] if post.get("post_text")]
        starts = {_line(text, start) for start in find_starts(text, posts) if start is not None}
        host = f"forum {urlsplit(truth['url']).hostname}"
        yield Labelled(host, host, FORUM, f"forum {name}", tuple(text.split("\n")), tuple(sorted(starts)))


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8").replace("\r\n", "\n")


def _json(path: Path) -> Any:  # noqa: ANN401 (whatever a label file holds)
    return json.loads(path.read_text("utf-8"))


def _line(text: str, char: int) -> int:
    """The line of the first character at `char` or after it that is not white space."""
    while char < len(text) and text[char].isspace():
        char += 1
    return text.count("\n", 0, char)


def posts_of(items: Sequence[Labelled]) -> Posts:
    """Collects the posts of each source and site from the text views, each once."""
    posts: Posts = {}
    with_main = {item.source for item in items if item.view == MAIN}
    for item in items:
        if item.view in (MAIN, DUMPS) or (item.view == EXTRACT and item.source not in with_main):
            posts.setdefault((item.source, item.site), []).extend(_posts(item))
    return {key: list(_each_once(found)) for key, found in posts.items()}


def exported_posts(corpora: Path) -> Posts:
    """Collects the posts of each exported feed, each once."""
    posts: Posts = {}
    for path in sorted((corpora / "exports").glob("*.xml")):
        pieces = split_feed(path.read_text("utf-8")).pieces
        name = f"export {path.name.split('.')[0]}"
        found = [Post(piece.title, tuple(piece.body.split("\n"))) for piece in pieces if len(piece.body) > _LEAST_BODY]
        posts[name, name] = list(_each_once(found))
    return posts


def _posts(item: Labelled) -> Iterator[Post]:
    for first, last in zip(item.starts, (*item.starts[1:], len(item.lines)), strict=True):
        lines = without_end(item.lines[first:last])
        if last == len(item.lines) and item.view != DUMPS:
            lines = lines[:LONGEST_LAST]
        if lines and len(lines[0].strip()) <= _LONGEST_TITLE:
            yield Post(lines[0].strip(), lines[1:])
        elif lines:
            yield Post(None, lines)


def without_end(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Drops the blank lines at the end."""
    last = len(lines)
    while last and not lines[last - 1].strip():
        last -= 1
    return lines[:last]


def _each_once(posts: Sequence[Post]) -> Iterator[Post]:
    known = set()
    for post in posts:
        key = (post.title, "".join(post.body)[:_KNOWN_BY])
        if key not in known:
            known.add(key)
            yield post


def row_numbers(item: Labelled, numbers: Sequence[int]) -> list[int]:
    """The place of each of these lines among the lines that are not blank."""
    filled = [number for number, line in enumerate(item.lines) if line.strip()]
    return [bisect_left(filled, number) for number in numbers]
