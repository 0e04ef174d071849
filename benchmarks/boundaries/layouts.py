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
from transforms.split.text_signs import Signs

# The names of the measures, and of each way to cut a dump its measures and its quality.
Found = tuple[list[str], Columns, Floats]


def learn_layouts(rows: Rows, gate: LeftOut, left_out: Sequence[str]) -> LeftOut:
    """Learns the weights of measures, with all sites and with each of `left_out` left out.

    The rows of a dump are scored by weights that were learned without its site, as they will be in dumps never seen.
    """
    sheets = rows.sheets
    found = [found_ways(sheet, rows, gate)[2:] for sheet in sheets]
    return fitted_ranks(sheets, found, view_weights(sheets, LAYOUT_WEIGHTS), (LAYOUT_PULL, left_out))


def fitted_ranks(
    sheets: Sequence[Sheet], found: Sequence[Found], weights: Floats, how: tuple[float, Sequence[str]]
) -> LeftOut:
    """Fits the ranks of the ways that were found for dumps of these weights; `how` is the pull, and sites to leave out.

    The dumps of a source weigh together as the root of their number.
    """
    pull, left_out = how
    names = found[0][0]
    bounds = np.cumsum([0, *(len(quality) for _, _, quality in found)])
    columns = np.vstack([columns for _, columns, _ in found])
    quality = np.concatenate([quality for _, _, quality in found])
    spread = columns.std(axis=0, dtype=np.float64) + 1e-6
    columns -= columns.mean(axis=0, dtype=np.float64).astype(np.float32)
    columns /= spread.astype(np.float32)
    ways = Ways(columns, shares_of(quality, bounds, SHARPNESS), bounds)
    weights = weights / np.sqrt(dumps_of_source(sheets))
    whole = fit_ranks(ways, weights, pull)
    fits = {None: whole} | {
        site: fit_ranks(ways, weights * others(sheets, site), pull, whole)
        for site in left_out
        if (weights * others(sheets, site)).any()
    }
    return {
        site: rounded(zip(names, (fits.get(site, whole * 0) / spread).tolist(), strict=True), LAYOUT_PLACES)
        for site in (None, *left_out)
    }


def found_ways(sheet: Sheet, rows: Rows, gate: LeftOut) -> tuple[Candidates, Signs, list[str], Columns, Floats]:
    """The ways to cut a dump, its signs, the names of the measures, and of each way its measures and its quality."""
    page = sheet.page
    signs, titled, untitled = rows.scored(sheet)
    found = find_candidates(page, signs, titled, untitled)
    without = chance(gate[sheet.item.site], dump_stats(page, signs, titled, untitled))
    measures = measure(page, signs, (titled, untitled), found, without)
    columns = np.array(list(measures.values()), dtype=np.float32).T
    truth = np.flatnonzero(sheet.begins)
    exact = agreement(found, truth, 0)
    near = exact if sheet.item.view in EXACT_VIEWS else agreement(found, truth, TOLERANCE)
    return found, signs, list(measures), columns, (1 - EXACT_SHARE) * near + EXACT_SHARE * exact


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
