"""Charts as inline SVG: bars without text, so that they stretch with the page; labels and figures stand beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flows.reporting.markup import Html, each, tag, together

HEIGHT: Final = 100
# Of the room of a column, what its bar takes.
BAR_SHARE: Final = 0.78
# So few columns would be broad planks on a whole page.
FEW: Final = 8
# A bar that stands for something is seen, however small its part is.
LEAST: Final = 1.2


@dataclass(frozen=True, slots=True)
class Columns:
    """A chart of columns: a name, what it says in words, the labels of the columns and their values."""

    name: str
    caption: str
    labels: Sequence[str]
    values: Sequence[float]
    unit: str
    axis: str = "when"


def columns(chart: Columns) -> Html:
    """A figure: the columns, three labels below, a caption, and the same figures as a table to unfold."""
    top = max(chart.values, default=0)
    bars = each(_bar(place, value, top, chart) for place, value in enumerate(chart.values))
    drawn = tag(
        "svg",
        tag("title", chart.caption, id=f"{chart.name}-title"),
        bars,
        viewBox=f"0 0 {max(1, len(chart.values))} {HEIGHT}",
        preserveAspectRatio="none",
        role="img",
        aria_labelledby=f"{chart.name}-title",
        class_="columns",
    )
    few = "few" if len(chart.values) <= FEW else None
    plot = tag("div", tag("span", figure(top), class_="top", id=f"{chart.name}-top"), drawn, class_="plot")
    caption = tag("figcaption", chart.caption, id=f"{chart.name}-caption")
    return tag("figure", caption, plot, _axis(chart.labels), _figures(chart), id=chart.name, class_=few)


def bar(share: float) -> Html:
    """A bar for the cell of a table that says the figure itself, so it is hidden from who can't see it."""
    width = max(LEAST, 100 * share) if share > 0 else 0
    inner = tag("rect", width=f"{width:.2f}", height=10, rx=0.6)
    return tag("svg", inner, viewBox="0 0 100 10", preserveAspectRatio="none", class_="bar", aria_hidden="true")


def shape(counts: Sequence[int], said: str) -> Html:
    """A small histogram; `said` tells it in words."""
    top = max(counts, default=0) or 1
    bars = each(
        tag("rect", x=place, y=f"{HEIGHT - high:.2f}", width=0.84, height=f"{high:.2f}")
        for place, high in enumerate(max(4, HEIGHT * count / top) if count else 0 for count in counts)
    )
    title = tag("title", said)
    box = f"0 0 {max(1, len(counts))} {HEIGHT}"
    return tag("svg", title, bars, viewBox=box, preserveAspectRatio="none", role="img", class_="shape")


def figure(value: float) -> str:
    """A number for a person: a whole one with commas, another with as many digits as say something.

    >>> figure(12000), figure(0.51234), figure(3.0)
    ('12,000', '0.512', '3')
    """
    return f"{value:,.0f}" if value == int(value) else f"{value:,.3g}"


def _bar(place: int, value: float, top: float, chart: Columns) -> Html:
    high = max(LEAST, HEIGHT * value / top) if value else 0
    said = f"{chart.labels[place]}: {figure(value)} {chart.unit}"
    left, upper = f"{place + (1 - BAR_SHARE) / 2:.2f}", f"{HEIGHT - high:.2f}"
    return tag("rect", tag("title", said), x=left, y=upper, width=BAR_SHARE, height=f"{high:.2f}")


def _axis(labels: Sequence[str]) -> Html:
    count = len(labels)
    places = [0, count // 2, count - 1] if count > 4 else range(count)
    shown = each(tag("span", labels[place]) for place in places)
    return tag("div", shown, class_="axis" if count > 4 else "axis few", aria_hidden="true")


def _figures(chart: Columns) -> Html:
    head = tag("tr", tag("th", chart.axis, scope="col"), tag("th", chart.unit, scope="col", class_="number"))
    rows = each(
        tag("tr", tag("th", label, scope="row"), tag("td", figure(value), class_="number"))
        for label, value in zip(chart.labels, chart.values, strict=True)
    )
    caption = tag("caption", chart.caption, class_="unseen")
    table = tag("table", caption, tag("thead", head), tag("tbody", rows))
    return tag("details", tag("summary", "The same as a table"), together(table), class_="figures")
