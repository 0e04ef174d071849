"""The closing marks of cut posts, and endings that are the author's own."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.describe.truncation import MARK, closing_mark, cut_mark

TEXT = "The rain began before noon."

# what stands after the text, what of it stays
MARKS = [
    ("\n\n(more…)", ""),
    (" (more...)", ""),
    (" [...]", ""),
    (" […]", ""),
    (" (…)", ""),
    ("\n[Lire la suite...]", ""),
    ("\n\nLire la suite →", ""),
    ("\nLire la suite", ""),
    ("\nRead more »", ""),
    ("\nRead More", ""),
    (" Read more →", ""),
    ("\nContinue reading →", ""),
    ("\nContinue reading “Rain in the hills” →", ""),
    ("\nContinue reading Rain in the hills →", ""),
    ("\nRead on →", ""),
    ("\nContinuer à lire", ""),
    ("\nLea más", ""),
    ("\nSeguir leyendo »", ""),
    ("\nWeiterlesen", ""),
    ("\n(Weiterlesen …)", ""),
    ("\nLeia mais", ""),
    ("\nLeggi tutto", ""),
    ("\nCzytaj dalej", ""),
    ("\nЧитать далее →", ""),
    ("\n続きを読む", ""),
    ("\n阅读全文 »", ""),
    ("\nMore »", ""),
    ("\n(rest of it here…)", ""),
    (" and then … Read more", " and then …"),
    (" and then… Lire la suite »", " and then…"),
    (" […] Read more »\n", ""),
    (" and then…", " and then…"),
    (" and then ...", " and then ..."),
    (" and then...\n\n", " and then...\n\n"),
]

WHOLE = [
    "",
    "   ",
    TEXT,
    f"{TEXT}\n\nMore",
    f"{TEXT} (and so on)",
    f"{TEXT} He said “read more”.",
    f"{TEXT} You should read more",
    f"{TEXT} See [1]",
    f"{TEXT}\n    continue",
    f"{TEXT} (…) It went on.",
    f"(more…) {TEXT}",
]


@pytest.mark.parametrize(("mark", "left"), MARKS)
def test_only_the_mark_is_cut(mark: str, left: str) -> None:
    assert cut_mark(TEXT + mark) == (TEXT + left, True)


@pytest.mark.parametrize("body", WHOLE)
def test_a_whole_text_stays(body: str) -> None:
    assert cut_mark(body) == (body, False)


@pytest.mark.parametrize("ending", [" (to be continued...)", " (à suivre…)", " (etc...)", " (I waited, and waited…)"])
def test_the_authors_own_dots_stay(ending: str) -> None:
    assert cut_mark(TEXT + ending) == (TEXT + ending, False)
    assert cut_mark(f"{TEXT}\n{ending}")[0] == f"{TEXT}\n{ending}"


@given(st.text(), st.lists(st.sampled_from([mark for mark, _ in MARKS]), max_size=12))
def test_cutting_twice_changes_nothing_more(text: str, marks: list[str]) -> None:
    body, truncated = cut_mark(text + "".join(marks))
    assert (text + "".join(marks)).startswith(body)
    again, still = cut_mark(body)
    assert again == body
    assert truncated or not still


@pytest.mark.parametrize("body", ["[...]" * 200_000, "(" * 1_000_000, "a" + " " * 1_000_000, "." * 1_000_000])
def test_long_bodies_cost_little(body: str) -> None:
    begun = time.process_time()
    cut_mark(body)
    assert time.process_time() - begun < 1


FRAGMENTS = [
    "(",
    "[",
    "]",
    ")",
    "…",
    "...",
    "....",
    " ",
    "\n",
    "more",
    "Read more",
    "Lire la suite",
    "→",
    "»",
    "x" * 70,
    "“a”",
]


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=7))
def test_a_mark_is_tried_wherever_one_may_begin(parts: list[str]) -> None:
    text = "".join(["It rained", *parts]).rstrip()
    found, everywhere = closing_mark(text), MARK.search(text)
    assert found is None or everywhere is not None
    if found and everywhere:
        assert found.span() == everywhere.span()
    if everywhere and text.endswith((")", "]", "…", "...")):
        assert found is not None
