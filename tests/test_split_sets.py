"""What the edges of a dump, and shapes and lengths of posts, say of a way to cut it."""

import numpy as np
import pytest

from transforms.split.text_candidates import Candidates
from transforms.split.text_sets import Sets

# Two posts of title, text, footer, below a menu: "m" recurs nowhere, "h" opens each post, "f" closes it.
ROWS = ["m", "h", "a", "b", "f", "h", "c", "d", "f"]


def sets_of(*ways: list[int]) -> Sets:
    sizes = np.array([len(way) for way in ways])
    nothing = np.zeros(len(ways), dtype=np.int64)
    starts, bounds = np.concatenate(ways), np.concatenate(([0], np.cumsum(sizes)))
    keys = np.arange(len(ways), dtype=np.uint64)
    return Sets(Candidates(starts, bounds, nothing, nothing, nothing, nothing, keys, np.arange(len(ways))), len(ROWS))


def edges_of(*ways: list[int]) -> dict[str, list[float]]:
    names = np.array([ord(row) for row in ROWS], dtype=np.uint64)
    recurs = np.array([ROWS.count(row) > 1 for row in ROWS])
    return {name: values.tolist() for name, values in sets_of(*ways).edges(names, recurs).items()}


def test_edges_tell_what_closes_posts_from_what_opens_them() -> None:
    # As they are; one row too late, with the header given to the post above; from the footer on.
    edges = edges_of([1, 5], [2, 6], [0, 4])
    assert edges["closed like the last"] == [0.5, 0.5, 0.0]
    assert edges["closed like the head"] == [0.0, pytest.approx(1 / 3), 0.0]
    assert edges["opened unlike the first"] == [0.0, 0.0, 0.5]
    assert edges["opened like the foot"] == [0.0, 0.0, 0.5]


def test_edges_of_one_post_say_nothing() -> None:
    assert edges_of([0], [1], [5]) == {name: [0.0] * 3 for name in edges_of([0])}


def test_edges_of_lines_that_do_not_recur_say_nothing() -> None:
    names = np.arange(len(ROWS), dtype=np.uint64)
    edges = sets_of([1, 5], [2, 6]).edges(names, np.zeros(len(ROWS), dtype=np.bool_))
    assert all(not values.any() for values in edges.values())


def test_starts_are_set_apart_by_a_shape_that_no_other_row_has() -> None:
    kinds = np.array([0, 1, 2, 2, 2, 1, 2, 2, 2])
    assert sets_of([1, 5], [2, 6], [1, 2]).apart(kinds).tolist() == pytest.approx([1.0, 2 / 6, (1 / 2 + 1 / 6) / 2])


def test_deviation_is_that_of_each_way() -> None:
    values = np.array([1.0, 3.0, 5.0, 5.0])
    assert sets_of([1, 5], [2, 6]).deviation(values).tolist() == pytest.approx([1.0, 0.0])
