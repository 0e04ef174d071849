"""Each verdict is that of plain sets."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.match import SHORTEST_EXCERPT, Match, relation_of, verify
from transforms.words import Hashes

SETS = st.lists(st.frozensets(st.integers(0, 60), max_size=60), max_size=6)


def array(values: frozenset[int] | set[int] | range) -> Hashes:
    return np.array(sorted(values), np.uint64)


@settings(deadline=None, max_examples=300)
@given(SETS)
def test_verdicts_are_those_of_plain_sets(sets: list[frozenset[int]]) -> None:
    pairs = list(combinations(range(len(sets)), 2))
    found = {(match.left, match.right): match for match in verify(pairs, dict(enumerate(map(array, sets))))}
    for a, b in pairs:
        shared, smaller = len(sets[a] & sets[b]), min(len(sets[a]), len(sets[b]))
        union = len(sets[a] | sets[b])
        near = smaller > 0 and 10 * shared >= 8 * union
        excerpt = smaller >= SHORTEST_EXCERPT and 10 * shared >= 9 * smaller
        if 10 * shared != 9 * smaller:  # this border is shown by the next test
            assert ((a, b) in found) == (near or excerpt)
        if (a, b) in found:
            assert found[a, b].jaccard == pytest.approx(shared / union, rel=1e-6)
            assert found[a, b].containment == pytest.approx(shared / smaller, rel=1e-6)


@pytest.mark.parametrize(
    ("shared", "only_left", "only_right", "kept"),
    [
        pytest.param(80, 10, 10, True, id="Jaccard exactly 0.8"),
        pytest.param(79, 11, 10, False, id="just under, and no excerpt"),
        pytest.param(90, 10, 400, True, id="containment exactly 0.9"),
        pytest.param(89, 11, 400, False, id="containment just under"),
        pytest.param(SHORTEST_EXCERPT, 0, 400, True, id="shortest excerpt"),
        pytest.param(SHORTEST_EXCERPT - 1, 0, 400, False, id="one too short"),
        pytest.param(1, 0, 0, True, id="one equal shingle"),
        pytest.param(0, 0, 5, False, id="without shingles"),
        pytest.param(0, 0, 0, False, id="both without shingles"),
        pytest.param(0, 30, 30, False, id="nothing in common"),
    ],
)
def test_borders(shared: int, only_left: int, only_right: int, *, kept: bool) -> None:
    left = array(range(shared + only_left))
    right = array({*range(shared), *range(10_000, 10_000 + only_right)})
    assert bool(verify([(0, 1)], {0: left, 1: right})) == kept
    assert bool(verify([(0, 1)], {0: right, 1: left})) == kept


def test_the_figures_are_what_a_table_of_float32_holds() -> None:
    sets = {0: array(range(300)), 1: array(range(7, 300))}
    [match] = verify([(0, 1)], sets)
    assert match == Match(0, 1, float(np.float32(293 / 300)), 1.0)
    assert float(np.float32(match.jaccard)) == match.jaccard


@settings(deadline=None)
@given(shared=st.integers(1, 200), left=st.integers(0, 200), right=st.integers(0, 200))
def test_an_excerpt_is_always_the_shorter_one(shared: int, left: int, right: int) -> None:
    sets = {0: array(range(shared + left)), 1: array({*range(shared), *range(1000, 1000 + right)})}
    for match in verify([(0, 1)], sets):
        if relation_of(match.jaccard, same_wording=False) == "excerpt":
            assert left != right


@pytest.mark.parametrize(
    ("jaccard", "same", "relation"),
    [
        (1.0, True, "identical"),
        (0.5, True, "identical"),
        (1.0, False, "near-identical"),
        (float(np.float32(0.8)), False, "near-identical"),
        (0.7999, False, "excerpt"),
    ],
)
def test_relations(jaccard: float, *, same: bool, relation: str) -> None:
    assert relation_of(jaccard, same_wording=same) == relation
