"""What the posts would look like if a dump were cut in one way or another: the measures by which ways are ranked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from transforms.split.text_candidates import (
    FAMILIES,
    LEAST_TEXT,
    OFFSETS,
    PARAGRAPHS,
    SHAPE,
    shapes,
)
from transforms.split.text_signs import looks_like_title, shifted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from transforms.split.text_candidates import Candidates
    from transforms.split.text_codes import Bools, Ints
    from transforms.split.text_lines import Page
    from transforms.split.text_signs import Signs

Floats = "NDArray[np.float64]"

SURE: Final = 1.0
FLOOR, CEILING = -6.0, 5.0
BUCKETS: Final = 16
HEAD: Final = 4
SHIFTS: Final = (-1, 0, 1)


class _Sets:
    """Sums and means over the starts of every candidate."""

    def __init__(self, found: Candidates, rows: int) -> None:
        self.starts, self.first = found.starts, found.bounds[:-1]
        self.count = np.diff(found.bounds)
        self.owner = np.repeat(np.arange(len(self.count)), self.count)
        self.ends = np.append(self.starts[1:], rows)
        self.ends[found.bounds[1:] - 1] = rows
        self.previous = np.concatenate(([-9], self.starts[:-1]))
        self.previous[self.first] = -9
        self.last = found.bounds[1:] - 1

    def sum(self, values: NDArray[np.generic]) -> NDArray[np.float64]:
        return np.add.reduceat(values.astype(np.float64), self.first)

    def mean(self, values: NDArray[np.generic]) -> NDArray[np.float64]:
        return self.sum(values) / self.count

    def alike(self, values: Ints) -> NDArray[np.float64]:
        """The chance that two starts of a candidate have the same value, up to chance collisions of buckets."""
        buckets = (values * 40503 >> 4) % BUCKETS
        counts = np.bincount(self.owner * BUCKETS + buckets, minlength=len(self.count) * BUCKETS)
        shares = counts.reshape(-1, BUCKETS) / self.count[:, None]
        return (shares**2).sum(axis=1)


def dump_stats(page: Page, signs: Signs, titled: NDArray[np.float64]) -> dict[str, float]:
    """What a dump as a whole says about whether its posts have titles."""
    above = page.short & (page.width < 80) & shifted(page.prose, 1) & ~signs["ends like a sentence"]
    prose = max(int(page.prose.sum()), 1)
    chance = 1 / (1 + np.exp(-titled))
    return {
        "short rows": float((page.width < 60).mean()),
        "titles above paragraphs": min(1.0, float(above.sum()) / prose),
        "paragraphs": float(page.prose.mean()),
        "blank lines": float(page.gap.mean()),
        "rows": float(np.log(len(page))),
        "dots": float(signs["dots at its end"].sum()) / prose,
        "dates": float(page.dated.mean()),
        "recurring": float(signs["recurs"].mean()),
        "chances": float(np.log(chance.sum() + 0.1)),
        "best chance": float(titled.max()),
        "best chances": float(np.sort(titled)[-max(len(page) // 20, 2) :].mean()),
        "paragraph width": float(np.log(page.width[page.prose].mean())) if page.prose.any() else 4.0,
    }


def measure(
    page: Page, signs: Signs, scores: NDArray[np.float64], found: Candidates, other: tuple[NDArray[np.float64], float]
) -> dict[str, NDArray[np.float64]]:
    """Measures every candidate; each measure is a column over the candidates."""
    sets = _Sets(found, len(page))
    plain, untitled = other
    measures: dict[str, NDArray[np.float64]] = {}
    measures |= _of_scores(sets, np.clip(scores, FLOOR, CEILING), len(page))
    measures |= _of_text(page, sets)
    measures |= _of_dates(page, sets)
    measures |= _of_titles(page, signs, sets)
    measures |= _of_edges(page, sets)
    measures |= _of_anchors(page, found, sets)
    measures |= _worth(page, scores, found, sets)
    measures |= _untitled(page, sets, plain, untitled, measures)
    measures |= _crossed(page, signs, measures)
    return measures


def _of_scores(sets: _Sets, scores: NDArray[np.float64], rows: int) -> dict[str, NDArray[np.float64]]:
    own = scores[sets.starts]
    mean = sets.mean(own)
    best = np.cumsum(np.sort(scores)[::-1])
    top = best[sets.count - 1] / sets.count
    sure = scores > SURE
    cum = np.concatenate(([0], np.cumsum(sure)))
    high = np.minimum(sets.starts + 3, rows)
    low = np.clip(np.maximum(sets.starts - 2, sets.previous + 3), 0, high)
    covered = sets.sum(cum[high] - cum[low])
    unexplained = sure.sum() - covered
    rest = _best_of_the_rest(sets, scores)
    expected = {f"expected F1 {shift:+}": _expected(sets, scores + shift) for shift in SHIFTS}
    return expected | {
        "score mean": mean,
        "score least": np.minimum.reduceat(own, sets.first),
        "score above 0": sets.mean(own > 0),
        "score below -3": sets.mean(own < -3),
        "score sum": np.clip(sets.sum(own + 1.5) / 10, -3, 3),
        "score below the best": top - mean,
        "score of the rest": rest,
        "least over the rest": np.clip(np.minimum.reduceat(own, sets.first) - rest, -4, 4),
        "mean over the rest": np.clip(mean - rest, -4, 4),
        "sure explained": np.where(sure.sum() > 0, covered / max(int(sure.sum()), 1), 1.0),
        "sure unexplained": np.log1p(unexplained),
    }


def _expected(sets: _Sets, scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """The F1 that a candidate would have if each row were a start with the chance that its score says."""
    chance = 1 / (1 + np.exp(-scores))
    expected: NDArray[np.float64] = 2 * sets.sum(chance[sets.starts]) / (sets.count + chance.sum())
    return expected


def _best_of_the_rest(sets: _Sets, scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """The best score of a row that is not near a start: looked for among the best rows of the dump."""
    rest = np.full(len(sets.count), FLOOR)
    left = np.ones(len(sets.count), dtype=np.bool_)
    for row in np.argsort(-scores, kind="stable")[:40].tolist():
        near = np.zeros(len(sets.count), dtype=np.bool_)
        near[sets.owner[np.abs(sets.starts - row) <= 2]] = True
        free = left & ~near
        rest[free] = scores[row]
        left &= near
        if not left.any():
            break
    return rest


def _of_text(page: Page, sets: _Sets) -> dict[str, NDArray[np.float64]]:
    text = page.before[sets.ends] - page.before[np.minimum(sets.starts + 1, sets.ends)]
    log = np.log(text + 20.0)
    mean = sets.mean(log)
    deviation = np.sqrt(np.maximum(sets.mean(log**2) - mean**2, 0))
    final = text[sets.last]
    return {
        "posts without text": sets.mean(text < LEAST_TEXT),
        "posts with little text": sets.mean(text < 120),
        "log of text": mean,
        "text varies": deviation,
        "log of posts": np.log(sets.count),
        "one post": sets.count == 1,
        "two posts": sets.count == 2,
        "last post long": np.log(final + 50) - np.log(np.exp(mean) + 50),
        "posts a row": np.minimum(1.0, 8 * sets.count / len(page)),
        "under three rows a post": len(page) / sets.count < 3,
    }


def _of_dates(page: Page, sets: _Sets) -> dict[str, NDArray[np.float64]]:
    dates = np.concatenate(([0], np.cumsum(page.dated)))
    nothing = np.zeros(len(sets.count))
    if not dates[-1]:
        names = ("date in head", "one date in head", "date in foot", "one date a post", "more dates", "no date")
        return {"dated": nothing} | dict.fromkeys(names, nothing)
    head = dates[np.minimum(sets.starts + HEAD, sets.ends)] - dates[sets.starts]
    foot = dates[sets.ends] - dates[np.maximum(sets.ends - HEAD, sets.starts)]
    whole = dates[sets.ends] - dates[sets.starts]
    several = dates[-1] > 1
    return {
        "dated": nothing + several,
        "date in head": sets.mean(head > 0),
        "one date in head": sets.mean(head == 1),
        "date in foot": sets.mean(foot > 0),
        "one date a post": sets.mean(whole == 1) * several,
        "more dates": sets.mean(whole > 1) * several,
        "no date": sets.mean(whole == 0) * several,
    }


def _of_titles(page: Page, signs: Signs, sets: _Sets) -> dict[str, NDArray[np.float64]]:
    shape, starts, rows = shapes(page, signs), sets.starts, len(page)
    around = [sets.alike(shape[np.clip(starts + step, 0, rows - 1)]) for step in (-1, 0, 1, 2)]
    return {
        "titles recur": sets.mean((page.copies[starts] > 1)),
        "shaped like titles": sets.mean(looks_like_title(page)[starts]),
        "wide titles": sets.mean(page.width[starts] > 120),
        "tiny titles": sets.mean(page.width[starts] < 10),
        "items": sets.mean(signs["a list item"][starts]),
        "codes": sets.mean(signs["looks like code or an address"][starts]),
        "words come back": sets.mean(signs["its words come back below"][starts]),
        "new words": sets.mean(signs["new words below"][starts]),
        "after cut-off marks": sets.mean(signs["after a cut-off mark"][starts] | signs["after dots"][starts]),
        "alike": sum(around) / 4,
        "titles alike": around[1],
        "gaps": sets.mean(page.gap[starts]) - page.gap.mean(),
        "wide gaps": sets.mean(page.blanks[starts] > 1) - (page.blanks > 1).mean(),
        "unindented": page.indented.mean() - sets.mean(page.indented[starts]),
        "paragraph below": sets.mean(shifted(page.prose, 1)[starts]),
    }


def _of_edges(page: Page, sets: _Sets) -> dict[str, NDArray[np.float64]]:
    first = sets.starts[sets.first]
    above = page.before[first]
    prose = np.concatenate(([0], np.cumsum(page.prose)))[first]
    usual = np.maximum((page.before[-1] - above) / sets.count, 1)
    rows = (len(page) - first) / sets.count
    return {
        "starts at the top": first == 0,
        "share above": above / max(int(page.before[-1]), 1),
        "text above": np.log1p(above / (usual + 50)),
        "prose above": prose > 0,
        "last rows": np.log((len(page) - sets.starts[sets.last] + 1) / (rows + 1)),
    }


def _of_anchors(page: Page, found: Candidates, sets: _Sets) -> dict[str, NDArray[np.float64]]:
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


def _untitled(
    page: Page, sets: _Sets, plain: NDArray[np.float64], untitled: float, known: dict[str, NDArray[np.float64]]
) -> dict[str, NDArray[np.float64]]:
    expected = [_expected(sets, plain + shift) for shift in SHIFTS]
    prose = sets.mean(page.prose[sets.starts])
    titled = 1 - untitled
    return {
        "starts are paragraphs": prose,
        "untitled: expected F1 -1": untitled * expected[0],
        "untitled: expected F1": untitled * expected[1],
        "untitled: expected F1 +1": untitled * expected[2],
        "untitled: paragraphs": untitled * prose,
        "titled: paragraphs": titled * prose,
        "titled: expected F1": titled * known["expected F1 +0"],
        "titled: worth": titled * known["total of the best"],
        "untitled: worth": untitled * known["total of the best"],
        "untitled: log of posts": untitled * np.log(sets.count),
        "untitled: score least": untitled * np.minimum.reduceat(plain[sets.starts].clip(FLOOR, CEILING), sets.first),
    }


def _worth(page: Page, scores: NDArray[np.float64], found: Candidates, sets: _Sets) -> dict[str, NDArray[np.float64]]:
    """How far the scores of the starts pass the bar of the dump, and what an anchor adds that explains the sure rows."""
    raised = scores + 1.2
    clipped = np.clip(raised, -2.5, 3.0)
    likely = np.sort(raised[raised > 0.2])
    bar = max(float(np.minimum(likely[len(likely) // 2 :], 3.0).mean()) - 1.4, 0.2) if len(likely) else 0.2
    text = page.before[sets.ends] - page.before[np.minimum(sets.starts + 1, sets.ends)]
    worth = sets.sum(clipped[sets.starts] - bar) - 4 * sets.sum(text < LEAST_TEXT)
    sure = raised >= 2.5
    cum = np.concatenate(([0], np.cumsum(sure)))
    high = np.minimum(sets.starts + 3, len(page))
    low = np.clip(np.maximum(sets.starts - 2, sets.previous + 3), 0, high)
    unexplained = sure.sum() - sets.sum(cum[high] - cum[low])
    anchored = (found.anchor >= 0) & (found.family != SHAPE)
    dated = anchored & page.dated[np.maximum(found.anchor, 0)]
    bonus = np.where(dated, 3.0, np.where(anchored & (found.copies > 2), 2.0, 0.0)) * (sets.count - 1)
    total = worth + bonus * (sets.count / (sets.count + unexplained)) ** 1.5
    most = max(float(total.max()), 1.0)
    return {
        "worth": np.clip(worth / sets.count, -4, 4),
        "total of the best": np.clip(total / most, -1, 1),
        "worth of the best": np.clip(worth / max(float(worth.max()), 1.0), -1, 1),
        "is the best": total == total.max(),
    }


def _crossed(page: Page, signs: Signs, known: dict[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
    """What counts otherwise where every paragraph would be a post, or where no line recurs."""
    paragraphs = known[f"anchor: {FAMILIES[PARAGRAPHS]}"] * (known["one post"] == 0)
    short = float((page.width < 60).mean())
    return {
        "paragraphs: short rows": paragraphs * short,
        "paragraphs: new words": paragraphs * known["new words"],
        "paragraphs: dots": paragraphs * float(signs["dots at its end"].mean()),
        "paragraphs: rows": paragraphs * np.log(len(page)),
        "paragraphs: expected": paragraphs * known["expected F1 +0"],
        "one post: rows": (known["one post"] > 0) * np.log(len(page)),
        "one post: the rest": (known["one post"] > 0) * known["score of the rest"],
    }
