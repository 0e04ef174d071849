"""What recurs in a dump: the rows by which it may be cut, and names for what they have in common.

An anchor is a masked line, its first or last words, a pattern with a date, or a shape, with all rows that bear it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from transforms.split.text_lines import name_hash
from transforms.split.text_loops import group_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from transforms.split.text_codes import Bools, Hashes, Ints
    from transforms.split.text_lines import Page
    from transforms.split.text_signs import Signs

FAMILIES: Final = (
    "line", "part of a line", "date", "shape", "gap", "cut-off mark", "scores", "paragraphs", "plain scores",
)  # fmt: skip
LINE, PART, DATE, SHAPE, GAP, CUT, SCORES, PARAGRAPHS, PLAIN = range(len(FAMILIES))

LONGEST_ANCHOR: Final = 140
"""Columns of a line that may recur."""
MOST_ANCHORS: Final = 80
"""How many anchors are tried, those first that stand between the most text."""
SPREAD: Final = 300
"""What lies between two copies of an anchor counts up to so many columns, so that many copies beat distant ones."""
LEAST_ALIKE: Final = 3
"""Two rows of one shape are chance."""


@dataclass(frozen=True, eq=False)
class Anchors:
    """Rows that have something in common: anchor a stands at `rows[bounds[a]:bounds[a + 1]]`.

    `keys` say what they have in common, the same number in every dump; where it is several things at once, there are
    several keys, and `named` says which anchor each belongs to.
    """

    rows: Ints
    bounds: Ints
    family: Ints
    keys: Hashes
    named: Ints


def mix(values: Hashes) -> Hashes:
    """Spreads numbers over 64 bits (the finalizer of SplitMix64, Steele, Lea and Flood 2014)."""
    with np.errstate(over="ignore"):
        mixed = values + np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def find_anchors(page: Page, signs: Signs) -> Anchors:
    """Finds what recurs and where, in the order of what lies between the copies, each set of rows once."""
    rows, sizes, keys, family = _grouped([*_common(page, signs)])
    # What two families have in common may be the same number.
    keys = mix(keys + mix(family.astype(np.uint64)))
    bounds = np.concatenate(([0], np.cumsum(sizes)))
    if not len(family):
        return Anchors(rows, bounds, family, keys, sizes)
    between = np.minimum(page.before[rows[1:]] - page.before[rows[:-1] + 1], SPREAD)
    between = np.concatenate((between, [0]))
    between[bounds[1:] - 1] = 0
    spread = np.add.reduceat(between, bounds[:-1])
    with np.errstate(over="ignore"):
        sets = np.add.reduceat(mix(rows.astype(np.uint64)), bounds[:-1])
    order = np.argsort(-spread, kind="stable")
    kept, named = _distinct(sets[order])
    names = keys[order][named >= 0], named[named >= 0]
    kept = order[kept]
    picked = np.concatenate([rows[bounds[k] : bounds[k + 1]] for k in kept])
    return Anchors(picked, np.concatenate(([0], np.cumsum(sizes[kept]))), family[kept], *names)


def _distinct(sets: Hashes) -> tuple[Ints, Ints]:
    """The places of the first distinct sets, and for each set which of these it equals, -1 for none."""
    distinct, once, alike = np.unique(sets, return_index=True, return_inverse=True)
    kept = np.sort(once)[:MOST_ANCHORS]
    place = np.full(len(distinct), -1)
    place[alike[kept]] = np.arange(len(kept))
    return kept, place[alike]


def _grouped(common: list[tuple[int, Hashes, Ints, int]]) -> tuple[Ints, Ints, Hashes, Ints]:
    """Groups rows by what they have in common: the rows of all groups, and the size, key and family of each."""
    orders = [np.argsort(keys, kind="stable") for _, keys, _, _ in common]
    sorted_keys = np.concatenate([keys[order] for (_, keys, _, _), order in zip(common, orders, strict=True)])
    sorted_rows = np.concatenate([rows[order] for (_, _, rows, _), order in zip(common, orders, strict=True)])
    blocks = np.cumsum([len(order) for order in orders])
    least = np.array([least for *_, least in common])
    rows, sizes, keys, places = group_rows(sorted_keys, sorted_rows, blocks, least)
    return rows, sizes, keys, np.array([family for family, *_ in common])[places]


def _common(page: Page, signs: Signs) -> Iterator[tuple[int, Hashes, Ints, int]]:
    """What rows may have in common: family, a key for each row, the rows, and how many make an anchor."""
    usable = page.short & (page.width <= LONGEST_ANCHOR)
    rows = np.flatnonzero(usable)
    yield LINE, page.template[rows], rows, 2
    yield from _parts(page, usable)
    yield from _dates(page, signs, usable)
    yield CUT, *_all_of(signs["a cut-off mark"], 0), 2
    yield from _shapes(page, signs)
    alone = page.gap & page.short & ~page.indented & (page.copies == 1) & (page.indented.mean() > 0.15)
    for key, mask in enumerate((page.blanks > 1, page.blanks > 2, alone)):
        if 2 * mask.sum() < len(page):
            yield GAP, *_all_of(mask, key), 2


def _all_of(mask: Bools, key: int) -> tuple[Hashes, Ints]:
    """One key for all marked rows."""
    rows = np.flatnonzero(mask)
    return np.full(len(rows), key, dtype=np.uint64), rows


def _parts(page: Page, usable: Bools) -> Iterator[tuple[int, Hashes, Ints, int]]:
    """The first and the last two words of every line with more."""
    begins, ends, at, count = page.tokens
    dated = [(row, name.split()) for row, name in page.dates.items() if usable[row]]
    dated = [(row, words) for row, words in dated if len(words) > 2]
    plain = np.flatnonzero(usable & ~page.dated & (count > 2))
    rows = np.concatenate((plain, np.array([row for row, _ in dated], dtype=np.int64)))
    order = np.argsort(rows, kind="stable")
    front = page.hashes(page.first[plain], ends[at[plain] + 1]) if len(plain) else np.zeros(0, np.uint64)
    back = page.hashes(begins[at[plain] + count[plain] - 2], page.last[plain]) if len(plain) else np.zeros(0, np.uint64)
    for salt, hashes, part in (("", front, slice(0, 2)), ("…", back, slice(-2, None))):
        named = np.array([name_hash(salt + " ".join(words[part])) for _, words in dated], dtype=np.uint64)
        yield PART, np.concatenate((hashes ^ np.uint64(len(salt)), named))[order], rows[order], 2


def _dates(page: Page, signs: Signs, usable: Bools) -> Iterator[tuple[int, Hashes, Ints, int]]:
    """Lines of one pattern with a date; all lines that are little else; all lines with a date."""
    rows = np.array([row for row in page.dates if usable[row]], dtype=np.int64)
    yield DATE, np.array([name_hash(page.patterns[row]) for row in rows.tolist()], dtype=np.uint64), rows, 2
    for key, mask in enumerate((page.dated & signs["few letters"], page.dated)):
        yield DATE, *_all_of(mask, key), 2


def shapes(page: Page, signs: Signs) -> Ints:
    """A small number for the shape of each row: size, end, front, blank line before, indentation, a date."""
    size = np.digitize(page.width, [10, 25, 80, 200])
    end = np.select(
        [signs["ends like a sentence"], signs["a question or call"], signs["a pause at its end"]], [1, 2, 3], 0
    )
    front = np.select([signs["a list item"], signs["a sign in front"], signs["[tag] in front"]], [1, 2, 3], 0)
    shape: Ints = ((((size * 4 + end) * 4 + front) * 2 + page.gap) * 2 + page.indented) * 2 + page.dated
    return shape


# More than the shapes there are.
_SHAPES: Final = 1024


def _shapes(page: Page, signs: Signs) -> Iterator[tuple[int, Hashes, Ints, int]]:
    """Rows of one shape, alone, with the row below, and with the rows below and above."""
    shape = shapes(page, signs)
    below, above = np.append(shape[1:], _SHAPES - 1), np.concatenate(([_SHAPES - 2], shape[:-1]))
    rows = np.flatnonzero(page.short & ~page.dated & (page.copies == 1))
    pair = shape * _SHAPES + below
    patterns = (shape, pair, pair * _SHAPES + above)
    for number, pattern in enumerate(patterns):
        yield SHAPE, (len(patterns) * pattern[rows] + number).astype(np.uint64), rows, LEAST_ALIKE
