"""Signs that a post begins at a row: what its shape, its ends and the rows around it say, for all rows at once.

Each sign is a column of yes and no, and its name the words in which a boundary is explained.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from transforms.split.text_codes import CODE, LETTER, UPPER
from transforms.split.text_lines import LONGEST_TITLE, states_date
from transforms.split.text_marks import (
    ADDRESS,
    ASKS,
    BRACKET,
    DOTS,
    FULL_STOP,
    HEADING,
    ITEM,
    LETTERED,
    MAY_BRACKET,
    MAY_CUT,
    MAY_TAG,
    NUMBERED,
    PAUSES,
    ROUND,
    SMALL,
    find_labels,
    find_marks,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from transforms.split.text_codes import Bools, Ints
    from transforms.split.text_lines import Page

Signs = dict[str, "Bools"]

# Patterns are tried on short rows only, or on the last characters of a row, where one character says that they may fit.
_TAG = re.compile(r"[\[【](?=[^\W\d])[^\[\]【】]{1,40}(?:\]\s|】)")
# A mark that says that a text was cut short: brackets around dots or a few words that end in dots, an arrow.
_CUT = re.compile(r"[\[(（][^\[\]()（）]{0,30}(?:…|\.\.)\s?[\])）]\.?$|(?:→|⇒|>>|»)\s?[\])）]?$")
_BRACKETED = re.compile(r"[\[(（【][^\[\]()（）【】]{0,40}[\])）】]")
_CLOSING_BRACKETS = re.compile(r"(?<=\s)\([^()]{4,80}\)$")

# A longer line with an arrow at its end may be a title that speaks of one, in columns.
_MARK: Final = 40
# How far a question looks for another one, and a title for its paragraphs and its date, in rows.
_NEAR, _AHEAD, _CLOSE = 4, 5, 3
# The shares of letters and digits from which a row is all capitals, mostly numbers, or title case.
_MOSTLY, _THIRD = 0.8, 0.3


def find_signs(page: Page) -> Signs:
    """Looks for every sign at every row."""
    signs: Signs = {}
    ends = page.tokens[1][page.tokens[2]]
    marks = find_marks(page.codes, page.kinds, (page.first, page.last, ends), page.short)
    for find in (_place, _size):
        signs.update(find(page))
    for look in (_front, _end, _inside):
        signs.update(look(page, marks))
    signs.update(_recurrence(page))
    signs.update(_around(page, signs))
    return signs


def looks_like_title(page: Page) -> Bools:
    """Tells which rows may be shown as titles: short, and not a sentence or the start of a list."""
    return page.shaped


def _has(page: Page, at: Ints, kind: int) -> Bools:
    """Whether the characters at these places are of a kind."""
    found: Bools = (page.kinds[at] & kind) != 0
    return found


def _marked(marks: Ints, mark: int) -> Bools:
    marked: Bools = (marks & mark) != 0
    return marked


def _search(page: Page, where: Bools, fits: Callable[[str], object]) -> Bools:
    """Tries a pattern on the rows that may fit it."""
    found = np.zeros(len(page), dtype=np.bool_)
    for index in np.flatnonzero(where).tolist():
        found[index] = bool(fits(page.row(index)))
    return found


def shifted(column: Bools, rows: int) -> Bools:
    """What each row's neighbour says: the one `rows` below, or above where negative; no beyond the edges."""
    found = np.zeros(len(column), dtype=np.bool_)
    if rows > 0:
        found[:-rows] = column[rows:]
    else:
        found[-rows:] = column[:rows]
    return found


def _place(page: Page) -> Signs:
    below = np.append(page.gap[1:], True)
    prose_below = shifted(page.prose, 1)
    return {
        "first line of the dump": np.arange(len(page)) == 0,
        "the dump has no blank lines": np.full(len(page), not page.apart),
        "no blank line before": ~page.gap & page.apart,
        "several blank lines before": (page.blanks > 1) & (page.blanks > _usual(page)),
        "no blank line after": ~below & ~prose_below & page.apart,
        "right above a paragraph": ~below & prose_below & page.apart,
        "indented": page.indented & page.short,
    }


def _usual(page: Page) -> int:
    """How many blank lines the dump puts between most of its rows that are apart."""
    apart = page.blanks[1:][page.blanks[1:] > 0]
    return int(np.median(apart)) if len(apart) else 0


def _size(page: Page) -> Signs:
    width, words = page.width, page.tokens[3]
    return {
        "a few characters": width < 10,
        "very short": (width >= 10) & (width < 20),
        "as short as a title": (width >= 20) & (width < 70),
        "as short as a long title": (width >= 70) & (width <= LONGEST_TITLE),
        "a paragraph": page.prose,
        "a single word": words == 1,
        "many words": page.short & (words > 14),
    }


def _front(page: Page, marks: Ints) -> Signs:
    short = page.short
    tag = _search(page, short & _marked(marks, MAY_TAG), _TAG.match)
    # The mark of a heading in Markdown is not one of a list.
    heading = short & _marked(marks, HEADING)
    item = short & ~tag & _marked(marks, ITEM)
    return {
        "[tag] in front": tag,
        "a list item": item,
        "a sign in front": short & ~tag & ~item & ~heading & ~_marked(marks, LETTERED),
        "small letter in front": short & ~item & _marked(marks, SMALL),
        "a number in front": short & ~item & _marked(marks, NUMBERED),
        "words in brackets alone": _search(page, short & _marked(marks, MAY_BRACKET), _BRACKETED.fullmatch),
    }


