"""New copies related to all that is known: which posts they make or change, and every row that follows from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import pyarrow as pa

from flows.index import Graph, grow
from flows.rows import published_columns
from flows.warehouse import Change, Warehouse
from transforms import PIPELINE_VERSION
from transforms.identity import Known, Name, name_posts
from transforms.match import relation_of
from transforms.merge import Attached, CopyFields, Merged, attach, merge
from transforms.quality import quality_of
from transforms.records import Published
from transforms.tables import COPIES, MATCHES, POSTS, WORDINGS

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Lookup:
    """All that the making of posts looks up: rows before the run and new ones, and the text of any best copy."""

    posts: Mapping[str, Row]
    copies: Mapping[str, list[Row]]  # by wording, old and new
    new: frozenset[str]  # ids of the new copies
    texts: Mapping[str, str]  # by copy id


@dataclass(slots=True)
class Made:
    """The rows that a run writes."""

    posts: list[Row] = field(default_factory=list)
    copies: list[Row] = field(default_factory=list)
    wordings: list[Row] = field(default_factory=list)


def relate_and_merge(
    warehouse: Warehouse, copies: pa.Table, bodies: pa.Table, run_id: str
) -> tuple[dict[str, Change], dict[str, int]]:
    """Finds the posts that new copies make or change; `bodies` goes with `copies` row by row.

    Gives the changes of `posts`, `copies`, `wordings` and `matches`, and the counts of the run.
    """
    if not copies.num_rows:
        return {}, {}
    graph = grow(warehouse, bodies)
    rows = _rows(warehouse, graph, copies, bodies)
    attached = attach(graph.wordings.values(), graph.edges)
    clusters = _clusters(attached)
    names = name_posts(clusters, _known(rows))
    made = Made()
    for canonical, members in clusters.items():
        found = [row for member in members for row in rows.copies[member]]
        if not _as_before(found, rows, names[canonical]):
            _make(made, found, rows, attached, _post_base(names[canonical], run_id))
    live = {name.post_id for name in names.values()}
    gone = sorted(rows.posts.keys() - live)
    return _changes(made, graph, rows, gone), _counts(made, rows, gone)


def _rows(warehouse: Warehouse, graph: Graph, copies: pa.Table, bodies: pa.Table) -> Lookup:
    ids = {row["post_id"] for row in graph.known.values()}
    posts = warehouse.read("posts", where=("post_id", ids)).to_pylist()
    new = copies.to_pylist()
    old = warehouse.read("copies", where=("post_id", ids)).to_pylist()
    by_wording: dict[str, list[Row]] = defaultdict(list)
    for row in (*old, *new):
        by_wording[row["wording"]].append(row)
    texts = {row["canonical_copy_id"]: row["text"] for row in posts}
    texts |= {row["copy_id"]: row["text"] for row in graph.known.values() if row["text"] is not None}
    texts |= dict(zip(bodies["copy_id"].to_pylist(), bodies["text"].to_pylist(), strict=True))
    return Lookup({row["post_id"]: row for row in posts}, by_wording, frozenset(row["copy_id"] for row in new), texts)


def _known(rows: Lookup) -> list[Known]:
    """The published posts, each with the wording of its canonical copy."""
    wording_of = {row["copy_id"]: wording for wording, found in rows.copies.items() for row in found}
    return [
        Known(
            row["post_id"],
            row["first_run"],
            tuple(row["aliases"] or ()),
            wording_of[row["canonical_copy_id"]],
        )
        for row in rows.posts.values()
    ]


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
        by_wording[row["wording"]].append(_fields(row))
    merged = merge([copy for copies in by_wording.values() for copy in copies], attached)
    canonical = next(row for row in found if row["copy_id"] == merged.canonical.copy_id)
    made.posts.append(base | _post(merged, canonical, rows.texts[canonical["copy_id"]]))
    for row in found:
        related = row | _relation(row, canonical, attached[row["wording"]]) | {"post_id": base["post_id"]}
        if row["copy_id"] in rows.new or related != row:
            made.copies.append(related)
    for wording, copies in by_wording.items():
        best = min(copies, key=lambda copy: copy.rank).copy_id
        text = None if best == canonical["copy_id"] else rows.texts[best]
        made.wordings.append({"wording": wording, "post_id": base["post_id"], "copy_id": best, "text": text})


def _relation(row: Row, canonical: Row, to: Attached) -> Row:
    if row["copy_id"] == canonical["copy_id"]:
        return {"relation": "canonical", "jaccard": 1.0, "containment": 1.0}
    relation = relation_of(to.jaccard, same_wording=row["wording"] == canonical["wording"])
    return {"relation": relation, "jaccard": to.jaccard, "containment": to.containment}


def _fields(row: Row) -> CopyFields:
    published = row["published"] and Published(row["published"], row["published_precision"], row["published_text"])
    return CopyFields(
        published=published,
        tags=tuple(row["tags"] or ()),
        links=tuple(row["links"] or ()),
        **{
            name: row[name]
            for name in (
                "copy_id", "dump_id", "source", "wording", "text_sha256", "n_chars", "truncated",
                "title", "author", "language", "language_confidence", "url",
            )
        },
    )  # fmt: skip


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


def _changes(made: Made, graph: Graph, rows: Lookup, gone: Sequence[str]) -> dict[str, Change]:
    known_copies = {row["copy_id"] for found in rows.copies.values() for row in found} - rows.new
    fresh = [graph.fresh[row["wording"]] | row for row in made.wordings if row["wording"] in graph.fresh]
    old = [(graph.known[row["wording"]], row) for row in made.wordings if row["wording"] in graph.known]
    moved = [before | row for before, row in old if before != before | row]
    return {
        "posts": _change(POSTS, made.posts, "post_id", rows.posts.keys(), gone),
        "copies": _change(COPIES, made.copies, "copy_id", known_copies),
        "wordings": Change(_table(fresh, WORDINGS), _table(moved, WORDINGS)),
        "matches": Change(inserts=_table([asdict(edge) for edge in graph.found], MATCHES)),
    }


def _counts(made: Made, rows: Lookup, gone: Sequence[str]) -> dict[str, int]:
    new = [row for row in made.copies if row["copy_id"] in rows.new]
    posts = {row["post_id"] for row in made.posts}
    return {
        "copies": len(new),
        "posts": len(posts - rows.posts.keys()),
        "posts_changed": len(posts & rows.posts.keys()),
        "posts_joined": len(gone),
        "duplicates": len(new) - len(posts - rows.posts.keys()),
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
