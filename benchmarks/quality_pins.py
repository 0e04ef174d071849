"""The pinned scores: read, compared, written, and shown as tables in the READMEs.

`scores.json` has two parts. `as shipped` is what `make quality` measures. `left out` is what the learned weights reach
on sites that they were not learned from, each site left out in turn; the script that learns them measures it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
SCORES: Final = Path(__file__).parent / "scores.json"
SHIPPED, LEFT_OUT, WHOLE = "as shipped", "left out", "whole set"
# What is measured of a site.
OF_A_SITE: Final = ("F1", "titles", "dates")
# A score may be lower by so much without being called lower: the scorers round to four places.
TOLERANCE: Final = 0.0005

# Set -> its sites, and the whole set -> measure -> score.
Figures = dict[str, dict[str, dict[str, float]]]
Scores = dict[str, Figures]


@dataclass(frozen=True, slots=True)
class Goal:
    """A row of the accuracy table: what is wanted of a measure as shipped, and with each site left out of learning."""

    set: str
    measure: str
    shipped: float | None = None
    left_out: float | None = None


GOALS: Final = (
    Goal("text dumps", "starts F1", 0.98, 0.85),
    Goal("text dumps", "titles", 1.0),
    Goal("text dumps", "dates", 0.95),
    Goal("text dumps", "duplicate pairs F1", 1.0),
    Goal("blogs as text, page", "macro F1", None, 0.95),
    Goal("blogs as text, main", "macro F1", None, 0.88),
    Goal("blogs as text, extract", "macro F1", None, 0.86),
    Goal("posts alone", "whole with title"),
    Goal("posts alone", "whole without"),
    Goal("forums as text", "F1", None, 0.75),
    Goal("threads as text", "F1", 0.99),
    Goal("threads as text", "author and order F1"),
    Goal("threads as text", "author and time of the header F1"),
    Goal("blogs as HTML", "macro F1", 0.98),
    Goal("blogs as HTML", "titles", 0.97),
    Goal("blogs as HTML", "dates", 0.95),
    Goal("forums as HTML", "F1", 0.94),
    Goal("forums as HTML", "dates"),
    Goal("exports and feeds", "entries", 1.0),
    Goal("exports and feeds", "titles", 1.0),
    Goal("exports and feeds", "dates", 1.0),
    Goal("WARC", "records", 1.0),
    Goal("near-duplicates", "pairs F1", 1.0),
    Goal("charsets", "files"),
    Goal("mojibake", "cases"),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A score that is not what was pinned; None where there is none any more, or was none before."""

    set: str
    site: str
    measure: str
    pinned: float | None
    now: float | None

    @property
    def lower(self) -> bool:
        """Whether it fell, or is gone."""
        return self.pinned is not None and (self.now is None or self.now < self.pinned - TOLERANCE)


def load(path: Path = SCORES) -> Scores:
    """The pinned scores; empty ones where there are none yet."""
    found: Scores = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return {SHIPPED: {}, LEFT_OUT: {}} | found


def save(scores: Scores, path: Path = SCORES) -> None:
    """Writes the pins, in an order that depends on their names alone."""
    path.write_text(json.dumps(scores, indent=1, sort_keys=True) + "\n", "utf-8")


def differences(pinned: Figures, now: Figures) -> Iterator[Difference]:
    """What differs in the sets that were measured now, in the order of their names."""
    for name in sorted(now):
        old = flat(pinned.get(name, {}))
        new = flat(now[name])
        for site, measure in sorted(old.keys() | new.keys(), key=lambda key: (key[0] != WHOLE, key)):
            pair = old.get((site, measure)), new.get((site, measure))
            if pair[0] is None or pair[1] is None or abs(pair[0] - pair[1]) > TOLERANCE:
                yield Difference(name, site, measure, *pair)


def flat(sites: Mapping[str, Mapping[str, float]]) -> dict[tuple[str, str], float]:
    """The scores of a set by site and measure."""
    return {(site, measure): score for site, found in sites.items() for measure, score in found.items()}


def write_tables(scores: Scores) -> list[Path]:
    """Writes the tables anew between their markers; gives the files that changed."""
    changed = []
    for path, name, made in (
        (ROOT / "README.md", "accuracy", accuracy_table(scores)),
        (Path(__file__).parent / "README.md", "sites", sites_table(scores)),
    ):
        text = path.read_text("utf-8")
        new = between(text, name, made)
        if new != text:
            path.write_text(new, "utf-8")
            changed.append(path)
    return changed


def between(text: str, name: str, table: str) -> str:
    """The text with the table between the two markers of that name.

    >>> between("a\\n<!-- x -->\\nold\\n<!-- end of x -->\\nb", "x", "new")
    'a\\n<!-- x -->\\nnew\\n<!-- end of x -->\\nb'
    """
    marked = re.compile(rf"(<!-- {name} -->\n).*?(\n?<!-- end of {name} -->)", re.DOTALL)
    if not marked.search(text):
        raise ValueError(
            f"no place for the table: put <!-- {name} --> and <!-- end of {name} --> on lines of their own"
        )
    return marked.sub(lambda match: f"{match[1]}{table}\n{match[2].strip()}", text)


def accuracy_table(scores: Scores) -> str:
    """What was wanted and what was reached, for the whole of each set."""
    rows = [
        (goal.set, goal.measure, shown(goal.shipped), reached(scores[SHIPPED], goal),
         shown(goal.left_out), reached(scores[LEFT_OUT], goal))
        for goal in GOALS
    ]  # fmt: skip
    return markdown(("collection", "score", "goal", "reached", "goal, site left out", "reached"), rows)


def sites_table(scores: Scores) -> str:
    """The scores of every site of every set, a row each."""
    rows = [
        (name, site, *(shown(found.get(measure)) for measure in OF_A_SITE),
         shown(scores[LEFT_OUT].get(name, {}).get(site, {}).get("F1")))
        for name, sites in sorted(scores[SHIPPED].items())
        for site, found in sorted(sites.items())
        if site != WHOLE and found.keys() & set(OF_A_SITE)
    ]  # fmt: skip
    return markdown(("collection", "site", *OF_A_SITE, "F1, site left out"), rows)


def reached(figures: Figures, goal: Goal) -> str:
    """The figure that belongs to a goal."""
    return shown(figures.get(goal.set, {}).get(WHOLE, {}).get(goal.measure))


def shown(score: float | None) -> str:
    """A score with three places, never rounded up to what was not reached; a dash where there is none."""
    return "–" if score is None else f"{math.floor(score * 1000 + 1e-6) / 1000:.3f}"


def markdown(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table of Markdown."""
    lines = [heads, ("---",) * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
