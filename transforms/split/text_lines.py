"""The non-blank lines of a text dump, each with what can be seen of it at once.

A title is told by its shape and by what stands around it, so every line is read once here:
its width, its template (dates, times and numbers masked), whether it states a date.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LONGEST_TITLE = 200
"""A wider line is prose: it is no title and no recurring line, and no pattern is tried on it.
The widest of 2,250 titles on labelled listing pages takes 165 columns."""

PARAGRAPH_RANGE = (60, 160)
"""The least and the most that a dump may ask of a line to call it a paragraph, in columns."""

DATE_MARK, TIME_MARK = "‹date›", "‹time›"

_WIDE = re.compile("[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]")
_YEAR = r"(?:19|20)\d\d(?!\d)"
_MONTH = r"[^\W\d_]{3,12}\.?,?"
_DAY = r"\d{1,2}[^\W\d_]{0,2}"
# Dates are told by their form: a year beside a day and a month, where the month is a number or any word.
_DATE = re.compile(
    rf"(?<!\d){_YEAR}[-/.]\d{{1,2}}[-/.]\d{{1,2}}(?!\d)"
    rf"|(?<![\d.])\d{{1,2}}[-/.]\d{{1,2}}[-/.](?:{_YEAR}|\d\d(?!\d))(?!\.\d)"
    r"|(?<!\d)\d{4}\s?年\s?\d{1,2}\s?月(?:\s?\d{1,2}\s?日)?"
    rf"|(?<!\d){_DAY}\.?\s(?:de\s)?{_MONTH}\s(?:de\s)?{_YEAR}"
    rf"|(?<!\w){_MONTH}\s{_DAY},?\s{_YEAR}"
)
_TIME = re.compile(r"T?(?<!\d)\d{1,2}[:h]\d\d(?!\d)(?::\d\d)?(?:[+-]\d\d:?\d\d|Z\b)?")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Row:
    """One line that is not blank; a wide (East Asian) character counts twice in `width`."""

    line: int
    text: str
    width: int
    gap: bool  # a blank line, or the edge of the dump, stands before it
    indented: bool
    template: str  # the line with its varying parts masked; empty for a line too wide to recur

    @property
    def dated(self) -> bool:
        """Whether it is short and states a date."""
        return DATE_MARK in self.template


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one dump, and the measures that belong to the dump as a whole."""

    rows: tuple[Row, ...]
    paragraph: int  # the width from which a row of this dump is a paragraph
    gaps: bool  # whether blank lines set its rows apart
    templates: Counter[str]  # how often each template occurs

    def prose(self, index: int) -> bool:
        """Whether there is a row at `index` and it is a paragraph."""
        return 0 <= index < len(self.rows) and self.rows[index].width >= self.paragraph

    def recurs(self, index: int) -> bool:
        """Whether the row at `index`, but for dates and numbers, stands elsewhere in the dump too."""
        return self.templates[self.rows[index].template] > 1

    def gap_after(self, index: int) -> bool:
        """Whether a blank line or the end of the dump follows the row at `index`."""
        return index + 1 >= len(self.rows) or self.rows[index + 1].gap


def width(text: str) -> int:
    """Count the columns that `text` takes.

    >>> width("abc"), width("日本")
    (3, 4)
    """
    return len(text) if text.isascii() else len(text) + len(_WIDE.findall(text))


def template(text: str) -> str:
    """Mask what varies from one copy of a recurring line to the next.

    >>> template("Posted by Ann on 3 May 2019 at 10:45, 12 comments")
    'Posted by Ann on ‹date› at ‹time›, 0 comments'
    >>> template("el 3 de mayo de 2019"), template("2019年5月3日")
    ('el ‹date›', '‹date›')
    >>> template("x" * 500)
    ''
    """
    if len(text) > LONGEST_TITLE:
        return ""
    if not _NUMBER.search(text):
        return text
    return _NUMBER.sub("0", _TIME.sub(TIME_MARK, _DATE.sub(DATE_MARK, text)))


def states_date(text: str) -> bool:
    """Tell whether a short text holds a date.

    >>> states_date("Radio Nova, 2 janv. 2017"), states_date("2017 was a long year")
    (True, False)
    """
    return _DATE.search(text) is not None


def read_page(lines: Iterable[str]) -> Page:
    """Read the lines of a dump once; blank lines live on as the `gap` of the row after them."""
    rows: list[Row] = []
    gap = True
    for number, line in enumerate(lines):
        text = line.strip()
        if text:
            rows.append(Row(number, text, width(text), gap, line[0].isspace(), template(text)))
        gap = not text
    templates = Counter(row.template for row in rows if row.template)
    # One row in three with a blank line before it is enough: lists and verse stand close in any dump.
    apart = sum(row.gap for row in rows) - 1
    return Page(tuple(rows), _paragraph_width(rows), 3 * apart > len(rows), templates)


def _paragraph_width(rows: Sequence[Row]) -> int:
    """Take half the width above which half of the text lies, within `PARAGRAPH_RANGE`."""
    least, most = PARAGRAPH_RANGE
    left = sum(row.width for row in rows) / 2
    for columns in sorted((row.width for row in rows), reverse=True):
        left -= columns
        if left <= 0:
            return min(max(columns // 2, least), most)
    return least
