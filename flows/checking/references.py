"""Rows held against each other: what names something names what is there, and what counts something counts right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from flows.checking.faults import Fault, Mend, bounded
from flows.checking.numbers import Numbers
from flows.warehouse import Warehouse
from transforms.columns import Indices, among, hashed, places_in
from transforms.tables import KEYS

Row = dict[str, Any]
Mask = NDArray[np.bool_]
COPIES: Final = (
    "copy_id", "post_id", "dump_id", "wording", "text_sha256", "relation", "jaccard", "containment",
    "n_chars", "n_words",
)  # fmt: skip
POSTS: Final = ("post_id", "canonical_copy_id", "n_copies", "n_dumps", "text_sha256", "n_chars", "n_words")
WORDINGS: Final = ("wording", "post_id", "copy_id")
# By what rows are told apart in the tables that have no key of their own.
TOLD_APART: Final = {
    "residue": ("dump_id", "dump_path", "member", "start"),
    "matches": ("left", "right"),
    "votes": ("dump_id", "source"),
}


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables whose rows name each other."""

    copies: Numbers
    posts: Numbers
    wordings: Numbers

    @classmethod
    def of(cls, warehouse: Warehouse) -> Tables:
        """Reads their columns of names and counts: some 50 bytes a row."""
        return cls(
            Numbers(warehouse, "copies", COPIES),
            Numbers(warehouse, "posts", POSTS),
            Numbers(warehouse, "wordings", WORDINGS),
        )


def check_doubled(warehouse: Warehouse) -> Iterator[Fault]:
    """Rows of which there may be one and there are two."""
    told_apart = {name: (key,) for name, key in KEYS.items()} | TOLD_APART
    for name, columns in told_apart.items():
        numbers = Numbers(warehouse, name, columns)
        rows = numbers.doubled(*columns)
        shown = [*columns, "dump_id"] if name == "copies" else columns
        said = _each(numbers, rows, shown, lambda row, name=name: f"{name}: {_shown(row)} stands there twice")
        yield from bounded((_doubled(name, line, row) for line, row in said), len(rows), f"of the table {name}")


def _doubled(name: str, said: str, row: Row) -> Fault:
    mend: Mend = "rows" if name in {"runs", "files"} else "dumps" if "dump_id" in row else "all"
    return Fault(said, mend, name, dumps=frozenset({row["dump_id"]} if mend == "dumps" else ()))


def check_references(warehouse: Warehouse, tables: Tables) -> Iterator[Fault]:
    """Copies without their post, dump or words, posts without their canonical copy, counts that are wrong."""
    yield from _dumps(warehouse, tables)
    yield from _copies(tables)
    yield from _posts(tables)
    yield from _wordings(tables)


def _dumps(warehouse: Warehouse, tables: Tables) -> Iterator[Fault]:
    dumps = Numbers(warehouse, "dumps", ["dump_id", "status"])
    ingested = dumps["dump_id"][dumps["status"] == _hash("ingested")]
    no_row = "has {what}, but no row that says it was ingested"
    for name in ("copies", "residue", "outlines", "votes"):
        numbers = tables.copies if name == "copies" else Numbers(warehouse, name, ["dump_id"])
        rows = np.flatnonzero(~among(numbers["dump_id"], np.sort(ingested)))
        _, first = np.unique(numbers["dump_id"][rows], return_index=True)
        said = _each(numbers, np.sort(rows[first]), ["dump_id"], lambda row, name=name: _of_dump(row, no_row, name))
        yield from bounded((_dumps_fault(*each) for each in said), len(first), f"of the table {name}")
    files = Numbers(warehouse, "files", ["location", "dump_id"])
    rows = np.flatnonzero((files["dump_id"] != 0) & ~among(files["dump_id"], np.sort(dumps["dump_id"])))
    said = _each(
        files,
        rows,
        ["location", "dump_id"],
        lambda row: f"{row['location']} is dump {row['dump_id']}, of which there is no row",
    )
    yield from bounded((_dumps_fault(*each) for each in said), len(rows), "of the table files")


def _of_dump(row: Row, no_row: str, name: str) -> str:
    return f"dump {row['dump_id']} {no_row.format(what=name)}"


