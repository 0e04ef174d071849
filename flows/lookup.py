"""What the warehouse knows of the posts that a run touches: their rows, their names, the texts of their copies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from flows.warehouse import Warehouse
from transforms.identity import Known
from transforms.merge import CopyFields
from transforms.records import Published

Row = dict[str, Any]
# What is asked of posts before the run: all else is made anew from their copies.
ASKED: Final = ("post_id", "aliases", "text", "text_sha256", "n_copies", "canonical_copy_id", "first_run")


@dataclass(frozen=True, slots=True)
class Batch:
    """Wordings that are looked at together: new copies and their `bodies`, row by row, matches, lost copies.

    `found` are the new matches, `matches` the known ones, `lost` names the words of copies in dumps that have been
    `replaced`.
    """

    copies: pa.Table
    bodies: pa.Table
    found: pa.Table
    matches: pa.Table
    lost: frozenset[str]
    replaced: frozenset[str]

    @property
    def wordings(self) -> set[str]:
        """All wordings that it names."""
        ends = (table[end].to_pylist() for table in (self.found, self.matches) for end in ("left", "right"))
        return {*self.copies["wording"].to_pylist(), *self.lost, *chain.from_iterable(ends)}


@dataclass(frozen=True, slots=True)
class Lookup:
    """All that the making of posts looks up: rows before the run and new ones, and the text of any best copy."""

    posts: Mapping[str, Row]
    copies: Mapping[str, list[Row]]  # by wording, old and new
    new: frozenset[str]  # ids of the new copies
    left: Mapping[str, Row]  # old copies that are no more, by id; a new one may have the same id
    texts: dict[str, str]  # by their SHA-256


def look_up(warehouse: Warehouse, known: Iterable[Row], batch: Batch) -> Lookup:
    """Looks up all posts that a batch can change; `known` are the rows of the index that it touches."""
    ids = {row["post_id"] for row in known}
    posts = warehouse.read("posts", ASKED, ("post_id", ids)).to_pylist()
    before = warehouse.read("copies", where=("post_id", ids)).to_pylist()
    new = batch.copies.to_pylist()
    gone = {row["copy_id"]: row for row in before if row["dump_id"] in batch.replaced}
    by_wording: dict[str, list[Row]] = defaultdict(list)
    for row in (*(row for row in before if row["copy_id"] not in gone), *new):
        by_wording[row["wording"]].append(row)
    sums = {row["copy_id"]: row["text_sha256"] for row in before}
    texts = {row["text_sha256"]: row["text"] for row in posts}
    texts |= {sums[row["copy_id"]]: row["text"] for row in known if row["text"] is not None}
    texts |= dict(zip(batch.copies["text_sha256"].to_pylist(), batch.bodies["text"].to_pylist(), strict=True))
    ids_of_new = frozenset(row["copy_id"] for row in new)
    return Lookup({row["post_id"]: row for row in posts}, dict(by_wording), ids_of_new, gone, texts)


def find_texts(rows: Lookup, reread: Callable[[Row], str | None]) -> None:
    """Finds the text of copies that are the best of their words now that a better one is no more.

    Where its bytes are gone such a copy has the text of the one that is no more: the same words.
    """
    for wording in {row["wording"] for row in rows.left.values()} & rows.copies.keys():
        copies = {row["copy_id"]: row for row in rows.copies[wording]}
        best = copies[min(map(fields_of, copies.values()), key=lambda copy: copy.rank).copy_id]
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


def known_posts(rows: Lookup) -> list[Known]:
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
    """The wording of a copy or, where none has it any more, of the copy that now holds most of its place.

    Where the place is gone too, it is that of the other copy of its post that was most like it.
    """
    if copy["wording"] in rows.copies:
        return str(copy["wording"])
    place = _place(copy)
    there = [
        row for found in rows.copies.values() for row in found if row["copy_id"] in rows.new and _place(row) == place
    ]

    def apart(row: Row) -> tuple[int, int]:
        return max(row["start"], copy["start"]) - min(row["end"], copy["end"]), row["start"]

    return str(min(there, key=apart)["wording"]) if there else _most_like(copy, rows)


def _most_like(canonical: Row, rows: Lookup) -> str | None:
    """The wording of the copy that was most like a canonical one, of those that are still there."""
    left = [
        (-row["jaccard"], -row["containment"], str(row["wording"]))
        for found in rows.copies.values()
        for row in found
        if row["post_id"] == canonical["post_id"] and row["copy_id"] not in rows.new
    ]
    return min(left)[2] if left else None


def _place(copy: Row) -> tuple[str, str, str | None]:
    return copy["dump_id"], copy["dump_path"], copy["dump_member"]


def names_in_use(warehouse: Warehouse, clusters: Iterable[str], related: Iterable[str]) -> set[str]:
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


def fields_of(row: Row) -> CopyFields:
    """What a copy contributes to its post, from its row."""
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
