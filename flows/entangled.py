"""Wordings that concern each other: whose copies are one post, and the rows that follow from it.

A batch holds whole components: no match, no post and no place of a post that goes leads from one batch to another, so
what a batch comes to does not depend on the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from flows.lookup import Batch, Lookup, fields_of, find_texts, known_posts, look_up, names_in_use
from flows.plain import qualities
from flows.rows import published_columns
from flows.warehouse import Warehouse
from transforms import PIPELINE_VERSION
from transforms.identity import Name, name_posts
from transforms.match import relation_of
from transforms.merge import Attached, CopyFields, Edge, Merged, Wording, attach, merge
from transforms.tables import COPIES, POSTS, WORDINGS

Row = dict[str, Any]
# What matching needs of the wordings that a batch touches.
INDEXED = ["wording", "post_id", "copy_id", "text", "n_words", "n_shingles"]


@dataclass(frozen=True, slots=True)
class Made:
    """Rows that a run writes."""

    posts: pa.Table
    copies: pa.Table
    wordings: pa.Table


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a batch comes to: rows, the keys of rows that these replace or that go, dead wordings, and counts."""

    made: Made
    gone: Mapping[str, Sequence[str]] = field(default_factory=dict)
    dead: Sequence[str] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Rows:
    """Rows in the making."""

    posts: list[Row] = field(default_factory=list)
    copies: list[Row] = field(default_factory=list)
    wordings: dict[str, Row] = field(default_factory=dict)


def untangle(warehouse: Warehouse, batch: Batch, reread: Callable[[Row], str | None], run_id: str) -> Outcome:
    """Finds the posts that the wordings of a batch make or change, and those that lose copies."""
    known = warehouse.read("wordings", INDEXED, ("wording", batch.wordings)).to_pylist()
    rows = look_up(warehouse, known, batch)
    find_texts(rows, reread)
    known_of = {row["wording"]: row for row in known}
    dead = sorted(known_of.keys() - rows.copies.keys())
    attached = attach(*_graph(batch, known, set(dead)))
    clusters = _clusters(attached)
    names = name_posts(clusters, known_posts(rows), names_in_use(warehouse, clusters, rows.posts))
    made = _Rows()
    for canonical, members in clusters.items():
        found = [row for member in members for row in rows.copies[member]]
        if not _as_before(found, rows, names[canonical]):
            _make(made, found, rows, attached, _post_base(names[canonical], run_id))
    joined = sorted(rows.posts.keys() - {name.post_id for name in names.values()})
    moved = sorted(
        wording
        for wording, row in made.wordings.items()
        if wording in known_of and known_of[wording] | row != known_of[wording]
    )
    wordings = pa.concat_tables(
        [
            _filled_in(warehouse.read("wordings", where=("wording", moved)), made.wordings),
            _filled_in(_fresh(batch.bodies, known_of), made.wordings),
        ]
    )
    return Outcome(
        Made(_with_quality(made.posts), _table(made.copies, COPIES), wordings),
        {
            "posts": [*joined, *(row["post_id"] for row in made.posts if row["post_id"] in rows.posts)],
            "copies": _copies_gone(made, rows),
            "wordings": [*moved, *dead],
        },
        dead,
        _counts(made, rows, joined, batch.replaced),
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


def _make(made: _Rows, found: Sequence[Row], rows: Lookup, attached: Mapping[str, Attached], base: Row) -> None:
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
        made.wordings[wording] = {"post_id": base["post_id"], "copy_id": best.copy_id, "text": text}


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
    }


def _graph(batch: Batch, known: Iterable[Row], dead: Collection[str]) -> tuple[list[Wording], list[Edge]]:
    """The wordings that copies have, and the matches between them."""
    rows = {row["wording"]: row for row in batch.bodies.select(["wording", "n_words", "n_shingles"]).to_pylist()}
    rows |= {row["wording"]: row for row in known}
    wordings = [Wording(key, row["n_words"], row["n_shingles"]) for key, row in rows.items() if key not in dead]
    edges = (Edge(**row) for matches in (batch.matches, batch.found) for row in matches.to_pylist())
    return wordings, [edge for edge in edges if edge.left not in dead and edge.right not in dead]


def _fresh(bodies: pa.Table, known: Collection[str]) -> pa.Table:
    """The first body of each wording that the index does not know."""
    first: dict[str, int] = {}
    for number, wording in enumerate(bodies["wording"].to_pylist()):
        if wording not in known:
            first.setdefault(wording, number)
    return bodies.take(pa.array(first.values(), pa.int64()))


def _filled_in(rows: pa.Table, made: Mapping[str, Row]) -> pa.Table:
    """Rows of the index with the post, the copy and the text that stand for each wording by now."""
    own = [made[wording] for wording in rows["wording"].to_pylist()]
    columns = {name: rows[name] for name in WORDINGS.names if name in rows.column_names}
    columns |= {name: pa.array([row[name] for row in own], pa.string()) for name in ("post_id", "copy_id", "text")}
    return pa.table({name: columns[name] for name in WORDINGS.names}, schema=WORDINGS)


def _copies_gone(made: _Rows, rows: Lookup) -> list[str]:
    """Ids of copies that are written anew, and of those that are no more."""
    before = {row["copy_id"] for found in rows.copies.values() for row in found} - rows.new | rows.left.keys()
    return [*before.intersection(row["copy_id"] for row in made.copies), *sorted(rows.left.keys() - rows.new)]


def _counts(made: _Rows, rows: Lookup, joined: Sequence[str], replaced: Collection[str]) -> dict[str, int]:
    """What the copies of dumps that were not there before amount to, and which posts they and the others changed."""
    new = [row for row in made.copies if row["copy_id"] in rows.new and row["dump_id"] not in replaced]
    posts = {row["post_id"] for row in made.posts}
    return {
        "copies": len(new),
        "posts": len(posts - rows.posts.keys()),
        "posts_changed": len(posts & rows.posts.keys()),
        "posts_joined": len(joined),
        "duplicates": len(new) - len({row["post_id"] for row in new} - rows.posts.keys()),
        **{name: sum(row["relation"] == name for row in new) for name in ("identical", "near-identical", "excerpt")},
    }


def _with_quality(posts: Sequence[Row]) -> pa.Table:
    """The rows of posts, whose texts are measured all together."""
    rows = _table(posts, POSTS)
    at = POSTS.get_field_index("quality")
    return rows.set_column(at, POSTS.field(at), qualities(rows["text"]))


def _table(rows: Sequence[Row], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=schema)
