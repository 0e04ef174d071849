"""Signatures and keys: equal to their definition, the same in any batch, and shared by what is alike."""

from __future__ import annotations

import string
import subprocess
import sys
import time
from collections.abc import Iterable
from itertools import accumulate, groupby
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from transforms.shingle_loops import distinct, number_distinct, winnowed
from transforms.sign import (
    BANDS,
    BATCH_BYTES,
    PERMUTATIONS,
    ROWS,
    SHINGLE_WORDS,
    WINDOW,
    Signed,
    _permutations,
    flat_sets,
    shingle_sets,
    sign,
    sign_batch,
    signatures,
)
from transforms.words import words_of

ROOT = Path(__file__).parent.parent
SAMPLES = [
    "Der Fährmann wartet am Ufer, bis das Wasser steigt.",
    "Паромщик ждёт у реки, пока не поднимется вода.",
    "渡し守は川の岸で水が満ちるのを待っている。",
    "คนแจวเรือรออยู่ที่ริมฝั่งจนน้ำขึ้น",
    "नाविक नदी के किनारे पानी बढ़ने तक प्रतीक्षा करता है।",
    "뱃사공은 물이 차오를 때까지 강가에서 기다린다 그리고 또 기다린다.",
    "🙂 one 👍 two 🎉 three ❤️ four 🙂 five six",
    "short",
    "🙂🙂",
    "",
    "\ud83d lone surrogates \ude42 do not stop the signing of a text",
]
WORDS = st.text(string.ascii_lowercase, min_size=1, max_size=4)
ANY = st.text(st.characters(exclude_categories=[]), max_size=20)
TEXTS = st.sampled_from(SAMPLES) | st.lists(WORDS, max_size=60).map(" ".join) | st.lists(ANY, max_size=20).map(" ".join)
ONE, OTHER = 0x9E3779B97F4A7C15, 0xB504F333F9DE6485


def signed(*texts: str) -> list[Signed]:
    return sign([None] * len(texts), texts)


def same(one: Signed, other: Signed) -> bool:
    return (one.wording, one.n_words, one.n_shingles) == (
        other.wording,
        other.n_words,
        other.n_shingles,
    ) and all(np.array_equal(ours, theirs) for ours, theirs in ((one.keys, other.keys), (one.anchors, other.anchors)))


def shared(one: Signed, other: Signed) -> set[int]:
    return {*one.keys.tolist(), *one.anchors.tolist()} & {*other.keys.tolist(), *other.anchors.tolist()}


def signature(shingles: np.ndarray) -> np.ndarray:
    [values] = signatures(shingles, np.array([0, len(shingles)]))
    return values


def mixed(value: int) -> int:
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        value = (value ^ value >> 33) * factor % 2**64
    return value ^ value >> 33


def shingles_of(words: list[int]) -> list[int]:
    """The shingles of a text in order, the plain and slow way."""
    found = []
    for i in range(len(words) - SHINGLE_WORDS + 1):
        value = 0
        for word in words[i : i + SHINGLE_WORDS]:
            value = (value * ONE + word) % 2**64
        found.append(max(mixed(value), 1))
    return found


def defined(shingles: Iterable[int]) -> list[int]:
    """The signature as datasketch makes it."""
    made = MinHash(num_perm=PERMUTATIONS, scheme="affine32", hashfunc=lambda half: half)
    made.update_batch([int(shingle) >> 32 for shingle in shingles])
    values: list[int] = made.hashvalues.tolist()
    return values


def wording_of(values: list[int]) -> str:
    one, other = ONE, OTHER
    for value in values:
        one = (one ^ value) * ONE % 2**64
        one ^= one >> 32
        other = (other + value) * OTHER % 2**64
        other ^= other >> 29
    one = mixed((one + other * OTHER) % 2**64)
    return f"{one:016x}{mixed(other ^ one):016x}"


