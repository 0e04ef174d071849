"""Posts of a single copy whose words match nothing: nearly all are. Their rows are made column by column."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from transforms import PIPELINE_VERSION
from transforms.columns import distinct
from transforms.merge import ONLY_COPY
from transforms.quality import quality_of_texts
from transforms.tables import COPIES, POSTS, STRINGS, WORDINGS

# What a post says as its only copy does.
OWN: Final = (
    "title", "author", "published", "published_precision", "published_text", "language", "language_confidence", "url",
    "source", "n_chars", "n_words", "text_sha256",
)  # fmt: skip


def plain_posts(copies: pa.Table, bodies: pa.Table, run_id: str) -> pa.Table:
    """The posts of copies that are one each; a post bears the name of its words."""
    number = copies.num_rows
    return _table(
        POSTS,
        {name: copies[name] for name in OWN}
        | {
            "post_id": copies["wording"],
            "text": bodies["text"],
            "tags": distinct(copies["tags"], ordered=True),
            "links": distinct(copies["links"], ordered=False),
            "n_copies": pa.repeat(pa.scalar(1, pa.int32()), number),
            "n_dumps": pa.repeat(pa.scalar(1, pa.int32()), number),
            "canonical_copy_id": copies["copy_id"],
            "canonical_reason": pa.repeat(ONLY_COPY, number),
            "field_sources": pa.array([[]] * number, POSTS.field("field_sources").type),
            "aliases": pa.array([[]] * number, STRINGS),
            "quality": qualities(bodies["text"]),
            "first_run": pa.repeat(run_id, number),
            "last_run": pa.repeat(run_id, number),
            "pipeline_version": pa.repeat(PIPELINE_VERSION, number),
        },
    )


def plain_copies(copies: pa.Table) -> pa.Table:
    """The rows of these copies."""
    number = copies.num_rows
    whole = pa.repeat(pa.scalar(1.0, pa.float32()), number)
    made = {"relation": pa.repeat("canonical", number), "jaccard": whole, "containment": whole}
    return _table(COPIES, {name: copies[name] for name in COPIES.names} | {"post_id": copies["wording"]} | made)


def plain_wordings(bodies: pa.Table) -> pa.Table:
    """The rows of their words in the index; the texts stand in the posts."""
    made = {"post_id": bodies["wording"], "text": pa.nulls(bodies.num_rows, pa.string())}
    return _table(WORDINGS, {name: bodies[name] for name in WORDINGS.names if name not in made} | made)


def qualities(texts: pa.ChunkedArray) -> pa.Array:
    """The column `quality` of some texts."""
    return quality_of_texts(texts.to_pylist())


def _table(schema: pa.Schema, columns: dict[str, pa.Array]) -> pa.Table:
    return pa.table({name: columns[name] for name in schema.names}, schema=schema)
