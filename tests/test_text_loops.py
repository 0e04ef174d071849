"""The loops of the text splitter beside their plain definitions."""

from __future__ import annotations

import re
import time
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from transforms.split.candidate_loops import best_above, first_alike, first_apart, in_buckets, marked_in, moved_rows
from transforms.split.text_codes import DIGIT, LETTER, SPACE, WIDE, codes_of, kinds_of, small_letters
from transforms.split.text_lines import COUNTED, read_page
from transforms.split.text_loops import (
    find_words,
    group_rows,
    link_words,
    rows_reaching,
    stretch_hashes,
    word_edges,
    words_leading,
    words_shared,
)
from transforms.split.text_marks import ADDRESS, DOTS, HEADING, ITEM, MAY_CUT, find_labels, find_marks
from transforms.split.text_words import Words

texts = st.text(alphabet="aAbBéÉ \n\t.1٢-雨日ǅ𝒜\u3000\x1c(", max_size=120)
few = st.lists(st.integers(0, 4), max_size=60)


def of_kind(char: str, kind: int) -> bool:
    return bool(kinds_of(codes_of(char))[0] & kind)


def words_by_hand(text: str, least: int, most: int) -> list[tuple[int, str]]:
    letters = "".join(
        "w" if of_kind(c, LETTER) and of_kind(c, WIDE) else "l" if of_kind(c, LETTER) else " " for c in text
    )
    runs = [(m.start(), m.end()) for m in re.finditer("l+", letters)]
    found = [(a, text[a:b]) for a, b in runs if b - a >= least and (not most or b - a <= most)]
    pairs = [(at, text[at : at + 2]) for at in range(len(text) - 1) if not most and letters[at : at + 2] == "ww"]
    return sorted(found + pairs)


def small_letter(char: str) -> str:
    return char.lower() if len(char.lower()) == 1 and char < "\U00010000" else char


@given(texts)
@settings(max_examples=300, deadline=None)
def test_words_are_runs_of_letters_and_neighbours_of_scripts_without_spaces(text: str) -> None:
    codes = codes_of(text)
    for long, short in ((4, 2), (2, 1), (3, 1)):
        found = find_words(codes, kinds_of(codes), small_letters(), long, short)
        for begins, hashes, least, most in ((*found[:2], long, 0), (*found[2:], short, long - 1)):
            expected = words_by_hand(text, least, most)
            assert begins.tolist() == [at for at, _ in expected]
            small = ["".join(map(small_letter, word)) for _, word in expected]
            assert [one == other for one in hashes for other in hashes] == [a == b for a in small for b in small]


@given(few)
@settings(deadline=None)
def test_each_word_is_linked_with_its_copies(words: list[int]) -> None:
    before, after = link_words(np.array(words, np.uint64))
    count = len(words)
    assert before.tolist() == [max((j for j in range(k) if words[j] == words[k]), default=-1) for k in range(count)]
    assert after.tolist() == [
        min((j for j in range(k + 1, count) if words[j] == words[k]), default=count) for k in range(count)
    ]


def test_words_chosen_to_meet_in_the_table_cost_no_more() -> None:
    chance = np.random.default_rng(1).integers(0, 1 << 63, 40_000, dtype=np.uint64)
    # The lower bits tell the place in the table, folded with those from the 29th on.
    chosen = np.repeat(np.arange(20_000, dtype=np.uint64) << np.uint64(46), 2)
    link_words(chance)
    assert min(spent_on_links(chosen) for _ in range(3)) < 100 * max(spent_on_links(chance), 0.001)
    before, after = link_words(chosen)
    numbers = np.arange(40_000)
    assert np.array_equal(before, np.where(numbers % 2, numbers - 1, -1))
    assert np.array_equal(after, np.where(numbers % 2, 40_000, numbers + 1))


def spent_on_links(hashes: NDArray[np.uint64]) -> float:
    began = time.process_time()
    link_words(hashes)
    return time.process_time() - began


@given(few, st.integers(0, 60), st.integers(0, 20), st.integers(1, 9), st.integers(1, 9))
@settings(max_examples=300, deadline=None)
def test_words_are_compared_with_those_around_a_row(
    words: list[int], top: int, own: int, most: int, window: int
) -> None:
    top = min(top, len(words))
    bottom = min(top + own, len(words))
    linked = Words(np.arange(len(words)), *link_words(np.array(words, np.uint64)))
    above, below = words[max(top - window, 0) : top], words[bottom : bottom + window]
    rows = (np.array([top]), np.array([bottom]))
    shared = words_shared(linked.before, *rows, np.array([len(below)]), window)
    assert shared.tolist() == [sum(word in above for word in below)]
    lead = words_leading(linked.before, linked.after, *rows, most, window)
    assert lead.tolist() == [sum((word in below) - (word in above) for word in words[top : min(bottom, top + most)])]


