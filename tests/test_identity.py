"""Published ids live on, none is given twice, and the order does not matter."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.identity import Known, Name, copy_id_of, dump_id_of, name_posts, unreadable_id

WORDINGS = "abcdefgh"


@pytest.mark.parametrize(
    ("clusters", "known", "expected"),
    [
        pytest.param({"a": ["a"]}, [], {"a": Name("a", None, ())}, id="new"),
        pytest.param(
            {"b": ["a", "b"]}, [Known("a", "run1", (), "a")], {"b": Name("a", "run1", ())}, id="a better copy came"
        ),
        pytest.param(
            {"c": ["a", "b", "c"]},
            [Known("b", "run2", ("z",), "b"), Known("a", "run1", (), "a")],
            {"c": Name("a", "run1", ("b", "z"))},
            id="two become one: the older lives",
        ),
        pytest.param(
            {"c": ["a", "b", "c"]},
            [Known("b", "run1", (), "b"), Known("a", "run1", (), "a")],
            {"c": Name("a", "run1", ("b",))},
            id="equally old: the smaller id",
        ),
        pytest.param(
            {"a": ["a"], "b": ["b"]},
            [Known("a", "run1", ("b",), "a")],
            {"a": Name("a", "run1", ()), "b": Name("b", None, ())},
            id="an alias is a post again",
        ),
    ],
)
def test_names(clusters: dict[str, list[str]], known: list[Known], expected: dict[str, Name]) -> None:
    assert name_posts(clusters, known) == expected


def test_a_name_that_has_moved_on_is_not_given_again() -> None:
    # The post named after "a" is now the one of "b"; what is left under "a" needs a name of its own.
    names = name_posts({"a": ["a"], "b": ["b"]}, [Known("a", "run1", (), "b")])
    assert names["b"] == Name("a", "run1", ())
    assert names["a"].post_id not in {"a", "b"}
    assert names["a"].first_run is None


@st.composite
def published(draw: st.DrawFn) -> tuple[dict[str, list[str]], list[Known]]:
    """A partition of wordings, and posts published before, whose ids and aliases may be any wording's name."""
    homes = draw(st.lists(st.integers(0, 4), min_size=len(WORDINGS), max_size=len(WORDINGS)))
    groups: dict[int, list[str]] = {}
    for wording, home in zip(WORDINGS, homes, strict=True):
        groups.setdefault(home, []).append(wording)
    clusters = {draw(st.sampled_from(members)): members for members in groups.values()}
    ids = draw(st.permutations([*WORDINGS, "p", "q", "r"]))
    stood_for = draw(st.lists(st.sampled_from(WORDINGS), unique=True, max_size=5))
    runs = st.sampled_from(["run1", "run2"])
    known = [Known(ids[i], draw(runs), (), wording) for i, wording in enumerate(stood_for)]
    spare = ids[len(known) :][: draw(st.integers(0, 4))]
    for alias in spare if known else []:
        at = draw(st.integers(0, len(known) - 1))
        post = known[at]
        known[at] = Known(post.post_id, post.first_run, (*post.aliases, alias), post.canonical)
    return clusters, known


@settings(deadline=None, max_examples=400)
@given(case=published(), random=st.randoms(use_true_random=False))
def test_published_ids_live_on(case: tuple[dict[str, list[str]], list[Known]], random: Random) -> None:
    clusters, known = case
    names = name_posts(clusters, known)
    assert set(names) == set(clusters)
    ids = [name.post_id for name in names.values()]
    assert len(set(ids)) == len(ids)
    aliases = [alias for name in names.values() for alias in name.aliases]
    assert len(set(aliases)) == len(aliases)
    assert not set(ids) & set(aliases)
    for post in known:
        [heir] = [names[canonical] for canonical, members in clusters.items() if post.canonical in members]
        for old in (post.post_id, *post.aliases):
            assert old in {heir.post_id, *heir.aliases} or (old in ids and old != post.post_id)
    for canonical, name in names.items():
        rivals = [post for post in known if post.canonical in clusters[canonical]]
        assert (name.first_run is None) == (not rivals)
        if rivals:
            assert (name.first_run, name.post_id) == min((post.first_run, post.post_id) for post in rivals)

    turned = list(clusters.items())
    random.shuffle(turned)
    random.shuffle(known)
    assert name_posts(dict(turned), known) == names
    again = [Known(name.post_id, name.first_run or "run3", name.aliases, key) for key, name in names.items()]
    after = name_posts(clusters, again)
    assert {key: (name.post_id, name.aliases) for key, name in after.items()} == {
        key: (name.post_id, name.aliases) for key, name in names.items()
    }


def test_a_dump_is_known_by_its_bytes() -> None:
    assert dump_id_of(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert dump_id_of(b"a") != dump_id_of(b"b")


def test_a_copy_is_known_by_its_place() -> None:
    places = [
        ("d", "p", None, 0),
        ("d", "p", None, 1),
        ("d", "p", "m", 0),
        ("d", "q", None, 0),
        ("e", "p", None, 0),
        ("d", "p", None, 10),
        ("d", "\udce9", None, 0),
    ]
    assert len({copy_id_of(*place) for place in places}) == len(places)
    assert copy_id_of("d", "p", None, 0) == copy_id_of("d", "p", None, 0)


def test_an_unreadable_dump_is_known_by_its_path() -> None:
    assert unreadable_id("a") != unreadable_id("b")
    assert unreadable_id("bad \udce9 name").startswith("unreadable-")