def _end(page: Page, marks: Ints) -> Signs:
    asks, pauses, full = (_marked(marks, mark) for mark in (ASKS, PAUSES, FULL_STOP))
    short = page.short
    dated_end = _search(page, page.dated & _marked(marks, ROUND), _states_date_in_brackets)
    return {
        "no mark at its end": short & ~asks & ~pauses & ~full,
        "a question or call": short & asks,
        "a pause at its end": short & pauses,
        "ends like a sentence": full,
        "a bracket at its end": short & _marked(marks, BRACKET),
        "date in brackets at its end": dated_end,
        "holds a date": page.dated & ~dated_end,
        "a cut-off mark": _search(page, _marked(marks, MAY_CUT), _ends_cut),
        "dots at its end": _marked(marks, DOTS),
    }


def _states_date_in_brackets(text: str) -> bool:
    found = _CLOSING_BRACKETS.search(text)
    return found is not None and states_date(found.group())


def _ends_cut(text: str) -> bool:
    return _CUT.search(text[-_MARK:]) is not None and (not text.endswith("»") or "«" not in text)


def _inside(page: Page, marks: Ints) -> Signs:
    letters, length = page.count(LETTER), page.last - page.first
    capitals = page.count(UPPER)
    begins, _, at, words = page.tokens
    upper_words = np.concatenate(([0], np.cumsum(_has(page, begins, UPPER))))
    capital_words = upper_words[at + words] - upper_words[at]
    label, known = _labels(page)
    return {
        "looks like code or an address": page.short & ((page.count(CODE) > 0) | _marked(marks, ADDRESS)),
        "all in capitals": page.short & (letters > 3) & (capitals >= _MOSTLY * letters),
        "capitals on most words": page.short & (words > 2) & (capital_words >= 2 / 3 * words),
        "mostly numbers": page.short & (page.digits >= _THIRD * length),
        "few letters": page.short & (letters < length / 2),
        "a label in front": label & ~known,
        "a label that other lines bear too": known,
    }


def _labels(page: Page) -> tuple[Bools, Bools]:
    """Which rows have a word or two and a colon in front, and which of these words stand before a colon elsewhere."""
    ends = find_labels(page.codes, page.kinds, page.first, page.last)
    label = page.short & (ends > 0)
    known = np.zeros(len(page), dtype=np.bool_)
    rows = np.flatnonzero(label)
    if len(rows):
        hashes = page.hashes(page.first[rows], ends[rows])
        _, back, counts = np.unique(hashes, return_inverse=True, return_counts=True)
        known[rows] = counts[back] > 1
    return label, known


def _recurrence(page: Page) -> Signs:
    recurs = page.short & (page.copies > 1)
    return {"recurs": recurs, "recurs often": page.short & (page.copies > 3)}


def _around(page: Page, signs: Signs) -> Signs:
    prose, short, dated = page.prose, page.short, page.dated
    many = sum((shifted(prose, step).astype(np.int64) for step in range(1, _AHEAD + 1)), np.zeros(len(page), np.int64))
    sentence = signs["ends like a sentence"] | signs["a question or call"] | signs["a pause at its end"]
    asks = signs["a question or call"]
    other_questions = np.logical_or.reduce([shifted(asks, k) for k in range(-_NEAR, _NEAR + 1) if k])
    label = signs["a label in front"] | signs["a label that other lines bear too"]
    dated_soon = np.logical_or.reduce([shifted(dated, k) for k in range(2, _CLOSE + 1)])
    dated_above = np.logical_or.reduce([shifted(dated, -k) for k in range(2, _CLOSE + 1)])
    return {
        "no paragraph follows": many == 0,
        "paragraphs follow": many > 1,
        "a paragraph follows at once": shifted(prose, 1),
        "a date line follows": shifted(dated, 1),
        "a date line follows soon": dated_soon & ~shifted(dated, 1),
        "a sentence follows": shifted(sentence, 1),
        "a recurring line follows": shifted(signs["recurs"], 1),
        "another short line follows": shifted(short & (page.width < 60) & ~dated, 1),
        "a list item follows": shifted(signs["a list item"], 1),
        "one of several questions": asks & other_questions,
        "after a cut-off mark": shifted(signs["a cut-off mark"], -1),
        "after dots": shifted(signs["dots at its end"] & ~signs["a cut-off mark"], -1),
        "after a labelled line": shifted(label, -1),
        "after an introduction": shifted(signs["a pause at its end"] & ~label, -1),
        "after a recurring line": shifted(signs["recurs"], -1),
        "after a date line": shifted(dated, -1),
        "a date line stands above": dated_above & ~shifted(dated, -1),
        "after a short line": shifted(short & (page.width < 80) & ~dated, -1),
        "after a list item": shifted(signs["a list item"], -1),
        "after a whole sentence": shifted(signs["ends like a sentence"] & prose, -1),
        "after a paragraph without an end": shifted(prose & ~sentence, -1),
    }
