"""Plain figures about a text, for readers who choose by them; nothing is dropped for its figures.

They are the signals by which three published corpora were filtered, without their thresholds, which are the reader's:

* C4: Raffel et al., Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer (2020), 2.2
* Gopher: Rae et al., Scaling Language Models: Methods, Analysis & Insights from Training Gopher (2021), A.1.1
* FineWeb: Penedo et al., The FineWeb Datasets: Decanting the Web for the Finest Text Data at Scale (2024), 3.6
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from transforms.characters import WITHOUT_SPACES
from transforms.pii import emails_of, ips_of, phones_of

if TYPE_CHECKING:
    from transforms import quality_marks as marks

# Gopher's stop words, and the marks of C4: the word, and two words in a row.
STOP_WORDS: Final = ("the", "be", "to", "of", "and", "that", "have", "with")
KNOWN: Final = (*STOP_WORDS, "javascript", "lorem", "ipsum")
# Ends of lines: C4's (full stop, exclamation mark, question mark, closing quote), as other scripts write them too.
LINE_ENDS: Final = ".!?…\"'”’»」』。！？．؟۔।॥։။៕።"
STOPS: Final = ".!?…؟۔।॥։።"
WIDE_STOPS: Final = "。！？．။៕"
CLOSINGS: Final = "\"'”’»)]」』）"
# Characters that are measured together.
AT_ONCE: Final = 1 << 21
BULLETS: Final = "•●○■□▪▫‣⁃◦·*-–—"


@dataclass(frozen=True, slots=True)
class Quality:
    """Shares are 0 to 1, of 0 where there is nothing to have a share of.

    A word is a run without white space, a line one that is not blank. In n-grams, each letter of a script that is
    written without spaces is a word, and characters are those of words.
    """

    # Characters in words / words (Gopher: 3 to 10).
    mean_word_length: float
    # Lines that stood in the text before / lines (Gopher: at most 0.3), and the same in characters (Gopher: 0.2;
    # FineWeb: less than 0.1).
    repeated_line_share: float
    repeated_line_char_share: float
    # Occurrences of the most frequent n-gram x its characters / characters (Gopher: at most 0.20, 0.18, 0.16).
    top_2gram_char_share: float
    top_3gram_char_share: float
    top_4gram_char_share: float
    # Characters in n-grams that stood in the text before / characters (Gopher: at most 0.15, 0.14 ... 0.10).
    duplicate_5gram_char_share: float
    duplicate_6gram_char_share: float
    duplicate_7gram_char_share: float
    duplicate_8gram_char_share: float
    duplicate_9gram_char_share: float
    duplicate_10gram_char_share: float
    # Hash signs and ellipses / words (Gopher: at most 0.1).
    symbol_word_ratio: float
    # Words with a letter / words (Gopher: at least 0.8).
    alphabetic_word_share: float
    # Lines that end in a full stop, exclamation mark, question mark or closing quote / lines (C4 keeps no others;
    # FineWeb: more than 0.12).
    terminal_line_share: float
    # Lines that begin with a bullet / lines (Gopher: at most 0.9).
    bullet_line_share: float
    # Lines that end in an ellipsis / lines (Gopher: at most 0.3).
    ellipsis_line_share: float
    # Lines of less than 30 characters / lines (FineWeb: less than 0.67).
    short_line_share: float
    # Stretches with a letter or digit, up to a mark that ends a sentence (C4: at least 5).
    n_sentences: int
    # How many of "the, be, to, of, and, that, have, with" stand in the text (Gopher: at least 2).
    n_stop_words: int
    # The words "javascript" and "lorem ipsum", a curly bracket (C4 keeps no line, or page, with them).
    has_javascript: bool
    has_lorem_ipsum: bool
    has_curly_bracket: bool
    # What `transforms.pii` finds.
    has_email: bool
    has_phone: bool
    has_ip: bool


NAMES: Final = tuple(each.name for each in fields(Quality))
# Shares and ratios, in the order of the class; the others are counts and flags.
SHARES: Final = NAMES[: NAMES.index("n_sentences")]
COUNTS: Final = ("n_sentences", "n_stop_words")
TYPE: Final = pa.struct(
    [(name, pa.float32() if name in SHARES else pa.int32() if name in COUNTS else pa.bool_()) for name in NAMES]
)


def quality_of(text: str) -> Quality:
    r"""Measures a text; shares are rounded to four digits.

    >>> found = quality_of("ab 12\nab 12")
    >>> found.mean_word_length, found.repeated_line_share, found.alphabetic_word_share, found.has_email
    (2.0, 0.5, 0.5, False)
    """
    shares, counts, flags = _figures([text])
    values = (*shares[0].tolist(), *counts[0].tolist(), *flags[0].tolist())
    return Quality(**dict(zip(NAMES, values, strict=True)))


def quality_of_texts(texts: Sequence[str]) -> pa.StructArray:
    """Measures texts, for the column `quality` of posts: the same figures as `quality_of` gives, in 32 bits."""
    columns = [column for found in _figures(texts) for column in found.T]
    arrays = [pa.array(column, field.type, safe=False) for column, field in zip(columns, TYPE, strict=True)]
    return pa.StructArray.from_arrays(arrays, fields=list(TYPE))


def _figures(texts: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.bool_]]:
    """Shares, counts and flags, a row a text."""
    from transforms.quality_kernels import Figures, measure  # noqa: PLC0415 - it brings the compiler

    size = len(texts)
    shares, counts = np.zeros((size, len(SHARES))), np.zeros((size, len(COUNTS)), np.int64)
    found, stretches = np.zeros((size, 4), np.bool_), np.full((size, 4), -1, np.int64)
    for span in _some_at_a_time(texts):
        points = np.frombuffer("".join(texts[span]).encode("utf-32-le", "surrogatepass"), np.uint32)
        bounds = np.cumsum([0, *map(len, texts[span])], dtype=np.int64)
        measure(points, bounds, _marks(), Figures(shares[span], counts[span], found[span], stretches[span]))
    personal = np.zeros((size, 3), np.bool_)
    for row in np.flatnonzero(found[:, 3] | (stretches[:, 0] >= 0) | (stretches[:, 2] >= 0)).tolist():
        personal[row] = _personal(texts[row], stretches[row].tolist(), mail=bool(found[row, 3]))
    return np.round(shares, 4), counts, np.hstack([found[:, :3], personal])


def _some_at_a_time(texts: Sequence[str]) -> Iterator[slice]:
    """Stretches of texts of some AT_ONCE characters, or of one text: as code points they take four bytes each."""
    first, held = 0, 0
    for number, text in enumerate(texts):
        if held and held + len(text) > AT_ONCE:
            yield slice(first, number)
            first, held = number, 0
        held += len(text)
    if first < len(texts):
        yield slice(first, len(texts))


def _personal(text: str, stretch: Sequence[int], *, mail: bool) -> tuple[bool, bool, bool]:
    """Whether there is an e-mail address, a phone number, an IP address.

    `stretch` is where the last two can be: a character around each is needed to tell what they stand in.
    """
    phone, phone_end, address, address_end = stretch
    return (
        mail and any(True for _ in emails_of(text)),
        phone >= 0 and any(True for _ in phones_of(text[max(0, phone - 1) : phone_end + 2])),
        address >= 0 and any(True for _ in ips_of(text[max(0, address - 2) : address_end + 2])),
    )


@cache
def _marks() -> marks.Marks:
    """What each code point is, the bullets, and the hashes of the known words."""
    from transforms import quality_marks as marks  # noqa: PLC0415 - it brings the compiler

    kinds = np.zeros(sys.maxunicode + 1, np.uint16)
    # Planes 0 and 1 hold every script but Han.
    for point in (*range(0x20000), *range(0xE0100, 0xE01F0)):
        kinds[point] = _kind(chr(point))
    han = np.array([chr(point).isalpha() for point in range(0x20000, 0x40000)])
    kinds[0x20000:0x40000][han] = marks.LETTER | marks.WORD
    for first, last in WITHOUT_SPACES:
        letters = kinds[first : last + 1]
        letters[letters & marks.WORD != 0] |= marks.ALONE
    for signs, bit in (
        (LINE_ENDS, marks.LINE_END), (STOPS, marks.STOP), (WIDE_STOPS, marks.WIDE_STOP), (CLOSINGS, marks.CLOSING),
        ("\n", marks.BREAK), ("#…", marks.SYMBOL), (".", marks.FULL_STOP), ("0123456789", marks.FIGURE),
        ("@", marks.AT_SIGN), ("{}", marks.CURLY),
    ):  # fmt: skip
        kinds[[ord(sign) for sign in signs]] |= bit
    bullets = np.array(sorted(map(ord, BULLETS)), np.uint32)
    return marks.Marks(kinds, bullets, *_known())


def _known() -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The known words and their numbers, each at the place that the upper bits of its hash tell: no two share one."""
    from transforms import quality_marks as marks  # noqa: PLC0415 - it brings the compiler

    hashes, numbers = np.zeros(1 << marks.KNOWN_BITS, np.uint64), np.zeros(1 << marks.KNOWN_BITS, np.int64)
    for number, word in enumerate(KNOWN):
        at = _hash(word) >> 64 - marks.KNOWN_BITS
        hashes[at], numbers[at] = _hash(word), number
    return hashes, numbers


def _kind(character: str) -> int:
    from transforms import quality_marks as marks  # noqa: PLC0415 - it brings the compiler

    category = unicodedata.category(character)[0]
    letter = marks.LETTER if character.isalpha() else 0
    word = marks.WORD if character.isalnum() or category == "M" else 0
    return int(letter) | int(word) | int(marks.SPACE if character.isspace() else 0)


def _hash(word: str) -> int:
    """The polynomial that the kernel makes of a word."""
    from transforms import quality_marks as marks  # noqa: PLC0415 - it brings the compiler

    value = 0
    for character in word:
        value = (value + ord(character) + 1) * int(marks.BASE) % 2**64
    return value
