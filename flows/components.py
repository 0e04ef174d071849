"""The wordings that new copies can affect, and the matches between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from flows.index import related
from flows.warehouse import Warehouse
from transforms.merge import Edge, Wording

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Graph:
    """The wordings that new copies can affect: their own and all that are linked to them by matches, and the matches.

    `known` are the rows of the index of those that were there before, `fresh` the rows of those that were
    not; `found` are the matches that were not known before.
    """

    wordings: Mapping[str, Wording]
    edges: Sequence[Edge]
    known: Mapping[str, Row]
    fresh: Mapping[str, Row]
    found: Sequence[Edge]
    lost: Sequence[Edge] = ()


def grow(
    warehouse: Warehouse, bodies: pa.Table, touched: Iterable[str] = (), gone: Collection[str] = (), *, folder: Path
) -> Graph:
    """Joins the wordings of new copies (`bodies`, one row a copy) with the index; `touched` wordings lost a copy."""
    first_of: dict[str, int] = {}
    for number, wording in enumerate(bodies["wording"].to_pylist()):
        first_of.setdefault(wording, number)
    known = set(warehouse.read("wordings", ["wording"], ("wording", first_of))["wording"].to_pylist())
    numbers = [number for wording, number in first_of.items() if wording not in known]
    fresh = bodies.take(pa.array(numbers, pa.int64()))
    new = related(warehouse, lambda columns: [bodies.select(columns)], gone, folder)
    found, lost = ([Edge(**row) for row in rows.to_pylist()] for rows in (new.found, new.lost))
    edges = [edge for edge in [*_known_edges(warehouse), *found] if edge not in set(lost)]
    fresh_names = set(fresh["wording"].to_pylist())
    reached = _reached({*first_of, *touched, *(end for edge in lost for end in (edge.left, edge.right))}, edges)
    rows = warehouse.read("wordings", where=("wording", reached - fresh_names)).to_pylist()
    fresh_rows = {row["wording"]: row for row in fresh.drop_columns(["text"]).to_pylist()}
    known_rows = {row["wording"]: row for row in rows}
    wordings = {key: Wording(key, row["n_words"], row["n_shingles"]) for key, row in (known_rows | fresh_rows).items()}
    return Graph(wordings, [edge for edge in edges if edge.left in reached], known_rows, fresh_rows, found, lost)


def without(graph: Graph, gone: Collection[str]) -> Graph:
    """The graph less the wordings that no copy has any more, and their matches."""
    if not gone:
        return graph
    found = set(graph.found)
    edges = [edge for edge in graph.edges if edge.left not in gone and edge.right not in gone]
    return Graph(
        {key: wording for key, wording in graph.wordings.items() if key not in gone},
        edges,
        {key: row for key, row in graph.known.items() if key not in gone},
        graph.fresh,
        [edge for edge in edges if edge in found],
        [
            *graph.lost,
            *(edge for edge in graph.edges if edge not in found and (edge.left in gone or edge.right in gone)),
        ],
    )


def texts_of(warehouse: Warehouse, wordings: Iterable[str]) -> dict[str, str]:
    """The text of each wording: the index has it, or the post that it stands for."""
    rows = warehouse.read("wordings", ["wording", "post_id", "text"], ("wording", wordings)).to_pylist()
    shown = [row["post_id"] for row in rows if row["text"] is None]
    posts = warehouse.read("posts", ["post_id", "text"], ("post_id", shown)).to_pydict()
    of_post = dict(zip(posts["post_id"], posts["text"], strict=True))
    return {row["wording"]: of_post[row["post_id"]] if row["text"] is None else row["text"] for row in rows}


def _known_edges(warehouse: Warehouse) -> list[Edge]:
    return [Edge(**row) for row in warehouse.read("matches").to_pylist()]


def _reached(start: Iterable[str], edges: Sequence[Edge]) -> set[str]:
    """All wordings that a chain of matches leads to."""
    neighbours: dict[str, list[str]] = defaultdict(list)
    for edge in edges:
        neighbours[edge.left].append(edge.right)
        neighbours[edge.right].append(edge.left)
    reached, open_ends = set(start), list(start)
    while open_ends:
        for other in neighbours[open_ends.pop()]:
            if other not in reached:
                reached.add(other)
                open_ends.append(other)
    return reached
