"""Signatures and keys: what makes two alike texts meet without comparing all with all.

A text is seen as the set of its shingles, runs of `SHINGLE_WORDS` words. Two kinds of keys come from it:
bands of its MinHash signature, which texts with a high Jaccard similarity share, and winnowed shingles,
one of which two texts share as soon as they have a long enough run of words in common.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from datasketch import MinHash
from numpy.typing import NDArray

from transforms.words import BASE, Hashes, Words, mixed, words_of

# Five words, as in most published work on near-duplicates: fewer recur by chance, more break at each edit.
SHINGLE_WORDS: Final = 5
PERMUTATIONS: Final = 128
# The chance to propose a pair with Jaccard similarity s is 1 - (1 - s^ROWS)^BANDS (Leskovec, Rajaraman and Ullman,
# Mining of Massive Datasets, section 3.4.2): 0.99995 at the threshold of 0.8, 0.996 at 0.7.
BANDS: Final = 25
ROWS: Final = 5
# Any run of WINDOW + SHINGLE_WORDS - 1 = 28 words that two texts share gives them a common key
# (Schleimer, Wilkerson and Aiken 2003, Winnowing). A text has about 2 keys in WINDOW + 1 shingles.
WINDOW: Final = 24
# Texts signed together: enough to keep numpy busy, little enough to stay in the processor's cache.
BATCH_CHARS: Final = 1 << 18
SHINGLES_AT_ONCE: Final = 4096

Signature = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Signed:
    """What is known of one post for matching.

    `wording` is the same for two posts exactly if they have the same words in the same order (to 128 bits);
    `keys` are the sorted keys of which its like shares at least one: one from the wording and the bands. `anchors`
    are its winnowed shingles, sorted, of which an excerpt shares most with the whole. `n_shingles` counts distinct
    shingles; a post with none is only ever compared by its wording.
    """

    wording: str
    keys: Hashes
    anchors: Hashes
    n_words: int
    n_shingles: int


def sign(titles: Sequence[str | None], bodies: Sequence[str]) -> list[Signed]:
    """Signs posts in batches; nothing depends on the other posts.

    The title does not count, so that a copy which lost it is still the same post. Only where a body is too short
    for a single shingle does the title belong to the wording: "Click here." under two titles is two posts.

    >>> one, other = sign([None, "Tides"], ["A tide comes in, a tide goes out.", "a tide comes in; a tide goes out"])
    >>> one.wording == other.wording, one.n_words, one.n_shingles
    (True, 8, 4)
    >>> one, other = sign(["Fog", "Rain"], ["Click here.", "Click here."])
    >>> one.wording == other.wording
    False
    """
    signed: list[Signed] = []
    for batch in _batches(bodies):
        signed += _sign_batch(titles[len(signed) : len(signed) + len(batch)], batch)
    return signed


def shingle_sets(texts: Sequence[str]) -> list[Hashes]:
    """The set of shingles of each text as a sorted array of distinct 64-bit hashes.

    >>> [len(shingles) for shingles in shingle_sets(["too short for one", "just long enough for one", "a b c d e f"])]
    [0, 1, 2]
    """
    return [np.unique(run) for batch in _batches(texts) for run in _runs(words_of(batch))]


def signature(shingles: Hashes) -> Signature:
    """The MinHash signature of a set of shingles, PERMUTATIONS values.

    It is what `datasketch.MinHash(scheme="affine32")` gives for the upper halves of the shingle hashes:
    the minimum over the set of `a * mix(h) + b` modulo 2^32 for each of its pairs (a, b).
    """
    a, b = _permutations()
    lowest = np.full(PERMUTATIONS, np.iinfo(np.uint32).max, np.uint32)
    halves = _mixed32((shingles >> np.uint64(32)).astype(np.uint32))
    for first in range(0, len(halves), SHINGLES_AT_ONCE):
        values = a[:, None] * halves[None, first : first + SHINGLES_AT_ONCE] + b[:, None]
        np.minimum(lowest, values.min(axis=1), out=lowest)
    return lowest


def _batches(texts: Sequence[str]) -> list[list[str]]:
    batches: list[list[str]] = []
    size = BATCH_CHARS
    for text in texts:
        if size >= BATCH_CHARS:
            batches.append([])
            size = 0
        batches[-1].append(text)
        size += len(text)
    return batches


def _sign_batch(titles: Sequence[str | None], bodies: Sequence[str]) -> list[Signed]:
    words = words_of(bodies)
    runs = _runs(words)
    sets = [np.unique(run) for run in runs]
    with_shingles = [i for i, found in enumerate(sets) if len(found)]
    bands = dict(zip(with_shingles, _band_keys([signature(sets[i]) for i in with_shingles]), strict=True))
    signed = []
    for i, (title, body) in enumerate(zip(titles, bodies, strict=True)):
        own = words.hashes[words.offsets[i] : words.offsets[i + 1]]
        wording = _digest(own.tobytes()) if len(sets[i]) else _short_wording(title or "", body)
        keys = np.frombuffer(wording[:8], np.uint64)
        if len(sets[i]):
            keys = np.concatenate([keys, bands[i]])
        signed.append(Signed(wording.hex(), np.unique(keys), winnowed(runs[i]), len(own), len(sets[i])))
    return signed


def _short_wording(title: str, body: str) -> bytes:
    """The wording of a post without shingles: the words of title and body, or the very text where there are none."""
    words = words_of([title, body])
    of_title, of_body = np.split(words.hashes, words.offsets[1:2])
    if len(of_title) or len(of_body):
        return _digest(of_title.tobytes() + b"\0" + of_body.tobytes())
    return _digest(f"{title}\0{body}".encode("utf-8", "surrogatepass"))


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=16).digest()


def _runs(words: Words) -> list[Hashes]:
    """The shingle hashes of each text in the order of its words."""
    hashes = words.hashes
    if len(hashes) < SHINGLE_WORDS:
        return [np.zeros(0, np.uint64) for _ in words.counts]
    sums = np.zeros(len(hashes) - SHINGLE_WORDS + 1, np.uint64)
    for k in range(SHINGLE_WORDS):
        sums = sums * BASE + hashes[k : k + len(sums)]
    sums = mixed(sums)
    ends = np.maximum(words.offsets[1:] - SHINGLE_WORDS + 1, words.offsets[:-1])
    return [sums[begin:end] for begin, end in zip(words.offsets[:-1], ends, strict=True)]


def _band_keys(signatures: Sequence[Signature]) -> Hashes:
    """One key a band, shape (texts, BANDS): equal exactly where the band's rows are (to 64 bits)."""
    if not signatures:
        return np.zeros((0, BANDS), np.uint64)
    rows = np.stack(signatures)[:, : BANDS * ROWS].reshape(-1, BANDS, ROWS).astype(np.uint64)
    keys = np.broadcast_to(np.arange(1, BANDS + 1, dtype=np.uint64), rows.shape[:2])
    for row in range(ROWS):
        keys = mixed(keys * BASE + rows[:, :, row])
    return keys


def winnowed(run: Hashes) -> Hashes:
    """The smallest shingle of each window of WINDOW consecutive ones, without repeats.

    A text shorter than a window has none: its smallest shingle need not be one of a longer text around it.
    """
    if len(run) < WINDOW:
        return np.zeros(0, np.uint64)
    smallest: Hashes = np.unique(np.lib.stride_tricks.sliding_window_view(run, WINDOW).min(axis=1))
    return smallest


def _mixed32(values: Signature) -> Signature:
    """The finaliser of MurmurHash3 for 32 bits, which `datasketch` applies before its permutations."""
    values = values ^ (values >> np.uint32(16))
    values = values * np.uint32(0x85EBCA6B)
    values = values ^ (values >> np.uint32(13))
    values = values * np.uint32(0xC2B2AE35)
    return values ^ (values >> np.uint32(16))


@cache
def _permutations() -> tuple[Signature, Signature]:
    a, b = MinHash(num_perm=PERMUTATIONS, scheme="affine32").permutations
    return a, b
