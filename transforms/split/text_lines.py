"""The lines of a text dump that are not blank, as columns of numbers: where each stands and what can be seen of it.

Nothing here runs per character: the dump is one array of code points, and every column is made for all rows at once.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from transforms.split.text_codes import (
    CODE,
    DIGIT,
    LETTER,
    PAUSE,
    UPPER,
    WIDE,
    Bools,
    Codes,
    Hashes,
    Ints,
    codes_of,
    kinds_of,
)
from transforms.split.text_loops import scan_rows, stretch_hashes, word_edges

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

LONGEST_TITLE: Final = 200
"""A wider line is prose: it is no title and no recurring line, and no pattern is tried on it.
The widest of 2,250 titles on labelled listing pages takes 165 columns."""

PARAGRAPH_RANGE: Final = (60, 160)
"""The least and the most that a dump may ask of a line to call it a paragraph, in columns."""

DATE_MARK, TIME_MARK = "‹date›", "‹time›"

NAMES: Final = 4096
"""Masked lines and parts of lines that are remembered: those of one dump are much the same."""

_YEAR = r"(?:19|20)\d\d(?!\d)"
_MONTH = r"[^\W\d_]{3,12}\.?,?"
_DAY = r"\d{1,2}[^\W\d_]{0,2}"
# Dates are told by their form: a year beside a day and a month, where the month is a number or any word. They begin at
# a number, or at a word right before one, so that no more than these places are tried.
_AT_NUMBER = re.compile(
    rf"{_YEAR}[-/.]\d{{1,2}}[-/.]\d{{1,2}}(?!\d)"
    rf"|(?<!\.)\d{{1,2}}[-/.]\d{{1,2}}[-/.](?:{_YEAR}|\d\d(?!\d))(?!\.\d)"
    r"|\d{4}\s?年\s?\d{1,2}\s?月(?:\s?\d{1,2}\s?日)?"
    rf"|{_DAY}\.?\s(?:de\s)?{_MONTH}\s(?:de\s)?{_YEAR}"
)
_AT_WORD = re.compile(rf"{_MONTH}\s{_DAY},?\s{_YEAR}")
_WORD_BEFORE = re.compile(rf"(?<!\w){_MONTH}\s\Z")
# How far before a number such a word begins at most.
_WORD_REACH: Final = 15
# What every date has, found faster than a date, and how far before it a date may begin, in characters.
_HINT = re.compile(r"\d(?:\d\d\d|[-/.]\d\d?[-/.]\d\d)")
_REACH: Final = 28
_TIME = re.compile(r"T?(?<!\d)\d{1,2}[:h]\d\d(?!\d)(?::\d\d)?(?:[+-]\d\d:?\d\d|Z\b)?")
_NUMBER = re.compile(r"\d+")
# The shortest dates, "1.2.10", have four digits.
_LEAST_DIGITS: Final = 4
# The kinds of which the characters of each row are counted.
COUNTED: Final = (DIGIT, UPPER, LETTER, WIDE, CODE)


def template(text: str) -> str:
    """Masks what varies from one copy of a recurring line to the next; empty for a line too long to recur.

    >>> template("Posted by Ann on 3 May 2019 at 10:45, 12 comments")
    'Posted by Ann on ‹date› at ‹time›, 0 comments'
    >>> template("el 3 de mayo de 2019"), template("2019年5月3日")
    ('el ‹date›', '‹date›')
    >>> template("x" * 500)
    ''
    """
    if len(text) > LONGEST_TITLE:
        return ""
    return _without_numbers(_without_dates(text)) if _NUMBER.search(text) else text


def _without_numbers(text: str) -> str:
    return _NUMBER.sub("0", _TIME.sub(TIME_MARK, text))


def _without_dates(text: str) -> str:
    hint = _HINT.search(text)
    if hint is None:
        return text
    start = max(0, hint.start() - _REACH)
    kept, behind = [text[:start]], 0
    text = text[start:]
    for first, last in _dates_in(text):
        kept += text[behind:first], DATE_MARK
        behind = last
    return "".join((*kept, text[behind:]))


def _dates_in(text: str) -> Iterator[tuple[int, int]]:
    """Begin and end of each date, in order."""
    behind = 0
    for number in _NUMBER.finditer(text):
        at = number.start()
        if at < behind:
            continue
        word = _WORD_BEFORE.search(text, max(behind, at - _WORD_REACH), at)
        found = (word and _AT_WORD.match(text, word.start())) or _AT_NUMBER.match(text, at)
        if found:
            behind = found.end()
            yield found.span()


def states_date(text: str) -> bool:
    """Tells whether a short text holds a date.

    >>> states_date("Radio Nova, 2 janv. 2017"), states_date("2017 was a long year")
    (True, False)
    """
    return next(_dates_in(text), None) is not None


def find_date(text: str) -> tuple[str, str]:
    """The first date of a short text, and the time of day behind it or else before it; empty where there is none.

    >>> find_date("Ann, 3 May 2019 at 10:45")
    ('3 May 2019', '10:45')
    """
    first, last = next(_dates_in(text), (0, 0))
    if not last:
        return "", ""
    time = _TIME.search(text, last) or _TIME.search(text[:first])
    return text[first:last], time.group() if time else ""


@lru_cache(maxsize=NAMES)
def pattern_of(name: str) -> str:
    """Keeps dates, times and signs with what stands around them, and writes "w" for a run of words.

    >>> pattern_of("by Ann Lee on ‹date›")
    'w ‹date›'
    """
    kinds: list[str] = []
    for token in name.split():
        if DATE_MARK in token or TIME_MARK in token or not any(c.isalpha() for c in token):
            kinds.append(token)
        elif kinds[-1:] != ["w"]:
            kinds.append("w")
    return " ".join(kinds)


@lru_cache(maxsize=NAMES)
def name_hash(name: str) -> int:
    """A number that stands for a masked line or a part of one."""
    return int.from_bytes(hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


@dataclass(frozen=True, eq=False)
class Page:
    """The rows of one dump: column k of each array speaks of row k, the k-th line that is not blank.

    `line` is its 0-based number among all lines; `first` and `last` are where it begins and ends in `codes` (half-open,
    without the white space around it); `blanks` is how many blank lines stand before it (one more than there are at the
    top of the dump); `width` counts columns, an East Asian character twice; `counts` has its characters of each of
    the kinds `COUNTED`; `dates` has the masked line of each row that is short and states a date.
    """

    text: str
    codes: Codes
    kinds: NDArray[np.uint16]
    counts: Ints
    line: Ints
    first: Ints
    last: Ints
    blanks: Ints
    width: Ints
    digits: Ints
    indented: Bools
    dates: dict[int, str]

    def __len__(self) -> int:
        return len(self.line)

    def row(self, index: int) -> str:
        """The text of a row, without the white space around it."""
        return self.text[self.first[index] : self.last[index]]

    def name(self, index: int) -> str:
        """The masked text of a row, empty for one too wide to recur."""
        return template(self.row(index)) if self.short[index] else ""

    def count(self, kind: int) -> Ints:
        """How many characters of one of the kinds that are `COUNTED` each row has."""
        column: Ints = self.counts[:, COUNTED.index(kind)]
        return column

    def places(self, at: Ints) -> Ints:
        """How many of these places, offsets in characters in order, lie in each row."""
        counted: Ints = np.searchsorted(at, self.last) - np.searchsorted(at, self.first)
        return counted

    @cached_property
    def short(self) -> Bools:
        """Which rows may be titles or recur."""
        return self.width <= LONGEST_TITLE

    @cached_property
    def dated(self) -> Bools:
        """Which rows are short and state a date."""
        found = np.zeros(len(self), dtype=np.bool_)
        found[list(self.dates)] = True
        return found

    @cached_property
    def patterns(self) -> dict[int, str]:
        """The pattern of each row that is short and states a date, in the order of the rows."""
        return {row: pattern_of(name) for row, name in self.dates.items()}

    @cached_property
    def paragraph(self) -> int:
        """The width from which a row of this dump is a paragraph, in columns.

        Half the width above which half of the text lies, within `PARAGRAPH_RANGE`.
        """
        least, most = PARAGRAPH_RANGE
        widths = np.sort(self.width)[::-1]
        if not len(widths):
            return least
        middle = np.searchsorted(np.cumsum(widths), self.width.sum() / 2)
        return int(np.clip(widths[middle] // 2, least, most))

    @cached_property
    def prose(self) -> Bools:
        """Which rows are paragraphs."""
        return self.width >= self.paragraph

    @cached_property
    def shaped(self) -> Bools:
        """Which rows may be shown as titles: short, and not a sentence or the start of a list."""
        final = self.codes[self.last - 1]
        sentence = (final == ord(".")) | (final == ord("。")) | (self.kinds[self.last - 1] & PAUSE != 0)
        shaped: Bools = self.short & ~sentence
        return shaped

    @cached_property
    def gap(self) -> Bools:
        """Which rows have a blank line, or the edge of the dump, before them."""
        return self.blanks > 0

    @cached_property
    def apart(self) -> bool:
        """Whether blank lines set the rows of this dump apart; lists and verse stand close in any dump."""
        return 3 * (int(self.gap.sum()) - 1) > len(self)

    @cached_property
    def before(self) -> Ints:
        """The columns of text above each row, and at the end those of the whole dump."""
        return np.concatenate(([0], np.cumsum(self.width)))

    def hashes(self, first: Ints, last: Ints) -> Hashes:
        """Hashes of stretches of the dump in which numbers are masked, but not dates."""
        return stretch_hashes(self.codes, self.kinds, first, last)

    @cached_property
    def template(self) -> Hashes:
        """A hash of each row's masked text; 0 for a row too wide to recur."""
        hashes = np.zeros(len(self), np.uint64)
        hashes[self.short] = self.hashes(self.first[self.short], self.last[self.short])
        for index, name in self.dates.items():
            hashes[index] = name_hash(name)
        return hashes

    @cached_property
    def copies(self) -> Ints:
        """How often the template of each row stands in the dump; 1 for rows too wide to recur."""
        _, back, counts = np.unique(self.template, return_inverse=True, return_counts=True)
        copies: Ints = np.where(self.short, counts[back], 1)
        return copies

    @cached_property
    def tokens(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Begin and end of every word between white space, and for each row the first of its words and how many."""
        begins, ends = word_edges(self.kinds)
        at = np.searchsorted(begins, self.first)
        return begins, ends, at, np.searchsorted(begins, self.last) - at


def read_page(lines: Sequence[str]) -> Page:
    """Reads the lines of a dump once; blank lines live on as the `blanks` of the row after them."""
    text = "\n".join(lines)
    codes = codes_of(text)
    kinds = kinds_of(codes)
    lengths = np.fromiter(map(len, lines), dtype=np.int64, count=len(lines))
    line, begins, first, last, counts = scan_rows(kinds, lengths, np.array(COUNTED))
    width, digits = last - first + counts[:, COUNTED.index(WIDE)], counts[:, COUNTED.index(DIGIT)]
    blanks = np.diff(line, prepend=-2) - 1
    dates = {}
    for index in np.flatnonzero((digits >= _LEAST_DIGITS) & (width <= LONGEST_TITLE)).tolist():
        masked = _without_dates(text[first[index] : last[index]])
        if DATE_MARK in masked:
            dates[index] = _without_numbers(masked)
    return Page(text, codes, kinds, counts, line, first, last, blanks, width, digits, first > begins, dates)
