"""The texts that are compared and their shingle sets, each one long array on disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from flows.matching.numbered import Bodies, Numbered
from flows.matching.spill import Flat
from flows.warehouse import Warehouse
from transforms.candidates import Indices, Mask
from transforms.sign import flat_sets
from transforms.utf8 import utf8_of
from transforms.words import Hashes

Octets = NDArray[np.uint8]
Column = Any  # of pyarrow, which has no types


@dataclass(frozen=True, slots=True)
class Sets:
    """Text `i` has the sorted `shingles[begins[i] : ends[i]]`; nothing, where it is not compared.

    `text_spans[i]` is where it stands in `utf8`.
    """

    shingles: Hashes
    begins: Indices
    ends: Indices
    utf8: Octets
    text_spans: Indices

    def texts(self, numbers: Iterable[int]) -> list[str]:
        """Some of the texts."""
        return [
            bytes(self.utf8[slice(*self.text_spans[number])]).decode("utf-8", "surrogatepass") for number in numbers
        ]


def sets_of(warehouse: Warehouse, bodies: Bodies, numbered: Numbered, wanted: Mask, folder: Path) -> Sets:
    """The shingle sets of the `wanted` texts."""
    shingles, utf8 = Flat(folder / "shingles.u64", np.uint64), Flat(folder / "texts.utf8", np.uint8)
    begins, ends, spans = (np.zeros(shape, np.int64) for shape in (len(wanted), len(wanted), (len(wanted), 2)))
    for numbers, texts in _texts(warehouse, bodies, numbered, wanted):
        here = utf8_of(texts)
        found, offsets = flat_sets(here)
        begins[numbers], ends[numbers] = shingles.length + offsets[:-1], shingles.length + offsets[1:]
        spans[numbers] = utf8.length - here.offsets[0] + np.stack([here.offsets[:-1], here.offsets[1:]], axis=1)
        shingles.add(found)
        utf8.add(here.data[here.offsets[0] : here.offsets[-1]])
    return Sets(shingles.array(), begins, ends, utf8.array(), spans)


def _texts(warehouse: Warehouse, bodies: Bodies, numbered: Numbered, wanted: Mask) -> Iterator[tuple[Indices, Column]]:
    """Numbers and texts, some at a time."""
    first = 0
    if wanted[: numbered.n_fresh].any():
        for table, fresh in zip(bodies(["text"]), numbered.fresh, strict=True):
            numbers = np.arange(first, first + int(fresh.sum()))
            first += len(numbers)
            kept = wanted[numbers]
            rows = np.flatnonzero(fresh)[kept]
            yield numbers[kept], table["text"].take(pa.array(rows))
    known = np.flatnonzero(wanted[numbered.n_fresh :]) + numbered.n_fresh
    if len(known):
        yield from known_texts(warehouse, numbered.wordings.names(known), known)


def known_texts(warehouse: Warehouse, wordings: pa.Array, numbers: Indices) -> Iterator[tuple[Indices, Column]]:
    """The texts of known wordings, with the number that goes with each: the index has it, or the post it stands for."""
    shown: list[str] = []
    of_shown: list[Indices] = []
    for batch in warehouse.scan("wordings", ["wording", "post_id", "text"], ("wording", wordings)):
        found = numbers[pc.index_in(batch["wording"], value_set=wordings).to_numpy()]
        without = batch["text"].is_null()
        shown += batch["post_id"].filter(without).to_pylist()
        of_shown.append(found[without.to_numpy(zero_copy_only=False)])
        kept = pc.invert(without)
        yield found[kept.to_numpy(zero_copy_only=False)], batch["text"].filter(kept)
    posts = pa.array(shown, pa.string())
    of_post = np.concatenate(of_shown) if of_shown else np.zeros(0, np.int64)
    if shown:
        for batch in warehouse.scan("posts", ["post_id", "text"], ("post_id", posts)):
            yield of_post[pc.index_in(batch["post_id"], value_set=posts).to_numpy()], batch["text"]
