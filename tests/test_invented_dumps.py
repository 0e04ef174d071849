"""Invented pages of teasers and threads, from which the splitter learns layouts that no labelled site has."""

from collections.abc import Callable

import pytest

from benchmarks.boundaries.labelled import Labelled, Post
from benchmarks.boundaries.settings import LEAST_POSTS
from benchmarks.boundaries.talks import talks
from benchmarks.boundaries.teasers import teasers

SUBJECTS = ("clocks", "bread", "rivers", "violins", "bicycles", "lanterns", "bridges", "cheese", "maps", "gardens")


def posts(count: int = len(SUBJECTS)) -> dict[tuple[str, str], list[Post]]:
    found = [
        Post(f"On {subject}", (f"First {subject}. " * 30, "", f"Then {subject}. " * 40, f"Last {subject}."))
        for subject in SUBJECTS[:count]
    ]
    return {("hills", "hills"): found}


def subject_of(line: str) -> str | None:
    return next((subject for subject in SUBJECTS if subject in line), None)


def test_a_teaser_starts_with_its_title_or_else_with_its_text() -> None:
    pages = teasers(posts(), each=40)
    assert len(pages) == 40
    titled = 0
    for page in pages:
        assert list(page.starts) == sorted(set(page.starts))
        told = [subject_of(page.lines[start]) for start in page.starts]
        assert None not in told
        assert len(set(told)) == len(told), "a post stands once on a page"
        titled += sum(page.lines[start].startswith("On ") for start in page.starts)
    assert 0 < titled < sum(len(page.starts) for page in pages)


def test_a_teaser_ends_before_the_next_one() -> None:
    for page in teasers(posts(), each=20):
        for first, last in zip(page.starts, page.starts[1:], strict=False):
            text = [line for line in page.lines[first:last] if line.startswith(("On ", "First", "Then", "Last"))]
            assert len({subject_of(line) for line in text}) == 1


def test_messages_start_with_a_header_or_a_name_in_the_same_place() -> None:
    threads = talks(posts(), each=40)
    assert len(threads) == 40
    for thread in threads:
        assert list(thread.starts) == sorted(set(thread.starts))
        assert all(thread.lines[start].strip() for start in thread.starts)
        # No message starts with words of a post.
        assert not any(thread.lines[start].startswith(("First ", "Then ", "Last ")) for start in thread.starts)


@pytest.mark.parametrize("make", [teasers, talks])
def test_the_same_posts_give_the_same_dumps_and_too_few_give_none(make: Callable[..., list[Labelled]]) -> None:
    assert make(posts()) == make(posts())
    assert make(posts(LEAST_POSTS - 1)) == []
