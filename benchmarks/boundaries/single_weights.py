"""Learns which dumps are one post."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.boundaries.rows import LeftOut, Rows, Sheet, dumps_of_source, fitted_chances, view_weights
from benchmarks.boundaries.settings import DUMPS_A_SOURCE, SINGLE_PULL, SINGLE_WEIGHTS
from transforms.split.text_candidates import find_candidates
from transforms.split.text_gate import dump_stats
from transforms.split.text_model import chance, rank
from transforms.split.text_rank import measure
from transforms.split.text_single import single_stats, whole_dump
from transforms.split.text_talks import REPEATED, glance


def learn_single(rows: Rows, bare: Sequence[Sheet], known: tuple[LeftOut, LeftOut], left_out: Sequence[str]) -> LeftOut:
    """Learns from measures of the whole dump whether it is one post.

    `bare` are posts without their titles, alone; `known` are the weights of the gate and of the ranking. Dumps of one
    post and others weigh the same together.
    """
    sheets = [*rows.sheets, *bare]
    stats = [_stats(sheet, rows, known) for sheet in sheets]
    single = np.array([int(sheet.begins.sum()) == 1 for sheet in sheets])
    weights = view_weights(sheets, SINGLE_WEIGHTS) * DUMPS_A_SOURCE / dumps_of_source(sheets)
    weights[single] *= weights[~single].sum() / max(float(weights[single].sum()), 1e-9)
    return fitted_chances(sheets, stats, single, weights, (SINGLE_PULL, left_out))


def _stats(sheet: Sheet, rows: Rows, known: tuple[LeftOut, LeftOut]) -> dict[str, float]:
    gate, layout = (each.get(sheet.item.site, each[None]) for each in known)
    page = sheet.page
    signs, titled, untitled = rows.scored(sheet)
    found = find_candidates(page, signs, titled, untitled)
    stats = dump_stats(page, signs, titled, untitled)
    measures = measure(page, signs, (titled, untitled), found, chance(gate, stats))
    ranks = rank(layout, measures), whole_dump(found)
    of_dump = stats | {REPEATED: glance(page, stats)[REPEATED]}
    return single_stats(page, signs, (titled, untitled), ranks, of_dump)
