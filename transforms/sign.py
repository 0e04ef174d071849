"""Signatures and keys: what makes two alike texts meet without comparing all with all.

A text is seen as the set of its shingles, runs of `SHINGLE_WORDS` words. Two kinds of keys come from it:
bands of its MinHash signature, which texts with a high Jaccard similarity share, and winnowed shingles,
one of which two texts share as soon as they have a long enough run of words in common.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.shingle_loops import (
    BANDS,
    PERMUTATIONS,
    ROWS,
    SHINGLE_WORDS,
    WINDOW,
    minimise_all,
    sets_of,
    sign_words,
    word_short,
)
from transforms.utf8 import Texts, Utf8, batches, utf8_of
from transforms.words import Hashes, Offsets, Words, words_in

__all__ = [
    "BANDS",
    "INDEX_VERSION",
    "PERMUTATIONS",
    "ROWS",
    "SHINGLE_WORDS",
    "WINDOW",
    "Signed",
    "SignedColumns",
    "flat_sets",
    "shingle_sets",
    "sign",
    "sign_batch",
    "signatures",
]

# Which keys, anchors and wordings can meet: only those made alike. The first number stands for how words are folded,
# cut and hashed, and is raised when that changes; the others are the constants by name.
INDEX_VERSION: Final = (
    f"2 shingle={SHINGLE_WORDS} permutations={PERMUTATIONS} bands={BANDS}x{ROWS} window={WINDOW} hash=affine32"
)
# Bytes of text that are signed together: their words stay in the processor's second cache.
BATCH_BYTES: Final = 1 << 18
# What `datasketch` seeds its generator of permutations with.
SEED: Final = 1

Signatures = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Signed:
    """What is known of one post for matching.

    `wording` is the same for two posts exactly if they have the same words in the same order (32 hexadecimal digits,
    128 bits); `keys` are the sorted keys of which its like shares at least one: one from the wording (its first 16
    digits) and the bands. `anchors` are its winnowed shingles, sorted, of which an excerpt shares most with the whole.
    `n_shingles` counts distinct shingles; a post with none is only ever compared by its wording.
    """

    wording: str
    keys: Hashes
    anchors: Hashes
    n_words: int
    n_shingles: int


@dataclass(frozen=True, slots=True)
class SignedColumns:
    """What `Signed` says of one post, for many: a column each.

    `wordings` has two numbers a post; the keys of post `i` are `keys[key_offsets[i] : key_offsets[i + 1]]`, and its
    anchors likewise.
    """

    wordings: Hashes
    keys: Hashes
    key_offsets: Offsets
    anchors: Hashes
    anchor_offsets: Offsets
    n_words: Offsets
    n_shingles: Offsets

    def __len__(self) -> int:
        return len(self.wordings)

    def rows(self) -> Iterator[Signed]:
        """The posts one by one."""
        digits = self.wordings.astype(">u8").tobytes().hex()
        counts = zip(self.n_words.tolist(), self.n_shingles.tolist(), strict=True)
        keys, anchors = self.key_offsets.tolist(), self.anchor_offsets.tolist()
        for i, (n_words, n_shingles) in enumerate(counts):
            own = self.keys[keys[i] : keys[i + 1]], self.anchors[anchors[i] : anchors[i + 1]]
            yield Signed(digits[32 * i : 32 * i + 32], *own, n_words, n_shingles)


def sign(titles: Sequence[str | None], bodies: Sequence[str]) -> list[Signed]:
    """Signs posts; nothing depends on the other posts.

    The title does not count, so that a copy which lost it is still the same post. Only where a body is too short
    for a single shingle does the title belong to the wording: "Click here." under two titles is two posts.

    >>> one, other = sign([None, "Tides"], ["A tide comes in, a tide goes out.", "a tide comes in; a tide goes out"])
    >>> one.wording == other.wording, one.n_words, one.n_shingles
    (True, 8, 4)
    >>> one, other = sign(["Fog", "Rain"], ["Click here.", "Click here."])
    >>> one.wording == other.wording
    False
    """
    return list(sign_batch(titles, bodies).rows())


def sign_batch(titles: Texts, bodies: Texts) -> SignedColumns:
    """Signs posts as `sign` does and gives the answer in columns; also of Arrow arrays of strings.

    Raises `ValueError` where there are not as many titles as bodies.
    """
    titles, bodies = utf8_of(titles), utf8_of(bodies)
    if len(titles) != len(bodies):
        raise ValueError(
            f"{len(titles)} titles for {len(bodies)} bodies: each body needs a title, None where it has none"
        )
    found = [_signed(titles.between(first, first + len(part)), part) for first, part in batches(bodies, BATCH_BYTES)]
    return SignedColumns(
        wordings=np.concatenate([part.wordings for part in found]),
        keys=np.concatenate([part.keys for part in found]),
        key_offsets=_joined([part.key_offsets for part in found]),
        anchors=np.concatenate([part.anchors for part in found]),
        anchor_offsets=_joined([part.anchor_offsets for part in found]),
        n_words=np.concatenate([part.n_words for part in found]),
        n_shingles=np.concatenate([part.n_shingles for part in found]),
    )


def shingle_sets(texts: Sequence[str]) -> list[Hashes]:
    """The set of shingles of each text as a sorted array of distinct 64-bit hashes.

    >>> [len(shingles) for shingles in shingle_sets(["too short for one", "just long enough for one", "a b c d e f"])]
    [0, 1, 2]
    """
    hashes, offsets = flat_sets(texts)
    return [hashes[begin:end] for begin, end in pairwise(offsets.tolist())]


def flat_sets(texts: Texts) -> tuple[Hashes, Offsets]:
    """The sets of shingles of many texts in a row, with their offsets: sorted and distinct within each text.

    >>> hashes, offsets = flat_sets(["a b c d e", "no", "a b c d e f"])
    >>> offsets.tolist(), bool(hashes[0] in hashes[1:])
    ([0, 1, 1, 3], True)
    """
    found, offsets = [], []
    for _, part in batches(utf8_of(texts), BATCH_BYTES):
        words = words_in(part)
        room = np.empty(len(words.hashes), np.uint64)
        offsets.append(sets_of(words.hashes, words.offsets, room))
        found.append(room[: offsets[-1][-1]].copy())
    return np.concatenate(found), _joined(offsets)


def signatures(hashes: Hashes, offsets: Offsets) -> Signatures:
    """The MinHash signatures of sets of shingles as `flat_sets` gives them, a line of PERMUTATIONS values each.

    They are what `datasketch.MinHash(scheme="affine32")` gives for the upper halves of the shingle hashes:
    the minimum over the set of `a * mix(h) + b` modulo 2^32 for each of its pairs (a, b).

    >>> signatures(*flat_sets(["one two three four five six", "too short"])).shape
    (2, 128)
    """
    hashes, offsets = np.require(hashes, np.uint64, ["C", "W"]), np.require(offsets, np.int64, ["C", "W"])
    return minimise_all(hashes, offsets, _permutations())


def _signed(titles: Utf8, bodies: Utf8) -> SignedColumns:
    words = words_in(bodies)
    room = np.empty(len(words.hashes), np.uint64)
    wordings, keys, counts = sign_words(words.hashes, words.offsets, _permutations(), room)
    n_shingles, ends = counts[:, 0].copy(), counts[:, 1]
    short = np.flatnonzero(n_shingles == 0)
    if len(short):
        few = titles.take(short)
        word_short(short, _arrays(few, words_in(few)), _arrays(bodies, words), wordings)
        keys[short, 0] = wordings[short, 0]
    kept = np.ones(keys.shape, np.bool_)
    kept[short, 1:] = False
    return SignedColumns(
        wordings=wordings,
        keys=keys[kept],
        key_offsets=np.r_[0, np.cumsum(kept.sum(axis=1))],
        anchors=room[: counts[-1, 1] if len(counts) else 0].copy(),
        anchor_offsets=np.r_[0, ends],
        n_words=words.counts,
        n_shingles=n_shingles,
    )


def _arrays(texts: Utf8, words: Words) -> tuple[NDArray[np.uint8], Offsets, Hashes, Offsets]:
    return texts.data, texts.offsets, words.hashes, words.offsets


def _joined(offsets: Sequence[Offsets]) -> Offsets:
    """The offsets of parts that are put together."""
    sizes = np.concatenate([np.zeros(1, np.int64), *(np.diff(part) for part in offsets)])
    return np.cumsum(sizes)


@cache
def _permutations() -> Signatures:
    """The odd factors and the summands by which `datasketch` permutes 32 bits, shape (2, PERMUTATIONS).

    It defines what we compute: the first values that its generator gives for its usual seed, as a test compares them.
    They are drawn here, since importing it takes a third of a second of every process: it brings scipy.
    """
    drawn = np.random.RandomState(SEED)
    factors = drawn.randint(0, 1 << 31, PERMUTATIONS, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return np.stack([factors, drawn.randint(0, 1 << 32, PERMUTATIONS, dtype=np.uint32)])