@given(texts, st.integers(0, 120), st.integers(0, 120))
@settings(max_examples=300, deadline=None)
def test_hashes_do_not_see_numbers(text: str, first: int, size: int) -> None:
    first = min(first, len(text))
    last = min(first + size, len(text))
    codes = codes_of(text)
    kept = [
        ord("0") if of_kind(c, DIGIT) else ord(c)
        for at, c in enumerate(text[first:last], first)
        if not (of_kind(c, DIGIT) and at and of_kind(text[at - 1], DIGIT))
    ]
    value = sum((code + 1) * pow(0x9E3779B97F4A7C15, at, 1 << 64) for at, code in enumerate(kept)) % (1 << 64)
    found = stretch_hashes(codes, kinds_of(codes), np.array([first]), np.array([last]))
    assert found.tolist() == [value ^ value >> 29]


@given(texts)
@settings(max_examples=300, deadline=None)
def test_rows_are_the_lines_that_are_not_blank(text: str) -> None:
    lines = text.split("\n")
    page = read_page(lines)
    solid = [(number, line) for number, line in enumerate(lines) if line.strip()]
    assert page.line.tolist() == [number for number, _ in solid]
    assert [page.row(k) for k in range(len(page))] == [line.strip() for _, line in solid]
    assert page.indented.tolist() == [line[:1].isspace() for _, line in solid]
    for kind in COUNTED:
        assert page.count(kind).tolist() == [sum(of_kind(c, kind) for c in line.strip()) for _, line in solid]
    begins, ends = word_edges(page.kinds)
    spans = [m.span() for m in re.finditer("x+", "".join(" " if of_kind(c, SPACE) else "x" for c in text))]
    assert list(zip(begins.tolist(), ends.tolist(), strict=True)) == spans


@given(st.lists(st.text(alphabet="aB1 .:/->()#…|*", min_size=1, max_size=12), max_size=6))
@settings(max_examples=300, deadline=None)
def test_marks_of_rows_are_those_of_plain_patterns(lines: list[str]) -> None:
    page = read_page(lines)
    ends = page.tokens[1][page.tokens[2]]
    marks = find_marks(page.codes, page.kinds, (page.first, page.last, ends), page.short)
    labels = find_labels(page.codes, page.kinds, page.first, page.last)
    patterns = {
        ADDRESS: r"://|::|->|\(\)",
        DOTS: r"(?:\.\.\.|…|\A\.\.?)\Z",
        HEADING: r"#(?=\s)|#\S{0,4}#(?=\s)",
        MAY_CUT: r"(?:[)>]|\)\.)\Z",
    }
    for k in range(len(page)):
        row = page.row(k)
        for mark, pattern in patterns.items():
            found = re.match(pattern, row) if mark == HEADING else re.search(pattern, row)
            assert bool(marks[k] & mark) == bool(found)
        item = re.match(r"\S{0,3}[.)](?=\s)|[-*•#>|](?=\s)|[|/]", row) and not re.match(patterns[HEADING], row)
        assert bool(marks[k] & ITEM) == bool(item)
        label = re.match(r"(?=[a-zA-Z])([^:]+):(?=\s|\Z)", row)
        few = label and len(label[1].split()) <= 3
        assert labels[k] == (page.first[k] + label.end(1) if few else 0)


@given(st.lists(st.lists(st.integers(0, 3), max_size=20), max_size=4), st.integers(1, 3))
@settings(deadline=None)
def test_rows_with_a_common_key_are_grouped_block_by_block(blocks: list[list[int]], least: int) -> None:
    keys = [sorted(block) for block in blocks]
    rows = list(range(sum(map(len, keys))))
    ends = np.cumsum([len(block) for block in keys], dtype=np.int64)
    joined = np.array([key for block in keys for key in block], np.uint64)
    found = group_rows(joined, np.array(rows, np.int64), ends, np.full(len(keys), least))
    groups: dict[tuple[int, int], list[int]] = {}
    for row, (block, key) in enumerate((block, key) for block, own in enumerate(keys) for key in own):
        groups.setdefault((block, key), []).append(row)
    kept = {name: group for name, group in groups.items() if len(group) >= least}
    assert [part.tolist() for part in found] == [
        [row for group in kept.values() for row in group],
        [len(group) for group in kept.values()],
        [key for _, key in kept],
        [block for block, _ in kept],
    ]


