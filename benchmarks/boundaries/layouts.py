"""Learns by which measures the ways to cut a dump are ranked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.boundaries.fits import Columns, Floats, Ints, Ways, fit_ranks, shares_of
from benchmarks.boundaries.rows import LeftOut, Rows, Sheet, dumps_of_source, others, rounded, view_weights
from benchmarks.boundaries.settings import (
    EXACT_SHARE,
    EXACT_VIEWS,
    LAYOUT_PLACES,
    LAYOUT_PULL,
    LAYOUT_WEIGHTS,
    SHARPNESS,
    TOLERANCE,
)
from transforms.split.text_candidates import Candidates, find_candidates
from transforms.split.text_gate import dump_stats
from transforms.split.text_model import chance
from transforms.split.text_rank import measure


def learn_layouts(rows: Rows, gate: LeftOut, left_out: Sequence[str]) -> LeftOut:
    """Learns the weights of measures, with all sites and with each of `left_out` left out.

    The rows of a dump are scored by weights that were learned without its site, as they will be in dumps never seen.
    """
    sheets = rows.sheets
    found = [_ways(sheet, rows, gate) for sheet in sheets]
    names = found[0][0]
    bounds = np.cumsum([0, *(len(quality) for _, _, quality in found)])
    columns = np.vstack([columns for _, columns, _ in found])
    quality = np.concatenate([quality for _, _, quality in found])
    del found
    spread = columns.std(axis=0, dtype=np.float64) + 1e-6
    columns -= columns.mean(axis=0, dtype=np.float64).astype(np.float32)
    columns /= spread.astype(np.float32)
    ways = Ways(columns, shares_of(quality, bounds, SHARPNESS), bounds)
    weights = view_weights(sheets, LAYOUT_WEIGHTS) / np.sqrt(dumps_of_source(sheets))
    whole = fit_ranks(ways, weights, LAYOUT_PULL)
    fits = {None: whole} | {
        site: fit_ranks(ways, weights * others(sheets, site), LAYOUT_PULL, whole) for site in left_out
    }
    return {
        site: rounded(zip(names, (fitted / spread).tolist(), strict=True), LAYOUT_PLACES)
        for site, fitted in fits.items()
    }


def _ways(sheet: Sheet, rows: Rows, gate: LeftOut) -> tuple[list[str], Columns, Floats]:
    """The names of the measures, and of each way to cut a dump its measures and its quality."""
    page = sheet.page
    signs, titled, untitled = rows.scored(sheet)
    found = find_candidates(page, signs, titled, untitled)
    without = chance(gate[sheet.item.site], dump_stats(page, signs, titled, untitled))
    measures = measure(page, signs, (titled, untitled), found, without)
    columns = np.array(list(measures.values()), dtype=np.float32).T
    truth = np.flatnonzero(sheet.begins)
    exact = agreement(found, truth, 0)
    near = exact if sheet.item.view in EXACT_VIEWS else agreement(found, truth, TOLERANCE)
    return list(measures), columns, (1 - EXACT_SHARE) * near + EXACT_SHARE * exact


def agreement(found: Candidates, truth: Ints, tolerance: int) -> Floats:
    """The F1 of each way against the true rows; a row agrees where one of the other side is at most so far from it.

    The lower of the two sides counts, so that two rows beside one true row are not two hits.
    """
    sizes = np.diff(found.bounds)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    # Rows of all ways on one line, far apart, so that one search serves all.
    apart = int(max(found.starts.max(), truth.max())) + 2 * tolerance + 2
    said = found.starts + owner * apart
    true = (truth[None, :] + np.arange(len(sizes))[:, None] * apart).ravel()
    right = np.add.reduceat(_near(true, said, tolerance).astype(np.int64), found.bounds[:-1])
    hit = _near(said, true, tolerance).reshape(len(sizes), -1).sum(axis=1)
    f1: Floats = 2 * np.minimum(right, hit) / (sizes + len(truth))
    return f1


def _near(places: Ints, rows: Ints, tolerance: int) -> Ints:
    """Whether each row has one of the places, which are in order, so near."""
    at = np.searchsorted(places, rows)
    after = places[np.minimum(at, len(places) - 1)]
    before = places[np.maximum(at - 1, 0)]
    near: Ints = np.minimum(np.abs(after - rows), np.abs(rows - before)) <= tolerance
    return near
