"""Whole columns at once: names as numbers, lists without repeats, and which names hang together."""

from __future__ import annotations

import hashlib
from typing import Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Indices = NDArray[np.int64]
Column: TypeAlias = pa.Array | pa.ChunkedArray

# The names that winnow gives are 16 bytes in hexadecimal.
NAME_CHARS: Final = 32
# Odd, with well mixed bits: 2^64 divided by the golden ratio.
BASE: Final = np.uint64(0x9E3779B97F4A7C15)


def hashed(names: Column) -> Hashes:
    """A 64-bit number for each name, the same for equal ones; two that differ share one in 2^64.

    It takes a column of the ids and wordings that winnow makes at once, and other names one by one.

    >>> one, other, same = hashed(pa.array(["a" * 32, "b", "a" * 32]))
    >>> bool(one == same), bool(one == other)
    (True, False)
    """
    column = names.combine_chunks() if isinstance(names, pa.ChunkedArray) else names
    usual = pc.fill_null(pc.equal(pc.binary_length(column), NAME_CHARS), fill_value=False).to_numpy(
        zero_copy_only=False
    )
    values = np.empty(len(column), np.uint64)
    values[usual] = _of_usual(column if usual.all() else column.filter(pa.array(usual)))
    if not usual.all():
        values[~usual] = [_of_any(name) for name in column.filter(pa.array(~usual)).to_pylist()]
    return values


def hashed_places(*columns: Column) -> Hashes:
    """A 64-bit number for each row of columns that have few distinct values, the same for equal rows.

    >>> hashed_places(pa.array(["a", "a", "b"]), pa.array([None, None, "c"])).tolist()[:2] == [0, 0]
    False
    """
    total = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        encoded = whole.dictionary_encode(null_encoding="encode")
        values = np.array([_of_any(value) for value in encoded.dictionary.to_pylist()], np.uint64)
        total = _mixed(total * BASE + values[encoded.indices.to_numpy()]) if len(values) else total
    return total


def among(values: Hashes, known: Hashes) -> NDArray[np.bool_]:
    """Which values are among some known ones, which are sorted.

    >>> among(np.array([3, 1, 9], np.uint64), np.array([1, 3], np.uint64)).tolist()
    [True, True, False]
    """
    if not len(known):
        return np.zeros(len(values), np.bool_)
    found: NDArray[np.bool_] = known[np.minimum(np.searchsorted(known, values), len(known) - 1)] == values
    return found


def places_in(names: Hashes, wanted: Hashes) -> Indices:
    """Where each wanted name stands among some; -1 where it does not.

    >>> places_in(np.array([7, 3, 5], np.uint64), np.array([3, 9, 7], np.uint64)).tolist()
    [1, -1, 0]
    """
    if not len(names):
        return np.full(len(wanted), -1)
    order = np.argsort(names, kind="stable")
    at = order[np.minimum(np.searchsorted(names, wanted, sorter=order), len(names) - 1)]
    return np.where(names[at] == wanted, at, -1)


def distinct(lists: Column, *, ordered: bool) -> pa.Array:
    """Lists of strings without repeats: sorted where `ordered`, else each string where it stood first. Never null.

    >>> distinct(pa.array([["b", "a", "b"], None, []]), ordered=True).to_pylist()
    [['a', 'b'], [], []]
    >>> distinct(pa.array([["b", "a", "b"]]), ordered=False).to_pylist()
    [['b', 'a']]
    """
    column = lists.combine_chunks() if isinstance(lists, pa.ChunkedArray) else lists
    sizes = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False)
    values, rows = pc.list_flatten(column), np.repeat(np.arange(len(sizes)), sizes)
    # Ranks are equal where strings are; strings sort by their bytes, as by their code points.
    ranks = pc.rank(values, tiebreaker="dense").to_numpy().astype(np.int64) if len(values) else np.zeros(0, np.int64)
    order = np.lexsort((ranks, rows))
    first = np.ones(len(order), np.bool_)
    first[1:] = (np.diff(rows[order]) != 0) | (np.diff(ranks[order]) != 0)
    kept = order[first] if ordered else np.sort(order[first])
    offsets = np.concatenate([[0], np.cumsum(np.bincount(rows[kept], minlength=len(sizes)))])
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values.take(pa.array(kept)))


def components(left: Indices, right: Indices, number: int) -> Indices:
    """The component of each of `number` nodes, named by its smallest node; edges join `left` and `right`.

    Each round hooks the roots of joined trees to smaller ones and flattens the trees, so that there are few rounds
    however long a chain is.

    >>> components(np.array([0, 3]), np.array([2, 2]), 5).tolist()
    [0, 1, 0, 0, 4]
    """
    roots: Indices = np.arange(number)
    while True:
        one, other = roots[left], roots[right]
        apart = one != other
        if not apart.any():
            return roots
        np.minimum.at(roots, np.maximum(one, other)[apart], np.minimum(one, other)[apart])
        while True:
            above = roots[roots]
            if (above == roots).all():
                break
            roots = above


def _of_usual(names: pa.Array) -> Hashes:
    if not len(names):
        return np.zeros(0, np.uint64)
    _, offsets, data = names.buffers()
    begin = np.frombuffer(offsets, np.int32)[names.offset]
    parts = np.frombuffer(data, "<u8", len(names) * NAME_CHARS // 8, int(begin)).reshape(len(names), -1)
    total = np.zeros(len(names), np.uint64)
    for part in range(parts.shape[1]):
        total = _mixed(total * BASE + parts[:, part])
    return total


def _of_any(name: str | None) -> int:
    digest = hashlib.blake2b(repr(name).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def _mixed(values: Hashes) -> Hashes:
    values = (values ^ (values >> np.uint64(32))) * BASE
    return values ^ (values >> np.uint64(29))
