"""Signs that a post begins at a line, each with a weight, added up to one score a line.

The score is roughly the natural logarithm of the odds that the line is the first of a post, as
far as the line and its surroundings tell. A learned scorer can take the place of `WEIGHTS`.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from transforms.split.text_lines import LONGEST_TITLE, states_date
from transforms.split.text_words import Words, changes_language, compare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from transforms.split.text_lines import Page, Row

BASE = -3.3
"""The score of a line without any sign: 1.2 above what the regression gave, since a line must also
stand up to the surest lines of its dump, which drops most of what the higher base lets in."""

# From a logistic regression over the text views of twelve labelled blogs and three labelled dumps, each
# view of each blog with the same weight; rounded. Signs too rare there were set by hand: a date in
# closing brackets, a tag, a list item, a pause, a shared label, code, a change of language, cut-off marks,
# what stands right above a paragraph. The keys are the words in which a boundary is explained.
WEIGHTS = {
    "first line of the dump": 0.6,
    "the dump has no blank lines": 1.4,
    "no blank line before": -0.6,
    "no blank line after": -2.3,
    "right above a paragraph": -1.0,
    "a few characters": -0.9,
    "very short": 0.0,
    "as short as a title": 1.3,
    "as short as a long title": 0.8,
    "a paragraph": 0.1,
    "no mark at its end": 1.3,
    "a question or call": 0.7,
    "a pause at its end": -1.5,
    "small letter in front": -1.0,
    "a list item": -2.0,
    "a sign in front": -1.7,
    "looks like code or an address": -1.5,
    "indented": -0.7,
    "a cut-off mark or remark": -6.0,
    "a label in front": -0.5,
    "a label that other lines bear too": -1.2,
    "recurs": -2.1,
    "holds a date": -0.9,
    "date in brackets at its end": 2.0,
    "[tag] in front": 1.5,
    "a date line follows": 1.3,
    "a sentence follows": 0.3,
    "a recurring line follows": 0.8,
    "no paragraph follows": -1.1,
    "paragraphs follow": 0.3,
    "after a recurring line": 1.3,
    "after a date line": 0.3,
    "after a short line": -0.7,
    "after a cut-off mark": 2.5,
    "after dots": 0.7,
    "after a labelled line": 1.0,
    "after an introduction": -0.7,
    "its words come back below": 1.5,
    "its words stand above": -0.7,
    "new words below": 0.5,
    "the same words above and below": -0.7,
    "another language below": 1.0,
    "one of several questions": -0.2,
}

# All patterns are tried on short rows only, or on the last characters of a row.
_TAG = re.compile(r"[\[【](?=[^\W\d])[^\[\]【】]{1,40}(?:\]\s|】)")
_ITEM = re.compile(r"(?:[-*•·–—‣▪◦#>|]|\(?\w{1,3}[.)])\s|[|/$]")
_CODE = re.compile(r"[{}=<>\\]|;$|::|->|://|\w\(\)|\w\.\w+\(")
_LABEL = re.compile(r"[^\W\d]\w{1,16}(?:\s\w{1,16})?\s?[:：](?=\s|$)")
_DOTS = re.compile(r"(?:…|\.\.\.)$")
# A mark that says that a text was cut short: brackets around dots or a few words that end in dots, an arrow.
_CUT = re.compile(r"[\[(（][^\[\]()（）]{0,30}(?:…|\.\.)\s?[\])）]\.?$|(?:→|⇒|>>|»)\s?[\])）]?$")
_BRACKETED = re.compile(r"[\[(（【][^\[\]()（）【】]{0,40}[\])）】]")
_CLOSING_BRACKETS = re.compile(r"(?<=\s)\([^()]{4,80}\)$")

_FULL = tuple(".。．…")
_ASKING = tuple("?!？！")
_PAUSE = tuple(":,;：，；、")
_QUOTES = "”\"»’)]' "

# A row that scores less for its shape alone is not saved by its words, so they are not looked at.
_HOPELESS = -4.5
# A longer line with an arrow at its end may be a title that speaks of one, in columns.
_MARK = 40
# How far a question looks for another one, and a title for its paragraphs, in rows.
_NEAR, _AHEAD = 4, 5


def score_rows(page: Page) -> tuple[list[float], list[tuple[str, ...]]]:
    """Score every row of a page as the first line of a post, and name the signs that it bears."""
    labels = Counter(_label(row) for row in page.rows)
    words = Words(page.rows)
    scores: list[float] = []
    signs: list[tuple[str, ...]] = []
    for index, row in enumerate(page.rows):
        found = [*_shape(page, index), *_front(row, labels), *_end(row), *_around(page, index)]
        score = BASE + sum(WEIGHTS[sign] for sign in found)
        if score > _HOPELESS:
            meant = list(_meaning(words, index))
            score += sum(WEIGHTS[sign] for sign in meant)
            found += meant
        scores.append(score)
        signs.append(tuple(found))
    return scores, signs


def looks_like_title(row: Row) -> bool:
    """Tell whether a row may be shown as a title: short, and not a sentence or the start of a list."""
    return bool(row.template) and not row.text.endswith((".", "。", *_PAUSE))


def _is_cut(row: Row) -> bool:
    """Tell whether a row is, or a paragraph ends in, a mark that something was cut off here."""
    return _CUT.search(row.text[-40:]) is not None and (not row.text.endswith("»") or "«" not in row.text)


def _label(row: Row) -> str:
    found = _LABEL.match(row.text) if row.template else None
    return found.group() if found else ""


def _shape(page: Page, index: int) -> Iterator[str]:
    if index == 0:
        yield "first line of the dump"
    if not page.gaps:
        yield "the dump has no blank lines"
    else:
        if not page.rows[index].gap:
            yield "no blank line before"
        if not page.gap_after(index):
            yield "right above a paragraph" if page.prose(index + 1) else "no blank line after"
    yield from _size(page.rows[index].width)
    if page.prose(index):
        yield "a paragraph"
    if page.recurs(index):
        yield "recurs"


def _size(columns: int) -> Iterator[str]:
    if columns < 10:
        yield "a few characters"
    elif columns < 20:
        yield "very short"
    elif columns < 70:
        yield "as short as a title"
    elif columns <= LONGEST_TITLE:
        yield "as short as a long title"


def _front(row: Row, labels: Counter[str]) -> Iterator[str]:
    if not row.template:
        return
    if _TAG.match(row.text):
        yield "[tag] in front"
    elif _ITEM.match(row.text):
        yield "a list item"
    elif not row.text[0].isalnum():
        yield "a sign in front"
    elif row.text[0].islower():
        yield "small letter in front"
    if row.indented:
        yield "indented"
    if _BRACKETED.fullmatch(row.text) or (row.width < _MARK and _is_cut(row)):
        yield "a cut-off mark or remark"
    if _CODE.search(row.text):
        yield "looks like code or an address"
    if label := _label(row):
        yield "a label that other lines bear too" if labels[label] > 1 else "a label in front"


def _end(row: Row) -> Iterator[str]:
    if not row.template:
        return
    bare = row.text.rstrip(_QUOTES)
    if bare.endswith(_ASKING):
        yield "a question or call"
    elif bare.endswith(_PAUSE):
        yield "a pause at its end"
    elif not bare.endswith(_FULL):
        yield "no mark at its end"
    brackets = _CLOSING_BRACKETS.search(row.text)
    if brackets and states_date(brackets.group()):
        yield "date in brackets at its end"
    elif row.dated:
        yield "holds a date"


def _around(page: Page, index: int) -> Iterator[str]:
    if index:
        yield from _above(page, index - 1)
    paragraphs = sum(page.prose(k) for k in range(index + 1, index + 1 + _AHEAD))
    if paragraphs != 1:
        yield "paragraphs follow" if paragraphs else "no paragraph follows"
    if index + 1 < len(page.rows):
        below = page.rows[index + 1]
        if below.dated:
            yield "a date line follows"
        if below.text.rstrip(_QUOTES).endswith((*_FULL, *_ASKING, *_PAUSE)):
            yield "a sentence follows"
        if page.recurs(index + 1):
            yield "a recurring line follows"
    if _asks(page, index) and any(_asks(page, index + k) for k in range(-_NEAR, _NEAR + 1) if k):
        yield "one of several questions"


def _above(page: Page, index: int) -> Iterator[str]:
    """Name what the row at `index`, the one before, says about the next."""
    row = page.rows[index]
    if _is_cut(row):
        yield "after a cut-off mark"
    elif _DOTS.search(row.text[-4:]):
        yield "after dots"
    elif _label(row):
        yield "after a labelled line"
    if row.text.endswith(_PAUSE):
        yield "after an introduction"
    if page.recurs(index):
        yield "after a recurring line"
    if row.dated:
        yield "after a date line"
    elif row.width < 80:
        yield "after a short line"


def _asks(page: Page, index: int) -> bool:
    if not 0 <= index < len(page.rows):
        return False
    return bool(page.rows[index].template) and page.rows[index].text.endswith(_ASKING)


def _meaning(words: Words, index: int) -> Iterator[str]:
    yield from compare(words, index)
    if changes_language(words, index):
        yield "another language below"
