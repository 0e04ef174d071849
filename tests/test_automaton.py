"""A pattern as a table finds a match exactly where `re` does, or says that it can't."""

from __future__ import annotations

import re
from functools import cache

import pytest
from ftfy.badness import BADNESS_RE
from hypothesis import example, given, settings
from hypothesis import strategies as st

from transforms.automaton import FOUND, Automaton, NotFiniteError, automaton_of, chains_of

PATTERNS = [
    re.compile(pattern, flags)
    for pattern, flags in (
        ("[é][¨©]|x", 0),
        ("ab|ac|[d-f]g", 0),
        ("a?b | c\\sd | ^e", re.VERBOSE),
        ("[^a-z]b | \\w\\W\\d", re.VERBOSE),
        ("(?:ab|c)d | e{2,3}f | (g)", re.VERBOSE),
        ("a.c|^b[^\\Wx]", 0),
        ("aab|aaab|ba", 0),
        ("a??b{0,2}c", 0),
        ("𝄞a", 0),
        (BADNESS_RE.pattern, re.VERBOSE),
    )
]
LETTERS = st.sampled_from("abcdefgx é¨©Ââ€œ\u00a0\r1😀𝄞ГўВЂ\ud800\u3000")


@cache
def table_of(pattern: re.Pattern[str]) -> Automaton:
    return automaton_of(chains_of(pattern), ())


def finds(automaton: Automaton, line: str) -> bool:
    state = automaton.begin
    for char in line:
        state = int(automaton.moves[state + int(automaton.classes[ord(char)])])
        if state == FOUND:
            return True
    return False


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: ascii(pattern.pattern[:20]))
@settings(deadline=None, max_examples=300)
@given(line=st.text(LETTERS, max_size=12) | st.text(st.characters(exclude_characters="\n"), max_size=8))
@example(line="")
@example(line="b")
def test_a_match_is_found_where_there_is_one(pattern: re.Pattern[str], line: str) -> None:
    assert finds(table_of(pattern), line) == bool(pattern.search(line))


@pytest.mark.parametrize(
    "pattern",
    [
        re.compile("ab", re.IGNORECASE),
        re.compile("\\w", re.ASCII),
        re.compile("^a", re.MULTILINE),
        re.compile("a.b", re.DOTALL),
        re.compile("ab*"),
        re.compile("a+"),
        re.compile("(?<=a)b"),
        re.compile("a(?!b)"),
        re.compile("(a)\\1"),
        re.compile("(?i:a)"),
        re.compile("a$"),
        re.compile("\\ba"),
        re.compile("a^b"),
        re.compile("a?"),
        re.compile(""),
        re.compile("[ab]{40}|" * 3000 + "c"),
        re.compile("(?:a|bc){12}"),
    ],
    ids=lambda pattern: f"{pattern.pattern[:12]} {pattern.flags}",
)
def test_what_is_no_choice_of_bounded_sequences_is_refused(pattern: re.Pattern[str]) -> None:
    with pytest.raises(NotFiniteError):
        chains_of(pattern)


def test_a_table_that_would_be_too_large_is_refused() -> None:
    with pytest.raises(NotFiniteError, match="states"):
        automaton_of(chains_of(re.compile("a.{18}[bc]d[ef][gh]i")), ())
    with pytest.raises(NotFiniteError, match="classes"):
        automaton_of(chains_of(re.compile("|".join(f"{chr(code)}z" for code in range(0x4E00, 0x4F10)))), ())


def test_marked_characters_are_told_and_change_nothing() -> None:
    automaton = automaton_of(chains_of(re.compile("ab")), (((ord("b"), ord("c")),), ((ord("a"), ord("d")),)))
    kinds = automaton.kinds[automaton.classes]
    assert [kinds[ord(char)] for char in "abcd"] == [2, 3, 2, 0]
    assert finds(automaton, "cab")
    assert not finds(automaton, "cba")
