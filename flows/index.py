"""The index of wordings: what is new is joined with it by key, each candidate is verified on the texts.

Of the texts that a join looks at (new ones, and known ones that share a key with them) some 60 bytes each stay in
memory; keys, shingles and candidates lie on disk and are gone through bucket by bucket.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.cores import on_all_cores
from flows.matching.join import Candidates, candidates_of, pairs_in
from flows.matching.numbered import Bodies, Numbered, number_all
from flows.matching.sets import Sets, sets_of
from flows.matching.unmatched import no_longer_proposed
from flows.warehouse import Warehouse
from transforms.candidates import Indices, Mask
from transforms.columns import components
from transforms.errors import IndexWrittenError
from transforms.match import Matches, joined, verified
from transforms.sign import INDEX_VERSION, sign
from transforms.tables import MATCHES
from transforms.templates import filled_in

# Texts by which an index that does not say how it was written is known.
PROBED: Final = 20
# Pairs that are compared by one thread at a time: their texts are in memory meanwhile.
PAIRS_AT_ONCE: Final = 2048


@dataclass(frozen=True, slots=True)
class Related:
    """Matches with a new text, or newly proposed; `lost` are known ones that no key proposes any more.

    Both have the schema MATCHES and are sorted. `passed_over` counts pairs that only a key of very many posts proposed.
    """

    found: pa.Table
    lost: pa.Table
    passed_over: int = 0


def other_index(warehouse: Warehouse) -> bool:
    """Whether another version wrote the index."""
    written = warehouse.index_version
    return written != INDEX_VERSION and not (written is None and _made_alike(warehouse))


def refuse_other_index(warehouse: Warehouse) -> None:
    """Raises `IndexWrittenError` where another version wrote the index: its texts and new ones would not meet."""
    if not other_index(warehouse):
        return
    written = warehouse.index_version
    said = f"the index of the warehouse {warehouse.place} was written by another version of winnow"
    raise IndexWrittenError(
        f"{said} ({written or 'unknown'}, not {INDEX_VERSION}); `winnow backfill --all` rebuilds it"
    )


def _made_alike(warehouse: Warehouse) -> bool:
    """Whether texts of an index that does not say how it was written have the keys that they would have now."""
    columns = ["wording", "post_id", "text", "keys", "anchors", "n_shingles"]
    first = next(warehouse.scan("wordings", columns), None)
    rows = [row for row in first.slice(0, PROBED).to_pylist() if row["n_shingles"]] if first else []
    if not rows:
        return True
    posts = warehouse.read("posts", ["post_id", "text"], ("post_id", [row["post_id"] for row in rows])).to_pylist()
    shown = {post["post_id"]: post["text"] for post in posts}
    texts = [shown[row["post_id"]] if row["text"] is None else row["text"] for row in rows]
    return all(
        (signed.wording, signed.keys.view("int64").tolist(), signed.anchors.view("int64").tolist())
        == (row["wording"], row["keys"], row["anchors"])
        for signed, row in zip(sign([None] * len(texts), texts), rows, strict=True)
    )


def related(warehouse: Warehouse, bodies: Bodies, gone: Collection[str], folder: Path) -> Related:
    """Finds all matches between the wordings of new copies (`bodies`) and those and all known ones.

    Wordings that are `gone` have no copy any more.
    """
    folder.mkdir(exist_ok=True)
    numbered = number_all(warehouse, bodies, gone, folder)
    candidates = candidates_of(numbered, folder, on_all_cores)
    matches = list(_verified(warehouse, bodies, numbered, candidates, folder))
    found = pa.concat_tables([MATCHES.empty_table(), *(_table(numbered, some) for some in matches)])
    lost = no_longer_proposed(warehouse, numbered, gone, candidates.displaced)
    return Related(_sorted(_unknown(warehouse, found)), _sorted(lost), candidates.passed_over)


def _verified(
    warehouse: Warehouse, bodies: Bodies, numbered: Numbered, candidates: Candidates, folder: Path
) -> Iterator[Matches]:
    """The pairs that are the same post; two texts that are one form, filled in twice, are not."""
    wanted = _compared(numbered, candidates)
    sets = sets_of(warehouse, bodies, numbered, wanted, folder)
    compared = on_all_cores(lambda pairs: _alike(sets, *pairs), _some_at_a_time(pairs_in(candidates)))
    alike = _families(list(compared), len(wanted))
    yield from on_all_cores(lambda pairs: _no_forms(sets, pairs), alike)


def _some_at_a_time(buckets: Iterator[tuple[Indices, Indices]]) -> Iterator[tuple[Indices, Indices]]:
    for left, right in buckets:
        for first in range(0, len(left), PAIRS_AT_ONCE):
            yield left[first : first + PAIRS_AT_ONCE], right[first : first + PAIRS_AT_ONCE]


def _alike(sets: Sets, left: Indices, right: Indices) -> Matches:
    return verified(left, right, sets.shingles, sets.begins, sets.ends)


def _families(found: Sequence[Matches], number: int) -> Iterator[Matches]:
    """The same pairs of `number` texts, what hangs together one after the other, some at a time.

    A text of many pairs is then read once or twice, not once for each of them.
    """
    all_ = joined(found)
    family = components(all_.left, all_.right, number)[all_.left] if len(all_.left) else all_.left
    order = np.lexsort((all_.right, all_.left, family))
    for first in range(0, len(order), PAIRS_AT_ONCE):
        yield all_.chosen(order[first : first + PAIRS_AT_ONCE])


def _no_forms(sets: Sets, found: Matches) -> Matches:
    numbers, pairs = np.unique(np.stack([found.left, found.right], axis=1), return_inverse=True)
    return found.chosen(~filled_in(sets.texts(numbers), pairs.reshape(-1, 2)))


def _compared(numbered: Numbered, candidates: Candidates) -> Mask:
    """Which texts stand in some pair."""
    wanted = np.zeros(len(numbered.texts.state), np.bool_)
    for left, right in pairs_in(candidates):
        wanted[left] = wanted[right] = True
    return wanted


def _table(numbered: Numbered, matches: Matches) -> pa.Table:
    """Rows of `matches`: names instead of numbers, the smaller name on the left."""
    one, other = numbered.wordings.names(matches.left), numbered.wordings.names(matches.right)
    swapped = pc.greater(one, other)
    left, right = pc.if_else(swapped, other, one), pc.if_else(swapped, one, other)
    return pa.table([left, right, matches.jaccard, matches.containment], schema=MATCHES)


def _unknown(warehouse: Warehouse, found: pa.Table) -> pa.Table:
    """Those that are not known: two old texts may have been matched by another key before this one proposed them."""
    known = warehouse.read("matches", ["left", "right"], ("left", found["left"].combine_chunks()))
    if not known.num_rows:
        return found
    met = pc.binary_join_element_wise(known["left"], known["right"], "")
    return found.filter(
        pc.invert(pc.is_in(pc.binary_join_element_wise(found["left"], found["right"], ""), value_set=met))
    )


def _sorted(matches: pa.Table) -> pa.Table:
    return matches.sort_by([("left", "ascending"), ("right", "ascending")])
