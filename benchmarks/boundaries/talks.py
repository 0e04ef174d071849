"""Composes threads of forums in invented templates: who wrote a message and when stand in a header line or a column.

The messages are stretches of real posts. A message starts with its header, or with the line that names its author.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from benchmarks.boundaries.composed import Listing, seeded
from benchmarks.boundaries.labelled import Labelled, Post
from benchmarks.boundaries.settings import LEAST_POSTS, TALKED, TALKS
from benchmarks.boundaries.templates import date_writer, menu

_SYLLABLES = (
    "ka", "ro", "mi", "ten", "zu", "pel", "dra", "vin", "sho", "gu", "lar", "ne", "bo", "xi", "fan", "wol", "der", "jo",
    "ty", "qua",
)  # fmt: skip
_COUNTS = (1, 2, 2, 3, 4, 5, 6, 8, 10, 10, 15, 20)
_LINES = (1, 1, 1, 2, 2, 3, 4, 6)
_RANKS = ("Member", "Senior Member", "Moderator", "Guest", "Newbie", "Veteran", "Mitglied", "Membre", "Miembro")
_PLACES = ("Oslo", "Texas", "Lyon", "Köln", "Lima", "Kyoto", "Poland", "UK")
_FEET = (
    "Reply", "Quote", "Report", "Like", "Share", "Top", "Zitieren", "Répondre", "Citar", "Reply with quote",
    "Back to top",
)  # fmt: skip
# Shares of the columns that begin with a date, and that have none above the words, but mostly one below.
_DATE_FIRST, _DATE_LAST = 0.3, 0.8
_SIGNS = (" | ", " - ", " · ", ", ", " » ", "  ", " on ", " — ", " @ ", "\t")
_AROUND = (("", ""), ("", ""), ("", ":"), ("[", "]"), ("--- ", " ---"), ("Posted by ", ""), ("## ", ""))


@dataclass(frozen=True, slots=True)
class Message:
    """What a template may say of a message beside its words."""

    user: str
    day: str
    clock: str
    number: int
    count: int
    topic: str


Line = Callable[[Message], str]


@dataclass(frozen=True, slots=True)
class Template:
    """The lines above and below every message; `names` is the place of the line above that names its author."""

    above: tuple[Line, ...]
    names: int
    below: tuple[Line, ...]


def talks(posts: Mapping[tuple[str, str], Sequence[Post]], each: int = TALKS) -> list[Labelled]:
    """Composes threads of the posts of every site that has enough."""
    made = []
    for (source, site), found in sorted(posts.items()):
        chance = seeded(f"{site} talks")
        for number in range(each if len(found) >= LEAST_POSTS else 0):
            listing = _talk(found, chance)
            name = f"{site} talk {number}"
            made.append(Labelled(source, site, TALKED, name, tuple(listing.lines), tuple(listing.starts)))
    return made


def _talk(posts: Sequence[Post], chance: random.Random) -> Listing:
    template = _header(chance) if chance.random() < 0.5 else _column(chance)
    listing = Listing(chance.choice(["all", "all", "posts", "none", "none"]))
    dated, topic = date_writer(chance), chance.choice(posts).title or "Topic"
    users = [_user(chance) for _ in range(chance.choice([1, 2, 3, 4, 6, 10]))]
    _put_around(listing, chance, topic)
    day = date(chance.randrange(2004, 2022), chance.randrange(1, 13), chance.randrange(1, 28))
    for number in range(1, chance.choice(_COUNTS) + 1):
        day += timedelta(days=chance.choice([0, 0, 0, 1, 1, 2, 9]))
        clock = f"{chance.randrange(24):02}:{chance.randrange(60):02}"
        message = Message(chance.choice(users), dated(day), clock, number, chance.randrange(1, 5000), topic)
        _put_message(listing, template, message, _words(posts, chance, users))
    if chance.random() < 0.5:
        _put_around(listing, chance, topic)
    return listing


def _put_message(listing: Listing, template: Template, message: Message, words: Sequence[str]) -> None:
    placed = [listing.put(write(message), opens=place == 0) for place, write in enumerate(template.above)]
    listing.starts.append(placed[template.names])
    for line in (*words, *(write(message) for write in template.below)):
        listing.put(line)


def _put_around(listing: Listing, chance: random.Random, topic: str) -> None:
    if chance.random() < 0.5:
        for line in menu(chance, chance.choice([1, 2, 4, 8, 15]), [topic]):
            listing.put(line)
    if chance.random() < 0.5:
        listing.put(topic)


def _user(chance: random.Random) -> str:
    name, last = ("".join(chance.sample(_SYLLABLES, count)) for count in (chance.randrange(2, 4), 2))
    ways = [name, name.capitalize(), f"{name}{chance.randrange(100)}", f"{name.capitalize()} {last.capitalize()}"]
    return chance.choice(ways)


def _words(posts: Sequence[Post], chance: random.Random, users: Sequence[str]) -> list[str]:
    """A stretch of a post as a message, in some behind a line of another one."""
    lines = [line for line in chance.choice(posts).body if line.strip()] or ["+1"]
    first = chance.randrange(len(lines))
    quote = [f"{chance.choice(users)} wrote:", chance.choice(lines)[:200]] if chance.random() < 0.15 else []
    short = ["Thanks!"] if chance.random() < 0.08 else []
    return [*quote, *(short or lines[first : first + chance.choice(_LINES)])]


def _header(chance: random.Random) -> Template:
    """One line says all, in any order."""
    sign = chance.choice(_SIGNS)
    clock = chance.choice(["", " {}", " {}", ", {}", " at {}"])
    parts: list[Line] = [
        lambda message: message.user,
        lambda message: message.day + clock.format(message.clock),
        lambda message: f"#{message.number}",
    ]
    parts = parts[: chance.choice([2, 2, 3])]
    if chance.random() < 0.4:
        chance.shuffle(parts)
    front, back = chance.choice(_AROUND)
    lines: tuple[Line, ...] = (lambda message: front + sign.join(part(message) for part in parts) + back,)
    return Template(lines, 0, _feet(chance) if chance.random() < 0.2 else ())


def _column(chance: random.Random) -> Template:
    """Several lines say who wrote and when, one of them the name."""
    prefix = chance.choice(["", "", "Posted: ", "Posted on ", "» ", "Posté le ", "Verfasst am: ", "Sent: "])

    def stated(message: Message) -> str:
        return f"{prefix}{message.day} {message.clock}"

    def name(message: Message) -> str:
        return message.user

    rest = chance.sample(_about(chance), chance.choice([0, 1, 2, 3, 4]))
    where = chance.random()
    above: tuple[Line, ...] = (stated, name, *rest) if where < _DATE_FIRST else (name, *rest, stated)
    below = _feet(chance) if chance.random() < 0.5 else ()
    if where > _DATE_LAST:
        above, below = (name, *rest), ((stated, *below) if chance.random() < 0.7 else below)
    return Template(above, above.index(name), below)


def _about(chance: random.Random) -> list[Line]:
    """What a forum says of whoever wrote a message, and of the message."""
    joined, place, rank = date_writer(chance), chance.choice(_PLACES), chance.choice(_RANKS)
    return [
        lambda _message: rank,
        lambda message: f"Posts: {message.count}",
        lambda message: f"Joined: {joined(date(2003, 1 + message.count % 12, 1 + message.count % 28))}",
        lambda _message: f"Location: {place}",
        lambda message: f"#{message.number}",
        lambda message: f"Re: {message.topic}",
        lambda _message: "Offline",
        lambda message: f"{message.count} posts",
    ]


def _feet(chance: random.Random) -> tuple[Line, ...]:
    """What may be done with a message: words in one line, or a line each."""
    words = chance.sample(_FEET, chance.choice([1, 1, 2, 3]))
    return tuple(_always(line) for line in ([" ".join(words)] if chance.random() < 0.5 else words))


def _always(text: str) -> Line:
    return lambda _message: text
