"""Rows of posts without e-mail addresses, phone numbers and IP addresses."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import pyarrow as pa

from transforms.pii import Kind, mask
from transforms.words import words_of

# Columns whose values people wrote. What is masked in `tags` and `links` is masked value by value.
WRITTEN: Final = ("text", "title", "author", "url")
LISTS: Final = ("tags", "links")


def masked(batches: pa.RecordBatchReader, counts: Counter[Kind]) -> pa.RecordBatchReader:
    """The same rows with what `transforms.pii` finds masked, and the columns that follow from the text made anew.

    `counts` goes on counting what was masked while the rows are read.
    """

    def parts() -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield _masked(batch, counts)

    return pa.RecordBatchReader.from_batches(batches.schema, parts())


def _masked(batch: pa.RecordBatch, counts: Counter[Kind]) -> pa.RecordBatch:
    columns: dict[str, Any] = dict(zip(batch.schema.names, batch.columns, strict=True))
    before = columns["text"]

    def clean(value: str | None) -> str | None:
        if value is None:
            return None
        value, found = mask(value)
        counts.update(found)
        return value

    for name in WRITTEN:
        columns[name] = pa.array(map(clean, columns[name].to_pylist()), pa.string())
    for name in LISTS:
        values = [[clean(value) for value in found or ()] for found in columns[name].to_pylist()]
        columns[name] = pa.array(values, columns[name].type)
    if not columns["text"].equals(before):
        texts = columns["text"].to_pylist()
        columns["n_chars"] = pa.array(map(len, texts), pa.int64())
        columns["n_words"] = pa.array(words_of(texts).counts, pa.int64())
        sums = (hashlib.sha256(text.encode("utf-8")).hexdigest() for text in texts)
        columns["text_sha256"] = pa.array(sums, pa.string())
    return pa.RecordBatch.from_arrays(list(columns.values()), schema=batch.schema)
