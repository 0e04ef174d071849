"""Candidates are those that a brute force over all pairs finds, whatever the order of the rows."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from random import Random
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms import candidates
from transforms.candidates import LEAST_SHARED, Pairs, sharing_a_key, sharing_most

Owned = list[frozenset[int]]
OWNED = st.lists(st.frozensets(st.integers(0, 12), max_size=7), max_size=12)


def found(search: Callable[..., Pairs], owned: Owned, first_new: int, shuffled: Random | None = None) -> Pairs:
    rows = [(key, owner) for owner, own in enumerate(owned) for key in own]
    if shuffled:
        shuffled.shuffle(rows)
    keys, owners = np.array([key for key, _ in rows], np.uint64), np.array([owner for _, owner in rows], np.int64)
    return search(keys, owners, first_new)


def expected(owned: Owned, first_new: int, share: float) -> Pairs:
    """All pairs that have at least `share` of the smaller one's keys in common, and one at the least."""
    return {
        (a, b)
        for a, b in combinations(range(len(owned)), 2)
        if b >= first_new and len(owned[a] & owned[b]) >= max(1, int(share * min(len(owned[a]), len(owned[b]))))
    }


@settings(deadline=None, max_examples=300)
@given(owned=OWNED, first_new=st.integers(0, 13), shuffled=st.randoms(use_true_random=False))
def test_candidates_are_those_of_a_brute_force(owned: Owned, first_new: int, shuffled: Random) -> None:
    assert found(sharing_a_key, owned, first_new, shuffled) == expected(owned, first_new, 0)
    assert found(sharing_most, owned, first_new, shuffled) == expected(owned, first_new, LEAST_SHARED)


@pytest.mark.parametrize("at_once", [1, 2, 7])
def test_looking_at_few_pairs_at_once_changes_nothing(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    rng = Random(1)
    owned = [frozenset(rng.choices(range(30), k=rng.randint(0, 9))) for _ in range(40)]
    monkeypatch.setattr(candidates, "AT_ONCE", at_once)
    assert found(sharing_a_key, owned, 20) == expected(owned, 20, 0)
    assert found(sharing_most, owned, 20) == expected(owned, 20, LEAST_SHARED)


def test_a_footer_that_all_share_costs_nothing() -> None:
    """3,000 texts with 20 keys of their own and 4 in common: comparing all pairs would take minutes."""
    owned = [frozenset({1, 2, 3, 4, *range(100 * owner, 100 * owner + 20)}) for owner in range(1, 3001)]
    begun = process_time()
    assert found(sharing_most, owned, 0) == set()
    assert process_time() - begun < 5
