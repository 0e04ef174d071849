"""The screen lets through what `ftfy` would leave alone, and only with a release of it that was read."""

from __future__ import annotations

import re
import unicodedata

import ftfy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms import screen as screens
from transforms.char_ranges import CODE_POINTS, in_category, others, touched_by_nfc, union
from transforms.repair import MARKUP, PLAIN, repair_line, repair_lines
from transforms.repair_steps import STEPS, config_of
from transforms.screen import ACCENT, ENTITY, READ, SIGN, TAG, Screen, screen_of

# Every length in UTF-8, runs of ASCII around them, and line ends.
CHARS = st.sampled_from("abc dé©ÃœŒ—日本ñ🙂𝄞&;#x<>\n\r\t\x1b\u0301\ud83d")
BITS = {
    ENTITY: re.compile("&#?[0-9A-Za-z]{1,24};"),
    TAG: re.compile("<"),
    ACCENT: re.compile("[" + "".join(f"{chr(a)}-{chr(b - 1)}" for a, b in touched_by_nfc()) + "]"),
}


def screen(steps: tuple[str, ...]) -> Screen:
    found = screen_of(config_of(steps))
    assert found
    return found


def test_the_installed_release_was_read() -> None:
    """Where this fails: hold the new source against the docstring of the module, then add the release."""
    assert ftfy.__version__ in READ
    assert screen_of(PLAIN)
    assert screen_of(MARKUP)


@pytest.mark.parametrize("steps", [(), tuple(STEPS), *((step,) for step in STEPS)], ids=" ".join)
@settings(deadline=None, max_examples=200)
@given(parts=st.lists(st.text(CHARS, max_size=6) | st.sampled_from([" plain words", "&amp;", "a" * 30, "Ã©"])))
def test_each_line_shows_what_stands_in_it(steps: tuple[str, ...], parts: list[str]) -> None:
    text = "".join(parts)
    lines = text.split("\n")
    signs = screen(steps).signs(text, len(lines)).tolist()
    for line, sign in zip(lines, signs, strict=True):
        alone = screen(steps).signs(line, 1)[0]
        assert sign == alone
        if not sign & SIGN:
            wanted = {TAG} | ({ENTITY} if "entities" in steps else set()) | ({ACCENT} if "accents" in steps else set())
            assert sign == sum(bit for bit in wanted if BITS[bit].search(line))


@pytest.mark.parametrize("letters", [0, 1, 23, 24, 25, 60])
@pytest.mark.parametrize("end", [";", "", " ;", "&;"])
def test_the_bounds_of_an_entity(letters: int, end: str) -> None:
    for line in (f"&{'a' * letters}{end}", f"&#{'1' * letters}{end}"):
        assert bool(screen(("entities",)).signs(line, 1)[0] & ENTITY) == bool(BITS[ENTITY].search(line))


@pytest.mark.parametrize("place", range(20))
def test_a_sign_behind_a_run_of_ascii_is_found(place: int) -> None:
    for sign in ("Ã ", "Ã©", "œ!", "a\xa0Ã "):
        line = f"{'a' * place}{sign}{'b' * 9}"
        assert bool(screen(("encoding",)).signs(line, 1)[0]) == bool(ftfy.badness.is_bad(line))


def test_another_release_is_asked_about_every_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ftfy, "__version__", "99.0")
    screen_of.cache_clear()
    try:
        assert screen_of(PLAIN) is None
        assert repair_lines(["clean", "cafÃ©"]).lines == ("clean", "café")
        assert repair_line("clean") == ("clean", ())
    finally:
        screen_of.cache_clear()


def test_a_pattern_that_cannot_be_taken_apart_is_left_to_ftfy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screens, "BADNESS_RE", re.compile("a*b"))
    screen_of.cache_clear()
    try:
        assert screen_of(PLAIN) is None
        assert screen_of(config_of(("controls",))) is not None
    finally:
        screen_of.cache_clear()


def test_good_text_shows_nothing() -> None:
    clean = "Où l’été s’achève, le cœur… — «\xa0déjà\xa0» ; Größe. Дождь начался, и ночь. 雨は昼前に降り始め、村では。"
    assert screen_of(PLAIN)
    assert screen(tuple(STEPS)[:4]).signs(clean, 1).tolist() == [0]


@settings(deadline=None, max_examples=500)
@given(st.text(st.characters(exclude_categories=[]) | st.sampled_from("e\u0301\u0327\u1100\u1161\u11a8가\u0344\u212b")))
def test_a_text_without_touched_characters_is_normal(text: str) -> None:
    touched = BITS[ACCENT].search(text)
    assert touched or unicodedata.is_normalized("NFC", text)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50))))
def test_ranges_hold_what_their_pairs_hold(pairs: list[tuple[int, int]]) -> None:
    ranges = union(pairs)
    held = {code for first, stop in pairs for code in range(first, stop)}
    assert [code for first, stop in ranges for code in range(first, stop)] == sorted(held)
    assert others(others(ranges)) == ranges


@pytest.mark.parametrize("escape", [r"\w", r"\s", r"\d", r"\W"])
def test_the_characters_of_an_escape(escape: str) -> None:
    ranges = in_category(escape)
    assert union(ranges) == ranges
    held = {code for first, stop in ranges for code in range(first, stop)}
    assert all((code in held) == bool(re.match(escape, chr(code))) for code in range(0, CODE_POINTS, 7))
