"""Invented threads, from which the splitter learns layouts that no labelled site has."""

from benchmarks.boundaries.labelled import Post
from benchmarks.boundaries.settings import LEAST_POSTS
from benchmarks.boundaries.talks import talks

SUBJECTS = ("clocks", "bread", "rivers", "violins", "bicycles", "lanterns", "bridges", "cheese", "maps", "gardens")


def posts(count: int = len(SUBJECTS)) -> dict[tuple[str, str], list[Post]]:
    found = [
        Post(f"On {subject}", (f"First {subject}. " * 30, "", f"Then {subject}. " * 40, f"Last {subject}."))
        for subject in SUBJECTS[:count]
    ]
    return {("hills", "hills"): found}


def test_messages_start_with_a_header_or_a_name_in_the_same_place() -> None:
    threads = talks(posts(), each=40)
    assert len(threads) == 40
    for thread in threads:
        assert list(thread.starts) == sorted(set(thread.starts))
        assert all(thread.lines[start].strip() for start in thread.starts)
        # No message starts with words of a post.
        assert not any(thread.lines[start].startswith(("First ", "Then ", "Last ")) for start in thread.starts)


def test_the_same_posts_give_the_same_threads_and_too_few_give_none() -> None:
    assert talks(posts()) == talks(posts())
    assert talks(posts(LEAST_POSTS - 1)) == []