def _copies(tables: Tables) -> Iterator[Fault]:
    copies, posts, wordings = tables.copies, tables.posts, tables.wordings
    of_post, of_wording = (
        places_in(posts["post_id"], copies["post_id"]),
        places_in(wordings["wording"], copies["wording"]),
    )
    named = ["copy_id", "post_id", "wording"]
    yield from _found(copies, of_post < 0, named, "copy {copy_id}: it belongs to post {post_id}, which does not exist")
    lost = of_wording < 0
    yield from _found(copies, lost, named, "copy {copy_id}: the index does not know its words, {wording}")
    if len(wordings):
        differs = ~lost & (wordings["post_id"][of_wording] != copies["post_id"])
        said = "copy {copy_id}: it belongs to post {post_id}, and its words to another"
        yield from _found(copies, differs, named, said)


def _posts(tables: Tables) -> Iterator[Fault]:
    copies, posts = tables.copies, tables.posts
    number = len(posts)
    of_post = places_in(posts["post_id"], copies["post_id"])
    known = of_post >= 0
    canonical = copies["relation"] == _hash("canonical")
    n_canonical = np.bincount(of_post[known & canonical], minlength=number)
    at = places_in(copies["copy_id"], posts["canonical_copy_id"])
    right = (at >= 0) & (n_canonical == 1)
    if len(copies):
        right &= canonical[at] & (copies["post_id"][at] == posts["post_id"])
    yield from _found(
        posts, ~right, ["post_id", "canonical_copy_id"],
        "post {post_id}: its canonical copy is not {canonical_copy_id}, or there are several", "posts",
    )  # fmt: skip
    n_copies = np.bincount(of_post[known], minlength=number)
    pairs = np.unique(np.stack([of_post[known].astype(np.uint64), copies["dump_id"][known]]), axis=1)
    n_dumps = np.bincount(pairs[0].astype(np.int64), minlength=number)
    wrong = (n_copies != posts["n_copies"]) | (n_dumps != posts["n_dumps"])
    there = iter(zip(n_copies[wrong].tolist(), n_dumps[wrong].tolist(), strict=True))
    said = "post {post_id}: it has {0} copies in {1} dumps, not {n_copies} in {n_dumps}"
    yield from _found(posts, wrong, ["post_id", "n_copies", "n_dumps"], said, "posts", there)
    if len(copies):
        for name in ("text_sha256", "n_chars", "n_words"):
            differs = right & (copies[name][at] != posts[name])
            said = f"post {{post_id}}: its {name} is not that of its canonical copy"
            yield from _found(posts, differs, ["post_id", "canonical_copy_id"], said, "posts")


def _wordings(tables: Tables) -> Iterator[Fault]:
    copies, posts, wordings = tables.copies, tables.posts, tables.wordings
    shown = ["wording", "post_id", "copy_id"]
    at = places_in(copies["copy_id"], wordings["copy_id"])
    wrong = at < 0
    if len(copies):
        wrong |= copies["wording"][at] != wordings["wording"]
    said = "wording {wording}: the copy that it is said to come from, {copy_id}, has other words or is not there"
    yield from _found(wordings, wrong, shown, said, "wordings")
    orphans = places_in(posts["post_id"], wordings["post_id"]) < 0
    yield from _found(wordings, orphans, shown, "wording {wording}: its post {post_id} does not exist", "wordings")


def _found(  # noqa: PLR0913, PLR0917 - a table, its wrong rows, and how they are told
    numbers: Numbers, wrong: Mask, columns: Sequence[str], said: str, what: str = "copies",
    beside: Iterator[Sequence[object]] | None = None,
) -> Iterator[Fault]:  # fmt: skip
    """A fault for each row that is wrong: what relates rows is worked out for all of them together."""
    rows = np.flatnonzero(wrong)

    def told(row: Row) -> str:
        return said.format(*(next(beside) if beside else ()), **row)

    faults = (Fault(line, "all") for line, _ in _each(numbers, rows, columns, told))
    yield from bounded(faults, len(rows), what)


def _each(
    numbers: Numbers, rows: Indices, columns: Sequence[str], said: Callable[..., str]
) -> Iterator[tuple[str, Row]]:
    if len(rows):
        for row in numbers.rows(rows, columns):
            yield said(row), row


def _dumps_fault(said: str, row: Row) -> Fault:
    return Fault(said, "dumps", dumps=frozenset({row["dump_id"]}))


def _shown(row: Row) -> str:
    return ", ".join(f"{name} {value}" for name, value in row.items() if value is not None)


def _hash(word: str) -> Any:  # noqa: ANN401 - a number of numpy
    return hashed(pa.array([word]))[0]
