"""Figures about a text: each against a slow and plain definition, within its bounds, in bulk as one by one."""

from __future__ import annotations

import math
import re
import time
from collections import Counter
from dataclasses import asdict

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from transforms.characters import WITHOUT_SPACES
from transforms.pii import mask
from transforms.quality import (
    BULLETS,
    CLOSINGS,
    LINE_ENDS,
    NAMES,
    SHARES,
    STOP_WORDS,
    STOPS,
    TYPE,
    WIDE_STOPS,
    Quality,
    quality_of,
    quality_of_texts,
)
from transforms.quality_grams import Table, counted_at, number, repeated
from transforms.quality_marks import BASE, SPREAD, Items
from transforms.tables import POSTS


def share(part: float, whole: float) -> float:
    return round(part / whole, 4) if whole else 0.0


def lines_of(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def tokens_of(text: str) -> list[str]:
    """Runs without white space; letters of scripts that are written without spaces stand alone."""
    tokens = []
    for chunk in text.split():
        run = ""
        for character in chunk:
            if is_alone(character):
                tokens += [run, character]
                run = ""
            else:
                run += character
        tokens.append(run)
    return [token for token in tokens if token]


def is_alone(character: str) -> bool:
    within = any(first <= ord(character) <= last for first, last in WITHOUT_SPACES)
    return within and is_word(character)


def is_word(character: str) -> bool:
    import unicodedata

    return character.isalnum() or unicodedata.category(character)[0] == "M"


def grams(text: str, size: int) -> list[tuple[str, ...]]:
    tokens = tokens_of(text)
    return [tuple(tokens[at : at + size]) for at in range(len(tokens) - size + 1)]


def characters(text: str) -> int:
    return sum(map(len, tokens_of(text)))


def top_gram(text: str, size: int) -> float:
    counts = Counter(grams(text, size))
    most = max(counts.values(), default=0)
    if most < 2:
        return 0.0
    longest = max(len("".join(gram)) for gram, count in counts.items() if count == most)
    return min(1.0, share(most * longest, characters(text)))


def duplicate_gram(text: str, size: int) -> float:
    tokens, met, inside = tokens_of(text), set(), set()
    for at, gram in enumerate(grams(text, size)):
        if gram in met:
            inside |= set(range(at, at + size))
        met.add(gram)
    return share(sum(len(tokens[at]) for at in inside), characters(text))


def sentences(text: str) -> int:
    ends = rf"[{re.escape(WIDE_STOPS)}]|[{re.escape(STOPS)}][{re.escape(STOPS + CLOSINGS)}]*\s"
    return sum(any(map(is_word, part)) for part in re.split(ends, text))


def runs(text: str) -> list[str]:
    """Words as runs of letters, digits and marks, and what stands between them."""
    parts, kind = [""], None
    for character in text:
        if is_word(character) != kind:
            parts.append("")
            kind = is_word(character)
        parts[-1] += chr(ord(character) + 32) if "A" <= character <= "Z" else character
    return parts


def plainly(text: str) -> Quality:
    """All of it, as slowly and plainly as can be."""
    chunks, lines, parts = text.split(), lines_of(text), runs(text)
    repeated = [line for at, line in enumerate(lines) if line in lines[:at]]
    stripped = [line.strip() for line in lines]
    found = {
        "mean_word_length": share(sum(map(len, chunks)), len(chunks)),
        "repeated_line_share": share(len(repeated), len(lines)),
        "repeated_line_char_share": share(sum(map(len, repeated)), sum(map(len, lines))),
        **{f"top_{size}gram_char_share": top_gram(text, size) for size in (2, 3, 4)},
        **{f"duplicate_{size}gram_char_share": duplicate_gram(text, size) for size in range(5, 11)},
        "symbol_word_ratio": share(len(re.findall(r"#|…|\.\.\.", text)), len(chunks)),
        "alphabetic_word_share": share(sum(any(map(str.isalpha, chunk)) for chunk in chunks), len(chunks)),
        "terminal_line_share": share(sum(line[-1] in LINE_ENDS for line in stripped), len(lines)),
        "bullet_line_share": share(sum(is_bullet(line) for line in lines), len(lines)),
        "ellipsis_line_share": share(sum(line.endswith(("...", "…")) for line in stripped), len(lines)),
        "short_line_share": share(sum(len(line) < 30 for line in stripped), len(lines)),
        "n_sentences": sentences(text),
        "n_stop_words": len(set(STOP_WORDS) & set(parts)),
        "has_javascript": "javascript" in parts,
        "has_lorem_ipsum": any(
            parts[at] == "lorem" and parts[at + 1].isspace() and parts[at + 2] == "ipsum"
            for at in range(len(parts) - 2)
        ),
        "has_curly_bracket": "{" in text or "}" in text,
        **{f"has_{kind}": False for kind in ("email", "phone", "ip")},
    }
    from transforms.pii import emails_of, ips_of, phones_of

    for name, of in (("email", emails_of), ("phone", phones_of), ("ip", ips_of)):
        found[f"has_{name}"] = bool(list(of(text)))
    return Quality(**found)  # type: ignore[arg-type]


def is_bullet(line: str) -> bool:
    line = line.lstrip()
    return len(line) > 1 and line[0] in BULLETS and line[1].isspace()


MADE = [
    "",
    " \n\n\t",
    "abc",
    "a bb\nccc",
    "Share\n\none two\n\nShare\n\nShare",
    "潮騒",
    "今日は。明日は！\n今日は。明日は！",
    "One two. One two? One two! (One “two.”) And 3.14 is no end... but this is.\n",
    "#tag #tag ... … .....",
    "- one\n* two\n-3 degrees\n• three\n  – four\n•five\n-",
    "The end...\nto be continued…\nof a line\nthat has, with “quotes.”",
    "the the the the the the the the the the the the",
    "a b c d e f g h i j k l m n o p a b c d e f g h i j k l m n o p",
    "JavaScript is off; Lorem  Ipsum, lorem, ipsum myjavascript {x}",
    "lorem\nipsum",
    "a@b.org 10.0.0.1 +33 6 12 34 56 78",
    "on 2019-10-22 10:30:22 at 1.2.3 and 12:30",
    "fe80::1 0612345678 415 555 2671 (415) 555-2671",
    "x 00336123456789 y",
    "ΣΊΣΥΦΟΣ Straße ÉTÉ e\u0301te\u0301",
    "\ud800 broken \udfff",
    "a\x1cb\x85c\u2028d\u3000e",
]
WORDS = [
    "the",
    "a",
    "of",
    "cat",
    "sat.",
    "#",
    "...",
    "…",
    "\n",
    "\n\n",
    "- ",
    "本",
    "語。",
    "é",
    "lorem",
    "ipsum",
    "{",
    "1",
    "::",
]
WORDY = st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join)
FEW = st.text(st.sampled_from('ab. \n#本。…-"5:@+'), max_size=80)


