"""A plot of lines on logarithmic scales, as SVG."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

# Told apart also by who sees no red or green (the palette of Okabe and Ito), and by their names at the ends.
COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
WIDTH, HEIGHT = 400, 300
LEFT, RIGHT, TOP, BOTTOM = 60, 110, 40, 45
# No name nearer to the next than this.
APART: Final = 14
Line = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Panel:
    """One diagram: what it is called, what its axes are, and its lines by name."""

    title: str
    across: str
    up: str
    lines: Mapping[str, Line]


@dataclass(frozen=True)
class Scale:
    """A logarithmic scale from whole powers of ten, or half ones, to a length."""

    low: float
    high: float
    begin: float
    end: float

    def at(self, value: float) -> float:
        """Where a value stands."""
        return self.begin + (math.log10(value) - self.low) / (self.high - self.low) * (self.end - self.begin)

    def ticks(self) -> list[float]:
        """1, 2 and 5 times powers of ten that lie on it; only the powers where these would be many."""
        powers = range(math.floor(self.low), math.ceil(self.high) + 1)
        some = (1.0, 2.0, 5.0) if self.high - self.low <= 3 else (1.0,)
        found = [step * 10.0**power for power in powers for step in some]
        return [tick for tick in found if self.low - 1e-9 <= math.log10(tick) <= self.high + 1e-9]


def svg(panels: Sequence[Panel]) -> str:
    """The panels side by side; one line has the same colour in all of them."""
    width = len(panels) * WIDTH
    names = list(dict.fromkeys(name for panel in panels for name in panel.lines))
    colours = {name: COLOURS[number % len(COLOURS)] for number, name in enumerate(names)}
    drawn = "".join(
        f'<g transform="translate({number * WIDTH} 0)">\n{_panel(panel, colours)}</g>\n'
        for number, panel in enumerate(panels)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" width="{width}" height="{HEIGHT}" '
        'font-family="sans-serif" font-size="11" fill="#222" role="img">\n'
        f"<title>{escape('; '.join(panel.title for panel in panels))}</title>\n"
        f'<rect width="{width}" height="{HEIGHT}" fill="#fff"/>\n{drawn}</svg>\n'
    )


def _panel(panel: Panel, colours: Mapping[str, str]) -> str:
    points = [point for line in panel.lines.values() for point in line]
    x = _scale([point[0] for point in points], LEFT, WIDTH - RIGHT)
    y = _scale([point[1] for point in points], HEIGHT - BOTTOM, TOP)
    parts = [f'<text x="{LEFT}" y="20" font-size="13" font-weight="bold">{escape(panel.title)}</text>\n']
    for tick in x.ticks():
        at = f"{x.at(tick):.1f}"
        parts.append(f'<path d="M{at} {TOP}V{HEIGHT - BOTTOM}" stroke="#ddd"/>'
                     f'<text x="{at}" y="{HEIGHT - BOTTOM + 15}" text-anchor="middle">{tick:,g}</text>\n')  # fmt: skip
    for tick in y.ticks():
        at = f"{y.at(tick):.1f}"
        parts.append(f'<path d="M{LEFT} {at}H{WIDTH - RIGHT}" stroke="#ddd"/>'
                     f'<text x="{LEFT - 5}" y="{at}" dy="4" text-anchor="end">{tick:,g}</text>\n')  # fmt: skip
    middle, foot = (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8
    parts.append(f'<text x="{middle}" y="{foot}" text-anchor="middle">{panel.across}</text>\n')
    parts.append(f'<text transform="translate(14 {HEIGHT / 2}) rotate(-90)" text-anchor="middle">{panel.up}</text>\n')
    parts += [_line(line, x, y, colours[name]) for name, line in panel.lines.items()]
    parts += _names({name: y.at(line[-1][1]) for name, line in panel.lines.items()}, colours)
    return "".join(parts)


def _scale(values: Sequence[float], begin: float, end: float) -> Scale:
    """From the smallest value to the largest, with a little room at both ends."""
    low, high = math.log10(min(values)), math.log10(max(values))
    room = max(0.1, 0.06 * (high - low))
    return Scale(low - room, high + room, begin, end)


def _line(line: Line, x: Scale, y: Scale, colour: str) -> str:
    points = [(f"{x.at(across):.1f}", f"{y.at(up):.1f}") for across, up in line]
    way = " ".join(",".join(point) for point in points)
    dots = "".join(f'<circle cx="{cx}" cy="{cy}" r="3" fill="{colour}"/>' for cx, cy in points)
    return f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="2"/>{dots}\n'


def _names(ends: Mapping[str, float], colours: Mapping[str, str]) -> list[str]:
    """The names beside the ends of their lines, moved down where they would lie on one another."""
    parts, last = [], -math.inf
    for name, wanted in sorted(ends.items(), key=lambda item: item[1]):
        last = max(wanted, last + APART)
        parts.append(
            f'<text x="{WIDTH - RIGHT + 8}" y="{last:.1f}" dy="4" fill="{colours[name]}">{escape(name)}</text>\n'
        )
    return parts
