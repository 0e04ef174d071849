"""The loop over texts that fills in what `transforms.quality` tells of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from transforms.compiled import compiled
from transforms.quality_grams import Table, gram_shares, repeated
from transforms.quality_marks import (
    AT_SIGN,
    BLOCK,
    CURLY,
    KNOWN_WORDS,
    Items,
    Lengths,
    Marks,
    Points,
    Seen,
    chunk_figures,
    has_flag,
    known_words,
    lines_in,
    look,
    personal_in,
    sentences_in,
    tokens_in,
)
from transforms.vectors import wide_vectors

# Where the shares begin in a row: of lines, of n-grams, of chunks, of ends of lines.
LINES, GRAMS, CHUNKS, ENDS = 1, 3, 12, 14


class Figures(NamedTuple):
    """What is found, a row a text: shares; sentences and stop words; javascript, lorem ipsum, {, @; `personal_in`."""

    shares: NDArray[np.float64]
    counts: Lengths
    flags: NDArray[np.bool_]
    stretches: Lengths


@compiled
def line_shares(seen: Seen, bullets: Points, number: int, lines: Items, table: Table) -> NDArray[np.float64]:
    """The shares of lines that stood before, in lines and in characters, and by how lines begin and end."""
    shares, ends = np.zeros(6), np.zeros(4, np.int64)
    found = lines_in(seen, number, bullets, lines, ends)
    again, characters = repeated(lines, found, table)
    shares[0] = again / max(found, 1)
    shares[1] = characters / max(int(np.sum(lines.lengths[:found])), 1)
    shares[2:] = ends / max(found, 1)
    return shares


@compiled
def measure(points: Points, bounds: Lengths, marks: Marks, figures: Figures) -> None:
    """Measures each text `points[bounds[i] : bounds[i + 1]]`: fills in its row of the figures."""
    wide_vectors()
    longest = np.max(np.diff(bounds))
    room, slots = longest + 2 * BLOCK, 64
    items = Items(np.empty(room, np.uint64), np.empty(room, np.int64), np.empty(room, np.int64))
    seen, grams = (
        Seen(np.empty(room, np.uint32), np.empty(room, np.uint32), np.empty(room, np.uint16)),
        np.empty(room, np.uint64),
    )
    while slots < 2 * (longest + 1):
        slots *= 2
    table = Table(np.empty(slots, np.uint64), np.empty(slots, np.int32), np.zeros(2, np.int64))
    for text in range(len(bounds) - 1):
        number, row = bounds[text + 1] - bounds[text], figures.shares[text]
        look(points[bounds[text] : bounds[text + 1]], marks.kinds, seen)
        chunks, inside, lettered, symbols = chunk_figures(seen, number)
        row[0] = inside / max(chunks, 1)
        row[CHUNKS], row[CHUNKS + 1] = symbols / max(chunks, 1), lettered / max(chunks, 1)
        of_lines = line_shares(seen, marks.bullets, number, items, table)
        row[LINES : LINES + 2], row[ENDS : ENDS + 4] = of_lines[:2], of_lines[2:]
        gram_shares(items, tokens_in(seen, number, items), table, grams, row[GRAMS:CHUNKS])
        figures.counts[text, 0] = sentences_in(seen, number, items.starts)
        known, last = known_words(seen, number, marks, items), KNOWN_WORDS - 1
        for at in range(last - 2):
            figures.counts[text, 1] += known >> at & 1
        figures.flags[text, 0], figures.flags[text, 1] = known >> (last - 2) & 1, known >> last & 1
        figures.flags[text, 2] = has_flag(seen.kinds, number, CURLY)
        figures.flags[text, 3] = has_flag(seen.kinds, number, AT_SIGN)
        personal_in(seen, number, figures.stretches[text])
