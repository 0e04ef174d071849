"""Small invented dumps in which posts recur: with their titles and dates, stripped of both, edited, cut short."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import corpora
from corpora import Invented

SIDEBAR = (
    (
        "Notes on clocks and tides by somebody who has mended the one and watched the other for a good thirty years, "
        "written in the evenings."
    ),
    (
        "All that stands here may be copied by anybody for any purpose, with or without saying where it was found, "
        "as long as nothing is left out of it."
    ),
)


def page(posts: Sequence[Invented], *, sidebar: bool = False) -> str:
    """A listing in which every post has its title and its date."""
    shown = [
        f"{post.title}\n\nPosted by Ann on {1 + len(post.title) % 28} May 2019\n\n" + _body(post) for post in posts
    ]
    return "\n\n".join([*shown, *(SIDEBAR if sidebar else ())]) + "\n"


def stripped(posts: Sequence[Invented]) -> str:
    """What a careless extractor leaves of it: one paragraph a line, no titles, no dates, no blank lines."""
    return "\n".join(paragraph for post in posts for paragraph in post.paragraphs) + "\n"


def changed(rng: random.Random, post: Invented) -> Invented:
    """A post as it may recur: whole, with a paragraph rewritten, cut short, or with another title."""
    way = rng.randrange(5)
    if way == 0:
        at = rng.randrange(len(post.paragraphs))
        other = corpora.post(rng, 1).paragraphs[0]
        return replace(post, paragraphs=(*post.paragraphs[:at], other, *post.paragraphs[at + 1 :]))
    if way == 1:
        return corpora.cut(post)
    if way == 2:
        return replace(post, title=corpora.post(rng, 1).title)
    return post


def dumps(seed: int, n_dumps: int = 7, n_posts: int = 9) -> dict[str, str]:
    """Listings and stripped listings of the same posts, by file name."""
    rng = random.Random(seed)
    posts = [corpora.post(rng, rng.randint(2, 5)) for _ in range(n_posts)]
    made = {}
    for number in range(n_dumps):
        chosen = [changed(rng, post) for post in rng.sample(posts, rng.randint(2, 5))]
        sidebar = rng.random() < 0.7
        made[f"{number}.txt"] = page(chosen, sidebar=sidebar) if rng.random() < 0.6 else stripped(chosen)
    return made


def _body(post: Invented) -> str:
    return "\n\n".join(post.paragraphs)
