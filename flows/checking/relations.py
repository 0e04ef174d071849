"""Relations worked out again, exactly, from the texts: of each copy to the canonical one, and of each stored match."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from flows.checking.faults import Fault, Mend, bounded
from flows.checking.numbers import Numbers
from flows.checking.references import Tables
from flows.matching.sets import known_texts
from flows.matching.spill import Flat
from flows.warehouse import Warehouse
from transforms.columns import Hashes, Indices, hashed, places_in
from transforms.match import NEAR_IDENTICAL, verified
from transforms.sign import flat_sets

Shares = NDArray[np.float32]
Mask = NDArray[np.bool_]
# Pairs that are compared at once.
AT_ONCE: Final = 1 << 16
RELATIONS: Final = ("canonical", "identical", "near-identical", "excerpt")


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of wordings, by their rows in the index, and what is said of each."""

    left: Indices
    right: Indices
    jaccard: Shares
    containment: Shares


def check_relations(warehouse: Warehouse, tables: Tables, share: float = 1.0) -> Iterator[Fault]:
    """Copies and matches of which the tables say another relation than their texts have.

    The sets of shingles of the texts lie in a file meanwhile, so that memory does not grow with them. Of a `share` only
    those copies are compared whose id falls into it.
    """
    copies = tables.copies
    names = {name: hashed(pa.array([name]))[0] for name in RELATIONS}
    own, canonical = _wordings_of(tables)
    same = own == canonical
    relation, known = copies["relation"], (own >= 0) & (canonical >= 0)
    plain = (copies["jaccard"] == 1) & (copies["containment"] == 1)
    wrong = known & same & ~(plain & ((relation == names["identical"]) | (relation == names["canonical"])))
    yield from _told(copies, wrong, "its words are those of the canonical copy, and it is said to be {relation}")
    other = known & ~same
    near = np.where(copies["jaccard"] >= np.float32(NEAR_IDENTICAL), names["near-identical"], names["excerpt"])
    misnamed = other & (relation != near)
    yield from _told(copies, misnamed, "it is said to be {relation}, which its Jaccard similarity {jaccard} is not")
    rows = np.flatnonzero(other & _chosen(len(copies), share, copies["copy_id"]))
    matches = Numbers(warehouse, "matches", ["left", "right", "jaccard", "containment"])
    yield from _unmatched(tables, matches, rows, own, canonical)
    yield from _compared(warehouse, tables, matches, rows, own, canonical)


def _wordings_of(tables: Tables) -> tuple[Indices, Indices]:
    """For each copy the rows in the index of its words and of those of the canonical copy of its post."""
    copies, posts, wordings = tables.copies, tables.posts, tables.wordings
    own = places_in(wordings["wording"], copies["wording"])
    post = places_in(posts["post_id"], copies["post_id"])
    first = places_in(copies["copy_id"], posts["canonical_copy_id"])
    at = np.where(post >= 0, first[post] if len(first) else -1, -1)
    return own, np.where(at >= 0, own[at] if len(own) else -1, -1)


def _chosen(number: int, share: float, ids: Hashes) -> Mask:
    return np.ones(number, np.bool_) if share >= 1 else ids < np.uint64(share * (1 << 63)) * np.uint64(2)


def _unmatched(tables: Tables, matches: Numbers, rows: Indices, own: Indices, canonical: Indices) -> Iterator[Fault]:
    """Copies of other words than their post, between which there is no match."""
    words = tables.wordings["wording"]
    ends = np.sort(_edges(matches["left"], matches["right"]))
    edges = _edges(words[own[rows]], words[canonical[rows]])
    there = np.isin(edges, ends)
    wrong = np.zeros(len(tables.copies), np.bool_)
    wrong[rows[~there]] = True
    yield from _told(
        tables.copies, wrong, "no match is stored between its words and those of the canonical copy", "all"
    )


def _edges(one: Hashes, other: Hashes) -> Hashes:
    """A number for each pair, whichever of the two comes first."""
    low, high = np.minimum(one, other), np.maximum(one, other)
    found: Hashes = (low * np.uint64(0x9E3779B97F4A7C15)) ^ ((high << np.uint64(31)) | (high >> np.uint64(33)))
    return found


