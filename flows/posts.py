"""New copies related to all that is known: which posts they make or change, and every row that follows from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import pyarrow as pa

from flows.components import Graph, grow, without
from flows.lookup import Arrivals, Lookup, fields_of, find_texts, known_posts, look_up, names_in_use
from flows.rows import published_columns
from flows.warehouse import Change, Warehouse
from transforms import PIPELINE_VERSION
from transforms.identity import Name, name_posts
from transforms.match import relation_of
from transforms.merge import Attached, CopyFields, Merged, attach, merge
from transforms.quality import quality_of
from transforms.tables import COPIES, MATCHES, POSTS, WORDINGS

Row = dict[str, Any]


@dataclass(slots=True)
class Made:
    """The rows that a run writes."""

    posts: list[Row] = field(default_factory=list)
    copies: list[Row] = field(default_factory=list)
    wordings: list[Row] = field(default_factory=list)


def relate_and_merge(warehouse: Warehouse, arrivals: Arrivals, run_id: str) -> tuple[dict[str, Change], dict[str, int]]:
    """Finds the posts that new copies make or change, and those that lose copies.

    Gives the changes of `posts`, `copies`, `wordings` and `matches`, and the counts of the run.
    """
    left = warehouse.read("copies", where=("dump_id", arrivals.replaced)).to_pylist() if arrivals.replaced else []
    if not arrivals.copies.num_rows and not left:
        return {}, {}
    graph = grow(
        warehouse,
        arrivals.bodies,
        {row["wording"] for row in left},
        _gone(warehouse, arrivals, left),
        folder=warehouse.root / ".staging" / run_id / "join",
    )
    rows = look_up(warehouse, graph, arrivals, left)
    dead = sorted(graph.known.keys() - rows.copies.keys())
    graph = without(graph, dead)
    find_texts(rows, arrivals.reread)
    attached = attach(graph.wordings.values(), graph.edges)
    clusters = _clusters(attached)
    names = name_posts(clusters, known_posts(rows), names_in_use(warehouse, clusters, rows.posts))
    made = Made()
    for canonical, members in clusters.items():
        found = [row for member in members for row in rows.copies[member]]
        if not _as_before(found, rows, names[canonical]):
            _make(made, found, rows, attached, _post_base(names[canonical], run_id))
    live = {name.post_id for name in names.values()}
    gone = sorted(rows.posts.keys() - live)
    return _changes(made, graph, rows, gone, dead), _counts(made, rows, gone, arrivals.replaced)


def _gone(warehouse: Warehouse, arrivals: Arrivals, left: Sequence[Row]) -> set[str]:
    """The wordings that no copy has any more."""
    wordings = {row["wording"] for row in left}
    ids = {row["copy_id"] for row in left}
    post_ids = {row["post_id"] for row in left}
    stay = warehouse.read("copies", ["copy_id", "wording"], ("post_id", post_ids)).to_pylist() if left else []
    return (
        wordings
        - {row["wording"] for row in stay if row["copy_id"] not in ids}
        - set(arrivals.bodies["wording"].to_pylist())
    )


def _as_before(found: Sequence[Row], rows: Lookup, name: Name) -> bool:
    """Whether a post has the very copies and aliases that it had."""
    post = rows.posts.get(name.post_id)
    return (
        post is not None
        and post["n_copies"] == len(found)
        and tuple(post["aliases"]) == name.aliases
        and all(row["post_id"] == name.post_id for row in found)
    )


def _clusters(attached: Mapping[str, Attached]) -> dict[str, list[str]]:
    clusters: dict[str, list[str]] = defaultdict(list)
    for wording, to in attached.items():
        clusters[to.canonical].append(wording)
    return clusters


def _post_base(name: Name, run_id: str) -> Row:
    """The columns of a post that come from its name and the run."""
    return {
        "post_id": name.post_id,
        "aliases": name.aliases,
        "first_run": name.first_run or run_id,
        "last_run": run_id,
        "pipeline_version": PIPELINE_VERSION,
    }


def _make(made: Made, found: Sequence[Row], rows: Lookup, attached: Mapping[str, Attached], base: Row) -> None:
    """Makes the row of one post, of its copies as far as they change, and of its wordings."""
    by_wording: dict[str, list[CopyFields]] = defaultdict(list)
    for row in found:
        by_wording[row["wording"]].append(fields_of(row))
    merged = merge([copy for copies in by_wording.values() for copy in copies], attached)
    canonical = next(row for row in found if row["copy_id"] == merged.canonical.copy_id)
    made.posts.append(base | _post(merged, canonical, rows.texts[canonical["text_sha256"]]))
    for row in found:
        related = row | _relation(row, canonical, attached[row["wording"]]) | {"post_id": base["post_id"]}
        if row["copy_id"] in rows.new or related != row:
            made.copies.append(related)
    for wording, copies in by_wording.items():
        best = min(copies, key=lambda copy: copy.rank)
        text = None if best.copy_id == canonical["copy_id"] else rows.texts[best.text_sha256]
        made.wordings.append({"wording": wording, "post_id": base["post_id"], "copy_id": best.copy_id, "text": text})


def _relation(row: Row, canonical: Row, to: Attached) -> Row:
    if row["copy_id"] == canonical["copy_id"]:
        return {"relation": "canonical", "jaccard": 1.0, "containment": 1.0}
    relation = relation_of(to.jaccard, same_wording=row["wording"] == canonical["wording"])
    return {"relation": relation, "jaccard": to.jaccard, "containment": to.containment}


def _post(merged: Merged, canonical: Row, text: str) -> Row:
    kept = ("source", "n_chars", "n_words", "text_sha256", "language", "language_confidence")
    return {
        **{name: canonical[name] for name in kept},
        "text": text,
        "title": merged.title,
        "author": merged.author,
        **published_columns(merged.published),
        "url": merged.url,
        "tags": merged.tags,
        "links": merged.links,
        "n_copies": merged.n_copies,
        "n_dumps": merged.n_dumps,
        "canonical_copy_id": merged.canonical.copy_id,
        "canonical_reason": merged.reason,
        "field_sources": [{"field": name, "copy_id": giver} for name, giver in sorted(merged.field_sources.items())],
        "quality": asdict(quality_of(text)),
    }


def _changes(made: Made, graph: Graph, rows: Lookup, gone: Sequence[str], dead: Sequence[str]) -> dict[str, Change]:
    known_copies = {row["copy_id"] for found in rows.copies.values() for row in found} - rows.new | rows.left.keys()
    fresh = [graph.fresh[row["wording"]] | row for row in made.wordings if row["wording"] in graph.fresh]
    old = [(graph.known[row["wording"]], row) for row in made.wordings if row["wording"] in graph.known]
    moved = [before | row for before, row in old if before != before | row]
    no_more = sorted(rows.left.keys() - rows.new)
    return {
        "posts": _change(POSTS, made.posts, "post_id", rows.posts.keys(), gone),
        "copies": _change(COPIES, made.copies, "copy_id", known_copies, no_more),
        "wordings": Change(_table(fresh, WORDINGS), _table(moved, WORDINGS), dead),
        "matches": _match_changes(graph),
    }


def _match_changes(graph: Graph) -> Change:
    """Matches are replaced all those of one left wording together."""
    groups = {edge.left for edge in graph.lost}
    found = set(graph.found)
    kept = [asdict(edge) for edge in graph.edges if edge.left in groups and edge not in found]
    return Change(_table([asdict(edge) for edge in graph.found], MATCHES), _table(kept, MATCHES), sorted(groups))


def _counts(made: Made, rows: Lookup, gone: Sequence[str], replaced: Collection[str]) -> dict[str, int]:
    """What the copies of dumps that were not there before amount to, and which posts they and the others changed."""
    new = [row for row in made.copies if row["copy_id"] in rows.new and row["dump_id"] not in replaced]
    posts = {row["post_id"] for row in made.posts}
    return {
        "copies": len(new),
        "posts": len(posts - rows.posts.keys()),
        "posts_changed": len(posts & rows.posts.keys()),
        "posts_joined": len(gone),
        "duplicates": len(new) - len({row["post_id"] for row in new} - rows.posts.keys()),
        **{name: sum(row["relation"] == name for row in new) for name in ("identical", "near-identical", "excerpt")},
    }


def _change(schema: pa.Schema, made: Iterable[Row], key: str, known: Iterable[str], gone: Sequence[str] = ()) -> Change:
    known = set(known)
    made = list(made)
    inserts = [row for row in made if row[key] not in known]
    updates = [row for row in made if row[key] in known]
    return Change(_table(inserts, schema), _table(updates, schema), gone)


def _table(rows: Sequence[Row], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=schema)
