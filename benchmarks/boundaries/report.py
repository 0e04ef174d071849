"""Runs the whole splitter over labelled dumps, those of one source together, and says how many starts it finds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from benchmarks.boundaries.labelled import Labelled, row_numbers
from benchmarks.boundaries.settings import DUMPS, EXACT_VIEWS, EXTRACT, FORUM, MAIN, PAGE, THREADS, TOLERANCE
from transforms.evidence import Evidence
from transforms.split.text import Block, cut_lines, split_lines
from transforms.split.text_model import Model
from transforms.votes import ballots, elected

WHOLE: Final = "whole set"
# View -> the set of the quality gate, and its measure: the mean over sites, or one F1 for all.
SETS: Final = {
    PAGE: ("blogs as text, page", "macro F1"),
    MAIN: ("blogs as text, main", "macro F1"),
    EXTRACT: ("blogs as text, extract", "macro F1"),
    DUMPS: ("text dumps", "starts F1"),
    THREADS: ("threads as text", "starts F1"),
    FORUM: ("forums as text", "F1"),
}
# Views of which each site has a folder of its own, as in the collections; the others have one folder each.
VIEWS_OF_BLOGS: Final = (PAGE, MAIN, EXTRACT)
Figures = dict[str, dict[str, dict[str, float]]]


@dataclass(frozen=True, slots=True)
class Count:
    """Starts found that are right, starts found, and true starts."""

    right: int = 0
    found: int = 0
    true: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.right + other.right, self.found + other.found, self.true + other.true)

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.found + self.true) if self.found + self.true else 1.0


Counts = dict[tuple[str, str], Count]


def count_starts(items: Sequence[Labelled], models: Mapping[str | None, Model]) -> Counts:
    """Splits every dump with the model of its site, else the one of None; counts by view and site.

    The dumps of one folder speak for ways to cut each other, as they do when they are ingested. What they know of each
    other's lines is left out.
    """
    folders: dict[tuple[str, str], list[Labelled]] = defaultdict(list)
    for item in items:
        folders[item.view, item.site if item.view in VIEWS_OF_BLOGS else item.view].append(item)
    counts: Counts = defaultdict(Count)
    for together in folders.values():
        its_models = [models[item.site] if item.site in models else models[None] for item in together]
        cuts = [cut_lines(item.lines, model=model) for item, model in zip(together, its_models, strict=True)]
        ways = elected(ballots([cut.ways for cut in cuts if cut.ways]))
        told = iter(ways)
        for item, model, cut in zip(together, its_models, cuts, strict=True):
            way = next(told) if cut.ways else None
            blocks = cut.blocks if way is None else split_lines(item.lines, Evidence(way=way), model)
            counts[item.view, item.site] += _count(item, blocks)
    return dict(counts)


def _count(item: Labelled, blocks: Sequence[Block]) -> Count:
    found = row_numbers(item, [block.first for block in blocks if block.kind == "post"])
    tolerance = 0 if item.view in EXACT_VIEWS else TOLERANCE
    true = row_numbers(item, item.starts)
    return Count(hits(found, true, tolerance), len(found), len(true))


def hits(found: Sequence[int], true: Sequence[int], tolerance: int) -> int:
    """How many true rows have a found one so near; each found one counts once, for the first that it is nearest to."""
    left, count = sorted(found), 0
    for row in true:
        near = min(left, key=lambda place: abs(place - row), default=None)
        if near is not None and abs(near - row) <= tolerance:
            left.remove(near)
            count += 1
    return count


def figures_of(counts: Counts) -> Figures:
    """The figures in the form of the quality gate: set, site or whole set, measure."""
    figures: Figures = {}
    for view, (name, measure) in SETS.items():
        sites = {site: count for (its_view, site), count in sorted(counts.items()) if its_view == view}
        if not sites:
            continue
        total = fmean(count.f1 for count in sites.values()) if "macro" in measure else sum(sites.values(), Count()).f1
        figures[name] = {WHOLE: {measure: round(total, 4)}}
        # Forums are left out by host, but a host has two pages: too few for a figure of its own.
        if len(sites) > 1 and view != FORUM:
            figures[name] |= {site: {"F1": round(count.f1, 4)} for site, count in sites.items()}
    return figures


def table(left_out: Figures, shipped: Figures, *, sites: bool = True) -> Iterator[str]:
    """The figures of both, line by line: the measures of a set, then the F1 of its `sites`."""
    for name, figures in left_out.items():
        for site, scores in figures.items():
            for measure in scores if site == WHOLE else scores.keys() & ({"F1"} if sites else set()):
                title = f"{name}, {measure}" if site == WHOLE else f"  {site}"
                yield f"{title:<36}{scores[measure]:>8.3f}{shipped[name][site][measure]:>12.3f}"
