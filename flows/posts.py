"""New copies related to all that is known: which posts they make or change, and every row that follows from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.index import Graph, grow, without
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
class Arrivals:
    """What a run brings: new copies and their `bodies`, row by row, and dumps whose rows they take the place of.

    `reread` gives the text of an old copy, which is not stored where another copy has the same words; None where its
    bytes are gone.
    """

    copies: pa.Table
    bodies: pa.Table
    replaced: Sequence[str]
    reread: Callable[[Row], str | None]


@dataclass(frozen=True, slots=True)
class Lookup:
    """All that the making of posts looks up: rows before the run and new ones, and the text of any best copy."""

    posts: Mapping[str, Row]
    copies: Mapping[str, list[Row]]  # by wording, old and new
    new: frozenset[str]  # ids of the new copies
    left: Mapping[str, Row]  # old copies that are no more, by id; a new one may have the same id
    texts: dict[str, str]  # by their SHA-256


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
    graph = grow(warehouse, arrivals.bodies, {row["wording"] for row in left})
    rows = _rows(warehouse, graph, arrivals, left)
    dead = sorted(graph.known.keys() - rows.copies.keys())
    graph = without(graph, dead)
    _find_texts(rows, arrivals.reread)
    attached = attach(graph.wordings.values(), graph.edges)
    clusters = _clusters(attached)
    names = name_posts(clusters, _known(rows), _names_in_use(warehouse, clusters, rows.posts))
    made = Made()
    for canonical, members in clusters.items():
        found = [row for member in members for row in rows.copies[member]]
        if not _as_before(found, rows, names[canonical]):
            _make(made, found, rows, attached, _post_base(names[canonical], run_id))
    live = {name.post_id for name in names.values()}
    gone = sorted(rows.posts.keys() - live)
    return _changes(made, graph, rows, gone, dead), _counts(made, rows, gone, arrivals.replaced)


def _rows(warehouse: Warehouse, graph: Graph, arrivals: Arrivals, left: Sequence[Row]) -> Lookup:
    ids = {row["post_id"] for row in graph.known.values()}
    posts = warehouse.read("posts", where=("post_id", ids)).to_pylist()
    new = arrivals.copies.to_pylist()
    gone = {row["copy_id"]: row for row in left}
    before = warehouse.read("copies", where=("post_id", ids)).to_pylist()
    by_wording: dict[str, list[Row]] = defaultdict(list)
    for row in (*(row for row in before if row["copy_id"] not in gone), *new):
        by_wording[row["wording"]].append(row)
    sums = {row["copy_id"]: row["text_sha256"] for row in before}
    texts = {row["text_sha256"]: row["text"] for row in posts}
    texts |= {sums[row["copy_id"]]: row["text"] for row in graph.known.values() if row["text"] is not None}
    texts |= dict(zip(arrivals.copies["text_sha256"].to_pylist(), arrivals.bodies["text"].to_pylist(), strict=True))
    ids_of_new = frozenset(row["copy_id"] for row in new)
    return Lookup({row["post_id"]: row for row in posts}, dict(by_wording), ids_of_new, gone, texts)


def _find_texts(rows: Lookup, reread: Callable[[Row], str | None]) -> None:
    """Finds the text of copies that are the best of their words now that a better one is no more.

    Where its bytes are gone such a copy has the text of the one that is no more: the same words.
    """
    for wording in {row["wording"] for row in rows.left.values()} & rows.copies.keys():
        copies = {row["copy_id"]: row for row in rows.copies[wording]}
        best = copies[min(map(_fields, copies.values()), key=lambda copy: copy.rank).copy_id]
        if best["text_sha256"] not in rows.texts:
            text = reread(best)
            if text is None:
                lender = next(
                    row for row in rows.left.values() if row["wording"] == wording and row["text_sha256"] in rows.texts
                )
                # Without its post it counts as changed, so that it is written.
                best |= {name: lender[name] for name in ("text_sha256", "n_chars", "n_words")} | {"post_id": None}
            else:
                rows.texts[best["text_sha256"]] = text


def _known(rows: Lookup) -> list[Known]:
    """The published posts, each with the wording that now stands for it; none where nothing of it is left."""
    before = {row["copy_id"]: row for found in rows.copies.values() for row in found if row["copy_id"] not in rows.new}
    before |= rows.left
    found = []
    for row in rows.posts.values():
        wording = _heir(before[row["canonical_copy_id"]], rows)
        if wording:
            found.append(Known(row["post_id"], row["first_run"], tuple(row["aliases"] or ()), wording))
    return found


def _heir(copy: Row, rows: Lookup) -> str | None:
    """The wording of a copy or, where none has it any more, of the copy that now holds most of its place."""
    if copy["wording"] in rows.copies:
        return str(copy["wording"])
    place = (copy["dump_id"], copy["dump_path"])
    there = [
        row
        for found in rows.copies.values()
        for row in found
        if row["copy_id"] in rows.new and (row["dump_id"], row["dump_path"]) == place
    ]

    def apart(row: Row) -> tuple[int, int]:
        return max(row["start"], copy["start"]) - min(row["end"], copy["end"]), row["start"]

    return str(min(there, key=apart)["wording"]) if there else None


def _names_in_use(warehouse: Warehouse, clusters: Iterable[str], related: Iterable[str]) -> set[str]:
    """Which names that new posts might take are borne by posts that are not related to them.

    A post whose words were split anew keeps its name, which then is the hash of words that it has no more.
    """
    wanted, apart = (pa.array(sorted(names), pa.string()) for names in (clusters, related))
    found: set[str] = set()
    for batch in warehouse.scan("posts", ["post_id", "aliases"]):
        others = batch.filter(pc.invert(pc.is_in(batch["post_id"], value_set=apart)))
        for names in (others["post_id"], pc.list_flatten(others["aliases"])):
            found.update(names.filter(pc.is_in(names, value_set=wanted)).to_pylist())
    return found


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
