"""Each verdict is that of plain sets."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.match import SHORTEST_EXCERPT, relation_of, verified
from transforms.words import Hashes

Found = dict[tuple[int, int], tuple[float, float]]

SETS = st.lists(st.frozensets(st.integers(0, 60), max_size=60), max_size=6)


def verify(sets: Sequence[Hashes]) -> Found:
    """Jaccard and containment of each two of the sets that are the same post."""
    pairs = np.array(list(combinations(range(len(sets)), 2)), np.int64).reshape(-1, 2)
    ends = np.cumsum([len(one) for one in sets], dtype=np.int64)
    begins = ends - np.array([len(one) for one in sets], np.int64)
    shingles = np.concatenate([np.zeros(0, np.uint64), *sets])
    found = verified(pairs[:, 0].copy(), pairs[:, 1].copy(), shingles, begins, ends)
    keys = zip(found.left.tolist(), found.right.tolist(), strict=True)
    return dict(zip(keys, zip(found.jaccard.tolist(), found.containment.tolist(), strict=True), strict=True))


def array(values: frozenset[int] | set[int] | range) -> Hashes:
    return np.array(sorted(values), np.uint64)


@settings(deadline=None, max_examples=300)
@given(SETS)
def test_verdicts_are_those_of_plain_sets(sets: list[frozenset[int]]) -> None:
    pairs = list(combinations(range(len(sets)), 2))
    found = verify(list(map(array, sets)))
    for a, b in pairs:
        shared, smaller = len(sets[a] & sets[b]), min(len(sets[a]), len(sets[b]))
        union = len(sets[a] | sets[b])
        near = smaller > 0 and 10 * shared >= 8 * union
        excerpt = smaller >= SHORTEST_EXCERPT and 10 * shared >= 9 * smaller
        if 10 * shared != 9 * smaller:  # this border is shown by the next test
            assert ((a, b) in found) == (near or excerpt)
        if (a, b) in found:
            assert found[a, b] == pytest.approx((shared / union, shared / smaller), rel=1e-6)


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
    assert bool(verify([left, right])) == kept
    assert bool(verify([right, left])) == kept


def test_the_figures_are_what_a_table_of_float32_holds() -> None:
    assert verify([array(range(300)), array(range(7, 300))]) == {(0, 1): (float(np.float32(293 / 300)), 1.0)}


@settings(deadline=None)
@given(shared=st.integers(1, 200), left=st.integers(0, 200), right=st.integers(0, 200))
def test_an_excerpt_is_always_the_shorter_one(shared: int, left: int, right: int) -> None:
    sets = [array(range(shared + left)), array({*range(shared), *range(1000, 1000 + right)})]
    for jaccard, _ in verify(sets).values():
        if relation_of(jaccard, same_wording=False) == "excerpt":
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
