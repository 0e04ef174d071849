"""The loop of the language detector: from the bytes of texts to the label of each."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.compiled import compiled

# FNV-1a, 32 bits, by which fastText finds words and n-grams.
BASIS: Final = np.uint32(2166136261)
PRIME: Final = np.uint32(16777619)
# Bytes that end a word besides the space and the line feed: tab, vertical tab, form feed, carriage return, zero.
LINE_FEED, SPACE = 10, 32
# No score is worse than that of a label of which nothing speaks.
FLOOR: Final = 1e-5
LABEL: Final = np.frombuffer(b"__label__", np.uint8)
OPENING, CLOSING = 60, 62
# A path down the tree never needs more places than it has nodes on the way.
DEEPEST: Final = 512


@compiled
def fnv(data: NDArray[np.uint8], begin: int, end: int) -> np.uint32:
    """The hash of some bytes, which count as signed numbers."""
    value = BASIS
    for at in range(begin, end):
        value = _mixed_in(value, data[at])
    return value


@compiled
def _mixed_in(value: np.uint32, byte: np.uint8) -> np.uint32:
    return np.uint32((value ^ np.uint32(np.int32(np.int8(byte)))) * PRIME)


@compiled
def _parts_words(byte: np.uint8) -> bool:
    return byte == SPACE or 9 <= byte <= 13 or byte == 0


@compiled
def _entry(
    data: NDArray[np.uint8],
    begin: int,
    end: int,
    words: NDArray[np.uint8],
    ends: NDArray[np.int64],
    slots: NDArray[np.int32],
) -> int:
    """The entry of a word in the dictionary, or -1."""
    mask = len(slots) - 1
    at = fnv(data, begin, end) & mask
    while slots[at] >= 0:
        entry = slots[at]
        first = ends[entry]
        if ends[entry + 1] - first == end - begin:
            same = True
            for step in range(end - begin):
                if words[first + step] != data[begin + step]:
                    same = False
                    break
            if same:
                return entry
        at = (at + 1) & mask
    return -1


@compiled
def _is_label(data: NDArray[np.uint8], begin: int, end: int) -> bool:
    if end - begin < len(LABEL):
        return False
    for step in range(len(LABEL)):
        if data[begin + step] != LABEL[step]:
            return False
    return True


@compiled
def _add(hidden: NDArray[np.float32], vectors: NDArray[np.float32], row: int) -> None:
    for column in range(len(hidden)):
        hidden[column] += vectors[row, column]


@compiled
def _add_ngrams(
    data: NDArray[np.uint8],
    begin: int,
    end: int,
    shortest: int,
    longest: int,
    ngrams: NDArray[np.int32],
    vectors: NDArray[np.float32],
    hidden: NDArray[np.float32],
) -> int:
    """Adds the vectors of the n-grams of a word, between its brackets; says how many there were."""
    added = 0
    bucket = np.uint32(len(ngrams))
    # Place -1 and the place behind the word are the brackets.
    for first in range(begin - 1, end + 1):
        if begin <= first < end and data[first] & 0xC0 == 0x80:
            continue
        value = BASIS
        at, length = first, 0
        while at <= end and length < longest:
            value = _mixed_in(value, np.uint8(OPENING) if at < begin else np.uint8(CLOSING) if at == end else data[at])
            at += 1
            while begin < at < end and data[at] & 0xC0 == 0x80:
                value = _mixed_in(value, data[at])
                at += 1
            length += 1
            if length >= shortest:
                row = ngrams[value % bucket]
                if row >= 0:
                    _add(hidden, vectors, row)
                    added += 1
    return added


@compiled
def _best(
    hidden: NDArray[np.float32], nodes: NDArray[np.float32], tree: NDArray[np.int32], leaves: int
) -> tuple[int, float]:
    """The label with the highest score: the tree is walked, leaving out what can't be better."""
    waiting = np.empty(DEEPEST, np.int64)
    scores = np.empty(DEEPEST, np.float32)
    waiting[0], scores[0] = len(tree) - 1, np.float32(0)
    held, best, highest = 1, -1, np.float32(0)
    lowest = np.float32(np.log(FLOOR))
    while held:
        held -= 1
        node, score = waiting[held], scores[held]
        if score < lowest or (best >= 0 and score < highest):
            continue
        if tree[node, 0] < 0:
            best, highest = node, score
            continue
        total = np.float32(0)
        for column in range(len(hidden)):
            total += nodes[node - leaves, column] * hidden[column]
        chance = np.float32(np.float32(1) / (np.float32(1) + np.exp(-total)))
        waiting[held], scores[held] = tree[node, 1], score + _logarithm(chance)
        waiting[held + 1], scores[held + 1] = tree[node, 0], score + _logarithm(np.float32(np.float32(1) - chance))
        held += 2
    return best, np.exp(highest)


@compiled
def _logarithm(value: np.float32) -> np.float32:
    return np.float32(np.log(np.float64(value) + FLOOR))


@compiled
def predict(
    data: NDArray[np.uint8],
    n_texts: int,
    words: NDArray[np.uint8],
    ends: NDArray[np.int64],
    slots: NDArray[np.int32],
    ngrams: NDArray[np.int32],
    vectors: NDArray[np.float32],
    nodes: NDArray[np.float32],
    tree: NDArray[np.int32],
    sizes: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The label of each text of `data`, in which a line feed ends each, and its score.

    `sizes` are the numbers of words and labels, the lengths of n-grams, and the entry that ends a text.
    """
    n_words, n_labels, shortest, longest, text_end = sizes[0], sizes[1], sizes[2], sizes[3], sizes[4]
    best = np.zeros(n_texts, np.int64)
    scores = np.zeros(n_texts, np.float32)
    hidden = np.zeros(vectors.shape[1], np.float32)
    at = 0
    for text in range(n_texts):
        hidden[:] = 0
        added, ended = 0, False
        while data[at] != LINE_FEED:
            if _parts_words(data[at]):
                at += 1
                continue
            begin = at
            while not _parts_words(data[at]):
                at += 1
            if ended:
                continue
            entry = _entry(data, begin, at, words, ends, slots)
            if entry == text_end:
                ended = True
            elif entry >= n_words or (entry < 0 and _is_label(data, begin, at)):
                continue
            else:
                if entry >= 0:
                    _add(hidden, vectors, entry)
                    added += 1
                added += _add_ngrams(data, begin, at, shortest, longest, ngrams, vectors, hidden)
        at += 1
        _add(hidden, vectors, text_end)
        share = np.float32(1.0 / (added + 1))
        for column in range(len(hidden)):
            hidden[column] *= share
        best[text], scores[text] = _best(hidden, nodes, tree, n_labels)
    return best, scores
