"""Words as numbers: what counts as a word, and a 64-bit hash for each, for whole batches at once.

A word is a run of letters, digits and marks, case folded. In scripts that are written without spaces
each letter is a word of its own, since nothing short of a dictionary tells where a word ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.characters import signs
from transforms.utf8 import Texts, Utf8, utf8_of

Hashes = NDArray[np.uint64]
Offsets = NDArray[np.int64]

# An odd multiplier with well mixed bits (2^64 divided by the golden ratio): the base of polynomials over hashes.
BASE: Final = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Words:
    """The word hashes of a batch of texts: those of text `i` are `hashes[offsets[i] : offsets[i + 1]]`."""

    hashes: Hashes
    offsets: Offsets

    @property
    def counts(self) -> NDArray[np.int64]:
        """The number of words of each text."""
        return np.diff(self.offsets)


def words_of(texts: Texts) -> Words:
    """Hashes the words of each text.

    >>> words_of(["One, two", "", "ONE two three", "日本語"]).counts.tolist()
    [2, 0, 3, 3]
    >>> one, two = words_of(["One, two", "one TWO!"]).hashes.reshape(2, 2)
    >>> bool((one == two).all())
    True
    """
    words = words_in(utf8_of(texts))
    return Words(words.hashes.copy(), words.offsets)


def words_in(texts: Utf8) -> Words:
    """The same for a batch that is soon forgotten: the hashes lie in an array with room for a word a byte."""
    from transforms.word_loops import find_words  # noqa: PLC0415 - it brings the compiler

    room = np.empty(texts.size + 1, np.uint64)
    table = signs()
    offsets = find_words(texts.data, texts.offsets, table.of_point, table.expansions, room)
    return Words(room[: offsets[-1]], offsets)


def orders_of(texts: Utf8) -> Hashes:
    """A hash of the words of each text in their order, the same whatever stands between them; 0 where it has none."""
    from transforms.word_loops import hash_orders  # noqa: PLC0415 - it brings the compiler

    words = words_in(texts)
    return hash_orders(words.hashes, words.offsets)
