"""The loop of the language detector: from the bytes of texts to the label of each."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from transforms.compiled import compiled

# FNV-1a, 32 bits, by which fastText finds words and n-grams.
BASIS: Final = np.uint32(2166136261)
PRIME: Final = np.uint32(16777619)
LINE_FEED, SPACE = 10, 32
# No score is worse than that of a label of which nothing speaks.
FLOOR: Final = 1e-5
LABEL: Final = np.frombuffer(b"__label__", np.uint8)
OPENING, CLOSING = 60, 62
# Numbers a vector: known beforehand, so that one is added in two instructions.
DIM: Final = 16
# A path down the tree never needs more places than it has nodes on the way.
DEEPEST: Final = 512


class Tables(NamedTuple):
    """A model as arrays.

    Word `i` of the dictionary is `text[ends[i] : ends[i + 1]]`; `slots` leads from the hash of a word to its place, and
    `hashes` has the hash of each.
    The first `n_words` of the dictionary are words, the `n_labels` behind them labels; `text_end` is the word that
    ends each text. `ngrams` has for each hash of an n-gram, of `shortest` to `longest` characters, its row in
    `vectors`, or -1. `nodes` are the vectors of the inner nodes of `tree`, which has the two children of each node.
    """

    text: NDArray[np.uint8]
    ends: NDArray[np.int64]
    slots: NDArray[np.int32]
    hashes: NDArray[np.uint32]
    ngrams: NDArray[np.int32]
    vectors: NDArray[np.float32]
    nodes: NDArray[np.float32]
    tree: NDArray[np.int32]
    n_words: int
    n_labels: int
    shortest: int
    longest: int
    text_end: int


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
    """Tells white space and the zero byte, which end a word."""
    return bool(byte == SPACE or 9 <= byte <= 13 or byte == 0)


@compiled
def _entry(data: NDArray[np.uint8], begin: int, end: int, value: np.uint32, tables: Tables) -> np.int64:
    """The entry of a word with a hash in the dictionary, or -1.

    There is one way out: with two numba counts the references to each of the tables, which takes as long as all else.
    """
    slots, hashes, ends = tables.slots, tables.hashes, tables.ends
    mask = np.int64(len(slots) - 1)
    at, found = np.int64(value) & mask, np.int64(-1)
    while found < 0 and slots[at] >= 0:
        entry = np.int64(slots[at])
        if hashes[at] == value and ends[entry + 1] - ends[entry] == end - begin:
            found = entry if _same(tables.text, ends[entry], data, begin, end) else found
        at = (at + 1) & mask
    return found


@compiled
def _same(one: NDArray[np.uint8], at: int, other: NDArray[np.uint8], begin: int, end: int) -> bool:
    while begin < end and one[at] == other[begin]:
        at, begin = at + 1, begin + 1
    return begin >= end


@compiled
def _is_label(data: NDArray[np.uint8], begin: int, end: int) -> bool:
    return end - begin >= len(LABEL) and _same(LABEL, 0, data, begin, begin + len(LABEL))


@compiled
def _add(hidden: NDArray[np.float32], vectors: NDArray[np.float32], rows: NDArray[np.int32], number: int) -> None:
    """Adds vectors one after the other: a sum of numbers that are rounded depends on their order."""
    for at in range(number):
        row = rows[at]
        for column in range(DIM):
            hidden[column] += vectors[row, column]


@compiled
def _ngrams(
    data: NDArray[np.uint8], word: tuple[int, int], tables: Tables, rows: NDArray[np.int32], number: int
) -> int:
    """Puts the rows of the n-grams of a word, between its brackets, behind `number` others; says how many there are.

    Nobody can guess which n-grams have one, so each is put down, and counted where it is one.
    """
    ngrams, shortest, longest = tables.ngrams, tables.shortest, tables.longest
    begin, end = word
    bucket = np.uint32(len(ngrams))
    # Place -1 and the place behind the word are the brackets.
    for first in range(begin - 1, end + 1):
        if begin <= first < end and data[first] & 0xC0 == 0x80:
            continue
        value, at, length = BASIS, first, 0
        while at <= end and length < longest:
            value = _mixed_in(value, np.uint8(OPENING) if at < begin else np.uint8(CLOSING) if at == end else data[at])
            at += 1
            while begin < at < end and data[at] & 0xC0 == 0x80:
                value = _mixed_in(value, data[at])
                at += 1
            length += 1
            if length >= shortest:
                row = ngrams[value % bucket]
                rows[number] = row
                number += row >= 0
    return number


@compiled
def _best(hidden: NDArray[np.float32], tables: Tables) -> tuple[int, float]:
    """The label with the highest score: the tree is walked, leaving out what can't be better."""
    tree, nodes, n_labels = tables.tree, tables.nodes, tables.n_labels
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
        for column in range(DIM):
            total += nodes[node - n_labels, column] * hidden[column]
        chance = np.float32(np.float32(1) / (np.float32(1) + np.exp(-total)))
        waiting[held], scores[held] = tree[node, 1], score + _logarithm(chance)
        waiting[held + 1] = tree[node, 0]
        scores[held + 1] = score + _logarithm(np.float32(np.float32(1) - chance))
        held += 2
    return best, np.exp(highest)


@compiled
def _logarithm(value: np.float32) -> np.float32:
    return np.float32(np.log(np.float64(value) + FLOOR))


@compiled
def _read(data: NDArray[np.uint8], at: int, tables: Tables, rows: NDArray[np.int32]) -> tuple[int, int]:
    """Puts down which vectors the text at an offset adds up; gives how many these are, and where the text ends.

    What looks like the mark of a label, or of the end of a text, is read as fastText reads it.
    """
    number, ended = 0, False
    while data[at] != LINE_FEED:
        if _parts_words(data[at]):
            at += 1
            continue
        begin, value = at, BASIS
        while not _parts_words(data[at]):
            value = _mixed_in(value, data[at])
            at += 1
        entry = np.int64(-1) if ended else _entry(data, begin, at, value, tables)
        ended = ended or entry == tables.text_end
        if ended or entry >= tables.n_words or (entry < 0 and _is_label(data, begin, at)):
            continue
        if entry >= 0:
            rows[number] = entry
            number += 1
        number = _ngrams(data, (begin, at), tables, rows, number)
    rows[number] = tables.text_end
    return number + 1, at


@compiled
def predict(data: NDArray[np.uint8], n_texts: int, tables: Tables) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The label of each text of `data`, in which a line feed ends each, and its score."""
    best = np.zeros(n_texts, np.int64)
    scores = np.zeros(n_texts, np.float32)
    hidden = np.zeros(DIM, np.float32)
    # A word has as many n-grams of one length as characters and brackets, and is an entry itself.
    rows = np.empty((tables.longest + 1) * (3 * _longest(data) + 3), np.int32)
    at = 0
    for text in range(n_texts):
        hidden[:] = 0
        number, end = _read(data, at, tables, rows)
        at = end + 1
        _add(hidden, tables.vectors, rows, number)
        share = np.float32(1.0 / number)
        for column in range(DIM):
            hidden[column] *= share
        best[text], scores[text] = _best(hidden, tables)
    return best, scores


@compiled
def _longest(data: NDArray[np.uint8]) -> int:
    """Bytes of the longest line."""
    longest, begin = 0, 0
    for at in range(len(data)):
        if data[at] == LINE_FEED:
            longest = max(longest, at - begin)
            begin = at + 1
    return longest
