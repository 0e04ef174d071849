"""How time and memory grow: many short posts through `ingest`, one per cent more, and the matching alone."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Final

from benchmarks import page
from benchmarks.duplicates.scripts import BEND
from benchmarks.measured import Cost, run
from benchmarks.peers import ROOT, WINNOW

VOCABULARY: Final = 50_000
SHORT_WORDS: Final = 100
# About 3,000 bytes a post, so that 200,000 are 600 MB.
LONG_WORDS: Final = 380
# One post in ten is a copy of an earlier one with a few words replaced.
COPIES: Final = 0.1
CHANGED: Final = 2
REMEMBERED: Final = 1000
ROWS_A_FILE: Final = 20_000
# What one per cent more is, and how the first posts are counted.
MORE: Final = 0.01
PROGRAM: Final = "from benchmarks.duplicates.stage import main; main()"


def measure_growth(folder: Path, posts: int) -> int:
    """A tenth of the posts, all of them, one per cent more, and one per cent of which a tenth is like old ones."""
    more = max(1, round(posts * MORE))
    tenth = _growth(folder, "tenth", 0, posts // 10)
    whole = _growth(folder, "whole", 0, posts)
    added = _growth(folder, "whole", posts, more)
    write_scattered(folder / "rows-whole", posts, more)
    scattered = _ingest(folder / "rows-whole", folder / "warehouse-whole", folder)
    lines = [
        _line(f"{posts // 10:,} posts of {SHORT_WORDS} words", posts // 10, tenth),
        _line(f"{posts:,} posts", posts, whole),
        _line(f"{more:,} more, unlike the old ones", more, added),
        _line(f"{more:,} more, one in ten like an old one anywhere", more, scattered),
    ]
    text = (
        f"A post among {posts:,} takes {whole.seconds / tenth.seconds / 10:.2f} times as long as among {posts // 10:,} "
        f"({whole.processor / tenth.processor / 10:.2f} times by processor seconds); {MORE:.0%} more takes "
        f"{_share(added, whole)} of the whole, with copies of old posts {_share(scattered, whole)}. "
        f"Measured on {page.machine()}."
    )
    page.rewrite("growth", f"{page.table(HEAD, lines)}\n\n{text}")
    print(page.table(HEAD, lines), text, sep="\n\n")
    return 0


def _share(part: Cost, whole: Cost) -> str:
    return f"{part.seconds / whole.seconds:.1%} ({part.processor / whole.processor:.1%} by processor seconds)"


def _growth(folder: Path, name: str, first: int, count: int) -> Cost:
    rows = folder / f"rows-{name}"
    write_posts(rows, first, count, SHORT_WORDS)
    return _ingest(rows, folder / f"warehouse-{name}", folder)


def write_scattered(folder: Path, posts: int, count: int) -> None:
    """Writes a file of `count` posts, one in ten a near-copy of a post anywhere among the first `posts` of a folder."""
    rng, (words, _) = random.Random("scattered"), vocabulary()
    fresh = posts_from(2 * posts, count, SHORT_WORDS)
    copied = set(rng.sample(range(posts), round(count * COPIES)))
    old = (
        json.loads(line)["text"].split()
        for first in range(0, posts, ROWS_A_FILE)
        for number, line in enumerate((folder / f"{first:08}.jsonl").open(encoding="utf-8"), first)
        if number in copied
    )
    with (folder / "scattered.jsonl").open("w", encoding="utf-8") as file:
        for number in range(count):
            post: list[str] = next(old, []) if number % round(1 / COPIES) == 0 else []
            for _ in range(CHANGED if post else 0):
                post[rng.randrange(SHORT_WORDS)] = rng.choice(words)
            text = " ".join(post) or next(fresh)
            file.write(json.dumps({"id": f"scattered {number}", "text": text}) + "\n")


def measure_stage(folder: Path, posts: int) -> int:
    """The matching alone: texts in memory to the relations among them."""
    size = write_posts(folder / "rows", 0, posts, LONG_WORDS)
    cost = run([sys.executable, "-c", PROGRAM, str(folder / "rows"), str(folder)], folder / "stage.log", _path())
    told = json.loads((folder / "stage.json").read_text("utf-8"))
    lines = [
        [name, f"{seconds:.1f}", f"{spent:.1f}", f"{size / 1e6 / seconds:.1f} MB/s"]
        for name, (seconds, spent) in told["steps"].items()
    ]
    peak = f"{cost.peak / 1e6:,.0f} MB" if cost.peak else "–"
    text = (
        f"{posts:,} posts, {size / 1e6:.0f} MB, {told['matches']:,} matches, peak memory {peak} with all texts in it. "
        f"Measured on {page.machine()}."
    )
    page.rewrite("matching", page.table(STEPS, lines) + "\n\n" + text)
    print(page.table(STEPS, lines), text, sep="\n\n")
    return 0


STEPS: Final = ("step", "seconds", "processor seconds", "speed")
HEAD: Final = ("run", "seconds", "processor seconds", "µs a post", "peak memory of all processes")


def _line(name: str, count: int, cost: Cost) -> list[str]:
    peak = f"{cost.peak / 1e6:,.0f} MB" if cost.peak else "–"
    return [name, f"{cost.seconds:.1f}", f"{cost.processor:.1f}", f"{cost.seconds / count * 1e6:.0f}", peak]


def _ingest(rows: Path, warehouse: Path, folder: Path) -> Cost:
    command = [sys.executable, "-c", WINNOW, "ingest", str(rows), "--warehouse", str(warehouse)]
    return run(command, folder / "ingest.log", _path())


def _path() -> dict[str, str]:
    return {"PYTHONPATH": str(ROOT)}


def write_posts(folder: Path, first: int, count: int, length: int) -> int:
    """Writes so many posts from a number on, as files of JSON lines; gives their size in bytes. Nothing is kept."""
    folder.mkdir(exist_ok=True)
    size = 0
    for start in range(first, first + count, ROWS_A_FILE):
        end = min(start + ROWS_A_FILE, first + count)
        with (folder / f"{start:08}.jsonl").open("w", encoding="utf-8") as file:
            for number, text in zip(range(start, end), posts_from(start, end - start, length), strict=True):
                size += len(text)
                file.write(json.dumps({"id": str(number), "text": text}) + "\n")
    return size


def posts_from(seed: int, count: int, length: int) -> Iterator[str]:
    """Posts of words that are as frequent as words are; one in ten is a near-copy of one of the last thousand."""
    rng = random.Random(f"posts {seed}")
    words, weights = vocabulary()
    last: list[list[str]] = []
    for number in range(count):
        if last and rng.random() < COPIES:
            post = list(rng.choice(last))
            for _ in range(CHANGED):
                post[rng.randrange(length)] = rng.choice(words)
        else:
            post = rng.choices(words, cum_weights=weights, k=length)
        yield " ".join(post)
        if len(last) < REMEMBERED:
            last.append(post)
        else:
            last[number % REMEMBERED] = post


def vocabulary() -> tuple[Sequence[str], Sequence[float]]:
    """Invented words, the same each time, with the sums of their weights."""
    rng = random.Random("words")
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        words["".join(rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(rng.randint(1, 5)))] = None
    return list(words), list(accumulate(1 / (rank + BEND) for rank in range(VOCABULARY)))
