"""Whole columns give what plain Python gives row by row."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.columns import among, components, distinct, hashed, hashed_places

NAMES = st.lists(
    st.none() | st.sampled_from(["a" * 32, "b" * 32, "é" * 16, "é" * 32, "", "f" * 31 + "0"]) | st.text(max_size=40)
)
LISTS = st.lists(st.none() | st.lists(st.sampled_from(["a", "b", "B", "é", "\ue000", "\U0001f600", ""]), max_size=6))


@settings(deadline=None)
@given(NAMES, st.integers(0, 3))
def test_equal_names_and_no_others_share_a_hash(names: list[str | None], cut: int) -> None:
    """Wherever they stand, and however the column is cut."""
    column = pa.array(names, pa.string())
    of_name = dict(zip(names, hashed(column).tolist(), strict=True))
    assert len(set(of_name.values())) == len(of_name)
    assert hashed(column[cut:]).tolist() == [of_name[name] for name in names[cut:]]
    assert hashed(pa.chunked_array([column[:cut], column[cut:]])).tolist() == [of_name[name] for name in names]


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.none() | st.sampled_from(["", "a", "None"]))))
def test_equal_rows_and_no_others_share_a_hash(rows: list[tuple[str, str | None]]) -> None:
    columns = [pa.array([row[k] for row in rows], pa.string()) for k in range(2)]
    of_row = dict(zip(rows, hashed_places(*columns).tolist(), strict=True))
    assert len(set(of_row.values())) == len(set(rows))


@settings(deadline=None)
@given(LISTS, st.integers(0, 2))
def test_lists_without_repeats(lists: list[list[str] | None], cut: int) -> None:
    column = pa.array(lists, pa.list_(pa.string()))[cut:]
    assert distinct(column, ordered=True).to_pylist() == [sorted(set(row or ())) for row in lists[cut:]]
    assert distinct(column, ordered=False).to_pylist() == [list(dict.fromkeys(row or ())) for row in lists[cut:]]


@settings(deadline=None)
@given(st.lists(st.integers(0, 9)), st.frozensets(st.integers(0, 9)))
def test_among(values: list[int], known: frozenset[int]) -> None:
    found = among(np.array(values, np.uint64), np.array(sorted(known), np.uint64))
    assert found.tolist() == [value in known for value in values]


@settings(deadline=None)
@given(st.integers(1, 12).flatmap(lambda n: st.tuples(st.just(n), st.lists(st.tuples(*[st.integers(0, n - 1)] * 2)))))
def test_components_are_those_of_walking(graph: tuple[int, list[tuple[int, int]]]) -> None:
    number, edges = graph
    names = list(range(number))
    for _ in range(number):
        for one, other in edges:
            names[one] = names[other] = min(names[one], names[other])
    left, right = (np.array([edge[k] for edge in edges], np.int64) for k in range(2))
    assert components(left, right, number).tolist() == names


@pytest.mark.parametrize("order", [1, -1])
def test_a_long_chain_takes_few_rounds(order: int) -> None:
    nodes = np.arange(200_000)[::order]
    assert not components(nodes[:-1], nodes[1:], len(nodes)).any()
