"""Dumps on disk, made from a seed: rows, text listings, pages or feeds, of skewed sizes, with the truth beside them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Final

from benchmarks.bench import layouts
from benchmarks.bench.damage import damaged
from benchmarks.bench.layouts import Damage, Site
from benchmarks.bench.posts import Post, Writer
from benchmarks.bench.tongues import TONGUES, vocabulary

KINDS: Final = ("rows", "text", "html", "feed")
CONDITIONS: Final = ("clean", "dirty", "legacy")
MEGABYTE: Final = 1_000_000
# Posts of a dump: in the middle eight, one dump in a hundred has more than 130.
POSTS_A_DUMP: Final = (2.1, 1.2)
MOST_POSTS: Final = 2_000
# Dumps of a source: in the middle twelve.
DUMPS_A_SOURCE: Final = (2.5, 0.9)
# Bytes of a file of rows: in the middle 2 MB, but never more than an eighth of all.
BYTES_A_FILE: Final = (14.5, 1.1)
PARTS: Final = 8


@dataclass(frozen=True)
class Wanted:
    """What to make. It ends with the post or dump that reaches `megabytes`, or with so many posts or dumps.

    `clean` is UTF-8 throughout; `dirty` has one line in ten misread, in cp1252 or with entities; `legacy` has half of
    its dumps in the encodings that their language had before UTF-8 (pages say so, text dumps don't; rows and feeds
    are UTF-8 all the same).
    """

    kind: str
    megabytes: float = float("inf")
    posts: int | None = None
    dumps: int | None = None
    condition: str = "clean"
    seed: str = "1"


@dataclass
class Made:
    """What has been written so far."""

    bytes: int = 0
    dumps: int = 0
    posts: int = 0
    copies: int = 0
    truth: IO[str] | None = field(default=None, repr=False)

    def add(self, path: str, posts: Sequence[Post], size: int) -> None:
        """Counts posts of a dump, and notes where each came from."""
        self.bytes += size
        self.posts += len(posts)
        self.copies += sum(bool(post.copied) and post.change != "form" for post in posts)
        if self.truth:
            for number, post in enumerate(posts):
                told = {"id": post.name, "dump": path, "ordinal": number, "copied": post.copied, "change": post.change}
                self.truth.write(json.dumps(told) + "\n")

    def enough(self, wanted: Wanted) -> bool:
        """Whether that is what was wanted."""
        return (
            self.bytes >= wanted.megabytes * MEGABYTE
            or (wanted.posts is not None and self.posts >= wanted.posts)
            or (wanted.dumps is not None and self.dumps >= wanted.dumps)
        )


def write(wanted: Wanted, folder: Path) -> Made:
    """Writes the dumps below a folder, and beside it `NAME.truth.jsonl` with a line for each post."""
    folder.mkdir(parents=True)
    with folder.with_name(f"{folder.name}.truth.jsonl").open("w", encoding="utf-8") as truth:
        made = Made(truth=truth)
        (write_rows if wanted.kind == "rows" else write_listings)(wanted, folder, made)
    made.truth = None
    return made


def write_rows(wanted: Wanted, folder: Path, made: Made) -> None:
    """Files of JSON lines in all languages."""
    rng = random.Random(f"{wanted.seed} files")
    posts, damage = Writer("r", wanted.seed, TONGUES).posts(), damage_of(wanted, rng, raw=False)
    while not made.enough(wanted):
        most = min(rng.lognormvariate(*BYTES_A_FILE), _expected(wanted) / PARTS)
        path, size = folder / f"{made.dumps:05}.jsonl", 0
        with path.open("wb") as file:
            while size < most and not made.enough(wanted):
                post = next(posts)
                line = layouts.row(post, damage).encode()
                file.write(line)
                size += len(line)
                made.add(path.name, [post], len(line))
        made.dumps += 1


def _expected(wanted: Wanted) -> float:
    """About how many bytes there will be in all."""
    return min(wanted.megabytes * MEGABYTE, 2_850.0 * wanted.posts if wanted.posts else float("inf"))


def write_listings(wanted: Wanted, folder: Path, made: Made) -> None:
    """Folders of dumps, a source each: one language, one template, posts that recur."""
    for number, rng in enumerate(_generators(wanted.seed)):
        tongue = rng.choices(TONGUES, [tongue.share for tongue in TONGUES])[0]
        site = layouts.site(rng, tongue, vocabulary(tongue.code, wanted.seed).some(rng, 6))
        posts = Writer(f"s{number}", wanted.seed, [tongue]).posts()
        source = folder / f"{number:04}"
        source.mkdir()
        for dump in range(round(1 + rng.lognormvariate(*DUMPS_A_SOURCE))):
            count = max(2, min(MOST_POSTS, round(rng.lognormvariate(*POSTS_A_DUMP))))
            chosen = [next(posts) for _ in range(count)]
            name = f"{dump:03}.{ENDINGS[wanted.kind]}"
            data = rendered(wanted, rng, site, chosen)
            (source / name).write_bytes(data)
            made.dumps += 1
            made.add(f"{source.name}/{name}", chosen, len(data))
            if made.enough(wanted):
                return


ENDINGS: Final = {"text": "txt", "html": "html", "feed": "xml"}


def _generators(seed: str) -> Iterator[random.Random]:
    number = 0
    while True:
        yield random.Random(f"{seed} source {number}")
        number += 1


def rendered(wanted: Wanted, rng: random.Random, site: Site, posts: Sequence[Post]) -> bytes:
    """The bytes of one dump."""
    encoding = "utf-8"
    if wanted.condition == "legacy" and wanted.kind != "feed" and rng.random() < 0.5:
        encoding = rng.choice(site.tongue.legacy)
    damage = damage_of(wanted, rng, raw=wanted.kind == "text")
    if wanted.kind == "html":
        text = layouts.html_page(site, posts, damage, encoding)
        return text.encode(encoding, "xmlcharrefreplace")
    text = layouts.text_listing(site, posts, damage) if wanted.kind == "text" else layouts.feed(site, posts, damage)
    return text.encode(encoding, "surrogateescape" if encoding == "utf-8" else "replace")


def damage_of(wanted: Wanted, rng: random.Random, *, raw: bool) -> Damage:
    """What is done to each line."""
    return partial(damaged, rng, raw=raw) if wanted.condition == "dirty" else str


def write_tiny(folder: Path, count: int, size: int = 50, seed: str = "1") -> Made:
    """So many files of so many bytes: a line of words each."""
    rng = random.Random(f"{seed} tiny")
    words = vocabulary("en", seed)
    folder.mkdir(parents=True)
    for number in range(count):
        if number % 1_000 == 0:
            (folder / f"{number // 1_000:04}").mkdir()
        line = " ".join(words.some(rng, size)).encode()[: size - 1].ljust(size - 1, b".") + b"\n"
        (folder / f"{number // 1_000:04}" / f"{number % 1_000:03}.txt").write_bytes(line)
    return Made(size * count, count, count)


def write_line(folder: Path, megabytes: int, seed: str = "1") -> Made:
    """One file that is a single line."""
    rng, words = random.Random(f"{seed} line"), vocabulary("en", seed)
    folder.mkdir(parents=True)
    size = 0
    with (folder / "line.txt").open("wb") as file:
        while size < megabytes * MEGABYTE:
            size += file.write((" ".join(words.some(rng, 10_000)) + " ").encode())
    return Made(bytes=size, dumps=1, posts=1)


def write_big(folder: Path, megabytes: int, seed: str = "1") -> Made:
    """One text dump with all posts."""
    rng = random.Random(f"{seed} big")
    site = layouts.site(rng, TONGUES[0], vocabulary("en", seed).some(rng, 6))
    posts, made = Writer("b", seed, TONGUES[:1]).posts(), Made(dumps=1)
    folder.mkdir(parents=True)
    with (folder / "big.txt").open("wb") as file:
        while made.bytes < megabytes * MEGABYTE:
            chosen = [next(posts) for _ in range(100)]
            made.add("big.txt", chosen, file.write(layouts.text_posts(site, chosen, str).encode()))
    return made
