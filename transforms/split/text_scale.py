"""A way to cut a dump into posts, and the scale on which such ways are weighed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from transforms.split.text_signs import looks_like_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from transforms.split.text_lines import Page

FLOOR, CEILING = -2.5, 3.0
"""The least and the most that one title counts, so that no single line decides for the dump."""
LEAST, DROP = 0.2, 1.4
"""A line must reach the first, and the mean score of the surer half of all that do, less the second."""

Role = Literal["lines", "title", "head", "foot"]


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to cut a page: the rows that begin posts, the rows of their titles (or none), and why."""

    starts: tuple[int, ...]
    titles: tuple[int, ...]
    role: Role = "lines"
    anchor: str = ""
    copies: int = 0  # how often the anchor stands in the page
    explained: tuple[int, ...] = ()  # the starts that the anchor gives, all others come from the lines' scores
    total: float = 0.0


class Scale:
    """The scores and shapes of a page's rows and the text before each, as arrays; a paragraph's width."""

    def __init__(self, page: Page, scores: Sequence[float]) -> None:
        self.raw = np.asarray(scores, dtype=np.float64)
        self.clipped = self.raw.clip(FLOOR, CEILING)
        self.shaped = np.asarray([looks_like_title(row) for row in page.rows], dtype=np.bool_)
        self.paragraph = page.paragraph
        likely = np.sort(self.raw[self.raw > LEAST])
        surer = self.clipped[self.raw >= likely[len(likely) // 2]].mean() if len(likely) else LEAST
        self.bar = max(float(surer) - DROP, LEAST)
        self.before = np.cumsum([0, *(row.width for row in page.rows)], dtype=np.int64)

    def worth(self, titles: Sequence[int] | NDArray[np.int64]) -> float:
        """Add up by how much the scores of `titles` pass the bar."""
        return float((self.clipped[titles] - self.bar).sum()) if len(titles) else 0.0

    def text(self, first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[np.int64]:
        """Count the columns of text from each row `first` up to each row `last`."""
        spans: NDArray[np.int64] = self.before[last] - self.before[np.minimum(first, last)]
        return spans