@pytest.mark.parametrize("text", MADE)
def test_made_cases_are_as_plainly_said(text: str) -> None:
    assert quality_of(text) == plainly(text)


@given(st.text(max_size=200) | FEW | WORDY)
@example("a. b.c d.\u200b e")
def test_any_text_is_as_plainly_said(text: str) -> None:
    found, expected = asdict(quality_of(text)), asdict(plainly(text))
    for name in NAMES:
        assert math.isclose(found[name], expected[name], abs_tol=0.00011), name


@given(st.lists(st.text(max_size=40) | FEW | WORDY, max_size=8))
def test_in_bulk_as_one_by_one(texts: list[str]) -> None:
    rows = quality_of_texts(texts).to_pylist()
    assert len(rows) == len(texts)
    for row, text in zip(rows, texts, strict=True):
        for name, value in asdict(quality_of(text)).items():
            assert row[name] == (pytest.approx(value, rel=1e-6) if name in SHARES else value)


@given(st.text() | WORDY)
def test_bounds(text: str) -> None:
    found = asdict(quality_of(text))
    assert all(0 <= found[name] <= 1 for name in SHARES if name.endswith("_share"))
    assert 0 <= found["mean_word_length"] <= len(text)
    assert (found["mean_word_length"] > 0) == bool(text.strip())
    assert found["repeated_line_share"] < 1
    assert 0 <= found["n_stop_words"] <= len(STOP_WORDS)
    if mask(text)[1]:
        assert found["has_email"] or found["has_phone"] or found["has_ip"]


