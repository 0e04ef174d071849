"""What a dump as a whole says about whether it is one post."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from transforms.split.text_candidates import Candidates
    from transforms.split.text_lines import Page
    from transforms.split.text_signs import Signs

    Floats = NDArray[np.float64]

SINGLE: Final = 0.92
"""The chance from which a dump is taken to be one post.

Three posts with titles and no dates, which all say much the same, reach 0.91."""
# Ranks that lie further below the best say no more, and so do scores.
_LEAST: Final = -8.0
_NOTHING: Final = -6.0


def whole_dump(found: Candidates) -> int:
    """The way to cut a dump that makes one post of all of it."""
    return int(np.flatnonzero((np.diff(found.bounds) == 1) & (found.starts[found.bounds[:-1]] == 0))[0])


def single_stats(
    page: Page, signs: Signs, scores: tuple[Floats, Floats], ranks: tuple[Floats, int], known: Mapping[str, float]
) -> dict[str, float]:
    """Measures by which dumps of one post differ from others, beside those `known` of the dump.

    `scores` are those of rows as starts with and without a title; `ranks` those of all ways to cut it, and which of
    these makes one post of it.
    """
    below_best = ranks[0] - ranks[0].max()
    one = float(below_best[ranks[1]])
    paragraphs = max(int(page.prose.sum()), 1)
    return dict(known) | {
        "rank of one post": max(one, _LEAST),
        "share of one post": max(one - float(np.log(np.exp(below_best).sum())), _LEAST),
        "new words": float(signs["new words below"][1:].sum()) / max(len(page) - 1, 1),
        "same words": float(signs["the same words above and below"][1:].sum()) / max(len(page) - 1, 1),
        "cut-off marks": float((signs["a cut-off mark"] | signs["dots at its end"]).sum()) / paragraphs,
        "several dates": float(page.dated.sum() > 1),
        "titled: first": float(scores[0][0]),
        "titled: best other": float(scores[0][1:].max(initial=_NOTHING)),
        "untitled: first": float(scores[1][0]),
        "untitled: best other": float(scores[1][1:].max(initial=_NOTHING)),
    }
