"""The Arrow schemas of the tables. What is written stands here and nowhere else.

The first five are for readers; the others are winnow's own memory, kept in the same log so that they are
committed and restored with the others.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from transforms.quality import TYPE as QUALITY

MOMENT: Final = pa.timestamp("us", tz="UTC")
STRINGS: Final = pa.list_(pa.string())

# Of one line of a text dump (0-based) whether a post begins there, and why.
TOLD: Final = pa.list_(pa.struct([("line", pa.int32()), ("begins", pa.bool_()), ("reason", pa.string())]))

STATED: Final = [
    ("title", pa.string()),
    ("author", pa.string()),
    ("published", MOMENT),
    ("published_precision", pa.string()),
    ("published_text", pa.string()),
    ("language", pa.string()),
    ("language_confidence", pa.float32()),
    ("url", pa.string()),
    ("tags", STRINGS),
    ("links", STRINGS),
]

POSTS: Final = pa.schema(
    [
        ("post_id", pa.string()),
        ("text", pa.string()),
        *STATED,
        ("source", pa.string()),
        ("n_chars", pa.int64()),
        ("n_words", pa.int64()),
        ("n_copies", pa.int32()),
        ("n_dumps", pa.int32()),
        ("canonical_copy_id", pa.string()),
        ("canonical_reason", pa.string()),
        # Which copy a field came from where the canonical copy lacked it.
        ("field_sources", pa.list_(pa.struct([("field", pa.string()), ("copy_id", pa.string())]))),
        ("aliases", STRINGS),
        ("quality", QUALITY),
        ("text_sha256", pa.string()),
        ("first_run", pa.string()),
        ("last_run", pa.string()),
        ("pipeline_version", pa.string()),
    ]
)

COPIES: Final = pa.schema(
    [
        ("copy_id", pa.string()),
        ("dump_id", pa.string()),
        ("dump_path", pa.string()),
        # The member of an archive that is the dump; `member` goes on to the row, entry or message in it.
        ("dump_member", pa.string()),
        ("member", pa.string()),
        ("ordinal", pa.int32()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("byte_start", pa.int64()),
        ("byte_end", pa.int64()),
        ("post_id", pa.string()),
        ("relation", pa.string()),
        ("jaccard", pa.float32()),
        ("containment", pa.float32()),
        *STATED,
        ("truncated", pa.bool_()),
        ("boundary", STRINGS),
        ("repairs", STRINGS),
        ("source", pa.string()),
        ("n_chars", pa.int64()),
        ("n_words", pa.int64()),
        ("text_sha256", pa.string()),
        # The words of the copy in their order, as a hash: copies that share it are identical.
        ("wording", pa.string()),
        ("run_id", pa.string()),
    ]
)

DUMPS: Final = pa.schema(
    [
        ("dump_id", pa.string()),
        ("path", pa.string()),
        ("member", pa.string()),
        ("also_at", STRINGS),
        ("format", pa.string()),
        ("size_bytes", pa.int64()),
        ("encoding", pa.string()),
        ("encoding_confidence", pa.float32()),
        ("encoding_evidence", pa.string()),
        ("n_chars", pa.int64()),
        ("n_copies", pa.int32()),
        ("n_residue", pa.int32()),
        ("status", pa.string()),
        ("error", pa.string()),
        # What other dumps said of its lines when it was split.
        ("told", TOLD),
        # The key of the way to cut it that the other dumps of its source speak for, where it is not its own.
        ("way", pa.int64()),
        ("run_id", pa.string()),
        ("pipeline_version", pa.string()),
    ]
)

RESIDUE: Final = pa.schema(
    [
        ("dump_id", pa.string()),
        ("dump_path", pa.string()),
        ("member", pa.string()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("kind", pa.string()),
        ("text", pa.string()),
    ]
)

RUNS: Final = pa.schema(
    [
        ("run_id", pa.string()),
        ("command", pa.string()),
        ("started", MOMENT),
        ("finished", MOMENT),
        ("options", pa.string()),
        ("counts", pa.string()),
        # Of a run that committed nothing those of the last commit before it.
        ("versions", pa.string()),
        # `completed`, `failed`, `crashed` or `cancelled`; null in rows of older warehouses, whose runs all completed.
        ("status", pa.string()),
        # Why a run did not complete.
        ("error", pa.string()),
        # By which constants the index was written (`transforms.sign.INDEX_VERSION`); null in rows of an older winnow.
        ("index_version", pa.string()),
    ]
)

# A file that was read to its end: as long as size and time of change stay, it is not read again. `dump_id` is that of
# the one dump which it is, and null for a container.
FILES: Final = pa.schema(
    [
        ("location", pa.string()),
        ("path", pa.string()),
        ("size_bytes", pa.int64()),
        ("modified_ns", pa.int64()),
        ("dump_id", pa.string()),
        ("run_id", pa.string()),
    ]
)

# The index: one row for each distinct wording. `text` is that of its most complete copy, and null
# while it stands in `posts`: each text is stored once.
WORDINGS: Final = pa.schema(
    [
        ("wording", pa.string()),
        ("post_id", pa.string()),
        ("copy_id", pa.string()),
        ("text", pa.string()),
        ("n_words", pa.int64()),
        ("n_shingles", pa.int64()),
        ("keys", pa.list_(pa.int64())),
        ("anchors", pa.list_(pa.int64())),
    ]
)

# Verified relations between wordings, `left` < `right`; `containment` is that of the smaller in the larger.
MATCHES: Final = pa.schema(
    [
        ("left", pa.string()),
        ("right", pa.string()),
        ("jaccard", pa.float32()),
        ("containment", pa.float32()),
    ]
)

# What other dumps may learn from a text dump (`transforms.evidence.Outline`), one row for the same bytes; `paragraphs`
# are the distinct hashes by which dumps find each other.
OUTLINES: Final = pa.schema(
    [
        ("dump_id", pa.string()),
        ("lines", pa.list_(pa.int32())),
        ("hashes", pa.list_(pa.int64())),
        ("widths", pa.list_(pa.int32())),
        ("starts", pa.list_(pa.int8())),
        ("paragraphs", pa.list_(pa.int64())),
    ]
)

# A run that committed, in `runs.status`.
COMPLETED: Final = "completed"

# How else a text dump may be cut (`transforms.votes.Ways`), one row for the same bytes in each source that holds them.
VOTES: Final = pa.schema(
    [
        ("dump_id", pa.string()),
        ("source", pa.string()),
        ("ranks", pa.list_(pa.int32())),
        ("chances", pa.list_(pa.int16())),
        ("keys", pa.list_(pa.int64())),
        ("named", pa.list_(pa.int8())),
    ]
)

# What was asked to be forgotten: the ids of dumps whose bytes are refused from then on, why and when; never a text.
FORGOTTEN: Final = pa.schema(
    [
        ("kind", pa.string()),
        ("dump_id", pa.string()),
        # Of a post: its id, where its copies stood, and the hashes by which they are known.
        ("post_id", pa.string()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("wording", pa.string()),
        ("text_sha256", pa.string()),
        ("reason", pa.string()),
        ("asked", MOMENT),
        ("run_id", pa.string()),
    ]
)

SCHEMAS: Final[dict[str, pa.Schema]] = {
    "posts": POSTS,
    "copies": COPIES,
    "dumps": DUMPS,
    "residue": RESIDUE,
    "runs": RUNS,
    "files": FILES,
    "wordings": WORDINGS,
    "matches": MATCHES,
    "outlines": OUTLINES,
    "votes": VOTES,
    "forgotten": FORGOTTEN,
}
# Tables for readers, shown under `current/`.
PUBLIC: Final = ("posts", "copies", "dumps", "residue", "runs")
# What identifies a row in the tables whose rows can change.
KEYS: Final = {
    "posts": "post_id",
    "copies": "copy_id",
    "dumps": "dump_id",
    "runs": "run_id",
    "files": "location",
    "wordings": "wording",
    "outlines": "dump_id",
}
# The column by which rows are replaced that have no name of their own: all with the same value at once.
GROUPS: Final = {"residue": "dump_id", "matches": "left", "votes": "dump_id", "forgotten": "dump_id"}
