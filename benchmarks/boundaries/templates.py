"""What stands around the posts of an invented listing: dates, bylines, footers and menus in words of our own.

A writer is made once for a listing, so that its lines follow one pattern, and then writes a line for each post.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

DateWriter = Callable[[date], str]
Writer = Callable[[date, random.Random], str]
TitleWriter = Callable[[date, random.Random, str], str]

_MONTHS: Final = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}
_DAYS: Final = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_NAMES: Final = (
    "Ann", "Bob", "Jean", "Marie", "Luis", "Inês", "Kenji", "Olga", "Tom", "Clara", "Pavel", "Nora", "admin", "editor",
    "Dr. Smith",
)  # fmt: skip
_VERBS: Final = ["Posted", "Written", "Publié", "Publicado", "Filed", "Geschrieben", "By", "Von", "Par", "Por"]
_MORE: Final = (
    "Read more", "Continue reading", "Lire la suite", "Leer más", "続きを読む", "Permalink", "Weiterlesen",
    "Share this",
)  # fmt: skip
_TAGS: Final = ["music", "notes", "travel", "python", "food", "news", "books", "life"]
_MENU: Final = (
    "Home", "About", "Archives", "Contact", "Links", "Blog", "Categories", "Search", "Login", "Subscribe", "RSS",
    "Projects", "Tags", "Photos", "Shop", "Accueil", "Contacto", "Sobre", "Kategorien", "最新記事",
)  # fmt: skip


def date_writer(chance: random.Random) -> DateWriter:
    """Chooses one of nine ways to write a date."""
    months = _MONTHS[chance.choice(list(_MONTHS))].split()
    if chance.random() < 0.3:
        dot = chance.choice(["", "."])
        months = [month[:3] + dot for month in months]
    clock = f"{chance.randrange(24):02}:{chance.randrange(60):02}"
    ways: list[DateWriter] = [
        lambda day: f"{months[day.month - 1]} {day.day}, {day.year}",
        lambda day: f"{day.day} {months[day.month - 1]} {day.year}",
        lambda day: f"{day.year}-{day.month:02}-{day.day:02}",
        lambda day: f"{day.day:02}/{day.month:02}/{day.year}",
        lambda day: f"{_DAYS[day.weekday()]}, {months[day.month - 1]} {day.day}, {day.year}",
        lambda day: f"{day.day} de {months[day.month - 1]} de {day.year}",
        lambda day: f"{day.day:02}.{day.month:02}.{day.year}",
        lambda day: f"{day.year}年{day.month}月{day.day}日",
        lambda day: f"{day.year}-{day.month:02}-{day.day:02} {clock}",
    ]
    return chance.choice(ways)


def byline_writer(chance: random.Random) -> Writer:
    """Chooses a way to write date, author or both."""
    dated, verb, author = date_writer(chance), chance.choice(_VERBS), chance.choice(_NAMES)
    alone = chance.random() < 0.6

    def name(each: random.Random) -> str:
        return author if alone else each.choice(_NAMES)

    ways: list[Writer] = [
        lambda day, _each: dated(day),
        lambda day, each: f"{verb} by {name(each)} on {dated(day)}",
        lambda day, _each: f"{verb} on {dated(day)}",
        lambda day, each: f"{dated(day)} | {name(each)}",
        lambda day, each: f"{dated(day)} - {each.randrange(30)} comments",
        lambda _day, each: f"by {name(each)}",
        lambda day, _each: f"{verb} {dated(day)} in Notes",
        lambda _day, each: name(each),
        lambda day, each: f"{name(each)} • {dated(day)}",
        lambda day, _each: f"{verb}: {dated(day)}",
    ]
    return chance.choice(ways)


def footer_writer(chance: random.Random) -> TitleWriter:
    """Chooses a way to close a post."""
    more, dated = chance.choice(_MORE), date_writer(chance)

    def tags(each: random.Random) -> str:
        return ", ".join(each.sample(_TAGS, each.randrange(1, 4)))

    ways: list[TitleWriter] = [
        lambda *_given: more,
        lambda *_given: f"{more} »",
        lambda *_given: f"{more} →",
        lambda _day, each, _title: f"{each.randrange(40)} comments",
        lambda _day, each, _title: f"Filed under: {tags(each)}",
        lambda _day, each, _title: f"Tags: {tags(each)}",
        lambda _day, each, _title: f"Posted at {each.randrange(24)}:{each.randrange(60):02}",
        lambda *given: f"{more}: {given[2]}",
        lambda *given: f"Published {dated(given[0])}",
        lambda _day, each, _title: f"{more} | {each.randrange(20)} Comments | {tags(each)}",
        lambda *_given: "(more…)",
        lambda *_given: "[…]",
    ]
    return chance.choice(ways)


def menu(chance: random.Random, length: int, titles: Sequence[str]) -> list[str]:
    """Writes the lines of a menu: its words, months of an archive, titles of posts."""
    return [_menu_line(chance, titles or ("Links",)) for _ in range(length)]


def _menu_line(chance: random.Random, titles: Sequence[str]) -> str:
    kind = chance.random()
    if kind < 0.5:
        return " ".join(chance.sample(_MENU, chance.randrange(1, 3)))
    if kind < 0.75:
        month = f"{chance.choice(_MONTHS['en'].split())} {chance.randrange(2005, 2020)}"
        return f"{month} ({chance.randrange(1, 30)})" if chance.random() < 0.5 else month
    return chance.choice(titles)
