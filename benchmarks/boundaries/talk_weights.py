"""Learns which dumps are threads, and by which measures the ways to cut a thread are ranked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.boundaries.layouts import Found, fitted_ranks, found_ways
from benchmarks.boundaries.rows import LeftOut, Rows, Sheet, dumps_of_source, fitted_chances, view_weights
from benchmarks.boundaries.settings import (
    COMPOSED,
    DUMPS_A_SOURCE,
    FEWEST_MESSAGES,
    TALK_GATE_PULL,
    TALK_LAYOUT_WEIGHTS,
    TALK_LONE,
    TALK_PULL,
    TALK_WEIGHTS,
)
from transforms.split.text_gate import dump_stats
from transforms.split.text_talks import may_cut_talk, measure_talk, talk_stats


def learn_talk(rows: Rows, more: Sequence[Sheet], left_out: Sequence[str]) -> LeftOut:
    """Learns from measures of the whole dump whether it is a thread.

    `more` are invented threads, and listings that begin with the oldest post. Threads and the other dumps weigh the
    same together. What has too few messages to be told is neither.
    """
    sheets = [*rows.sheets, *more]
    stats = [_stats(sheet, rows) for sheet in sheets]
    threads = np.array([sheet.item.view in TALK_LAYOUT_WEIGHTS for sheet in sheets])
    few = np.array([int(sheet.begins.sum()) < FEWEST_MESSAGES for sheet in sheets])
    weights = view_weights(sheets, TALK_WEIGHTS) * DUMPS_A_SOURCE / dumps_of_source(sheets) * ~(threads & few)
    if threads.any():
        weights[threads] *= weights[~threads].sum() / max(weights[threads].sum(), 1e-9)
    return fitted_chances(sheets, stats, threads, weights, (TALK_GATE_PULL, left_out))


def _stats(sheet: Sheet, rows: Rows) -> dict[str, float]:
    signs, titled, untitled = rows.scored(sheet)
    return talk_stats(sheet.page, dump_stats(sheet.page, signs, titled, untitled))


def learn_talk_layouts(rows: Rows, talks: Sequence[Sheet], gate: LeftOut, left_out: Sequence[str]) -> LeftOut:
    """Learns the weights of measures from the ways to cut threads, invented and real, and dumps of one post.

    These teach that a dump may be one message, for where it was taken for a thread by mistake.
    """
    sheets = [sheet for sheet in (*rows.sheets, *talks) if sheet.item.view in TALK_LAYOUT_WEIGHTS or _is_lone(sheet)]
    if not sheets:
        return {site: {} for site in (None, *left_out)}
    found = [_ways(sheet, rows, gate) for sheet in sheets]
    weights = np.where([_is_lone(sheet) for sheet in sheets], TALK_LONE, view_weights(sheets, TALK_LAYOUT_WEIGHTS))
    return fitted_ranks(sheets, found, weights, (TALK_PULL, left_out))


def _is_lone(sheet: Sheet) -> bool:
    """Whether a dump was made of one post."""
    return sheet.item.view == COMPOSED and len(sheet.item.starts) == 1


def _ways(sheet: Sheet, rows: Rows, gate: LeftOut) -> Found:
    found, signs, names, columns, quality = found_ways(sheet, rows, gate)
    measures = measure_talk(sheet.page, signs, found)
    allowed = may_cut_talk(found)
    columns = np.hstack((columns, np.array(list(measures.values()), dtype=np.float32).T))
    return [*names, *measures], columns[allowed], quality[allowed]
