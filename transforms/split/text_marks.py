"""Marks at the ends of rows and within them, found for all rows of a dump by one loop."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.compiled import compiled

Codes = NDArray[np.uint32]
Kinds = NDArray[np.uint16]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# What the loop tells of a row, one bit each. It may begin with a tag, stand in brackets or be cut off: patterns tell.
HEADING, ITEM, LETTERED, SMALL, NUMBERED, MAY_TAG, MAY_BRACKET = 1, 2, 4, 8, 16, 32, 64
ASKS, PAUSES, FULL_STOP, BRACKET, ROUND, MAY_CUT, DOTS = 128, 256, 512, 1024, 2048, 4096, 8192
ADDRESS: Final = 16384

# Kinds of characters, as in `text_codes`.
SPACE, DIGIT, UPPER, LOWER, LETTER, FULL, ASKING, PAUSE, CLOSING, BULLET = 1, 2, 4, 8, 16, 64, 128, 256, 512, 2048
DOT: Final = ord(".")
CLOSERS, ARROWS = (ord("]"), ord(")"), ord("）")), (ord("→"), ord("⇒"), ord("»"), ord(">"))
TAG_OPENERS, OPENERS, ROW_SIGNS = (ord("["), ord("【")), (ord("("), ord("（")), (ord("|"), ord("/"), ord("$"))
# A heading in Markdown has so many marks at most, a list item begins with so many characters before a dot or bracket.
_LEVELS, _ITEM = 6, 3
# So many closing marks are looked behind for the end of a sentence.
_CLOSERS: Final = 3
# A label is a word or two before a colon, in characters and words.
_LABEL, _WORDS = 34, 3


@compiled
def find_marks(codes: Codes, kinds: Kinds, rows: tuple[Ints, Ints, Ints], short: Bools) -> Ints:
    """The marks of each row; `rows` are where each begins and ends, without white space, and where its first word ends.

    ADDRESS is looked for in those that are `short`.
    """
    first, last, ends = rows
    marks = np.zeros(len(first), np.int64)
    for row in range(len(first)):
        left, right = first[row], last[row]
        marks[row] = _front(codes, kinds, left, ends[row], ends[row] < right)
        marks[row] |= _end(codes, kinds, left, right) | _brackets(codes[left], codes[right - 1])
        if short[row] and _holds_address(codes, left, right):
            marks[row] |= ADDRESS
    return marks


@compiled
def _front(codes: Codes, kinds: Kinds, left: int, end: int, several: bool) -> int:  # noqa: FBT001 - a loop takes no names
    """The marks of the first word, behind which others stand or not."""
    kind, sign, closer = kinds[left], codes[left], codes[end - 1]
    numbered = (closer == DOT or closer == ord(")")) and end - left <= _ITEM + 1 and several
    bullet = kind & BULLET != 0 and end - left == 1 and several
    heading = sign == ord("#") and closer == ord("#") and end - left <= _LEVELS and several
    item = numbered or bullet or sign in ROW_SIGNS
    marks = HEADING if heading else ITEM if item else 0
    marks |= LETTERED if kind & (LETTER | DIGIT) != 0 else 0
    return marks | (SMALL if kind & LOWER != 0 else 0) | (NUMBERED if kind & DIGIT != 0 else 0)


@compiled
def _end(codes: Codes, kinds: Kinds, left: int, right: int) -> int:
    """The marks of the last characters."""
    at = right - 1
    for _ in range(_CLOSERS):
        at -= at > left and kinds[at] & CLOSING != 0
    marks = ASKS if kinds[at] & ASKING != 0 else 0
    marks |= PAUSES if kinds[at] & PAUSE != 0 else 0
    marks |= FULL_STOP if kinds[at] & FULL != 0 else 0
    last, second, third = codes[right - 1], codes[max(right - 2, left)], codes[max(right - 3, left)]
    closed = last == DOT and second in CLOSERS
    marks |= MAY_CUT if closed or last in CLOSERS or last in ARROWS else 0
    dots = last == DOT and second == DOT and third == DOT
    return marks | (DOTS if dots or last == ord("…") else 0)


@compiled
def _brackets(sign: int, last: int) -> int:
    """The marks of the brackets in which a row begins and ends."""
    closes, tag = last in CLOSERS or last == ord("】"), sign in TAG_OPENERS
    marks = (BRACKET if closes else 0) | (ROUND if last == ord(")") else 0) | (MAY_TAG if tag else 0)
    return marks | (MAY_BRACKET if closes and (tag or sign in OPENERS) else 0)


@compiled
def _holds_address(codes: Codes, left: int, right: int) -> bool:
    """Whether a row has "://", "::", "->" or "()"."""
    found = False
    for at in range(left, right - 1):
        sign = codes[at]
        if sign == ord(":") or sign == ord("-") or sign == ord("("):
            after = codes[at + 1]
            slashes = after == ord("/") and at + 2 < right and codes[at + 2] == ord("/")
            found |= sign == ord(":") and (slashes or after == ord(":"))
            found |= (sign == ord("-") and after == ord(">")) or (sign == ord("(") and after == ord(")"))
    return found


@compiled
def find_labels(codes: Codes, kinds: Kinds, first: Ints, last: Ints) -> Ints:
    """Where the words end of which each row has a label in front, a word or two and a colon; 0 where it has none."""
    found = np.zeros(len(first), np.int64)
    for row in range(len(first)):
        left, right = first[row], last[row]
        at, most = left, min(right, left + _LABEL + 1)
        while at < most and codes[at] != ord(":") and codes[at] != ord("："):
            at += 1
        if left < at < most and kinds[left] & LETTER != 0 and _words_in(kinds, left, at) <= _WORDS:
            apart = at + 1 == right or kinds[min(at + 1, right - 1)] & SPACE != 0
            found[row] = at if apart or codes[at] == ord("：") else 0
    return found


@compiled
def _words_in(kinds: Kinds, left: int, right: int) -> int:
    words = 1
    for at in range(left + 1, right):
        words += kinds[at] & SPACE == 0 and kinds[at - 1] & SPACE != 0
    return words
