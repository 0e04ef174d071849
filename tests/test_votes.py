"""What the dumps of a source say of each other's layout: invented ballots, and small dumps of one layout."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import count
from typing import Any

import corpora
import numpy as np
import pytest
import recurring
from hypothesis import given
from hypothesis import strategies as st

from transforms.evidence import Evidence
from transforms.split.text import VOTED, Cut, cut_lines, split_lines
from transforms.votes import MOST_VOTES, MOST_WAYS, Ballots, Ways, ballots, best_ways, elected

# Ways of one dump as a test writes them: the names of each way, its rank and its chance, in thousandths.
Written = Sequence[tuple[Sequence[int], int, int]]


def ways(*written: tuple[Sequence[int], int, int]) -> Ways:
    named = [number for number, (names, _, _) in enumerate(written) for _ in names]
    keys = [name for names, _, _ in written for name in names]
    ranks, chances = ([way[k] for way in written] for k in (1, 2))
    return Ways(
        *(np.array(x, np.int64) for x in (ranks, chances)), np.array(keys, np.uint64), np.array(named, np.int64)
    )


UNSURE = ways(([1], 0, 520), ([2], -100, 470), ([3], -4000, 10))
SURE = ways(([2], 5000, 990), ([9], 400, 10))
CERTAIN = ways(([1], 0, 1000))


@pytest.mark.parametrize(
    ("dumps", "taken"),
    [
        pytest.param([UNSURE], [None], id="nobody else"),
        pytest.param([UNSURE, UNSURE], [None, None], id="two that are unsure alike"),
        pytest.param([UNSURE, SURE], [2, None], id="one that is sure"),
        pytest.param([UNSURE, SURE, CERTAIN], [None, None, None], id="as many for each"),
        pytest.param([UNSURE, SURE, SURE, CERTAIN], [2, None, None, None], id="more for one"),
        pytest.param([CERTAIN, SURE, SURE, SURE], [None] * 4, id="who is certain is not swayed"),
        pytest.param([ways(([1], 0, 900), ([2], -2300, 90)), *[SURE] * 5], [2, *[None] * 5], id="five sway who leans"),
        pytest.param([ways(([1], 0, 999), ([2], -7000, 1)), *[SURE] * 99], [None] * 100, id="nobody sways who knows"),
    ],
)
def test_who_is_swayed(dumps: list[Ways], taken: list[int | None]) -> None:
    assert elected(ballots(dumps)) == taken


def test_a_way_is_heard_under_any_of_its_names() -> None:
    asked = ways(([1], 0, 520), ([5, 6, 7], -100, 470))
    assert elected(ballots([asked, ways(([8, 7], 0, 1000))])) == [5, None]


def test_a_dump_does_not_hear_itself() -> None:
    """However many ways it has names for, and however sure it is of one."""
    alone = ways(([1, 2], 10, 500), ([3], 10, 500))
    assert elected(ballots([alone, ways(([9], 0, 1000))])) == [None, None]


def test_sources_do_not_hear_each_other() -> None:
    together = ballots([UNSURE, SURE, UNSURE])
    apart = Ballots(np.array([0, 1, 1]), *(getattr(together, name) for name in Ballots.__slots__[1:]))
    assert elected(apart) == [None, None, 2]


def test_more_votes_than_the_bound_count_for_no_more() -> None:
    leans = ways(([1], 0, 970), ([2], -3500, 30))
    bound = MOST_VOTES + 1
    assert elected(ballots([leans, *[SURE] * bound]))[0] == 2
    both = [leans, *[SURE] * (4 * bound), *[CERTAIN] * bound]
    assert elected(ballots(both))[0] is None


def test_nobody_votes() -> None:
    assert elected(ballots([])) == []


def test_keys_come_back_with_a_sign_as_they_are_stored() -> None:
    large = 2**64 - 3
    assert elected(ballots([ways(([1], 0, 520), ([large], -100, 470)), ways(([large], 0, 1000))])) == [-3, None]


@st.composite
def sources(draw: st.DrawFn) -> tuple[list[Ways], list[int]]:
    """Dumps of two sources that have some ways in common."""
    made = []
    for _ in range(draw(st.integers(1, 7))):
        names = draw(st.permutations(range(8)))[: draw(st.integers(1, 6))]
        ranks = sorted((draw(st.integers(-6000, 6000)) for _ in names), reverse=True)
        chances = [draw(st.integers(0, 1000)) for _ in names]
        # Every other way has a second name, which no other dump knows under the first.
        both = [[name, name + 100] if name % 2 else [name] for name in names]
        made.append(ways(*zip(both, ranks, chances, strict=True)))
    return made, [draw(st.integers(0, 1)) for _ in made]


def polled(dumps: Sequence[Ways], source: Sequence[int]) -> list[int | None]:
    together = ballots(dumps)
    rest: list[Any] = [getattr(together, name) for name in Ballots.__slots__[1:]]
    return elected(Ballots(np.array(source, np.int64), *rest))


@given(sources(), st.randoms(use_true_random=False))
def test_the_order_of_dumps_does_not_matter(found: tuple[list[Ways], list[int]], rng: Any) -> None:
    dumps, source = found
    order = list(range(len(dumps)))
    rng.shuffle(order)
    mixed = polled([dumps[k] for k in order], [source[k] for k in order])
    expected = polled(dumps, source)
    assert mixed == [expected[k] for k in order]


@given(sources())
def test_sources_are_polled_together_as_apart(found: tuple[list[Ways], list[int]]) -> None:
    dumps, source = found
    for number in set(source):
        alone = [dump for dump, its in zip(dumps, source, strict=True) if its == number]
        together = [way for way, its in zip(polled(dumps, source), source, strict=True) if its == number]
        assert elected(ballots(alone)) == together


def test_the_best_ways_of_a_dump_are_kept() -> None:
    ranks = np.linspace(3, -3, 50)[::-1]
    kept = best_ways(ranks, 49, np.arange(50, dtype=np.uint64), np.arange(50))
    assert kept.keys.tolist() == list(range(49, 49 - MOST_WAYS, -1))
    assert kept.ranks.tolist() == sorted(kept.ranks.tolist(), reverse=True)
    assert abs(int(kept.chances.sum()) - 1000) <= MOST_WAYS


def test_who_had_a_reason_to_take_another_way_speaks_for_that_alone() -> None:
    kept = best_ways(np.array([5.0, 1.0]), 1, np.array([7, 8, 9], np.uint64), np.array([0, 1, 1]))
    assert (kept.chances.tolist(), kept.keys.tolist()) == ([1000], [8, 9])


def cut(text: str, way: int | None = None) -> Cut:
    return cut_lines(text.split("\n"), Evidence(way=way))


def posts(found: Cut) -> int:
    return sum(block.kind == "post" for block in found.blocks)


def polls(dumps: dict[str, str]) -> dict[str, int | None]:
    said = [found.ways for found in map(cut, dumps.values()) if found.ways]
    return dict(zip(dumps, elected(ballots(said)), strict=True))


def test_a_small_dump_is_cut_like_the_larger_ones_of_its_source() -> None:
    """The first of some invented sources in which a small dump finds too many or too few posts by itself."""
    for seed in count():
        dumps = recurring.filed_dumps(seed)
        swayed = {name: way for name, way in polls(dumps).items() if way is not None and "small" in name}
        wrong = [name for name in swayed if posts(cut(dumps[name])) != dumps[name].count("Filed under")]
        if wrong:
            break
    for name, way in swayed.items():
        found = cut(dumps[name], way)
        assert posts(found) == dumps[name].count("Filed under")
        assert all(VOTED in block.boundary for block in found.blocks if block.kind == "post")


def test_ways_are_those_of_a_dump_that_has_heard_nobody() -> None:
    text = recurring.filed_dumps(7)["small 2.txt"]
    own = cut(text).ways
    assert own
    for way in own.keys.view(np.int64).tolist():
        heard = cut(text, way).ways
        assert heard
        assert all((getattr(heard, name) == getattr(own, name)).all() for name in Ways.__slots__)


def test_a_key_that_no_way_bears_counts_for_nothing() -> None:
    text = recurring.filed_dumps(0)["0.txt"]
    assert split_lines(text.split("\n"), Evidence(way=12345)) == split_lines(text.split("\n"))


def test_a_way_has_the_same_key_in_every_dump_of_a_layout() -> None:
    """Whatever else stands in them: of the best way of each, some name is common to all."""
    rng = random.Random(1)
    dumps = [recurring.page([corpora.post(rng) for _ in range(number)]) for number in range(3, 9)]
    best = [set(found.ways.keys[found.ways.named == 0].tolist()) for found in map(cut, dumps) if found.ways]
    assert len(best) == len(dumps)
    assert set.intersection(*best)


def test_a_dump_without_text_has_no_ways() -> None:
    assert cut("\n \n").ways is None
