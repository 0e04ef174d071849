"""Candidates are those that a brute force over all pairs finds, whatever the order of the rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from random import Random
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms import candidates
from transforms.candidates import DEAD, LEAST_SHARED, NEW, OLD, Texts, displaced, groups_of, pairs_of, passed_over

Owned = Sequence[frozenset[int]]
Pairs = set[tuple[int, int]]
OWNED = st.lists(
    st.tuples(st.frozensets(st.integers(0, 5), max_size=4), st.sampled_from([OLD, NEW, DEAD])), max_size=12
)


def texts_of(state: Sequence[int], hubs: int) -> Texts:
    """Texts of which those with the lower number rank first, but for every third, which ranks before them."""
    rank = np.array([number // 3 if number % 3 else 0 for number in range(len(state))], np.uint64)
    return Texts(np.array(state, np.uint8), rank, np.arange(len(state), dtype=np.uint64), hubs)


def rows_of(owned: Owned, shuffled: Random | None = None) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    rows = [(key, owner) for owner, own in enumerate(owned) for key in own]
    if shuffled:
        shuffled.shuffle(rows)
    return np.array([key for key, _ in rows], np.uint64), np.array([owner for _, owner in rows], np.int64)


def hubs_of(owned: Owned, texts: Texts, but: int) -> dict[int, list[int]]:
    """The hubs of each key among the texts whose state is not `but`."""
    groups = defaultdict(list)
    for owner in sorted(range(len(owned)), key=lambda owner: (texts.rank[owner], texts.tie[owner])):
        if texts.state[owner] != but:
            for key in owned[owner]:
                groups[key].append(owner)
    return {key: group[: texts.hubs] for key, group in groups.items()}


def proposed(owned: Owned, hubs: dict[int, list[int]], texts: Texts, but: int) -> set[tuple[int, int, int]]:
    """Each pair that a key proposes, with the key."""
    alive = [owner for owner in range(len(owned)) if texts.state[owner] != but]
    return {
        (key, a, b) for a, b in combinations(alive, 2) for key in owned[a] & owned[b] if {a, b} & set(hubs.get(key, ()))
    }


@settings(deadline=None, max_examples=300)
@given(owned=OWNED, hubs=st.integers(1, 5), shuffled=st.randoms(use_true_random=False))
def test_what_a_key_newly_proposes(owned: list[tuple[frozenset[int], int]], hubs: int, shuffled: Random) -> None:
    keys_of, state = [keys for keys, _ in owned], [state for _, state in owned]
    texts = texts_of(state, hubs)
    groups = groups_of(*rows_of(keys_of, shuffled), texts)
    found = {
        pair for left, right in pairs_of(groups, texts) for pair in zip(left.tolist(), right.tolist(), strict=True)
    }
    now, before = (hubs_of(keys_of, texts, but) for but in (DEAD, NEW))
    new = proposed(keys_of, now, texts, DEAD) - proposed(keys_of, before, texts, NEW)
    assert found == {(a, b) for _, a, b in new}
    lost = {owner for key, group in before.items() for owner in group if owner not in now.get(key, ())}
    assert set(displaced(groups, texts).tolist()) == {owner for owner in lost if state[owner] != DEAD}
    alive = [owner for owner in range(len(owned)) if state[owner] != DEAD]
    hidden = [
        key
        for a, b in combinations(alive, 2)
        for key in keys_of[a] & keys_of[b]
        if NEW in {state[a], state[b]} and not {a, b} & set(now[key])
    ]
    assert passed_over(groups, texts) == len(hidden)


@pytest.mark.parametrize("at_once", [1, 2, 7])
def test_looking_at_few_pairs_at_once_changes_nothing(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    rng = Random(1)
    owned = [frozenset(rng.choices(range(30), k=rng.randint(0, 9))) for _ in range(40)]
    texts = texts_of([NEW] * 40, 3)
    groups = groups_of(*rows_of(owned), texts)
    whole = [np.stack(pairs) for pairs in pairs_of(groups, texts)]
    monkeypatch.setattr(candidates, "AT_ONCE", at_once)
    parts = [np.stack(pairs) for pairs in pairs_of(groups, texts)]
    assert len(parts) > len(whole)
    assert np.array_equal(np.concatenate(parts, axis=1), np.concatenate(whole, axis=1))


@settings(deadline=None, max_examples=300)
@given(st.lists(st.frozensets(st.integers(0, 12), max_size=9), min_size=1, max_size=8))
def test_sharing_most_is_what_plain_sets_say(owned: list[frozenset[int]]) -> None:
    pairs = list(combinations(range(len(owned)), 2))
    left, right = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    anchors = np.concatenate([np.array(sorted(own), np.uint64) for own in owned])
    offsets = np.cumsum([0, *map(len, owned)], dtype=np.int64)
    found = candidates.share_most(left, right, anchors, offsets).tolist()
    for (a, b), shares in zip(pairs, found, strict=True):
        least = max(1, int(LEAST_SHARED * min(len(owned[a]), len(owned[b]))))
        assert shares == (len(owned[a] & owned[b]) >= least)


def test_a_key_that_all_have_costs_in_proportion_to_them() -> None:
    """100,000 texts with a common key: all pairs would be five thousand million."""
    number = 100_000
    texts = texts_of([NEW] * number, 8)
    begun = process_time()
    groups = groups_of(np.zeros(number, np.uint64), np.arange(number), texts)
    assert sum(len(left) for left, _ in pairs_of(groups, texts)) == 8 * number - 8 * 9 // 2
    assert passed_over(groups, texts) == (number - 8) * (number - 9) // 2
    assert process_time() - begun < 10
