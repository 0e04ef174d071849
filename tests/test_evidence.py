"""What text dumps tell about each other: small dumps of which one knows what the other has lost."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

import corpora
import numpy as np
import pytest
import recurring
from corpora import Invented
from hypothesis import given
from hypothesis import strategies as st

from transforms.evidence import CERTAIN, LIKELY, STRONG, Evidence, Outline, gather, outline_of, shared_runs
from transforms.split.text import split_lines

RNG = random.Random(11)
POSTS = [corpora.post(RNG, 4) for _ in range(8)]
NOTHING_USUAL = np.zeros(0, np.uint64)


def outlined(text: str) -> Outline:
    lines = text.split("\n")
    return outline_of(lines, {b.first: b.certainty for b in split_lines(lines) if b.kind == "post"})


def blind(text: str) -> Outline:
    """The outline of a dump that knows no start but its first line."""
    return outline_of(text.split("\n"), {0: LIKELY})


def told(text: str, *others: str) -> Evidence:
    """What others say of a dump that knows nothing by itself."""
    return gather(blind(text), {str(number): outlined(other) for number, other in enumerate(others)})


def lines_of(text: str, *wanted: str) -> list[int]:
    return [text.split("\n").index(line) for line in wanted]


def firsts(posts: Sequence[Invented]) -> list[str]:
    return [post.paragraphs[0] for post in posts]


def test_a_dump_without_titles_learns_where_posts_begin() -> None:
    bare = recurring.stripped(POSTS[:4])
    known = told(bare, recurring.page([POSTS[5], POSTS[1], POSTS[2], POSTS[6]]))
    assert list(known.starts) == lines_of(bare, *firsts(POSTS[1:3]))
    starts = {block.first: block for block in split_lines(bare.split("\n"), known) if block.kind == "post"}
    assert {0, *known.starts} <= starts.keys()
    assert {starts[line].boundary[0] for line in known.starts} == {"another dump (0) begins the same text here"}


def test_a_page_that_knows_its_posts_is_told_nothing() -> None:
    whole = outlined(recurring.page(POSTS[:4]))
    others = {"0": blind(recurring.stripped(POSTS[1:3])), "1": outlined(recurring.page(POSTS[2:6]))}
    assert not gather(whole, others)


def test_a_dump_that_has_too_many_starts_is_told_where_none_is() -> None:
    bare = recurring.stripped([POSTS[0], POSTS[1], POSTS[2]])
    lines = bare.split("\n")
    wrong = lines.index(POSTS[1].paragraphs[2])
    own = outline_of(lines, {0: LIKELY, lines.index(POSTS[1].paragraphs[0]): LIKELY, wrong: LIKELY})
    known = gather(own, {"page": outlined(recurring.page([POSTS[4], POSTS[1], POSTS[5]]))})
    assert list(known.inside) == [wrong]
    assert wrong not in [block.first for block in split_lines(lines, known)]


def test_what_is_certain_is_not_taken_back() -> None:
    lines = recurring.stripped(POSTS[:3]).split("\n")
    own = outline_of(lines, {0: LIKELY, lines.index(POSTS[1].paragraphs[2]): CERTAIN})
    assert not gather(own, {"page": outlined(recurring.page([POSTS[4], POSTS[1], POSTS[5]]))}).inside


def test_no_line_is_inside_where_any_dump_knows_of_a_start() -> None:
    lines = recurring.stripped(POSTS[:3]).split("\n")
    doubtful = lines.index(POSTS[1].paragraphs[2])
    own = outline_of(lines, {0: LIKELY, doubtful: LIKELY})
    page = outlined(recurring.page([POSTS[4], POSTS[1], POSTS[5]]))
    assert gather(own, {"page": page}).inside
    assert not gather(own, {"page": page, "other": own}).inside


@pytest.mark.parametrize("sure", [LIKELY, STRONG, CERTAIN])
def test_a_start_in_the_middle_of_a_run_has_to_be_sure(sure: int) -> None:
    bare = recurring.stripped(POSTS[:3])
    lines = bare.split("\n")
    at = lines.index(POSTS[1].paragraphs[0])
    other = outline_of(lines[1:], {0: LIKELY, at - 1: sure})
    assert list(gather(blind(bare), {"other": other}).starts) == ([at] if sure > LIKELY else [])


def test_a_quotation_of_the_middle_of_a_post_is_no_boundary() -> None:
    essay = Invented("On Quoting Others At Length", (*POSTS[0].paragraphs[:2], *POSTS[1].paragraphs[1:3]))
    bare = recurring.stripped([POSTS[3], POSTS[1], POSTS[4]])
    assert not told(bare, recurring.page([POSTS[5], essay, POSTS[6]]))


def test_a_copy_that_was_cut_short_ends_nothing() -> None:
    bare = recurring.stripped(POSTS[:3])
    known = told(bare, recurring.page([POSTS[5], corpora.cut(POSTS[1]), POSTS[6]]))
    assert list(known.starts) == lines_of(bare, POSTS[1].paragraphs[0])


def test_what_follows_a_post_that_is_there_whole_is_another_post() -> None:
    bare = recurring.stripped(POSTS[:3])
    alone = recurring.page([POSTS[5], POSTS[1]])
    known = told(bare, alone)
    assert list(known.starts) == lines_of(bare, *firsts(POSTS[1:3]))
    assert known.starts[lines_of(bare, POSTS[2].paragraphs[0])[0]] == "another dump (0) ends with the post above"


@pytest.mark.parametrize(
    "last",
    [
        pytest.param(corpora.cut, id="cut short"),
        pytest.param(
            lambda post: replace(post, paragraphs=POSTS[7].paragraphs[:2] + post.paragraphs[1:3]), id="quoted"
        ),
        pytest.param(lambda post: replace(post, paragraphs=(*post.paragraphs, "3 comments")), id="something below"),
    ],
)
def test_a_last_post_that_is_not_there_whole_ends_nothing(last: Callable[[Invented], Invented]) -> None:
    bare = recurring.stripped(POSTS[:3])
    ends = [
        reason for reason in told(bare, recurring.page([POSTS[5], last(POSTS[1])])).starts.values() if "ends" in reason
    ]
    assert not ends


def test_a_footer_is_no_post_below_the_last_one() -> None:
    bare = recurring.stripped(POSTS[:2]) + "Older posts\nImprint\n"
    known = told(bare, recurring.page([POSTS[5], POSTS[1]]))
    assert bare.split("\n").index("Older posts") not in known.starts


def test_a_sidebar_is_no_post_that_recurs() -> None:
    pages = [recurring.page([post, POSTS[7]], sidebar=True) for post in POSTS[:6]]
    bare = recurring.stripped([POSTS[0]]) + "\n".join(recurring.SIDEBAR) + "\n"
    lines = bare.split("\n")
    assert lines.index(recurring.SIDEBAR[0]) not in {*told(bare, *pages).starts, *told(bare, *pages).inside}


def test_a_run_crosses_two_edited_lines_and_no_more() -> None:
    texts = list(recurring.stripped(POSTS[:3]).split("\n"))
    for edits, runs in ((2, 1), (3, 2)):
        other = [*texts[:4], *(f"Rewritten in the meantime, number {k}" for k in range(edits)), *texts[4 + edits :]]
        found = shared_runs(outline_of(texts, {}), outline_of(other, {}), NOTHING_USUAL)
        assert len(found) == runs


def test_short_lines_alone_share_nothing() -> None:
    remarks = ["Read more", "Leave a comment", "By Ann", "Home", "About"]
    assert shared_runs(outline_of(remarks, {}), outline_of(remarks, {}), NOTHING_USUAL) == []


def test_a_line_that_recurs_in_its_dump_is_not_matched() -> None:
    lines = [POSTS[0].paragraphs[0], "Something else", POSTS[0].paragraphs[0]]
    assert shared_runs(outline_of(lines, {}), outline_of(lines[:1], {}), NOTHING_USUAL) == []


def test_empty_dumps_have_outlines() -> None:
    for lines in ([], [""], ["…", "***"]):
        outline = outline_of(lines, {})
        assert not len(outline.paragraphs)
        assert not gather(outline, {"same": outline})


LINES = st.lists(
    st.sampled_from([*recurring.stripped(POSTS[:2]).split("\n")[:-1], "A short line", "…", ""]), max_size=14
)
OUTLINES = st.tuples(LINES, st.dictionaries(st.integers(0, 13), st.sampled_from([LIKELY, STRONG, CERTAIN]))).map(
    lambda pair: outline_of(*pair)
)


@given(OUTLINES, st.dictionaries(st.sampled_from("abcdef"), OUTLINES))
def test_evidence_is_about_lines_that_are_there_and_is_the_same_in_any_order(
    own: Outline, others: dict[str, Outline]
) -> None:
    known = gather(own, others)
    assert known == gather(own, dict(reversed(others.items())))
    assert {*known.starts, *known.inside} <= set(own.lines.tolist())
    assert not known.starts.keys() & known.inside.keys()
    begun = set(own.lines[own.starts > 0].tolist())
    assert not known.starts.keys() & begun
    assert known.inside.keys() <= begun


@given(LINES, st.data())
def test_any_evidence_leaves_every_line_in_one_block(lines: list[str], data: st.DataObject) -> None:
    filled = [number for number, line in enumerate(lines) if line.strip()]
    some = st.sets(st.sampled_from(filled)) if filled else st.just(set())
    starts = data.draw(some)
    known = Evidence(dict.fromkeys(starts, "so"), dict.fromkeys(data.draw(some) - starts, "so"))
    blocks = split_lines(lines, known)
    held = [number for block in blocks for number in range(block.first, block.last) if lines[number].strip()]
    assert held == filled
    assert starts <= {block.first for block in blocks if block.kind == "post"}
    begun = [block.first for block in blocks if block.kind == "post"]
    assert not known.inside.keys() & set(begun[1:])