def _compared(  # noqa: PLR0913, PLR0917 - what is said of pairs, in two tables
    warehouse: Warehouse, tables: Tables, matches: Numbers, rows: Indices, own: Indices, canonical: Indices
) -> Iterator[Fault]:
    copies, words = tables.copies, tables.wordings["wording"]
    said = Pairs(own[rows], canonical[rows], copies["jaccard"][rows], copies["containment"][rows])
    left, right = (places_in(words, matches[end]) for end in ("left", "right"))
    lost = (left < 0) | (right < 0)
    yield from _matches(matches, lost, "is between words that the index does not know")
    kept = np.flatnonzero(~lost)
    stored = Pairs(left[kept], right[kept], matches["jaccard"][kept], matches["containment"][kept])
    wanted = np.zeros(len(words), np.bool_)
    for pairs in (said, stored):
        wanted[pairs.left] = wanted[pairs.right] = True
    with tempfile.TemporaryDirectory(prefix="winnow-") as folder:
        sets = _sets(warehouse, tables, wanted, Path(folder))
        wrong = np.zeros(len(copies), np.bool_)
        wrong[rows[_differing(said, *sets)]] = True
        yield from _told(
            copies, wrong, "its texts have another similarity than {jaccard} and containment {containment}"
        )
        untrue = np.zeros(len(matches), np.bool_)
        untrue[kept[_differing(stored, *sets)]] = True
        yield from _matches(matches, untrue, "is not what their texts have in common")


def _sets(warehouse: Warehouse, tables: Tables, wanted: Mask, folder: Path) -> tuple[Hashes, Indices, Indices]:
    """The shingles of all wanted texts in a row, and where those of each row of the index begin and end."""
    begins, ends = np.zeros(len(wanted), np.int64), np.zeros(len(wanted), np.int64)
    numbers = np.flatnonzero(wanted)
    names = [row["wording"] for row in tables.wordings.rows(numbers, ["wording"])]
    shingles = Flat(folder / "shingles.u64", np.uint64)
    for some, texts in known_texts(warehouse, pa.array(names, pa.string()), numbers):
        found, offsets = flat_sets(texts)
        begins[some], ends[some] = shingles.length + offsets[:-1], shingles.length + offsets[1:]
        shingles.add(found)
    return shingles.array(), begins, ends


def _differing(pairs: Pairs, shingles: Hashes, begins: Indices, ends: Indices) -> Mask:
    """Which pairs have another similarity or containment than is said, or not enough to be one post."""
    wrong = np.ones(len(pairs.left), np.bool_)
    for first in range(0, len(pairs.left), AT_ONCE):
        span = slice(first, first + AT_ONCE)
        left, right = pairs.left[span], pairs.right[span]
        found = verified(left, right, shingles, begins, ends)
        true = dict(zip(zip(found.left.tolist(), found.right.tolist(), strict=True),
                        zip(found.jaccard.tolist(), found.containment.tolist(), strict=True), strict=True))  # fmt: skip
        said = zip(
            left.tolist(), right.tolist(), pairs.jaccard[span].tolist(), pairs.containment[span].tolist(), strict=True
        )
        wrong[span] = [true.get((one, other)) != (jaccard, containment) for one, other, jaccard, containment in said]
    return wrong


def _told(copies: Numbers, wrong: Mask, said: str, mend: Mend = "all") -> Iterator[Fault]:
    rows = np.flatnonzero(wrong)
    columns = ["copy_id", "post_id", "relation", "jaccard", "containment"]
    faults = (Fault(f"copy {row['copy_id']}: {said.format(**row)}", mend) for row in copies.rows(rows, columns))
    yield from bounded(faults if len(rows) else (), len(rows), "copies")


def _matches(matches: Numbers, wrong: Mask, said: str) -> Iterator[Fault]:
    rows = np.flatnonzero(wrong)
    found = matches.rows(rows, ["left", "right"]) if len(rows) else ()
    faults = (Fault(f"matches: the row of {row['left']} and {row['right']} {said}") for row in found)
    yield from bounded(faults, len(rows), "matches")
