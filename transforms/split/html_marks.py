"""Signs of a post on a page: dates, headings, and the signatures by which elements resemble each other."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Final

from transforms.split.html_names import HEADINGS
from transforms.split.html_tree import Page

# A date as people write it, in any language: the name of the month is any word between a day and a year.
WORD: Final = r"[^\W\d_]{3,12}"
YEAR: Final = r"(?:(?:19|20)\d\d(?!\d)|['’]\d\d(?!\d))"
DATE: Final = re.compile(
    rf"""
      (?<!\d)(?:19|20)\d\d[-/.]\d\d?[-/.]\d\d?(?!\d)(?:[T\ ]\d\d:\d\d[\d:.Z+-]*)?
    | (?<!\d)(?:19|20)\d\d\s?[年년]\s?\d\d?\s?[月월]\s?\d\d?\s?[日일]?
    | (?<![\d.])\d\d?(?:st|nd|rd|th|er|º|ª|\.)?[\s-](?:de\s|of\s)?{WORD}\.?,?[\s-](?:de\s|del\s|of\s)?{YEAR}
    | (?<!\w){WORD}\.?\s\d\d?(?:st|nd|rd|th)?,?\s(?:,\s)?{YEAR}
    | (?<![\d./-])\d\d?[-/.]\d\d?[-/.](?:(?:19|20)\d\d|\d\d)(?![\d/-])
    """,
    re.VERBOSE,
)
# The same without a year: only after the usual names of months, as any word and number would do otherwise.
MONTHS: Final = (
    r"(?:jan|feb|f[ée]v|m[aä]r|apr|avr|abr|ma[iyo]|jun|jui|jul|aug|ao[uû]|ago|sep|oct|okt|out|nov|dec|dez|d[ée]c|dic)"
)
DAY_OF_MONTH: Final = re.compile(
    rf"(?i)(?<!\w){MONTHS}[a-zéû]{{0,7}}\.?\s\d\d?(?!\d)|(?<!\d)\d\d?\.?\s{MONTHS}[a-zéû]{{0,7}}(?!\w)"
)
# Longer text tells of dates instead of being dated; a badge spreads its date over several small elements.
DATED_LINE: Final = 120
BADGE: Final = 40
MACHINE_DATES: Final = ("datetime", "content", "title")
ISO: Final = re.compile(r"\s*(?:19|20)\d\d-\d\d-\d\d")
DIGITS: Final = re.compile(r"\d+")

AUTHOR_NAME: Final = re.compile(
    r"(?:^|[\s_-])(?:p-author|h-card|author|byline|username|user-?name|poster|fn)(?:$|[\s_-])", re.IGNORECASE
)
AUTHOR_PATH: Final = re.compile(
    r"(?:^|[/?&._=-])(?:authors?|users?|members?|memberlist|profiles?|people|user_info)(?:[/?&._=;-]|$)"
    r"|/@[^/?#]{1,60}/?(?:[?#]|$)",
    re.IGNORECASE,
)
# A name has no more characters than this.
LONGEST_NAME: Final = 60


@dataclass(frozen=True, slots=True)
class DateMark:
    """A date on the page: the node that carries it, how it is written, and what its like look like."""

    node: int
    text: str
    signature: str


@dataclass(frozen=True, slots=True)
class Marks:
    """The signs of a page; the running sums have one entry more than there are nodes."""

    dates: tuple[DateMark, ...]
    headings: tuple[int, ...]
    authors: tuple[int, ...]
    signatures: tuple[str, ...]
    dated: list[int]
    linked: list[int]
    headed: list[int]


def find_marks(page: Page) -> Marks:
    """Find the dates and headings of a page."""
    signatures = tuple(map(_signature, page.tags, page.attributes))
    dates = tuple(_dates(page, signatures))
    headings = tuple(n for n, tag in enumerate(page.tags) if tag in HEADINGS and page.size(n, page.stops[n]))
    authors = tuple(_authors(page))
    dated, linked, headed = ([0] * len(page.tags) for _ in range(3))
    for date in dates:
        dated[date.node] = 1
    for node in headings:
        headed[node] = 1
        named = bool(nodes_within(authors, (node, page.stops[node])))
        linked[node] = not named and heading_link(page, node) is not None
    sums = ([0, *accumulate(row)] for row in (dated, linked, headed))
    return Marks(dates, headings, authors, signatures, *sums)


def nodes_within(nodes: Sequence[int], span: tuple[int, int]) -> Sequence[int]:
    """Give those of some nodes in order that lie in a span.

    >>> nodes_within([2, 5, 7], (3, 7))
    [5]
    """
    return nodes[bisect_left(nodes, span[0]) : bisect_left(nodes, span[1])]


def heading_link(page: Page, node: int) -> int | None:
    """Give the link that a heading holds or stands in, if it leads away from the heading itself."""
    inside = [n for n in range(node, page.stops[node]) if page.tags[n] == "a"]
    above = page.parents[node]
    for link in [*inside, above, page.parents[above] if above > 0 else 0]:
        if link > 0 and page.tags[link] == "a":
            target = page.attribute(link, "href").strip()
            if target and not target.startswith(("#", "javascript:")):
                return link
    return None


def _signature(tag: str, attributes: dict[str, str]) -> str:
    """Name what an element looks like: its tag and its class, digits removed."""
    look = attributes and (attributes.get("class") or attributes.get("itemprop"))
    return f"{tag}.{without_digits(look)}" if look else tag


@lru_cache(maxsize=4096)  # the elements of a page share few names
def without_digits(name: str) -> str:
    """Give a name that does not count.

    >>> without_digits("post-12")
    'post-'
    """
    return DIGITS.sub("", name)


def _authors(page: Page) -> Iterator[int]:
    """Yield the elements that name an author, and nothing longer than a name."""
    chars, stops = page.chars, page.stops
    for node, attributes in enumerate(page.attributes):
        if attributes and 0 < chars[stops[node]] - chars[node] <= LONGEST_NAME and is_author(page, node):
            yield node


def _dates(page: Page, signatures: tuple[str, ...]) -> list[DateMark]:
    found: dict[int, DateMark] = {}
    last = -1  # nodes before this belong to a date found already
    for node, text in enumerate(page.texts):
        if node < last:
            continue
        tag = page.tags[node]
        if tag:
            value = _machine_date(page, node, tag) if page.attributes[node] or tag == "time" else ""
            if not value:
                continue
            carrier, last = node, page.stops[node]
        elif not text or len(text) > 3 * DATED_LINE or not DIGITS.search(text):
            continue
        else:
            carrier, value = _written_date(page, node, text)
            if not value:
                continue
            last = page.stops[carrier]
        place = page.parents[carrier] if not page.tags[carrier] else carrier
        look = f"{signatures[place]} < {signatures[page.parents[place]]}"
        found.setdefault(carrier, DateMark(carrier, value, look))
    return list(found.values())


def _machine_date(page: Page, node: int, tag: str) -> str:
    attributes = page.attributes[node]
    for name in MACHINE_DATES:
        value = attributes.get(name)
        if value and ISO.match(value):
            return value.strip()
    return page.text(node, page.stops[node]) if tag == "time" else ""


def _written_date(page: Page, node: int, text: str) -> tuple[int, str]:
    """Find a date in a short text, or in a small element whose parts make one date."""
    line = " ".join(text.split())
    if len(line) <= DATED_LINE and (match := DATE.search(line)):
        return node, match[0]
    carrier = node
    while len(line) <= BADGE and carrier > 0:
        if (match := DATE.search(line) or DAY_OF_MONTH.search(line)) and match[0]:
            return carrier, match[0]
        carrier = page.parents[carrier]
        if carrier <= 0 or page.size(carrier, page.stops[carrier]) > BADGE:
            break
        line = " ".join(" ".join(page.texts[carrier : page.stops[carrier]]).split())
    return node, ""


def is_author(page: Page, node: int) -> bool:
    """Say whether an element names an author: by its relation, its property, its class or where it leads."""
    attributes = page.attributes[node]
    stated = f"{attributes.get('rel', '')} {attributes.get('itemprop', '')}"
    if "author" in stated and "author" in stated.split():
        return True
    if page.tags[node] == "a" and AUTHOR_PATH.search(attributes.get("href", "")):
        return True
    return names_author(attributes.get("class", ""))


@lru_cache(maxsize=4096)
def names_author(look: str) -> bool:
    """Say whether a class is a usual one of names.

    >>> names_author("post-byline small"), names_author("authority")
    (True, False)
    """
    return AUTHOR_NAME.search(look) is not None