def signed_slowly(title: str, body: str) -> Signed:
    """What is known of a post, in plain Python from the definitions."""
    of_title, words = (words_of([text]).hashes.tolist() for text in (title, body))
    shingles = shingles_of(words)
    wording = wording_of(words)
    keys = []
    if shingles:
        values = defined(shingles)
        for band in range(BANDS):
            key = band + 1
            for value in values[band * ROWS : (band + 1) * ROWS]:
                key = mixed((key * ONE + value) % 2**64)
            keys.append(key)
    elif of_title or words:
        wording = wording_of([*of_title, 256, *words])
    else:
        sides = [text.encode("utf-8", "surrogatepass") for text in (title, body)]
        wording = wording_of([256, *sides[0], 256, *sides[1]])
    keys.append(int(wording[:16], 16))
    windows = [shingles[i : i + WINDOW] for i in range(len(shingles) - WINDOW + 1)]
    anchors = sorted({min(window) for window in windows})
    columns = np.array(sorted(keys), np.uint64), np.array(anchors, np.uint64)
    return Signed(wording, *columns, len(words), len(set(shingles)))


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(ANY, TEXTS), max_size=4))
def test_posts_are_signed_by_the_definition(posts: list[tuple[str, str]]) -> None:
    found = sign([title for title, _ in posts], [body for _, body in posts])
    assert all(same(one, signed_slowly(*post)) for one, post in zip(found, posts, strict=True))


@settings(deadline=None, max_examples=200)
@given(st.lists(TEXTS, max_size=6))
def test_sets_are_the_distinct_shingles_in_order(texts: list[str]) -> None:
    hashes, offsets = flat_sets(texts)
    expected = [sorted(set(shingles_of(words_of([text]).hashes.tolist()))) for text in texts]
    assert hashes.tolist() == [shingle for shingles in expected for shingle in shingles]
    assert offsets.tolist() == [0, *accumulate(map(len, expected))]
    assert [shingles.tolist() for shingles in shingle_sets(texts)] == expected


@settings(deadline=None, max_examples=200)
@given(TEXTS)
def test_the_signature_of_any_text_is_that_of_datasketch(text: str) -> None:
    shingles = shingles_of(words_of([text]).hashes.tolist())
    assert signature(np.array(shingles, np.uint64)).tolist() == defined(shingles)


@pytest.mark.parametrize("text", SAMPLES)
def test_the_signature_of_every_script_is_that_of_datasketch(text: str) -> None:
    [shingles] = shingle_sets([text])
    if len(shingles):
        assert signature(shingles).tolist() == defined(shingles)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=60, unique=True))
def test_the_signature_of_any_set_is_that_of_datasketch(values: list[int]) -> None:
    shingles = np.array(sorted(values), np.uint64)
    assert signature(shingles).tolist() == defined(shingles)


@pytest.mark.parametrize("length", [0, 1, 2, 3, 4, 5, 7, 8, 9, 10_001])
def test_the_signature_of_a_set_of_any_size_is_that_of_datasketch(length: int) -> None:
    shingles = np.arange(1, length + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    assert signature(shingles).tolist() == defined(shingles)


def test_the_permutations_are_those_of_datasketch() -> None:
    theirs = MinHash(num_perm=PERMUTATIONS, scheme="affine32").permutations
    assert _permutations().tolist() == np.stack(theirs).tolist()


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=5), st.lists(TEXTS, max_size=5))
def test_a_post_is_signed_the_same_in_any_batch(first: list[str], second: list[str]) -> None:
    together, apart = signed(*first, *second), signed(*first) + signed(*second)
    assert len(together) == len(first) + len(second)
    assert all(same(one, other) for one, other in zip(together, apart, strict=True))


