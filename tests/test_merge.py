"""Posts out of matches: whatever the order, without chains, with every field traced to the copy that gave it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.match import NEAR_IDENTICAL
from transforms.merge import Attached, CopyFields, Edge, Wording, attach, merge
from transforms.records import Precision, Published

WORDINGS = st.lists(
    st.builds(Wording, st.sampled_from("abcdefgh"), st.integers(0, 5), st.integers(0, 5)), unique_by=lambda w: w.key
)
# Figures from few values, so that ties are common.
EDGES = st.lists(
    st.builds(
        Edge,
        st.sampled_from("abcdefgh"),
        st.sampled_from("abcdefgh"),
        st.sampled_from([0.3, 0.8, 0.9]),
        st.sampled_from([0.9, 1.0]),
    ).filter(lambda edge: edge.left != edge.right),
    unique_by=lambda edge: frozenset((edge.left, edge.right)),
    max_size=20,
)


def on(text: str, precision: Precision = "day") -> Published:
    return Published(datetime.fromisoformat((text + "-01-01")[:10]).replace(tzinfo=UTC), precision, text)


def copy(copy_id: str, wording: str = "a", **fields: Any) -> CopyFields:
    base = CopyFields(copy_id, f"dump-{copy_id}", "blog", wording, f"sha-{copy_id}", 100, truncated=False)
    return replace(base, **fields)


@settings(deadline=None, max_examples=300)
@given(wordings=WORDINGS, edges=EDGES, random=st.randoms(use_true_random=False))
def test_attaching_keeps_its_promises(wordings: list[Wording], edges: list[Edge], random: Random) -> None:
    attached = attach(wordings, edges)
    assert set(attached) == {wording.key for wording in wordings}
    ranks = {wording.key: wording.rank for wording in wordings}
    between = {frozenset((edge.left, edge.right)): edge for edge in edges}
    for key, to in attached.items():
        leaders = {other for other in attached if other != key and frozenset((key, other)) in between}
        leaders = {other for other in leaders if attached[other].canonical == other and ranks[other] < ranks[key]}
        if to.canonical == key:
            assert (to.jaccard, to.containment) == (1.0, 1.0)
            assert not leaders
        else:
            edge = between[frozenset((key, to.canonical))]
            assert (to.jaccard, to.containment) == (edge.jaccard, edge.containment)
            assert to.canonical in leaders
            assert to.jaccard == max(between[frozenset((key, other))].jaccard for other in leaders)

    random.shuffle(wordings)
    turned = [Edge(edge.right, edge.left, edge.jaccard, edge.containment) for edge in edges]
    random.shuffle(turned)
    assert attach(wordings, turned) == attached


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        pytest.param([], {"a": "a", "b": "b", "c": "c"}, id="alone"),
        pytest.param([("a", "b", 0.9), ("b", "c", 0.9)], {"a": "a", "b": "a", "c": "c"}, id="no chains"),
        pytest.param([("a", "c", 0.3), ("b", "c", 0.85)], {"a": "a", "b": "b", "c": "b"}, id="near before excerpt"),
        pytest.param([("a", "c", 0.8), ("b", "c", 0.85)], {"a": "a", "b": "b", "c": "b"}, id="the nearest"),
        pytest.param([("a", "c", 0.85), ("b", "c", 0.85)], {"a": "a", "b": "b", "c": "a"}, id="a tie: the fullest"),
    ],
)
def test_attaching(edges: list[tuple[str, str, float]], expected: dict[str, str]) -> None:
    wordings = [Wording("a", 100, 96), Wording("b", 90, 86), Wording("c", 80, 76)]
    attached = attach(wordings, [Edge(left, right, jaccard, 0.95) for left, right, jaccard in edges])
    assert {key: to.canonical for key, to in attached.items()} == expected


def test_edges_to_unknown_wordings_are_passed_over() -> None:
    assert attach([Wording("a", 9, 5)], [Edge("a", "gone", 0.9, 1.0)]) == {"a": Attached("a")}


def test_missing_fields_come_from_the_most_similar_copy_that_has_them() -> None:
    copies = [
        copy("1", tags=("sea",), links=("u1",)),
        copy("2", "near", title="Near", author="Ana", links=("u2", "u1")),
        copy("3", "far", title="Far", url="https://example.org/3", published=on("2004-05-06"), tags=("harbour", "sea")),
    ]
    attached = {"a": Attached("a"), "near": Attached("a", 0.9, 1.0), "far": Attached("a", 0.3, 1.0)}
    merged = merge(copies, attached)
    assert merged.canonical.copy_id == "1"
    assert (merged.title, merged.author, merged.url) == ("Near", "Ana", "https://example.org/3")
    assert merged.published == on("2004-05-06")
    assert merged.field_sources == {"title": "2", "author": "2", "url": "3", "published": "3"}
    assert merged.tags == ("harbour", "sea")
    assert merged.links == ("u1", "u2")
    assert (merged.n_copies, merged.n_dumps) == (3, 3)


def test_what_the_canonical_copy_states_stays() -> None:
    copies = [
        copy("1", title="Own", published=on("2004", "year")),
        copy("2", "b", title="x", published=on("2004-05-06")),
    ]
    merged = merge(copies, {"a": Attached("a"), "b": Attached("a", 0.9, 1.0)})
    assert (merged.title, merged.published) == ("Own", on("2004", "year"))
    assert merged.field_sources == {}


@pytest.mark.parametrize(
    ("loser", "winner", "reason"),
    [
        pytest.param({"truncated": True, "title": "T"}, {}, "it is whole", id="whole"),
        pytest.param({}, {"title": "T"}, "it states more", id="title"),
        pytest.param({}, {"published": on("2004", "year")}, "it states more", id="date"),
        pytest.param(
            {"published": on("2004-05", "month")},
            {"published": on("2004-05-06")},
            "it has the more exact date",
            id="precision",
        ),
        pytest.param({"n_chars": 100}, {"n_chars": 101}, "it is longer", id="longer"),
        pytest.param({"text_sha256": "b"}, {"text_sha256": "a"}, "it has the smaller hash", id="hash"),
        pytest.param({"text_sha256": "a"}, {"text_sha256": "a"}, "it has the smaller id", id="id"),
    ],
)
def test_the_best_of_equal_words(loser: dict[str, Any], winner: dict[str, Any], reason: str) -> None:
    copies = [copy("2", **({"text_sha256": "s"} | loser)), copy("1", **({"text_sha256": "s"} | winner))]
    merged = merge(copies, {"a": Attached("a")})
    assert merged.canonical.copy_id == "1"
    assert merged.reason == f"2 copies with the same words; among 2 of these words {reason}"


@pytest.mark.parametrize(
    ("copies", "reason"),
    [
        ([copy("1")], "the only copy"),
        ([copy("1"), copy("2", "b")], "the most complete text of 2 copies"),
        (
            [copy("1", title="T"), copy("2"), copy("3", "b")],
            "the most complete text of 3 copies; among 2 of these words it states more",
        ),
    ],
)
def test_reasons(copies: list[CopyFields], reason: str) -> None:
    merged = merge(copies, {"a": Attached("a"), "b": Attached("a", NEAR_IDENTICAL, 1.0)})
    assert merged.reason == reason
    assert merged.canonical.copy_id == "1"


FIELDS = st.fixed_dictionaries(
    {
        "wording": st.sampled_from("abc"),
        "truncated": st.booleans(),
        "n_chars": st.integers(0, 2),
        "text_sha256": st.sampled_from("xy"),
        "dump_id": st.sampled_from("12"),
        "title": st.none() | st.sampled_from("TU"),
        "author": st.none() | st.sampled_from("AB"),
        "url": st.none() | st.sampled_from("uv"),
        "published": st.none() | st.sampled_from([on("2004", "year"), on("2004-05-06"), on("2005-05", "month")]),
        "tags": st.lists(st.sampled_from("pqr"), max_size=2).map(tuple),
        "links": st.lists(st.sampled_from("lmn"), max_size=2).map(tuple),
    }
)


@settings(deadline=None, max_examples=200)
@given(fields=st.lists(FIELDS, max_size=6), random=st.randoms(use_true_random=False))
def test_merging_does_not_depend_on_the_order(fields: list[dict[str, Any]], random: Random) -> None:
    copies = [copy("0"), *(copy(str(number), **own) for number, own in enumerate(fields, 1))]
    attached = {"a": Attached("a"), "b": Attached("a", 0.9, 1.0), "c": Attached("a", 0.9, 1.0)}
    merged = merge(copies, attached)
    assert merged.canonical.wording == "a"
    by_id = {copy.copy_id: copy for copy in copies}
    for name in ("title", "author", "url", "published"):
        giver = by_id[merged.field_sources[name]] if name in merged.field_sources else merged.canonical
        assert getattr(merged, name) == getattr(giver, name)
        assert (getattr(merged, name) is None) == all(getattr(copy, name) is None for copy in copies)
    assert set(merged.tags) == {tag for copy in copies for tag in copy.tags}
    assert sorted(merged.links) == sorted({link for copy in copies for link in copy.links})
    random.shuffle(copies)
    assert merge(copies, attached) == merged
