"""Learns how likely a row is the first of a post: with a title, without one, and which of the two a dump has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from benchmarks.boundaries.fits import Columns, Floats, fit_odds
from benchmarks.boundaries.labelled import Labelled
from benchmarks.boundaries.settings import (
    DUMPS_A_SOURCE,
    GATE_PLACES,
    GATE_PULL,
    GATE_WEIGHTS,
    LEAST_STARTS_A_SOURCE,
    ROW_PLACES,
    ROW_PULL,
    ROW_WEIGHTS,
    STARTS_A_SOURCE,
    WIDE,
)
from transforms.split.text_gate import dump_stats
from transforms.split.text_layout import HOPELESS
from transforms.split.text_lines import Page, read_page
from transforms.split.text_model import BASE, score_rows
from transforms.split.text_signs import Signs, find_signs
from transforms.split.text_words import compare_words

Weights = dict[str, float]
# Weights with a site left out, by the site, and with all under None.
LeftOut = dict[str | None, Weights]


@dataclass(frozen=True, eq=False)
class Sheet:
    """A labelled dump as the splitter reads it: `shape` and `words` are its signs, `begins` marks the starts."""

    item: Labelled
    page: Page
    shape: Signs
    words: Signs
    begins: NDArray[np.bool_]

    @property
    def untitled(self) -> bool:
        """Whether most posts begin with a paragraph, so without a title."""
        rows = np.flatnonzero(self.begins)
        return bool((self.page.prose[rows] | (self.page.width[rows] > WIDE)).mean() > 0.5)

    def signs(self, titled: Weights) -> Signs:
        """The signs as the splitter finds them: it does not look at the words around hopeless rows."""
        likely = score_rows(titled, self.shape) > HOPELESS
        return self.shape | {name: column & likely for name, column in self.words.items()}


def read_sheets(items: Sequence[Labelled]) -> list[Sheet]:
    """Reads the dumps that have a row and a start."""
    sheets = (_read(item) for item in items)
    return [sheet for sheet in sheets if sheet.begins.any()]


def _read(item: Labelled) -> Sheet:
    page = read_page(item.lines)
    begins = np.isin(page.line, item.starts)
    if not len(page):
        return Sheet(item, page, {}, {}, begins)
    return Sheet(item, page, find_signs(page), compare_words(page, np.ones(len(page), dtype=np.bool_)), begins)


class Rows:
    """The rows of all sheets, one after another, and what is learned of them."""

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        self.sheets = sheets
        self.names = [*sheets[0].shape, *sheets[0].words]
        self.columns: Columns = np.vstack([_columns(sheet) for sheet in sheets])
        self.begins = np.concatenate([sheet.begins for sheet in sheets]).astype(np.float64)
        self.sites = sorted({sheet.item.site for sheet in sheets})

    @cached_property
    def titled(self) -> LeftOut:
        return self._learned(np.array([True for _ in self.sheets]))

    @cached_property
    def untitled(self) -> LeftOut:
        """Learned from dumps without titles alone, if there are any."""
        untitled = np.array([sheet.untitled for sheet in self.sheets])
        return self._learned(untitled if untitled.any() else ~untitled)

    def scored(self, sheet: Sheet) -> tuple[Signs, Floats, Floats]:
        """The signs of a dump, and the scores of its rows by weights that were learned without its site."""
        site = sheet.item.site
        signs = sheet.signs(self.titled[site])
        return signs, score_rows(self.titled[site], signs), score_rows(self.untitled[site], signs)

    def _learned(self, used: NDArray[np.bool_]) -> LeftOut:
        sizes = [len(sheet.page) for sheet in self.sheets]
        by_sheet = row_weights(self.sheets) * used
        whole = fit_odds(self.columns, self.begins, np.repeat(by_sheet, sizes), ROW_PULL)
        learned: LeftOut = {None: self._named(whole)}
        for site in self.sites:
            weights = np.repeat(by_sheet * others(self.sheets, site), sizes)
            fitted = fit_odds(self.columns, self.begins, weights, ROW_PULL, whole) if weights.any() else whole * 0
            learned[site] = self._named(fitted)
        return learned

    def _named(self, fitted: Floats) -> Weights:
        return rounded(zip([*self.names, BASE], fitted.tolist(), strict=True), ROW_PLACES)


def _columns(sheet: Sheet) -> Columns:
    return np.array([*sheet.shape.values(), *sheet.words.values()], dtype=np.float32).T


def others(sheets: Sequence[Sheet], site: str | None) -> NDArray[np.bool_]:
    """Which sheets are of other sites."""
    return np.array([sheet.item.site != site for sheet in sheets])


def row_weights(sheets: Sequence[Sheet]) -> Floats:
    """The weight of the rows of each sheet: the starts of a source and view weigh the same together."""
    starts: Counter[tuple[str, str]] = Counter()
    for sheet in sheets:
        starts[sheet.item.source, sheet.item.view] += int(sheet.begins.sum())
    counts = np.array([starts[sheet.item.source, sheet.item.view] for sheet in sheets])
    weights: Floats = view_weights(sheets, ROW_WEIGHTS) * STARTS_A_SOURCE / np.maximum(counts, LEAST_STARTS_A_SOURCE)
    return weights


def view_weights(sheets: Sequence[Sheet], weights: Mapping[str, float]) -> Floats:
    """The weight of each sheet by its view."""
    return np.array([weights.get(sheet.item.view, 1.0) for sheet in sheets])


def dumps_of_source(sheets: Sequence[Sheet]) -> Floats:
    """How many sheets there are of the source and view of each."""
    counts = Counter((sheet.item.source, sheet.item.view) for sheet in sheets)
    return np.array([counts[sheet.item.source, sheet.item.view] for sheet in sheets], dtype=np.float64)


def learn_gate(rows: Rows) -> LeftOut:
    """Learns from measures of the whole dump whether its posts have titles."""
    sheets = rows.sheets
    stats = [_stats(sheet, rows) for sheet in sheets]
    untitled = np.array([sheet.untitled for sheet in sheets])
    weights = view_weights(sheets, GATE_WEIGHTS) * DUMPS_A_SOURCE / dumps_of_source(sheets)
    sites = sorted({sheet.item.site for sheet in sheets})
    return fitted_chances(sheets, stats, untitled, weights, (GATE_PULL, sites))


def fitted_chances(
    sheets: Sequence[Sheet],
    stats: Sequence[Mapping[str, float]],
    wanted: NDArray[np.bool_],
    weights: Floats,
    how: tuple[float, Sequence[str]],
) -> LeftOut:
    """Fits chances of dumps by measures of them; `how` is the pull, and the sites to leave out in turn."""
    pull, left_out = how
    names = list(stats[0])
    values = np.array([list(each.values()) for each in stats])
    middle, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
    columns = ((values - middle) / spread).astype(np.float32)
    learned: LeftOut = {}
    for site in (None, *left_out):
        used = weights * others(sheets, site) if site else weights
        fitted = fit_odds(columns, wanted.astype(np.float64), used, pull)
        slopes = fitted[:-1] / spread
        base = float(fitted[-1] - slopes @ middle)
        learned[site] = rounded([*zip(names, slopes.tolist(), strict=True), (BASE, base)], GATE_PLACES)
    return learned


def _stats(sheet: Sheet, rows: Rows) -> dict[str, float]:
    signs, titled, untitled = rows.scored(sheet)
    return dump_stats(sheet.page, signs, titled, untitled)


def rounded(weights: Iterable[tuple[str, float]], places: int) -> Weights:
    """Weights as they are kept; no minus before a zero."""
    return {name: round(weight, places) + 0.0 for name, weight in weights}
