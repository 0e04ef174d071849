"""The truth of the benchmark of duplicates is sound, and its scores count what they say."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.duplicates import corpus, edits
from benchmarks.duplicates.corpus import Planted, Row
from benchmarks.duplicates.exact import exact, likeness, verdict
from benchmarks.duplicates.scoring import score
from benchmarks.page import rewrite
from transforms.match import relation_of, verified
from transforms.sign import flat_sets, sign


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Row], list[Planted]]:
    folder = tmp_path_factory.mktemp("planted") / "corpus"
    corpus.generate(folder, 150, "test")
    return corpus.read_rows(folder), corpus.read_pairs(folder)


def test_the_plain_definition_and_the_code_of_winnow_agree(made: tuple[list[Row], list[Planted]]) -> None:
    rows, pairs = made
    texts = {row.id: row.clean for row in rows}
    for pair in pairs:
        both = [texts[pair.one], texts[pair.other]]
        one, other = sign([None, None], both)
        hashes, offsets = flat_sets(both)
        found = verified(np.array([0]), np.array([1]), hashes, offsets[:-1], offsets[1:])
        if one.wording == other.wording:
            assert pair.verdict == "identical"
        elif len(found.left):
            assert pair.verdict == relation_of(float(found.jaccard[0]), same_wording=False)
            assert found.jaccard[0] == pytest.approx(pair.jaccard, rel=1e-6)
            assert found.containment[0] == pytest.approx(pair.containment, rel=1e-6)
        else:
            assert pair.verdict == "unlike"


def test_all_kinds_are_planted_in_all_scripts(made: tuple[list[Row], list[Planted]]) -> None:
    _, pairs = made
    assert {pair.verdict for pair in pairs} == {"identical", "near-identical", "excerpt", "unlike"}
    assert len({pair.script for pair in pairs}) == 10
    assert len({pair.kind for pair in pairs}) >= 12


def test_the_same_seed_gives_the_same_corpus(tmp_path: Path) -> None:
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        corpus.generate(tmp_path / name, 12, seed)
    a, b, c = ((tmp_path / name / "rows" / "000.jsonl").read_text("utf-8") for name in "abc")
    assert a == b != c


def test_misread_text_can_be_repaired() -> None:
    wrong = edits.misread("Ça déborde à l’été.")
    assert wrong
    assert wrong != "Ça déborde à l’été."
    assert edits.misread("plain") is None


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("a b c d e f", "A, b (c) d; e f!", "identical"),
        ("a b c d", "a b c d e", "unlike"),
        (" ".join(map(str, range(100))), " ".join(map(str, range(95))), "near-identical"),
        (" ".join(map(str, range(100))), " ".join(map(str, range(28))), "excerpt"),
        (" ".join(map(str, range(100))), " ".join(map(str, range(27))), "unlike"),
    ],
)
def test_verdicts_of_the_definition(one: str, other: str, said: str) -> None:
    assert verdict(exact(one), exact(other)) == said


def row(name: str, kind: str, text: str) -> Row:
    return Row(name, 0, kind, text, text)


WHOLE, PART = " ".join(map(str, range(100))), " ".join(map(str, range(60)))
ROWS = [row("a", "copied", WHOLE), row("b", "excerpt", PART), row("c", "alone", "x y z u v w"), row("d", "form", PART)]


def planted(one: str, other: str, kind: str) -> Planted:
    texts = {each.id: exact(each.clean) for each in ROWS}
    j, c = likeness(texts[one], texts[other])
    return Planted(one, other, kind, "Latin", 60, j, c, verdict(texts[one], texts[other]))


PAIRS = [planted("a", "b", "excerpt")]


@pytest.mark.parametrize(
    ("groups", "precision", "excerpts", "unlike"),
    [
        ({"a": "1", "b": "1", "c": "2", "d": "3"}, 1.0, 1.0, 0),
        ({"a": "1", "b": "2", "c": "3", "d": "4"}, 1.0, 0.0, 0),
        ({"a": "1", "b": "1", "c": "1", "d": "2"}, 1 / 3, 1.0, 1),
        ({"a": "1", "b": "2", "c": "1", "d": "3"}, 0.0, 0.0, 1),
    ],
)
def test_scores(groups: dict[str, str], precision: float, excerpts: float, unlike: int) -> None:
    kept = {group: name for name, group in reversed(groups.items())}
    found = score(ROWS, PAIRS, groups, kept)
    assert found.precision == pytest.approx(precision)
    assert (found.recall_excerpts, found.unlike_attached) == (excerpts, unlike)


def test_a_copy_of_a_copy_that_is_kept_is_held_apart_and_not_missed() -> None:
    """The excerpt is of the first row, which stands in the group of a third that the excerpt does not match."""
    rows = [*ROWS[:2], row("e", "copied", WHOLE.replace(" 10 ", " x ").replace(" 30 ", " y ").replace(" 50 ", " z "))]
    groups = {"a": "1", "e": "1", "b": "2"}
    found = score(rows, PAIRS, groups, {"1": "e", "2": "b"})
    assert (found.held_apart, found.recall_excerpts) == (1, 1.0)
    assert score(rows, PAIRS, groups, None).recall_excerpts == 0.0


def test_forms_count_by_pairs() -> None:
    pair = replace(planted("b", "d", "form"), kind="form")
    assert score(ROWS, [pair], {"a": "1", "b": "2", "c": "3", "d": "2"}, None).forms_merged == 1


def test_a_section_of_the_page_is_written_between_its_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    rewrite("one", "first", page)
    rewrite("two", "second", page)
    rewrite("one", "third", page)
    text = page.read_text("utf-8")
    assert "first" not in text
    assert text.index("third") < text.index("second")
