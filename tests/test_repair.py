"""Repair is what ftfy makes of each line, no more and no less, and says what it did."""

from __future__ import annotations

import unicodedata

import ftfy
import pytest
from ftfy import TextFixerConfig
from hypothesis import example, given, settings
from hypothesis import strategies as st

from transforms.repair import MARKUP, PLAIN, needs_nothing, repair_line, repair_lines, repair_texts
from transforms.repair_steps import STEPS, config_of

CONFIGS = {"plain": PLAIN, "markup": MARKUP, "nothing": config_of(()), "all": config_of(tuple(STEPS))}
CONFIGS |= {name: config_of((name,)) for name in STEPS}
# Pairs of what a text was written in and what it was misread as.
WRITTEN_AND_READ = [
    ("utf-8", "latin-1"),
    ("utf-8", "sloppy-windows-1252"),
    ("utf-8", "sloppy-windows-1251"),
    ("utf-8", "sloppy-windows-1250"),
    ("utf-8", "macroman"),
    ("utf-8", "cp437"),
    ("latin-1", "utf-8"),
    ("sloppy-windows-1251", "latin-1"),
    ("shift_jis", "latin-1"),
    ("utf-16-le", "latin-1"),
]
PHRASES = st.sampled_from(
    [
        "déjà vu", "à Orléans", "“quoted” — and…", "naïve café", "Größe", "привет, мир", "日本語の文", "한국어", "🙂",
        "it’s", "€ 5,00", "plain words", "ﬁne ﬂour", "e\u0301le\u0300ve", "ﾊﾝｶｸ ＷＩＤＥ", "voilà ", "Ελλάδα", "שלום",
    ]
)  # fmt: skip
ODD = st.sampled_from(
    [
        "&amp;", "&eacute;", "&#233;", "&#x1F642;", "&lt;b&gt;", "&nosuch;", "&EACUTE;", "&amp", "&&#;", "<", ">",
        "&#128;", "\x00", "\x07", "\x1b[31m", "\x7f", "\x80", "\x85", "\x93", "\x9d", "\xa0", "\xad", "\u200b",
        "\u2028", "\ufeff", "\ufffd", "\ufff9", "\u206a", "\ud83d", "\ude42", "\ud83d\ude42", "\u0301", "\u0327",
        "\u1160", "\u0340", "\u212b", "Ã", "â€", "Â", "Ã\xa0", "\x0c", "\x0b", " ", "\t",
    ]
)  # fmt: skip


def misread(text: str, pair: tuple[str, str]) -> str:
    return text.encode(pair[0], "replace").decode(pair[1], "replace")


MOJIBAKE = st.builds(misread, PHRASES, st.sampled_from(WRITTEN_AND_READ))
TWICE = st.builds(misread, MOJIBAKE, st.sampled_from(WRITTEN_AND_READ))
MIXED = st.lists(PHRASES | MOJIBAKE | TWICE | ODD | st.text(max_size=3), max_size=6).map("".join)
ANY = st.text(st.characters(exclude_categories=[], exclude_characters="\n"), max_size=30)


def without_line_ends(text: str) -> str:
    return text.replace("\n", " ").replace("\r", " ")


def plainly(line: str, config: TextFixerConfig) -> str:
    return ftfy.fix_and_explain(line, config).text


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
@settings(deadline=None, max_examples=300)
@given(line=(MIXED | ANY).map(without_line_ends))
@example(line="&amp;amp;lt;")
@example(line="<p>&eacute;")
@example(line="l\x85 Ã©tÃ©")
@example(line="\u1100\u1161\u11a8")
def test_a_line_becomes_what_ftfy_makes_of_it(config: TextFixerConfig, line: str) -> None:
    expected = plainly(line, config)
    fixed, steps = repair_line(line, config)
    assert fixed == expected
    assert bool(steps) >= (fixed != line)
    if needs_nothing(line, config):
        assert expected == line


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
@settings(deadline=None, max_examples=40)
@given(
    parts=st.lists(st.lists(MIXED.map(without_line_ends), min_size=1, max_size=4), max_size=4),
    clean=st.integers(0, 66),
)
def test_lines_are_repaired_each_by_itself(config: TextFixerConfig, parts: list[list[str]], clean: int) -> None:
    lines = [line for part in parts for line in [*part, *["all is well"] * clean]]
    repaired = repair_lines(lines, config)
    assert repaired.lines == tuple(plainly(line, config) for line in lines)
    for number, (before, after) in enumerate(zip(lines, repaired.lines, strict=True)):
        assert before == after or repaired.repairs[number]


