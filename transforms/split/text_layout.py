"""Choosing where posts begin for a dump as a whole.

The candidates are ranked by what the posts would look like. Where the posts of a dump seem to have no titles and no
recurring line sets them apart, the rows are taken that most likely begin a post without one. Then the edges are seen
to: text above the first start, a heading that looks like a title, a date line that opens each post.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from transforms.split.text_anchors import FAMILIES, LINE, PART, PLAIN, SHAPE
from transforms.split.text_candidates import find_candidates
from transforms.split.text_gate import dump_stats
from transforms.split.text_model import Model, chance, rank, score_rows
from transforms.split.text_rank import measure
from transforms.split.text_signs import find_signs, looks_like_title
from transforms.split.text_single import SINGLE, single_stats, whole_dump
from transforms.split.text_talks import RECURRING, REPEATED, glance, is_talk, may_cut_talk, measure_talk
from transforms.split.text_words import compare_words
from transforms.votes import best_ways

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from transforms.split.text_candidates import Candidates
    from transforms.split.text_codes import Bools, Ints
    from transforms.split.text_lines import Page
    from transforms.split.text_signs import Signs
    from transforms.votes import Ways

    Floats = NDArray[np.float64]

UNTITLED: Final = 0.4
"""The chance from which posts are taken to have no titles. 0.3 to 0.6 moved no view by more than 0.02."""
MARGIN: Final = 1.5
"""A way that ranks so far above all those without titles is taken all the same; 1 to 3 moved no view by 0.02."""
FEW_ROWS: Final = 10
"""A text of so many rows with one title is one post; in a longer one the other titles may be lost."""
HEADROOM: Final = -3.0
"""Text above the first start is a post of its own from the best row that reaches this score."""
LEAD: Final = 1.0
"""By how much the row below a heading must score above the rows below the other starts."""
RISE, TITLE = 3.0, -1.0
"""By how much a title above the first row of a post must score above it, and what it must score."""
LONE, LONE_TEXT = -2.0, 300
"""Between two starts one row that scores so much, with so many columns of text on both sides, is one too."""
SETTLED: Final = (FAMILIES[LINE], FAMILIES[PART], FAMILIES[PLAIN])
"""What these set apart is complete."""
MOST: Final = 0.8
"""The share of the starts that must have a date line above them for it to open the posts."""
NEVER: Final = -100.0
"""What is added to the rank of a way that is not to be taken."""
HOPELESS: Final = -6.0
"""The words around rows that score less for their shape are not looked at: no words make up for it."""


@dataclass(frozen=True, eq=False)
class Layout:
    """One way to cut a page: the rows that begin posts, in order, and of each the row that may be its title.

    `family` names what the cut follows, `anchor` a recurring line of it in words (empty for none), which stands
    `copies` times in the dump and `offset` rows from the titles, at the rows `anchored`; `scores` and `signs` are those
    of all rows. `voted` says that the other dumps of the source chose it; `ways` are what these may learn of this one.
    """

    starts: Ints
    titles: Ints
    family: str
    anchor: str
    copies: int
    offset: int
    anchored: Ints
    scores: Floats
    signs: Signs
    voted: bool
    ways: Ways


def choose_layout(page: Page, model: Model, way: int | None = None) -> Layout:
    """Takes the way to cut a page that ranks best, or that other dumps chose, by its key; any page with a row has one.

    A key that none of its ways bears counts for nothing.
    """
    signs = find_signs(page)
    signs |= compare_words(page, score_rows(model.titled, signs) > HOPELESS)
    titled, untitled = score_rows(model.titled, signs), score_rows(model.untitled, signs)
    found = find_candidates(page, signs, titled, untitled)
    ranks, own, talk = _ranked(page, signs, (titled, untitled), found, model)
    best = own
    if way is not None:
        best = next(iter(found.named[found.keys.view(np.int64) == way].tolist()), own)
    starts = found.of(best)
    anchor = int(found.anchor[best])
    named = anchor >= 0 and found.family[best] != SHAPE
    layout = Layout(
        starts,
        starts,
        FAMILIES[found.family[best]],
        page.name(anchor) if named else "",
        int(found.copies[best]) if named else 0,
        int(found.offset[best]),
        starts - int(found.offset[best]) if named else starts[:0],
        titled,
        signs,
        best != own,
        best_ways(ranks, own, found.keys, found.named),
    )
    for seen_to in EDGES_OF_TALK if talk else EDGES:
        layout = seen_to(page, layout)
    return layout


def _ranked(
    page: Page, signs: Signs, scores: tuple[Floats, Floats], found: Candidates, model: Model
) -> tuple[Floats, int, bool]:
    """Ranks the ways to cut a page and takes one; says too whether it is taken for a thread."""
    stats = dump_stats(page, signs, *scores)
    without = chance(model.gate, stats)
    measures = measure(page, signs, scores, found, without)
    whole = whole_dump(found)
    at_a_glance = glance(page, stats)
    talk = is_talk(page, at_a_glance, model.talk)
    if talk:
        ranks = rank(model.talk_layout, measures | measure_talk(page, signs, found)) + np.where(
            may_cut_talk(found), 0.0, NEVER
        )
        own = int(ranks.argmax())
    else:
        ranks = rank(model.layout, measures)
        own = _best(found, ranks, measures, without)
        known = stats | {REPEATED: at_a_glance[REPEATED]}
        ranks, own = raised(
            ranks, own, whole, chance(model.single, single_stats(page, signs, scores, (ranks, whole), known))
        )
    return ranks, whole if _is_one_post(page, signs) else own, talk


def raised(ranks: Floats, own: int, whole: int, single: float) -> tuple[Floats, int]:
    """Takes the whole dump for one post where that is likely; its rank says how likely, so that others may sway it."""
    if single <= SINGLE:
        return ranks, own
    ranks = ranks.copy()
    ranks[whole] = max(float(ranks.max()) + float(np.log(single / (1 - single))), float(ranks[whole]))
    return ranks, whole


def _best(found: Candidates, ranks: Floats, measures: dict[str, Floats], without: float) -> int:
    """The candidate that ranks best; without titles and recurring lines the one of which most is to be expected."""
    best = int(ranks.argmax())
    if without <= UNTITLED or found.family[best] in RECURRING:
        return best
    if ranks[best] - ranks[found.family == PLAIN].max(initial=-np.inf) > MARGIN:
        return best
    expected = measures["untitled: expected F1 -1"] + measures["untitled: expected F1"]
    return int(np.where(found.family == PLAIN, expected, -1.0).argmax())


def _is_one_post(page: Page, signs: Signs) -> bool:
    """Tells a short text that has its title in its first row and nothing like one in the others."""
    likely = looks_like_title(page) & ~signs["ends like a sentence"] & ~signs["a list item"]
    few = 1 < len(page) <= FEW_ROWS and bool(page.width[0] < page.paragraph)
    return few and bool(likely[0]) and not likely[1:].any() and bool(page.prose[1])


def _at_titles(page: Page, layout: Layout) -> Layout:
    """Begins a post at the title right above its first row, where that row is none, unlike those of most posts."""
    starts, shaped = layout.starts, looks_like_title(page) & ~layout.signs["ends like a sentence"]
    floor = np.append(0, starts[:-1] + 2)
    unlike = (layout.scores[starts] < np.median(layout.scores[starts]) - 1) & ~_usual_dates(page, starts)
    for step in (1, 2):
        above = np.maximum(starts - step, 0)
        better = unlike & shaped[above] & (starts - step >= floor)
        better &= layout.scores[above] > np.maximum(layout.scores[starts] + RISE, TITLE)
        between = (page.before[starts] - page.before[np.minimum(above + 1, starts)]) < page.paragraph
        starts = np.where(better & between, above, starts)
    return replace(layout, starts=starts, titles=starts)


def _usual_dates(page: Page, starts: Ints) -> Bools:
    """Which starts are lines with a date of the pattern that most of them have, as the headers of a thread."""
    patterns = [page.patterns.get(row, "") for row in starts.tolist()]
    counts = Counter(patterns)
    usual = max(counts, key=lambda pattern: (counts[pattern], pattern))
    return np.array([bool(pattern) and pattern == usual for pattern in patterns])


def _with_lone(page: Page, layout: Layout) -> Layout:
    """Adds titles that stand alone between two starts and far from both; several such rows are inner headings."""
    if layout.family in SETTLED:
        return layout
    ends = np.append(layout.starts[1:], len(page))
    rows = np.flatnonzero((layout.scores > LONE) & looks_like_title(page))
    post = np.searchsorted(layout.starts, rows, side="right") - 1
    rows, post = rows[post >= 0], post[post >= 0]
    inside = (rows >= layout.starts[post] + 2) & (rows < ends[post])
    rows, post = rows[inside], post[inside]
    alone = np.bincount(post, minlength=len(ends))[post] == 1
    above = page.before[rows] - page.before[layout.starts[post] + 1]
    below = page.before[ends[post]] - page.before[rows + 1]
    lone = rows[alone & (np.minimum(above, below) >= LONE_TEXT)]
    starts = np.sort(np.append(layout.starts, lone))
    return replace(layout, starts=starts, titles=starts)


def _with_first_post(page: Page, layout: Layout) -> Layout:
    """Begins earlier where text stands above the first start."""
    first = int(layout.starts[0])
    prose = np.flatnonzero(page.prose[:first])
    if not len(prose):
        return layout
    top = int(layout.scores[: prose[0] + 1].argmax())
    if layout.scores[top] < HEADROOM:
        return layout
    return replace(layout, starts=np.append(top, layout.starts), titles=np.append(top, layout.titles))


def _without_heading(page: Page, layout: Layout) -> Layout:
    """Begins one row later where the first row looks like a title and the row below it like one too.

    The heading of a listing page looks like a title; unlike the titles it has no text right below, but the first title.
    """
    starts = layout.starts
    if starts[0] or len(starts) < 3 or starts[1] < 3 or page.prose[1] or not page.prose[2]:
        return layout
    if len(layout.anchored) and layout.anchored[0] == starts[0] - layout.offset:
        return layout
    byline = page.dated[1] and not layout.signs["date in brackets at its end"][1]
    if byline or page.copies[1] > max(2, len(starts) // 3):
        return layout
    below = layout.scores[np.minimum(starts[1:] + 1, len(page) - 1)]
    if layout.scores[1] < HEADROOM or layout.scores[1] < np.median(below) + LEAD:
        return layout
    moved = np.append(1, starts[1:])
    return replace(layout, starts=moved, titles=moved)


def _with_opening_dates(page: Page, layout: Layout) -> Layout:
    """Begins each post at the date line above its title, where such a line opens the posts and does not close them.

    It opens them where it stands above the first title too, with no text between the edge of the dump and it, and not
    below the last post.
    """
    titles = layout.titles
    if page.dated[titles].mean() > MOST:
        return replace(layout, titles=_below_dates(page, layout))
    for step in (1, 2):
        rows = titles - step
        if rows[0] < 0 or (len(titles) > 1 and np.diff(titles).min() <= step):
            continue
        opens = page.dated[rows] & _brief(page, rows)
        if opens[0] and opens.mean() >= MOST and not page.prose[: rows[0]].any() and not page.dated[-1]:
            return replace(layout, starts=np.where(opens, rows, titles))
    return layout


def _below_dates(page: Page, layout: Layout) -> Ints:
    """The rows below starts that are dates, where these rows look like titles."""
    below = np.minimum(layout.starts + 1, len(page) - 1)
    likely = looks_like_title(page)[below] & (layout.scores[below] > HEADROOM)
    room = np.append(layout.starts[1:], len(page)) - layout.starts > 2
    return below if (likely & room).mean() > MOST else layout.titles


def _brief(page: Page, rows: Ints) -> Bools:
    """Which rows are not wider than a byline."""
    brief: Bools = page.width[rows] <= 100
    return brief


EDGES: Final = (_at_titles, _with_lone, _with_first_post, _without_heading, _with_opening_dates)
# What stands above the first message is the topic or a menu.
EDGES_OF_TALK: Final = (_at_titles, _with_lone, _without_heading, _with_opening_dates)