@given(st.lists(st.text(st.sampled_from("ab"), min_size=1), min_size=1))
def test_a_text_twice_repeats_at_least_half_of_its_lines(lines: list[str]) -> None:
    assert quality_of("\n".join(lines * 2)).repeated_line_share >= 0.5


def test_known_figures() -> None:
    found = quality_of("The cat sat on the mat.\nThe cat sat on the mat.\n- no end\n")
    assert found.repeated_line_share == 0.3333
    assert found.terminal_line_share == 0.6667
    assert found.bullet_line_share == 0.3333
    assert found.n_sentences == 3
    assert found.n_stop_words == 1
    # "the mat." twice, and 18 characters once more, of 42.
    assert found.top_2gram_char_share == 0.3333
    assert found.duplicate_5gram_char_share == 0.4286


def test_the_column_is_that_of_the_table() -> None:
    assert POSTS.field("quality").type == TYPE == quality_of_texts(["a"]).type
    assert quality_of_texts([]).type == TYPE
    assert isinstance(quality_of_texts(["a", "b"]), pa.StructArray)


@pytest.mark.parametrize("text", ["12 34 x 13 24 y", "on at x oa nt y", "a bc d e f g b ac d e f g"])
def test_letters_that_change_places_make_other_ngrams(text: str) -> None:
    found = quality_of(text)
    assert found.top_2gram_char_share == top_gram(text, 2)
    assert found.duplicate_5gram_char_share == duplicate_gram(text, 5)


@pytest.mark.parametrize("unit", ["a", "a ", "a b ", "\n", "a\n", "#", ".", "本", "1.", "1:", "+1 ", "a@", "0 ", "{"])
def test_cost_is_linear(unit: str) -> None:
    few, many = (min(_spent_on(unit * (length // len(unit))) for _ in range(3)) for length in (50_000, 1_600_000))
    # 32 times the text: where the cost were quadratic, 1024 times the time.
    assert many < 4 * 32 * max(few, 0.0002)


def _spent_on(text: str) -> float:
    began = time.process_time()
    quality_of(text)
    return time.process_time() - began


def test_hashes_chosen_to_meet_in_the_table_cost_no_more() -> None:
    count = 40_000
    chance = np.random.default_rng(1).integers(1, 1 << 64, count, dtype=np.uint64)
    # Multiplied by SPREAD they are small numbers, so that their upper bits, which tell the place, are 0.
    chosen = np.repeat(np.arange(1, count // 2 + 1, dtype=np.uint64), 2) * np.uint64(pow(int(SPREAD), -1, 1 << 64))
    table = Table(np.empty(1 << 17, np.uint64), np.empty(1 << 17, np.int32), np.zeros(2, np.int64))
    starts, lengths = np.zeros(count, np.int64), np.full(count, 3)

    def spent(hashes: NDArray[np.uint64]) -> float:
        items, places = Items(hashes.copy(), starts, lengths), np.arange(count)
        grams, again = hashes.copy(), count - len(np.unique(hashes))
        began = time.process_time()
        found = repeated(items, count, table), counted_at(grams, places, count, table)
        took = time.process_time() - began
        assert found == ((again, 3 * again), 2 * again)
        return took

    usual, most = (min(spent(hashes) for _ in range(3)) for hashes in (chance, chosen))
    assert most < 20 * usual


def test_numbers_in_place_of_hashes_tell_longer_grams_apart() -> None:
    hashes = np.random.default_rng(1).integers(1, 600, 1_000, dtype=np.uint64)
    numbered = hashes.copy()
    number(numbered, np.arange(1_000))
    pairs = set(zip(hashes.tolist(), numbered.tolist(), strict=True))
    assert len(pairs) == len(np.unique(hashes)) == len(np.unique(numbered))
    letters = (np.arange(1, 1_001, dtype=np.uint64)) * BASE  # tokens of one character
    assert len(np.unique(np.add.outer(np.unique(numbered) * BASE, letters))) == len(pairs) * 1_000