def reaching_by_hand(scores: list[float], bar: float, widths: list[int], least: int) -> list[int]:
    rows = [row for row, score in enumerate(scores) if score >= bar]
    while least:
        close = [k for k in range(len(rows) - 1) if sum(widths[rows[k] + 1 : rows[k + 1]]) < least]
        worse = {k if scores[rows[k + 1]] > scores[rows[k]] else k + 1 for k in close}
        if not worse:
            break
        rows = [row for k, row in enumerate(rows) if k not in worse]
    return rows


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(1, 60)), max_size=30), st.sampled_from([0, 40]))
@settings(max_examples=300, deadline=None)
def test_rows_that_reach_a_bar_have_text_below_them(rows: list[tuple[int, int]], least: int) -> None:
    scores, widths = [float(score) for score, _ in rows], [width for _, width in rows]
    bars = [-3.0, 0.5, 2.0, 9.0]
    found, sizes = rows_reaching(np.array(scores), np.array(bars), np.cumsum([0, *widths]), least)
    expected = [reaching_by_hand(scores, bar, widths, least) for bar in bars]
    assert sizes.tolist() == [len(each) for each in expected]
    assert found.tolist() == [row for each in expected for row in each]


@given(st.lists(st.integers(-3, 3), max_size=12))
@settings(deadline=None)
def test_the_best_row_above_each_is_the_first_that_scores_most(scores: list[int]) -> None:
    above = best_above(np.array(scores, float)).tolist()
    assert above == [scores.index(max(scores[:row])) if row else 0 for row in range(len(scores))]


@given(st.lists(st.lists(st.integers(0, 5), max_size=4), max_size=12))
@settings(deadline=None)
def test_sets_that_are_alike_are_known_by_the_first_of_them(sets: list[list[int]]) -> None:
    bounds = np.cumsum([0, *map(len, sets)], dtype=np.int64)
    first = first_alike(np.array([row for own in sets for row in own], np.int64), bounds).tolist()
    alike = [sorted(own) for own in sets]
    assert first == [alike.index(own) for own in alike]


@given(
    st.lists(st.sets(st.integers(0, 14), min_size=2), max_size=4),
    st.lists(st.tuples(st.integers(-4, 3), st.integers(0, 2)), min_size=1, max_size=6),
)
@settings(max_examples=300, deadline=None)
def test_anchors_are_moved_in_each_way(anchors: list[set[int]], ways: list[tuple[int, int]]) -> None:
    rows, above = [sorted(own) for own in anchors], np.arange(100, 115)
    bounds = np.cumsum([0, *map(len, rows)], dtype=np.int64)
    flat = np.array([row for own in rows for row in own], np.int64)
    starts, borders = moved_rows(flat, bounds, np.array(ways), above)
    found = [starts[first:last].tolist() for first, last in pairwise(borders.tolist())]
    assert found == [moved_by_hand(own, *way) for way in ways for own in rows]


def moved_by_hand(rows: list[int], offset: int, manner: int) -> list[int]:
    read = rows[:-1] if manner == 2 else rows
    moved = [row + offset for row in read if 0 <= row + offset < 15]
    if abs(offset) >= (rows[-1] - rows[0]) / (len(rows) - 1) or not moved or (manner and not rows[0]):
        return []
    return [100 + rows[0], *moved] if manner else moved


@given(st.lists(st.lists(st.integers(0, 14), min_size=1, max_size=4), min_size=1, max_size=6), few, st.integers(0, 2))
@settings(max_examples=300, deadline=None)
def test_what_each_set_of_starts_comes_to(sets: list[list[int]], rows: list[int], near: int) -> None:
    bounds = np.cumsum([0, *map(len, sets)], dtype=np.int64)
    starts = np.array([row for own in sets for row in own], np.int64)
    assert marked_in(starts > 6, bounds).tolist() == [sum(row > 6 for row in own) for own in sets]
    counts = in_buckets(starts, bounds, 4).tolist()
    assert counts == [[sum((row * 40503 >> 4) % 4 == k for row in own) for k in range(4)] for own in sets]
    apart = first_apart(np.array(rows, np.int64), starts, bounds, near).tolist()
    far = [[all(abs(row - start) > near for start in own) for row in rows] for own in sets]
    assert apart == [own.index(True) if any(own) else len(rows) for own in far]
