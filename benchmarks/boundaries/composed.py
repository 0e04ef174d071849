"""Composes listings of real posts in invented templates, and cuts stretches out of real ones.

The labelled sites know a dozen templates; what they do not show is learned from these: other bylines, footers,
separators and menus, other blank lines, excerpts, posts without titles, dumps of one post or two.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from benchmarks.boundaries.labelled import Labelled, Post, without_end
from benchmarks.boundaries.settings import (
    ALONE,
    BARE,
    BRIEF,
    COMPOSED,
    FORUM,
    LEAST_POSTS,
    LEAST_STARTS,
    LISTINGS,
    LONGEST,
    ONWARD,
    SEED,
    STRETCHES,
    STRETCHES_EACH,
    THREADS,
)
from benchmarks.boundaries.templates import TitleWriter, Writer, byline_writer, footer_writer, menu

_FEW_POSTS, _FEW_LINES = (1, 2, 2, 3, 3, 4), (1, 2, 2, 3, 4)
_POSTS = (1, 2, 2, 3, 3, 4, 5, 5, 6, 7, 8, 10, 10, 12, 15, 20)


@dataclass(frozen=True, slots=True)
class Template:
    """How a listing puts its posts.

    `most` body lines are shown of each, the last cut off with the mark `cut`; a `brief` one has few posts of few lines,
    however long they were; a `patchy` listing leaves out some
    bylines and footers. `gaps` says where blank lines stand: "all", "posts", "none", "double", or "keep" those of the
    posts.
    """

    brief: bool
    titled: bool
    most: int | None
    cut: str | None
    byline: Writer | None
    byline_above: bool
    footers: tuple[TitleWriter, ...]
    separator: str | None
    gaps: str
    patchy: bool


@dataclass(slots=True)
class Listing:
    """Lines as they are put one after another, and those that start posts."""

    gaps: str
    lines: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)

    def put(self, line: str, *, opens: bool = False) -> int:
        """Puts a line after the blank lines that belong before it; gives its number."""
        wanted = {"all": 1, "keep": 1, "double": 2 if opens else 1, "posts": int(opens)}.get(self.gaps, 0)
        if self.lines:
            self.lines += [""] * wanted
        self.lines.append(line)
        return len(self.lines) - 1


def composed(
    posts: Mapping[tuple[str, str], Sequence[Post]], each: int = LISTINGS, *, onward: bool = False
) -> list[Labelled]:
    """Composes listings of the posts of every site that has enough; sources of several sites get no more for it.

    `onward` ones begin with the oldest post.
    """
    sites = Counter(source for source, _ in posts)
    made = []
    for (source, site), found in sorted(posts.items()):
        chance = seeded(f"{site} onward" if onward else site)
        for number in range(-(-each // sites[source]) if len(found) >= LEAST_POSTS else 0):
            listing = compose(found, chance, brief=number % BRIEF[1] < BRIEF[0], onward=onward)
            if listing.starts and len(listing.lines) < LONGEST:
                lines, starts = tuple(listing.lines), tuple(listing.starts)
                view, name = (ONWARD, "onward") if onward else (COMPOSED, "composed")
                made.append(Labelled(source, site, view, f"{site} {name} {number}", lines, starts))
    return made


def seeded(name: str) -> random.Random:
    """Chance that comes out the same for the same name."""
    return random.Random(f"{SEED} {name}")


def invent(chance: random.Random, *, brief: bool) -> Template:
    """Invents a template."""
    titled = chance.random() < 0.75
    excerpt = chance.random() < (0.25 if titled else 0.6)
    return Template(
        brief,
        titled,
        chance.choice([1, 1, 2, 3]) if excerpt else None,
        chance.choice([None, None, " [...]", "…", " (...)"]),
        byline_writer(chance) if chance.random() < (0.55 if titled else 0.2) else None,
        chance.random() < 0.25,
        tuple(footer_writer(chance) for _ in range(chance.choice([0, 0, 0, 1, 1, 2]))),
        chance.choice([*[None] * 8, "-----", "* * *", "__________"]),
        chance.choice(["all"] * 4 + ["posts", "none", "none", "double", "keep", "keep"]),
        chance.random() < 0.15,
    )


def compose(posts: Sequence[Post], chance: random.Random, *, brief: bool = False, onward: bool = False) -> Listing:
    """Composes one listing of a few of these posts, each later than the one above it or each earlier."""
    template = invent(chance, brief=brief)
    listing = Listing(template.gaps)
    titles = [post.title for post in posts if post.title]
    day = date(chance.randrange(2004, 2022), chance.randrange(1, 13), chance.randrange(1, 28))
    if chance.random() < (0.3 if brief else 0.5):
        for line in menu(chance, chance.choice([1, 1, 2, 3, 5, 8, 15, 30]), titles):
            listing.put(line)
    for post in chance.sample(posts, min(len(posts), chance.choice(_FEW_POSTS if brief else _POSTS))):
        day -= (-1 if onward else 1) * timedelta(days=chance.choice([0, 1, 1, 2, 3, 5, 9, 20]))
        _put_post(listing, template, post, day, chance)
    if chance.random() < (0.2 if brief else 0.45):
        for line in menu(chance, chance.choice([1, 2, 5, 10, 20]), titles):
            listing.put(line)
    return listing


def _put_post(listing: Listing, template: Template, post: Post, day: date, chance: random.Random) -> None:
    body = _body(template, post, chance)
    title = post.title if template.titled else None
    if not body and not title:
        return
    if template.separator and listing.starts:
        listing.put(template.separator)
    byline = template.byline(day, chance) if template.byline and not _left_out(template, chance) else None
    head = [line for line in (title, byline) if line]
    if template.byline_above:
        head.reverse()
    placed = [listing.put(line, opens=number == 0) for number, line in enumerate(head)]
    first = _put_body(listing, body, opens=not head)
    # The labels name the title, where there is one, also below a byline.
    listing.starts.append(placed[head.index(title)] if title else placed[0] if placed else first)
    for write in template.footers:
        if not _left_out(template, chance):
            listing.put(write(day, chance, post.title or ""))


def _left_out(template: Template, chance: random.Random) -> bool:
    return template.patchy and chance.random() < 0.4


def _body(template: Template, post: Post, chance: random.Random) -> list[str]:
    """The lines that a listing shows of a post, none where all are blank."""
    filled = [line for line in post.body if line.strip()]
    if template.most is None and template.brief:
        return filled[: chance.choice(_FEW_LINES)]
    if template.most is None:
        return list(post.body) if filled else []
    shown = filled[: template.most]
    if shown and template.cut:
        shown[-1] = shown[-1][: chance.choice([140, 150, 200, 300])] + template.cut
    return shown


def _put_body(listing: Listing, body: Sequence[str], *, opens: bool) -> int:
    """Puts a body, its first line as the first of the post where it `opens` it; gives the number of that line."""
    first = -1
    for line in body:
        if first < 0 and line.strip():
            first = listing.put(line, opens=opens)
        elif listing.gaps == "keep":
            listing.lines.append(line)
        elif line.strip():
            listing.put(line)
    return first


def alone(posts: Mapping[tuple[str, str], Sequence[Post]], most: int = ALONE) -> Iterator[Labelled]:
    """Puts posts that have a title into dumps of their own, each with a blank line below its title."""
    for (source, site), found in posts.items():
        whole = [post for post in found if post.title and any(line.strip() for line in post.body)]
        for number, post in enumerate(whole[:most]):
            lines = (post.title or "", "", *post.body[:LONGEST])
            yield Labelled(source, site, COMPOSED, f"{source} alone {number}", lines, (0,))


def bare(posts: Mapping[tuple[str, str], Sequence[Post]], most: int = ALONE) -> Iterator[Labelled]:
    """Puts posts without their titles into dumps of their own, those of several lines."""
    for (source, site), found in posts.items():
        several = [post for post in found if sum(bool(line.strip()) for line in post.body) > 1]
        for number, post in enumerate(several[-most:]):
            first = next(place for place, line in enumerate(post.body) if line.strip())
            yield Labelled(source, site, BARE, f"{source} bare {number}", tuple(post.body[:LONGEST]), (first,))


def stretches(items: Sequence[Labelled], most: int = STRETCHES_EACH) -> Iterator[Labelled]:
    """Cuts a stretch of one to four posts out of some dumps of every source and view."""
    cut: Counter[tuple[str, str]] = Counter()
    for item in items:
        if item.view == FORUM or len(item.starts) < LEAST_STARTS or cut[item.source, item.view] >= most:
            continue
        cut[item.source, item.view] += 1
        chance = seeded(item.name)
        count = chance.choice([1, 2, 2, 3, 3, 4])
        begin = chance.randrange(len(item.starts) - count + 1)
        # What stands above the first post stays in some, and what stands below the last one always.
        first = 0 if begin == 0 and chance.random() < 0.5 else item.starts[begin]
        last = item.starts[begin + count] if begin + count < len(item.starts) else len(item.lines)
        lines = without_end(item.lines[first:last]) if last < len(item.lines) else item.lines[first:]
        if len(lines) < LONGEST:
            view = STRETCHES if item.view == THREADS else COMPOSED
            starts = tuple(start - first for start in item.starts[begin : begin + count])
            yield Labelled(item.source, item.site, view, f"{item.name} stretch", lines, starts)
