"""Write labelled forum pages as plain text, with where each post starts, so that text splitting can be scored on them.

    python benchmarks/forum_views.py CORPUS_DIR OUTPUT_DIR

CORPUS_DIR holds NAME.html with NAME.truth.json ({"posts": [{"post_text", "user", "datetime"}, …]}). For each page
OUTPUT_DIR receives NAME.page.txt, all text of the page in its order, and NAME.page.starts.json, the offset of each post
in characters. A post starts with the line above it that names its user, else with the one that states its date, else
with its words. A post whose words are not found in order is reported and left out.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transforms.decode import decode
from transforms.split.render import render_html

WORD = re.compile(r"\w+")
# So many words in a row tell one place from another.
RUN = 6
# The column beside a post has no more lines than this above its words; the head of a page may have many.
HEADER_LINES = 16
# What stands in a member's address beside the name.
ADDRESS_PARTS = re.compile(r"[?#].*$|^.*/|[.-]\d+$")


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its words, case folded, and where each of them begins."""

    text: str
    words: list[str]
    begins: list[int]

    @classmethod
    def of(cls, text: str) -> Text:
        found = list(WORD.finditer(text))
        return cls(text, [word[0].casefold() for word in found], [word.start() for word in found])


def main(corpus: Path, output: Path) -> None:
    output.mkdir(parents=True, exist_ok=True)
    located = known = 0
    for truth_file in sorted(corpus.rglob("*.truth.json")):
        name = truth_file.name.removesuffix(".truth.json")
        text = render_html(decode(truth_file.with_name(f"{name}.html").read_bytes()).text)
        posts = [post for post in json.loads(truth_file.read_text("utf-8"))["posts"] if post.get("post_text")]
        starts = list(find_starts(text, posts))
        found = [{"char": start} for start in starts if start is not None]
        for number, (start, post) in enumerate(zip(starts, posts, strict=True), 1):
            if start is None:
                print(f"{name}: post {number} of {len(posts)} is not in the text: {post['post_text'][:60]!r}")
        (output / f"{name}.page.txt").write_text(text, "utf-8", newline="\n")
        (output / f"{name}.page.starts.json").write_text(json.dumps(found), "utf-8")
        located, known = located + len(found), known + len(posts)
    print(f"{located} of {known} posts located")


def find_starts(text: str, posts: Sequence[dict[str, Any]]) -> Iterator[int | None]:
    """Give the offset at which each post starts, None for those whose words do not follow the post before."""
    page, at = Text.of(text), 0
    for post in posts:
        wanted = Text.of(post["post_text"]).words
        first = first_place(page, wanted, at, post)
        if first is None:
            yield None
            continue
        floor = page.begins[at] if at else 0
        yield header_start(text, floor, page.begins[first], post)
        at = end_place(page, wanted, first)


def first_place(page: Text, wanted: list[str], at: int, post: dict[str, Any]) -> int | None:
    """Find where the words of a post begin; a place below its date or user is taken before any other."""
    for skipped in range(0, max(1, len(wanted) - RUN), RUN):
        run = wanted[skipped : skipped + RUN]
        places = list(find_run(page.words, run, at))
        headed = (place for place in places if is_headed(page.text[_begin(page, at) : page.begins[place]], post))
        place = next(headed, places[0] if places and len(run) == RUN else None)
        if place is not None:
            return place
    return None


def is_headed(gap: str, post: dict[str, Any]) -> bool:
    plain = _plain(gap)
    return any(sign in plain for sign in signs_of(post))


def find_run(words: list[str], run: list[str], at: int) -> Iterator[int]:
    for place in range(at, len(words) - len(run) + 1):
        if run and words[place] == run[0] and words[place : place + len(run)] == run:
            yield place


def end_place(page: Text, wanted: list[str], first: int) -> int:
    """Find the word behind a post: behind its last words, which stand not much later than its length says."""
    last = wanted[-RUN:]
    latest = min(len(page.words), first + 2 * len(wanted) + RUN)
    ends = [place + len(last) for place in find_run(page.words[:latest], last, first)]
    return ends[0] if ends else min(first + len(wanted), len(page.words) - 1)


def header_start(text: str, floor: int, begin: int, post: dict[str, Any]) -> int:
    """Go up from the words of a post to the nearest line that names its user, else to one that states its date.

    The nearest, since the post before may close with the same names ("last edited by").
    """
    lines, at = [], floor
    for line in text[floor:begin].split("\n"):
        if line.strip():
            lines.append((at, _plain(line)))
        at += len(line) + 1
    for sign in signs_of(post):
        for offset, line in reversed(lines[-HEADER_LINES:]):
            if sign in line:
                return offset
    return begin


def _begin(page: Text, at: int) -> int:
    return page.begins[at] if 0 < at < len(page.begins) else 0


def signs_of(post: dict[str, Any]) -> list[str]:
    signs = (_plain(user_name(post.get("user") or "")), _plain(post.get("datetime") or ""))
    return [sign for sign in signs if len(sign) > 2]


def user_name(user: str) -> str:
    """Read a name, or the name in the address of a member; an address with a number alone names nobody."""
    if "/" not in user and "?" not in user:
        return user
    name = ADDRESS_PARTS.sub("", user.rstrip("/"))
    name = re.sub(r"^\d+-|[.-]\d+$", "", name)
    return "" if name.isdigit() or "." in name else name


def _plain(text: str) -> str:
    return "".join(WORD.findall(text.casefold()))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
