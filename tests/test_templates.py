"""Filled-in forms are told from edited copies: on labelled pairs, on made ones, and whatever stands beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.match import NEAR_IDENTICAL
from transforms.sign import shingle_sets
from transforms.templates import filled_in

# Texts with their versions: "[[first|second|third]]". Of a template each two versions are a pair, of a copied text
# the first and each other one. A known failure is a template with a single field, which looks like a correction.
CASES = Path(__file__).with_name("template_pairs.txt")
VERSIONS = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)


@dataclass(frozen=True)
class Pair:
    label: str
    name: str
    one: str
    other: str


def labelled() -> list[Pair]:
    pairs = []
    for block in re.split(r"^# ", CASES.read_text("utf-8"), flags=re.MULTILINE)[1:]:
        head, body = block.split("\n", 1)
        label, name = head.split(": ", 1)
        choices = [found.split("|") for found in VERSIONS.findall(body)]
        [count] = {len(each) for each in choices}
        texts = [version(body, choices, number) for number in range(count)]
        chosen = [(0, i) for i in range(1, count)] if label == "copy" else combinations(range(count), 2)
        pairs += [Pair(label, f"{name} {a}-{b}", texts[a], texts[b]) for a, b in chosen]
    return pairs


def version(body: str, choices: list[list[str]], number: int) -> str:
    each = iter(choices)
    return VERSIONS.sub(lambda _: next(each)[number], body).strip()


PAIRS = labelled()


def filled(one: str, other: str) -> bool:
    return bool(filled_in([one, other], np.array([[0, 1]]))[0])


def near(one: str, other: str) -> bool:
    a, b = (set(shingles.tolist()) for shingles in shingle_sets([one, other]))
    return len(a & b) >= NEAR_IDENTICAL * len(a | b)


def test_there_are_pairs_enough_and_the_forms_are_alike() -> None:
    labels = [pair.label for pair in PAIRS]
    assert labels.count("template") >= 20
    assert labels.count("copy") >= 20
    assert sum(near(pair.one, pair.other) for pair in PAIRS if pair.label == "template") >= 20
    assert all(near(pair.one, pair.other) for pair in PAIRS if pair.label == "copy")


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if pair.label == "template"], ids=lambda pair: pair.name)
def test_a_form_filled_in_twice_is_two_posts(pair: Pair) -> None:
    assert not near(pair.one, pair.other) or filled(pair.one, pair.other)
    assert filled(pair.one, pair.other) == filled(pair.other, pair.one)


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if pair.label == "copy"], ids=lambda pair: pair.name)
def test_an_edited_copy_is_no_form(pair: Pair) -> None:
    assert not filled(pair.one, pair.other)
    assert not filled(pair.other, pair.one)


@pytest.mark.parametrize(
    "pair",
    [
        pytest.param(pair, id=pair.name, marks=pytest.mark.xfail(strict=True, reason="one field is like a correction"))
        for pair in PAIRS
        if pair.label == "known failure"
    ],
)
def test_a_form_with_one_field(pair: Pair) -> None:
    assert filled(pair.one, pair.other)


FORM = "on {} the choir of {} sings in the old barn behind the mill and everybody is asked to bring a chair {}"


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        pytest.param(("3 May", "Garth", ""), ("9 June", "Eastby", ""), True, id="a date and a name"),
        pytest.param(("3 May", "Garth", ""), ("9 June", "Garth", ""), False, id="a date only"),
        pytest.param(("3 May", "Garth", ""), ("9 June", "Gaarth", ""), False, id="a date, and a name spelt otherwise"),
        pytest.param(("3 May", "Garth", ""), ("9 June", "Eastby", "or two"), False, id="and words added"),
        pytest.param(("3 May", "Garth", "of oak"), ("9 June", "Eastby", "of elm"), False, id="and a word changed"),
        pytest.param(("3 May", "the town", ""), ("9 June", "our hills", ""), False, id="a date and lower case"),
        pytest.param(("3 May", "Garth", ""), ("3 May", "Garth", ""), False, id="nothing"),
        pytest.param(("1,000 nights", "Garth", ""), ("1000 nights", "Eastby", ""), False, id="a number written anew"),
        pytest.param(("3 May", "Garth", "12"), ("3 May", "Garth", "57"), False, id="a counter at the end"),
        pytest.param(
            ("Ann", "Garth", "so says Ann"), ("Bo", "Garth", "so says Bo"), False, id="one name wherever it stands"
        ),
    ],
)
def test_verdicts(one: tuple[str, ...], other: tuple[str, ...], *, verdict: bool) -> None:
    assert filled(FORM.format(*one), FORM.format(*other)) == verdict


def test_words_that_all_look_like_fields_prove_nothing() -> None:
    """Edits of a text of codes or of a heading fall on numbers or capitals wherever they fall."""
    codes = [f"w{number}" for number in range(100)]
    edited = [*codes[:20], "w777", *codes[21:70], "w888", *codes[71:]]
    assert not filled(" ".join(codes), " ".join(edited))
    titles = [f"Word{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(100)]
    assert not filled(" ".join(titles), " ".join([*titles[:20], "Xyzzy", *titles[21:70], "Plugh", *titles[71:]]))


@pytest.mark.parametrize(
    "text", ["", "a", "word " * 300_000, "\ud800 \ue000 \U0010ffff", "5 " * 1000, "é" * 10_000], ids=lambda t: t[:4]
)
def test_strange_texts_are_no_forms(text: str) -> None:
    assert not filled_in([text, "A form of 5 May", text + " x 7 Y"], np.array([[0, 1], [0, 2], [1, 2]])).any()


WORD = st.sampled_from(["tide", "Ann", "Garth", "7", "31", "the", "港", "أحد", ".", "\n", "Bo", "of"])
TEXTS = st.lists(st.lists(WORD, max_size=40).map(" ".join), min_size=2, max_size=5)


@settings(deadline=None, max_examples=200)
@given(TEXTS)
def test_a_verdict_depends_on_the_two_texts_alone(texts: list[str]) -> None:
    pairs = list(combinations(range(len(texts)), 2))
    together = filled_in(texts, np.array(pairs)).tolist()
    assert together == [filled(texts[a], texts[b]) for a, b in pairs]
    assert together == [filled(texts[b], texts[a]) for a, b in pairs]
