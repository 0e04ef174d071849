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


def filed(posts: Sequence[Invented]) -> str:
    """A listing of titled posts that a line closes each, without blank lines: in a few short posts hardly a sign."""
    return "\n".join(line for post in posts for line in (post.title, *post.paragraphs, "Filed under garden")) + "\n"


def brief(rng: random.Random, post: Invented) -> Invented:
    """A post of a few words a paragraph."""
    return replace(post, paragraphs=tuple(" ".join(p.split()[: rng.randint(6, 14)]) + "." for p in post.paragraphs))


def filed_dumps(seed: int) -> dict[str, str]:
    """Listings of one layout, long ones and, named small, some of a few short posts, by file name. No post recurs."""
    rng = random.Random(seed)
    made = {f"{n}.txt": filed([corpora.post(rng, rng.randint(1, 3)) for _ in range(8)]) for n in range(3)}
    for number in range(4):
        posts = [brief(rng, corpora.post(rng, rng.randint(1, 3))) for _ in range(2 + number % 2)]
        made[f"small {number}.txt"] = filed(posts)
    return made


def _body(post: Invented) -> str:
    return "\n\n".join(post.paragraphs)
