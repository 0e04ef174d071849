"""Which lines `ftfy` could change, told in machine code at some hundred megabytes a second.

Every step of `ftfy` acts only where its sign is present, so a line without any stays as it is:

- `unescape_html`: an entity, and with "auto" no `<` in the line;
- `fix_encoding`, with all that belongs to it: a match of the pattern `BADNESS_RE`;
- the other steps: a character of the table or pattern that they replace;
- the normal form NFC: a character that `touched_by_nfc` names.

The first step to act would meet the line as it was, so no step follows from another. That the list is whole was read
off the source of the releases named in `READ`; with another release, or a pattern that can't be taken apart, there is
no screen, and every line goes to `ftfy`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

import ftfy
import numpy as np
from ftfy import TextFixerConfig, chardata
from ftfy.badness import BADNESS_RE
from numpy.typing import NDArray

from transforms.automaton import FOUND, Automaton, Chain, NotFiniteError, automaton_of, chains_of
from transforms.char_ranges import Ranges, of_characters, touched_by_nfc, union
from transforms.compiled import compiled

READ: Final = frozenset({"6.3.0", "6.3.1"})

# What is found out of a line; it goes to `ftfy` for the first, for an entity without a tag, and for an accent where
# the line is not in the normal form.
SIGN, ENTITY, TAG, ACCENT = 1, 2, 4, 8
# What a character is beside its class, a bit each, in the order of `marked` below.
LINE_END, AMPERSAND, LESS_THAN, UNSETTLED = 1, 2, 4, 8
# The most letters and digits between the `&` or `&#` of an entity and its `;`.
LONGEST_NAME: Final = 24
# More characters than any state can remember.
_LONGEST_MEMORY: Final = 8
# As many ASCII characters lead any state back to that of its last few, so that a run of them need not be walked.
_PLAIN: Final = np.array([0x20 <= code < 0x7F and chr(code) not in "&<" for code in range(256)])
_ALPHANUMERIC: Final = np.array([code < 0x80 and chr(code).isalnum() for code in range(256)])


@dataclass(frozen=True, slots=True)
class Screen:
    """The tables for one configuration.

    `calm` tells for a state whether no run of plain ASCII can lead from it to a sign, and `memory` how many of the
    last characters of such a run decide the state behind it.
    """

    automaton: Automaton
    calm: NDArray[np.bool_]
    memory: int

    def signs(self, text: str, lines: int) -> NDArray[np.uint8]:
        r"""What each of the `lines` lines of a text shows, cut at line feeds.

        >>> screen = screen_of(TextFixerConfig())
        >>> screen.signs("plain\ncafÃ© <b>\ne\u0301 &amp; <i>", 3).tolist()
        [0, 1, 14]
        """
        data = np.frombuffer(text.encode("utf-8", "surrogatepass") or b"\n", np.uint8)
        found = np.zeros(lines, np.uint8)
        table = self.automaton
        tables = (table.classes, table.kinds, table.moves, self.calm, _PLAIN, _ALPHANUMERIC)
        _look(data, tables, np.array([table.begin, table.rest, self.memory], np.int64), found)
        return found


@cache
def screen_of(config: TextFixerConfig) -> Screen | None:
    """The screen for a configuration; None where every line has to go to `ftfy`."""
    if ftfy.__version__ not in READ or config.normalization not in {None, "NFC"}:
        return None
    try:
        chains = [Chain((_touched(config),))] if _touched(config) else []
        if config.fix_encoding:
            chains += chains_of(BADNESS_RE)
        unsettled = touched_by_nfc() if config.normalization else ()
        ampersand = of_characters([ord("&")]) if config.unescape_html else ()
        marked = (of_characters([ord("\n")]), ampersand, of_characters([ord("<")]), unsettled)
        automaton = automaton_of(chains, marked)
    except (NotFiniteError, ImportError, AttributeError):
        return None
    return Screen(automaton, *_calm(automaton))


def _touched(config: TextFixerConfig) -> Ranges:
    """The characters that the steps act on which look at single characters."""
    found: list[tuple[int, int]] = []
    for wanted, touched in (
        (config.fix_c1_controls, _matched(chardata.C1_CONTROL_RE)),
        (config.fix_latin_ligatures, of_characters(chardata.LIGATURES)),
        (config.fix_character_width, of_characters(chardata.WIDTH_MAP)),
        (config.uncurl_quotes, _matched(chardata.SINGLE_QUOTE_RE) + _matched(chardata.DOUBLE_QUOTE_RE)),
        (config.fix_line_breaks, of_characters([0x0D, 0x85, 0x2028, 0x2029])),
        (config.fix_surrogates, ((0xD800, 0xE000),)),
        (config.remove_terminal_escapes, of_characters([0x1B])),
        (config.remove_control_chars, of_characters(chardata.CONTROL_CHARS)),
    ):
        found += touched if wanted else ()
    return union(found)


def _matched(pattern: re.Pattern[str]) -> Ranges:
    """The characters that a pattern for single characters matches."""
    return union(pair for chain in chains_of(pattern) for pair in chain.sets[0])


def _calm(automaton: Automaton) -> tuple[NDArray[np.bool_], int]:
    """The states from which no plain ASCII leads to a sign, and how many such characters lead all of them to one."""
    plain = np.unique(automaton.classes[:256][_PLAIN])
    next_of = automaton.moves.reshape(-1, automaton.width)[:, plain] // automaton.width
    calm = np.arange(len(next_of)) != FOUND
    while (kept := calm & calm[next_of].all(axis=1)).sum() < calm.sum():
        calm = kept
    together, memory = {frozenset(np.flatnonzero(calm).tolist())}, 0
    while memory == 0 or (any(len(states) > 1 for states in together) and memory < _LONGEST_MEMORY):
        together = {frozenset(after) for states in together for after in next_of[sorted(states)].T.tolist()}
        memory += 1
    sure = bool(calm[automaton.rest // automaton.width]) and all(len(states) == 1 for states in together)
    return np.repeat(calm & sure, automaton.width), memory


Tables = tuple[
    NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint16], NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]
]


@compiled
def _behind(data: NDArray[np.uint8], at: int, members: NDArray[np.bool_]) -> int:
    """Where a run of bytes ends that are members of a set."""
    while at < len(data) and members[data[at]]:
        at += 1
    return at


@compiled
def _character(data: NDArray[np.uint8], at: int) -> tuple[int, int]:
    """The character that begins with a byte, and where the next begins (RFC 3629, section 3)."""
    lead = int(data[at])
    if lead < 0x80:
        return lead, at + 1
    if lead < 0xE0:
        return (lead & 0x1F) << 6 | int(data[at + 1] & 0x3F), at + 2
    code = (lead & 0x0F) << 12 | int(data[at + 1] & 0x3F) << 6 | int(data[at + 2] & 0x3F)
    if lead < 0xF0:
        return code, at + 3
    return code << 6 | int(data[at + 3] & 0x3F), at + 4


@compiled
def _shown(beside: int, data: NDArray[np.uint8], at: int, alphanumeric: NDArray[np.bool_]) -> int:
    """What the character before `at` shows that is told by more than the automaton."""
    shown = TAG if beside & LESS_THAN else 0
    if beside & UNSETTLED:
        shown |= ACCENT
    if beside & AMPERSAND:
        begin = at + 1 if at < len(data) and data[at] == 0x23 else at  # "#"
        stop = _behind(data, begin, alphanumeric)
        if 0 < stop - begin <= LONGEST_NAME and stop < len(data) and data[stop] == 0x3B:  # ";"
            shown |= ENTITY
    return shown


@compiled
def _look(data: NDArray[np.uint8], tables: Tables, places: NDArray[np.int64], found: NDArray[np.uint8]) -> None:
    """Walks a text in UTF-8 and notes in `found` what each line shows."""
    classes, kinds, moves, calm, plain, alphanumeric = tables
    begin, rest, memory = places[0], places[1], places[2]
    at, line, state = 0, 0, begin
    while at < len(data):
        if calm[state] and plain[data[at]]:
            stop = _behind(data, at, plain)
            if stop - at > memory:
                at, state = stop - memory, rest
        code, at = _character(data, at)
        kind = classes[code]
        beside = kinds[kind]
        if beside & LINE_END:
            line, state = line + 1, begin
            continue
        if beside:
            found[line] |= _shown(beside, data, at, alphanumeric)
        state = np.int64(moves[state + kind])
        if state == FOUND:
            found[line] |= SIGN
            state = begin
            while at < len(data) and data[at] != 0x0A:
                at += 1
