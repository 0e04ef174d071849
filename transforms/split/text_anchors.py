"""What recurs in a dump: lines, their beginnings and ends, lines of one pattern with a date."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from transforms.split.text_lines import DATE_MARK, TIME_MARK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from transforms.split.text_lines import Page
    from transforms.split.text_scale import Scale

LONGEST_ANCHOR, MOST_ANCHORS = 140, 40
"""Columns of an anchor, and how many are tried, those first that stand between the most text."""


def find_anchors(page: Page, scale: Scale) -> dict[str, NDArray[np.int64]]:
    """Find what recurs and the rows where it stands, in the order of what lies between the copies."""
    found: dict[str, list[int]] = defaultdict(list)
    for index, row in enumerate(page.rows):
        if row.template and row.width <= LONGEST_ANCHOR:
            for name in anchor_names(row.template):
                found[name].append(index)
    often = [(name, np.asarray(rows)) for name, rows in found.items() if len(rows) > 1]
    # What lies between two copies counts up to a few paragraphs, so that many copies beat distant ones.
    spread = [int(np.minimum(scale.text(rows[:-1] + 1, rows[1:]), 300).sum()) for _, rows in often]
    order = sorted(range(len(often)), key=lambda k: -spread[k])
    return dict(often[k] for k in order[:MOST_ANCHORS])


def anchor_names(template: str) -> tuple[str, ...]:
    """Give the names under which a line may recur, each once.

    >>> anchor_names("by Ann Lee on ‹date›")
    ('by Ann Lee on ‹date›', 'by Ann …', '… on ‹date›', 'w ‹date›')
    >>> anchor_names("Read more")
    ('Read more',)
    """
    names = [template]
    tokens = template.split()
    if len(tokens) > 2:
        names += [" ".join([*tokens[:2], "…"]), " ".join(["…", *tokens[-2:]])]
    if DATE_MARK in template:
        names.append(_pattern(tokens))
    return tuple(dict.fromkeys(names))


def _pattern(tokens: Sequence[str]) -> str:
    """Keep dates, times and signs with what stands around them, and write "w" for a run of words."""
    kinds: list[str] = []
    for token in tokens:
        if DATE_MARK in token or TIME_MARK in token or not any(c.isalpha() for c in token):
            kinds.append(token)
        elif kinds[-1:] != ["w"]:
            kinds.append("w")
    return " ".join(kinds)
