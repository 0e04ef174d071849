"""What a dump as a whole says about whether its posts have titles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from transforms.split.text_signs import shifted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from transforms.split.text_lines import Page
    from transforms.split.text_signs import Signs

    Floats = NDArray[np.float64]

# A title above a paragraph is narrower than this, in columns.
_TITLE = 80
# The surest rows: one in so many, two at least.
_SUREST = 20


def dump_stats(page: Page, signs: Signs, titled: Floats, untitled: Floats) -> dict[str, float]:
    """Measures a dump; `titled` and `untitled` score each row as the start of a post with and without a title."""
    above = page.short & (page.width < _TITLE) & shifted(page.prose, 1) & ~signs["ends like a sentence"]
    paragraphs = max(int(page.prose.sum()), 1)
    surest = max(len(page) // _SUREST, 2)
    return {
        "short rows": float((page.width < 60).mean()),
        "titles above paragraphs": min(1.0, float(above.sum()) / paragraphs),
        "paragraphs": float(page.prose.mean()),
        "blank lines": float(page.gap.mean()),
        "rows": float(np.log(len(page))),
        "dots": float(signs["dots at its end"].sum()) / paragraphs,
        "dates": float(page.dated.mean()),
        "recurring": float(signs["recurs"].mean()),
        "chances": float(np.log((1 / (1 + np.exp(-titled))).sum() + 0.1)),
        "expected F1 with titles": _best_expected(titled),
        "expected F1 without": _best_expected(untitled),
        "best chance": float(titled.max()),
        "best chances": float(np.sort(titled)[-surest:].mean()),
        "paragraph width": float(np.log(page.width[page.prose].mean())) if page.prose.any() else 4.0,
    }


def _best_expected(scores: Floats) -> float:
    """The F1 to expect of the best set of rows if each is a start with the chance that its score says."""
    chance = np.sort(1 / (1 + np.exp(-scores)))[::-1]
    return float((2 * np.cumsum(chance) / (np.arange(1, len(chance) + 1) + chance.sum())).max())
