"""What the posts would look like if a dump were cut in one way or another: the measures by which ways are ranked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from transforms.split.text_anchors import FAMILIES, PARAGRAPHS, SHAPE, shapes
from transforms.split.text_candidates import LEAST_TEXT, OFFSETS
from transforms.split.text_sets import FLOOR, Sets, best_of_the_rest, expected, worth
from transforms.split.text_signs import looks_like_title, shifted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from transforms.split.text_candidates import Candidates
    from transforms.split.text_lines import Page
    from transforms.split.text_signs import Signs

    Floats = NDArray[np.float64]
    Measures = dict[str, Floats]

CEILING: Final = 5.0
"""Higher scores of a row count as this."""
SURE: Final = 1.0
"""A row that scores more should be a start."""
SHIFTS: Final = (-1, 0, 1)
"""Scores of all rows of a dump may be too high or too low together, so the F1 to expect is measured for each shift."""
EDGE: Final = 4
"""How many rows at the head and at the foot of a post may be bylines."""
# Columns of text below which a post has little, and of titles that are wide or tiny.
_LITTLE, _WIDE, _TINY = 120, 120, 10


def measure(page: Page, signs: Signs, scores: tuple[Floats, Floats], found: Candidates, untitled: float) -> Measures:
    """Measures every candidate; each measure is a column over the candidates.

    `scores` are those of each row as the start of a post with and without a title, `untitled` the chance that the posts
    of the dump have none.
    """
    sets = Sets(found, len(page))
    measures = _of_scores(sets, np.clip(scores[0], FLOOR, CEILING))
    measures |= _of_text(page, sets)
    measures |= _of_dates(page, sets)
    measures |= _of_titles(page, signs, sets)
    measures |= _of_edges(page, sets)
    measures |= _of_anchors(page, found, sets)
    measures |= worth(page, scores[0], found, sets)
    measures |= _untitled(page, sets, scores[1], untitled, measures)
    measures |= _crossed(page, signs, measures)
    return measures


def _of_scores(sets: Sets, scores: Floats) -> Measures:
    own = scores[sets.starts]
    mean, least = sets.mean(own), sets.least(own)
    best = np.cumsum(np.sort(scores)[::-1])
    sure = scores > SURE
    covered, all_sure = sets.covered(sure), int(sure.sum())
    rest = best_of_the_rest(sets, scores)
    return {f"expected F1 {shift:+}": expected(sets, scores + shift) for shift in SHIFTS} | {
        "score mean": mean,
        "score least": least,
        "score above 0": sets.mean(own > 0),
        "score below -3": sets.mean(own < -3),
        "score sum": np.clip(sets.sum(own + 1.5) / 10, -3, 3),
        "score below the best": best[sets.count - 1] / sets.count - mean,
        "score of the rest": rest,
        "least over the rest": np.clip(least - rest, -4, 4),
        "mean over the rest": np.clip(mean - rest, -4, 4),
        "sure explained": covered / all_sure if all_sure else np.ones(len(mean)),
        "sure unexplained": np.log1p(all_sure - covered),
    }


def _of_text(page: Page, sets: Sets) -> Measures:
    text = sets.text(page)
    log = np.log(text + 20.0)
    mean = sets.mean(log)
    return {
        "posts without text": sets.mean(text < LEAST_TEXT),
        "posts with little text": sets.mean(text < _LITTLE),
        "log of text": mean,
        "text varies": np.sqrt(np.maximum(sets.mean(log**2) - mean**2, 0)),
        "log of posts": np.log(sets.count),
        "one post": (sets.count == 1).astype(np.float64),
        "two posts": (sets.count == 2).astype(np.float64),
        "last post long": np.log(text[sets.last] + 50) - np.log(np.exp(mean) + 50),
        "posts a row": np.minimum(1.0, 8 * sets.count / len(page)),
        "under three rows a post": (len(page) / sets.count < 3).astype(np.float64),
    }


def _of_dates(page: Page, sets: Sets) -> Measures:
    dates = np.concatenate(([0], np.cumsum(page.dated)))
    head = dates[np.minimum(sets.starts + EDGE, sets.ends)] - dates[sets.starts]
    foot = dates[sets.ends] - dates[np.maximum(sets.ends - EDGE, sets.starts)]
    whole = dates[sets.ends] - dates[sets.starts]
    several = float(dates[-1] > 1)
    return {
        "dated": np.full(len(sets.count), several),
        "date in head": sets.mean(head > 0),
        "one date in head": sets.mean(head == 1),
        "date in foot": sets.mean(foot > 0),
        "one date a post": sets.mean(whole == 1) * several,
        "more dates": sets.mean(whole > 1) * several,
        "no date": sets.mean(whole == 0) * several,
    }


def _of_titles(page: Page, signs: Signs, sets: Sets) -> Measures:
    shape, starts, last = shapes(page, signs), sets.starts, len(page) - 1
    around = [sets.alike(shape[np.clip(starts + step, 0, last)]) for step in (-1, 0, 1, 2)]
    return {
        "titles recur": sets.mean(page.copies[starts] > 1),
        "shaped like titles": sets.mean(looks_like_title(page)[starts]),
        "wide titles": sets.mean(page.width[starts] > _WIDE),
        "tiny titles": sets.mean(page.width[starts] < _TINY),
        "items": sets.mean(signs["a list item"][starts]),
        "codes": sets.mean(signs["looks like code or an address"][starts]),
        "words come back": sets.mean(signs["its words come back below"][starts]),
        "new words": sets.mean(signs["new words below"][starts]),
        "after cut-off marks": sets.mean(signs["after a cut-off mark"][starts] | signs["after dots"][starts]),
        "alike": sum(around, np.zeros(len(sets.count))) / len(around),
        "titles alike": around[1],
        "gaps": sets.mean(page.gap[starts]) - page.gap.mean(),
        "wide gaps": sets.mean(page.blanks[starts] > 1) - (page.blanks > 1).mean(),
        "unindented": page.indented.mean() - sets.mean(page.indented[starts]),
        "paragraph below": sets.mean(shifted(page.prose, 1)[starts]),
    }


def _of_edges(page: Page, sets: Sets) -> Measures:
    first = sets.starts[sets.first]
    above = page.before[first]
    usual = np.maximum((page.before[-1] - above) / sets.count, 1)
    rows = (len(page) - first) / sets.count
    return {
        "starts at the top": (first == 0).astype(np.float64),
        "share above": above / max(int(page.before[-1]), 1),
        "text above": np.log1p(above / (usual + 50)),
        "prose above": (np.concatenate(([0], np.cumsum(page.prose)))[first] > 0).astype(np.float64),
        "last rows": np.log((len(page) - sets.starts[sets.last] + 1) / (rows + 1)),
    }


def _of_anchors(page: Page, found: Candidates, sets: Sets) -> Measures:
    anchored = found.anchor >= 0
    dated = anchored & page.dated[np.maximum(found.anchor, 0)] & (found.family != SHAPE)
    head = anchored & (found.offset <= 0)
    measures = {
        "anchor dated at head": dated & head,
        "anchor dated at foot": dated & ~head,
        "anchor dated at the top": dated & (sets.starts[sets.first] <= 1),
        "anchor twice": anchored & (found.copies == 2),
        "anchor unused": np.where(anchored, np.log(np.maximum(found.copies, 1) / sets.count), 0.0),
        "foot": anchored & ~head,
    }
    measures |= {f"anchor: {name}": found.family == number for number, name in enumerate(FAMILIES)}
    measures |= {f"offset {offset}": anchored & (found.offset == offset) for offset in OFFSETS}
    return {name: values.astype(np.float64) for name, values in measures.items()}


def _untitled(page: Page, sets: Sets, scores: Floats, untitled: float, known: Measures) -> Measures:
    """What counts more, or otherwise, the more likely it is that posts have no titles."""
    paragraphs, best = sets.mean(page.prose[sets.starts]), known["total of the best"]
    return {
        "starts are paragraphs": paragraphs,
        "untitled: expected F1 -1": untitled * expected(sets, scores - 1),
        "untitled: expected F1": untitled * expected(sets, scores),
        "untitled: expected F1 +1": untitled * expected(sets, scores + 1),
        "untitled: paragraphs": untitled * paragraphs,
        "titled: paragraphs": (1 - untitled) * paragraphs,
        "titled: expected F1": (1 - untitled) * known["expected F1 +0"],
        "titled: worth": (1 - untitled) * best,
        "untitled: worth": untitled * best,
        "untitled: log of posts": untitled * np.log(sets.count),
        "untitled: score least": untitled * sets.least(scores.clip(FLOOR, CEILING)[sets.starts]),
    }


def _crossed(page: Page, signs: Signs, known: Measures) -> Measures:
    """What counts otherwise where every paragraph would be a post, or the whole dump."""
    paragraphs = known[f"anchor: {FAMILIES[PARAGRAPHS]}"] * (known["one post"] == 0)
    return {
        "paragraphs: short rows": paragraphs * float((page.width < 60).mean()),
        "paragraphs: new words": paragraphs * known["new words"],
        "paragraphs: dots": paragraphs * float(signs["dots at its end"].mean()),
        "paragraphs: rows": paragraphs * np.log(len(page)),
        "paragraphs: expected": paragraphs * known["expected F1 +0"],
        "one post: rows": known["one post"] * np.log(len(page)),
        "one post: the rest": known["one post"] * known["score of the rest"],
    }