def test_batches_larger_than_one_are_signed_the_same() -> None:
    texts = [f"{number} " + "words go on and on " * (BATCH_BYTES // 60) for number in range(7)]
    assert all(same(one, signed(text)[0]) for one, text in zip(signed(*texts), texts, strict=True))


@settings(deadline=None)
@given(TEXTS)
def test_counts_and_keys(text: str) -> None:
    [found] = signed(text)
    runs = max(found.n_words - SHINGLE_WORDS + 1, 0)
    assert min(runs, 1) <= found.n_shingles <= runs
    assert found.keys.tolist() == sorted(set(found.keys.tolist()))
    assert len(found.keys) == (1 + BANDS if runs else 1)
    assert found.anchors.tolist() == sorted(set(found.anchors.tolist()))
    assert bool(len(found.anchors)) == (runs >= WINDOW)
    assert [len(shingles) for shingles in shingle_sets([text])] == [found.n_shingles]
    assert int(found.wording[:16], 16) in found.keys.tolist()


@settings(deadline=None)
@given(st.lists(WORDS, max_size=40), st.sampled_from([" ", ", ", "\n", " — ", "! "]))
def test_case_and_punctuation_do_not_matter(words: list[str], between: str) -> None:
    one, other = signed(" ".join(words), between.join(words).upper())
    if words:
        assert same(one, other)


@settings(deadline=None)
@given(st.lists(st.sampled_from("abc"), max_size=12), st.lists(st.sampled_from("abc"), max_size=12))
def test_the_wording_is_the_words_in_their_order(first: list[str], second: list[str]) -> None:
    one, other = signed(" ".join(first), " ".join(second))
    assert (one.wording == other.wording) == (first == second)


RUN = WINDOW + SHINGLE_WORDS - 1
SURROUNDINGS = st.lists(WORDS, max_size=80)


@settings(deadline=None, max_examples=200)
@given(run=st.lists(WORDS, min_size=RUN, max_size=RUN), around=st.tuples(*[SURROUNDINGS] * 4))
def test_texts_that_share_a_run_of_words_share_a_key(run: list[str], around: tuple[list[str], ...]) -> None:
    before, after, other_before, other_after = around
    one, other = signed(" ".join(before + run + after), " ".join(other_before + run + other_after))
    assert shared(one, other)


VALUES = st.integers(1, 2**64 - 1) | st.integers(1, 6) | st.integers(2**64 - 3, 2**64 - 1)


@settings(deadline=None)
@given(st.lists(VALUES, max_size=120))
def test_winnowing_keeps_one_of_each_window(values: list[int]) -> None:
    room = np.empty(len(values), np.uint64)
    count = winnowed(np.array(values, np.uint64), room)
    smallest = [min(values[i : i + WINDOW]) for i in range(len(values) - WINDOW + 1)]
    assert room[:count].tolist() == [value for value, _ in groupby(smallest)]


@settings(deadline=None)
@given(st.lists(VALUES, max_size=120) | st.lists(st.integers(1, 9).map(lambda top: top << 55), max_size=120))
def test_distinct_values_are_counted(values: list[int]) -> None:
    room, table = np.empty(len(values) + 1, np.uint64), np.empty(4 * len(values) + 4, np.uint64)
    assert number_distinct(np.array(values, np.uint64), room, table) == len(set(values))


@given(st.lists(VALUES, max_size=120), st.booleans())
def test_distinct_values_are_sorted(values: list[int], leasts: bool) -> None:  # noqa: FBT001 - drawn
    table = np.empty(3 * len(values), np.uint64)
    count = distinct(np.array(values, np.uint64), table, leasts)
    assert table[:count].tolist() == sorted(set(values))


@pytest.mark.parametrize("leasts", [False, True])
def test_values_chosen_to_meet_in_the_table_cost_no_more(leasts: bool) -> None:  # noqa: FBT001 - as what it calls
    chance = np.random.default_rng(1).integers(1, 1 << 64, 60_000, dtype=np.uint64)
    chosen = np.repeat(np.arange(30_000, 0, -1, dtype=np.uint64), 2)  # their upper bits, which tell the place, are 0
    room, table = np.empty(60_001, np.uint64), np.empty(240_000, np.uint64)

    def spent(values: NDArray[np.uint64], leasts: bool) -> float:  # noqa: FBT001 - as what it calls
        began = time.process_time()
        counts = number_distinct(values, room, table), distinct(values, table, leasts)
        took = time.process_time() - began
        assert counts[0] == counts[1] == len(np.unique(values))
        return took

    usual, most = (min(spent(*each) for _ in range(3)) for each in ((chance, False), (chosen, leasts)))
    assert table[:30_000].tolist() == list(range(1, 30_001))
    assert most < 20 * usual


def test_a_long_text_costs_no_more_for_each_of_its_words() -> None:
    words = np.random.default_rng(1).integers(0, 50_000, 640_000).astype(str)
    few, many = (min(_spent_on(" ".join(words[:count])) for _ in range(3)) for count in (40_000, 640_000))
    assert many < 4 * 16 * few


def _spent_on(text: str) -> float:
    before = time.process_time()
    sign([None], [text])
    return time.process_time() - before


def test_the_bands_propose_what_they_have_to() -> None:
    assert 1 - (1 - 0.8**ROWS) ** BANDS >= 0.999
    assert BANDS * ROWS <= PERMUTATIONS


@settings(deadline=None)
@given(st.lists(st.tuples(st.none() | WORDS, TEXTS.map(lambda text: text.encode("utf-8", "replace").decode()))))
def test_columns_of_arrow_arrays_are_the_same(posts: list[tuple[str | None, str]]) -> None:
    titles, bodies = [title for title, _ in posts], [body for _, body in posts]
    columns = sign_batch(pa.array(titles, pa.string()), pa.array(bodies, pa.large_string()))
    assert len(columns) == len(posts)
    assert all(same(*pair) for pair in zip(columns.rows(), sign(titles, bodies), strict=True))


def test_what_signs_nothing_does_not_load_the_compiler() -> None:
    modules = "flows.cli, flows.query, flows.show, flows.history"
    code = f"import sys, {modules}; sys.exit(any(name in sys.modules for name in ('numba', 'scipy')))"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT).returncode == 0


def test_each_body_needs_a_title() -> None:
    with pytest.raises(ValueError, match="1 titles for 2 bodies"):
        sign([None], ["one", "two"])


def test_texts_without_anything_in_common_share_no_key() -> None:
    one, other = signed(
        " ".join(f"a{number}" for number in range(500)), " ".join(f"b{number}" for number in range(500))
    )
    assert not shared(one, other)


def test_near_copies_share_bands() -> None:
    words = [f"word{number}" for number in range(2000)]
    changed = [word if number % 50 else "other" for number, word in enumerate(words)]
    one, other = signed(" ".join(words), " ".join(changed))
    first, second = shingle_sets([" ".join(words), " ".join(changed)])
    bands = [
        np.array_equal(signature(first)[i : i + ROWS], signature(second)[i : i + ROWS])
        for i in range(0, BANDS * ROWS, ROWS)
    ]
    assert any(bands)
    assert shared(one, other)


@pytest.mark.parametrize(
    ("first", "second", "equal"),
    [
        (("Fog", "Click here."), ("Rain", "Click here."), False),
        (("Fog", "Click here."), ("FOG!", "click here"), True),
        ((None, "Click here."), ("", "Click here."), True),
        (("Fog", "here"), (None, "Fog here"), False),
        ((None, "🙂"), (None, "🙃"), False),
        ((None, "🙂"), (None, "🙂"), True),
        (("One", "five words are just enough"), ("Two", "five words are just enough"), True),
        ((None, "\ud83d"), (None, "\ude42"), False),
    ],
)
def test_the_title_counts_where_the_body_is_short(
    first: tuple[str | None, str], second: tuple[str | None, str], *, equal: bool
) -> None:
    one, other = sign([first[0], second[0]], [first[1], second[1]])
    assert (one.wording == other.wording) == equal
    assert bool(shared(one, other)) == equal


def test_one_word_a_million_times_is_quick() -> None:
    begun = time.perf_counter()
    [found] = signed("tide " * 1_000_000)
    assert (found.n_words, found.n_shingles) == (1_000_000, 1)
    [long] = signed(" ".join(map(str, range(100_000))))
    assert (long.n_words, long.n_shingles) == (100_000, 99_996)
    assert time.perf_counter() - begun < 20  # it takes less than one second on a machine with nothing else to do


def test_a_very_long_word_is_signed() -> None:
    one, other = signed("x" * 3_000_000, "x" * 2_999_999 + "y")
    assert one.n_words == other.n_words == 1
    assert one.wording != other.wording
