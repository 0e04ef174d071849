"""Tables of the report: a caption, headings that belong to their cells, numbers flush right, bars beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from flows.reporting.charts import bar
from flows.reporting.markup import Child, Html, each, escaped, tag

KILO: Final = 1000
# Percent that would be rounded to 100.
NEARLY_ALL: Final = 99.5
UNITS: Final = ("bytes", "kB", "MB", "GB", "TB", "PB")


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column; `number` sets it flush right, `quiet` is for bars, which say nothing that is not said."""

    name: str
    number: bool = False
    quiet: bool = False


def table(caption: str, headings: Sequence[Heading], rows: Iterable[Sequence[Child]]) -> Html:
    """A table in a box of its own, which scrolls where the page is too narrow; the first cell of a row heads it."""
    head = tag("tr", each(_head(heading) for heading in headings))
    body = each(tag("tr", each(map(_cell, range(len(row)), headings, row))) for row in rows)
    whole = tag("table", tag("caption", caption), tag("thead", head), tag("tbody", body))
    return tag("div", whole, class_="scroll", tabindex="0", role="region", aria_label=caption)


def ranking(caption: str, names: tuple[str, str], rows: Sequence[tuple[Child, int]], of: int | None = None) -> Html:
    """A table of names and counts, each with its share of `of` (all that are counted) and a bar.

    A full bar is the largest count, or all of `of` where that is given.
    """
    whole = (sum(count for _, count in rows) if of is None else of) or 1
    top = of or max((count for _, count in rows), default=1) or 1
    headings = [
        Heading(names[0]),
        Heading(names[1], number=True),
        Heading("share", number=True),
        Heading("", quiet=True),
    ]
    return table(caption, headings, [(name, n, percent(n, whole), bar(n / top)) for name, n in rows])


def percent(part: float, whole: float) -> str:
    """A share for a person; what is not all is not called 100 %.

    >>> percent(1, 3), percent(1, 2000), percent(0, 3), percent(2, 2), percent(997, 1000)
    ('33 %', '0.05 %', '0 %', '100 %', '99.7 %')
    """
    share = 100 * part / whole if whole else 0
    if NEARLY_ALL <= share < 100:
        return f"{min(share, 99.9):.1f} %"
    return f"{share:.0f} %" if share == 0 or share >= 10 else f"{share:.1f} %" if share >= 1 else f"{share:.1g} %"


def size(number: int) -> str:
    """A number of bytes for a person.

    >>> size(512), size(59_444), size(1_234_000_000)
    ('512 bytes', '59.4 kB', '1.23 GB')
    """
    value, unit = float(number), 0
    while value >= KILO and unit < len(UNITS) - 1:
        value, unit = value / KILO, unit + 1
    return f"{value:.0f} {UNITS[0]}" if unit == 0 else f"{value:.3g} {UNITS[unit]}"


def many(count: int, one: str, more: str | None = None) -> str:
    """A number with its noun.

    >>> many(1, "post"), many(1200, "copy", "copies")
    ('1 post', '1,200 copies')
    """
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def foreign(text: str) -> Html:
    """Words of somebody else, which keep their own direction to themselves."""
    return tag("bdi", escaped(text))


def _head(heading: Heading) -> Html:
    if heading.quiet:
        return tag("td", class_="quiet")
    return tag("th", heading.name, scope="col", class_="number" if heading.number else None)


def _cell(place: int, heading: Heading, child: Child) -> Html:
    if place == 0:
        return tag("th", child, scope="row")
    return tag("td", child, class_="number" if heading.number else "quiet" if heading.quiet else None)