@settings(deadline=None, max_examples=300)
@given(line=(MIXED | ANY).map(without_line_ends))
def test_a_repaired_line_needs_no_second_repair_where_ftfy_agrees(line: str) -> None:
    once = plainly(line, PLAIN)
    assert repair_line(repair_line(line)[0])[0] == plainly(once, PLAIN)
    assert unicodedata.is_normalized("NFC", repair_line(line)[0])


LINES = 3000


@pytest.mark.parametrize("place", [0, 1, 1499, LINES - 2, LINES - 1])
def test_one_damaged_line_anywhere_is_found(place: int) -> None:
    lines = ["clean words"] * LINES
    lines[place] = f"{'x' * (place % 5)}cafÃ©"
    repaired = repair_lines(lines)
    assert repaired.lines[place].endswith("café")
    assert list(repaired.repairs) == [place]
    assert repaired.lines.count("clean words") == len(lines) - 1


@settings(deadline=None, max_examples=200)
@given(texts=st.lists(st.lists(MIXED.map(without_line_ends), max_size=3).map("\n".join), max_size=5))
def test_texts_are_repaired_line_by_line(texts: list[str]) -> None:
    repaired = repair_texts(texts)
    assert [text for text, _ in repaired] == ["\n".join(repair_lines(text.split("\n")).lines) for text in texts]
    for (after, steps), before in zip(repaired, texts, strict=True):
        assert bool(steps) >= (after != before)


@pytest.mark.parametrize("line", ["œ\nœ", " \nÃ€", "a\nÃ b", "plain\nwords"])
def test_a_line_end_within_a_line_is_one_more_character(line: str) -> None:
    assert repair_line(line)[0] == plainly(line, PLAIN)
    assert repair_lines([line, "x"]).lines == (plainly(line, PLAIN), "x")


@pytest.mark.parametrize(
    ("before", "after", "steps"),
    [
        ("dÃ©jÃ\xa0 vu", "déjà vu", ("encode latin-1", "decode utf-8")),
        ("itâ€™s", "it’s", ("encode sloppy-windows-1252", "decode utf-8")),
        ("Tom &amp; Jerry", "Tom & Jerry", ("apply unescape_html",)),
        ("a\x07b", "ab", ("apply remove_control_chars",)),
        ("\x1b[1mbold\x1b[0m", "bold", ("apply remove_terminal_escapes",)),
        ("e\u0301te\u0301", "été", ("normalize NFC",)),
        ("\ud83d\ude42", "🙂", ("apply fix_surrogates",)),
        ("lone \ud83d", "lone \ufffd", ("apply fix_surrogates",)),
        ("\x93quoted\x94", "“quoted”", ("encode latin-1", "decode windows-1252")),
    ],
)
def test_what_was_done_is_recorded(before: str, after: str, steps: tuple[str, ...]) -> None:
    assert repair_line(before) == (after, steps)
    repaired = repair_lines(["", before])
    assert (repaired.lines, repaired.repairs) == (("", after), {1: steps})


@pytest.mark.parametrize(
    "line",
    [
        "",
        "“Curled” quotes and ‘single’ ones, l’été",
        "eﬃcient ﬁsh",
        "ＷＩＤＥ letters and ﾊﾝｶｸ",
        "a line\u2028separator and a\x0cfeed",
        "trailing space \t",
        "<b>fish &amp; chips</b>",
        "&nosuch; & alone; AT&T",
        "soft\xadhyphen, no-break\xa0space",
        "привет 日本語 한국어 🙂👩‍👩‍👧",
        "über Ästhetik, ÀÉÎÕÜ",
    ],
)
def test_good_text_stays(line: str) -> None:
    assert repair_lines([line]).lines == (line,)
    assert repair_lines([line]).repairs == {}


def test_entities_of_a_parsed_page_stay() -> None:
    assert repair_line("write &amp; for an ampersand", MARKUP) == ("write &amp; for an ampersand", ())


def test_clean_text_is_quick() -> None:
    lines = ["Une ligne propre, où l’été s’achève ; rien à réparer ici."] * 100_000
    repaired = repair_lines(lines)
    assert not repaired.repairs


def test_no_lines() -> None:
    assert repair_lines([]).lines == ()
    assert repair_texts([]) == []
