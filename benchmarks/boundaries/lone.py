"""Posts as dumps of their own: how many of them the splitter leaves whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from benchmarks.boundaries.labelled import Post
from benchmarks.boundaries.settings import LONE, LONGEST
from transforms.split.text import split_lines
from transforms.split.text_model import Model

NAME: Final = "posts alone"
WHOLE: Final = "whole set"
TITLED, BARE = "whole with title", "whole without"


@dataclass(frozen=True, slots=True)
class Lone:
    """A post as a dump, and by what it is counted: below its title and a blank line, or without a title."""

    source: str
    site: str
    measure: str
    lines: tuple[str, ...]


def lone_posts(posts: Mapping[tuple[str, str], Sequence[Post]], most: int = LONE) -> Iterator[Lone]:
    """Puts so many posts of each site, evenly spread, into dumps of their own: with their title, and without it."""
    for (source, site), found in sorted(posts.items()):
        filled = [post for post in found if any(line.strip() for line in post.body)]
        for post in filled[:: -(-len(filled) // most) or 1]:
            body = post.body[:LONGEST]
            if post.title:
                yield Lone(source, site, TITLED, (post.title, "", *body))
            yield Lone(source, site, BARE, body)


def stays_whole(lines: Sequence[str], model: Model) -> bool:
    """Tells whether a dump of one post becomes that post, from its first line to its last."""
    filled = [number for number, line in enumerate(lines) if line.strip()]
    blocks = split_lines(lines, model=model)
    return [(block.kind, block.first, block.last) for block in blocks] == [("post", filled[0], filled[-1] + 1)]


def lone_figures(posts: Sequence[Lone], models: Mapping[str | None, Model]) -> dict[str, dict[str, float]]:
    """The share of posts that stay whole, of each source and in the mean of all, by the model of the post's site."""
    whole: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for post in posts:
        model = models[post.site] if post.site in models else models[None]
        whole[post.source][post.measure].append(stays_whole(post.lines, model))
    shares = {
        source: {measure: round(fmean(each), 4) for measure, each in found.items()} for source, found in whole.items()
    }
    means = {
        measure: round(fmean(found[measure] for found in shares.values() if measure in found), 4)
        for measure in (TITLED, BARE)
        if any(measure in found for found in shares.values())
    }
    return {WHOLE: means, **shares}
