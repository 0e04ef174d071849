"""The index of wordings: what is new is joined with it by key, each candidate is verified on the texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.staging import BODIES
from flows.warehouse import Warehouse
from transforms.candidates import Indices, sharing_a_key, sharing_most
from transforms.match import Match, verify
from transforms.sign import shingle_sets
from transforms.tables import MATCHES
from transforms.words import Hashes

Bodies = Callable[[Sequence[str]], Iterator[pa.Table]]
Row = dict[str, Any]


def new_matches(warehouse: Warehouse, bodies: Bodies, folder: Path) -> pa.Table:  # noqa: ARG001 - for what is to come
    """The verified matches in which at least one wording of the new copies is not known yet, sorted.

    `bodies` gives the bodies of the new copies, part by part, as often as it is asked; `folder` is for files that the
    run needs meanwhile.
    """
    rows = pa.concat_tables([BODIES.empty_table(), *bodies(BODIES.names)])
    first_of: dict[str, int] = {}
    for number, wording in enumerate(rows["wording"].to_pylist()):
        first_of.setdefault(wording, number)
    index = warehouse.read("wordings", ["wording", "keys", "anchors"])
    known = set(index["wording"].to_pylist())
    numbers = [number for wording, number in first_of.items() if wording not in known]
    found = _matches(warehouse, index, rows.take(pa.array(numbers, pa.int64())))
    return pa.Table.from_pylist(sorted(found, key=lambda row: (row["left"], row["right"])), schema=MATCHES)


def texts_of(warehouse: Warehouse, wordings: Iterable[str]) -> dict[str, str]:
    """The text of each wording: the index has it, or the post that it stands for."""
    rows = warehouse.read("wordings", ["wording", "post_id", "text"], ("wording", wordings)).to_pylist()
    shown = [row["post_id"] for row in rows if row["text"] is None]
    posts = warehouse.read("posts", ["post_id", "text"], ("post_id", shown)).to_pydict()
    of_post = dict(zip(posts["post_id"], posts["text"], strict=True))
    return {row["wording"]: of_post[row["post_id"]] if row["text"] is None else row["text"] for row in rows}


def _matches(warehouse: Warehouse, index: pa.Table, fresh: pa.Table) -> list[Row]:
    """The verified matches in which at least one wording is new."""
    pairs = sharing_a_key(*_flat("keys", index, fresh), index.num_rows)
    pairs |= sharing_most(*_flat("anchors", index, fresh), index.num_rows)
    names = index["wording"].to_pylist() + fresh["wording"].to_pylist()
    numbers = sorted({number for pair in pairs for number in pair})
    old = texts_of(warehouse, [names[number] for number in numbers if number < index.num_rows])
    texts = [
        old[names[number]] if number < index.num_rows else fresh["text"][number - index.num_rows].as_py()
        for number in numbers
    ]
    sets = dict(zip(numbers, shingle_sets(texts), strict=True))
    return [_edge(names[match.left], names[match.right], match) for match in verify(sorted(pairs), sets)]


def _edge(one: str, other: str, match: Match) -> Row:
    ends = {"left": min(one, other), "right": max(one, other)}
    return {**ends, "jaccard": match.jaccard, "containment": match.containment}


def _flat(name: str, index: pa.Table, fresh: pa.Table) -> tuple[Hashes, Indices]:
    """The keys of all wordings in a row, and the number of the wording that each belongs to."""
    lists = pa.chunked_array([*index[name].chunks, *fresh[name].chunks], pa.list_(pa.int64()))
    owners = np.repeat(np.arange(len(lists)), pc.list_value_length(lists).to_numpy())
    return np.asarray(pc.list_flatten(lists).to_numpy(), np.int64).view(np.uint64), owners
