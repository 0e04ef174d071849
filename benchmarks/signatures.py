"""Measures how fast texts are signed: winnow, datasketch and rensa in turn, in one run.

    python -m benchmarks.signatures [FILE ...] [--rounds N]

FILE is plain text in UTF-8, cut into posts of 3,000 characters. Without one, texts are invented: words of each
language's letters and usual length, the frequent ones short, so that figures can be had anywhere. Every figure is the
median over the rounds of one processor's time (MB are bytes of UTF-8). rensa is installed into an environment of its
own below the user's cache folder; where it can't be had, its line says so.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from datasketch import MinHash

from transforms.sign import PERMUTATIONS, SHINGLE_WORDS, flat_sets, sign, sign_batch, signatures
from transforms.words import Hashes, Offsets

RENSA: Final = "rensa==0.5.0"
POST: Final = 3000
BYTES: Final = 6_000_000
# datasketch is slow: it gets the first so many of the posts.
FEW: Final = 40
# Letters in about their order of frequency, and letters a word; 0 where words are not told apart by spaces.
LANGUAGES: Final = {
    "English": ("etaoinshrdlcumwfgypbvk", 4.7),
    "French": ("esaitnrulodcpmévqfbghjàxèêyzçô", 4.9),
    "German": ("enisratdhulcgmobwfkzpvüäßjö", 5.9),
    "Russian": ("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэф", 6.0),
    "Japanese": ("のにはをたがでてとしれさいるなもかあっことすよう日人大一年国本中生会社行月時間", 0),
    "Arabic": ("المنيوتربةعدسفهكقحجشصطخأءذىضثغزظ", 4.8),
}


def main() -> int:
    """Prints the tables; gives the exit status."""
    options = parsed(sys.argv[1:])
    texts = {path.name: posts_of(path.read_text("utf-8")) for path in options.files} or {
        name: posts_of(invented(*given)) for name, given in LANGUAGES.items()
    }
    print(f"From text to signatures and keys, MB/s of one core, median of {options.rounds} rounds\n")
    print("| text | `sign_batch`, Arrow | `sign_batch`, str | `sign` | `flat_sets` | datasketch | ratio |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, posts in texts.items():
        speeds = [size / 1e6 / seconds for size, seconds in from_text(posts, options.rounds)]
        shown = " | ".join(f"{speed:.2f}" if speed < 10 else f"{speed:.0f}" for speed in speeds)
        print(f"| {name} | {shown} | {speeds[1] / speeds[-1]:.0f} |", flush=True)
    ready(next(iter(texts.values())), options.rounds)
    return 0


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.signatures")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args(arguments)


def posts_of(text: str) -> list[str]:
    """About BYTES of posts of a text, from its beginning again where it is shorter, cut at other places then."""
    size = len(text.encode("utf-8", "surrogatepass"))
    starts = random.Random(1)
    count = max(BYTES * len(text) // (size * POST), FEW)
    return [text[at : at + POST] for at in (starts.randrange(max(len(text) - POST, 1)) for _ in range(count))]


def invented(letters: str, length: float) -> str:
    """A text of 20,000 different words with the frequencies that words have in texts (Zipf's law)."""
    chance = random.Random(1)
    weights = [1 / (rank + 3) for rank in range(len(letters))]
    if not length:
        return "".join(
            "、" if chance.random() < 0.06 else chance.choices(letters, weights)[0] for _ in range(1_000_000)
        )
    words = []
    for rank in range(20_000):
        count = max(1, round(chance.gauss(length * (0.6 + rank**0.2 / 8), 1.5)))
        words.append("".join(chance.choices(letters, weights, k=count)))
    drawn = chance.choices(words, [1 / (rank + 2) for rank in range(len(words))], k=200_000)
    signs = chance.choices([" ", ", ", ". ", "\n\n"], [88, 6, 5, 1], k=len(drawn))
    capitals = [chance.random() < 0.1 for _ in drawn]
    return "".join(
        (word.title() if capital else word) + sign for word, sign, capital in zip(drawn, signs, capitals, strict=True)
    )


def from_text(posts: list[str], rounds: int) -> list[tuple[int, float]]:
    """Bytes and seconds for each column."""
    size, titles, few = sizes(posts), [None] * len(posts), posts[:FEW]
    arrow, no_titles = pa.array(posts), pa.nulls(len(posts), pa.string())
    seconds = in_turn(
        [
            lambda: sign_batch(no_titles, arrow),
            lambda: sign_batch(titles, posts),
            lambda: sign(titles, posts),
            lambda: flat_sets(posts),
            lambda: [datasketched(post) for post in few],
        ],
        rounds,
    )
    return list(zip([size] * 4 + [sizes(few)], seconds, strict=True))


def sizes(posts: Sequence[str]) -> int:
    return sum(len(post.encode("utf-8", "surrogatepass")) for post in posts)


def datasketched(text: str) -> MinHash:
    """A signature as one makes it with datasketch: words, shingles and their hashes in Python."""
    words = re.findall(r"\w+", text.casefold())
    shingles = {" ".join(words[i : i + SHINGLE_WORDS]).encode() for i in range(len(words) - SHINGLE_WORDS + 1)}
    made = MinHash(num_perm=PERMUTATIONS, scheme="affine32", hashfunc=hashed)
    made.update_batch(list(shingles))
    return made


def hashed(shingle: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(shingle, digest_size=4).digest(), "little")


def ready(posts: Sequence[str], rounds: int) -> None:
    """Prints what signatures cost where the hashes of the shingles are ready."""
    hashes, offsets = flat_sets(posts)
    halves = [(part >> np.uint64(32)).tolist() for part in np.split(hashes, offsets[1:-1])[:FEW]]
    ours, theirs = in_turn(
        [lambda: signatures(hashes, offsets), lambda: [prehashed(values) for values in halves]], rounds
    )
    few = int(offsets[min(FEW, len(offsets) - 1)])
    print(f"\n{PERMUTATIONS} permutations of {len(hashes):,} ready shingle hashes in {len(posts):,} sets\n")
    print("| | ns a shingle |\n| --- | --- |")
    print(f"| winnow | {ours / len(hashes) * 1e9:.1f} |")
    print(f"| datasketch | {theirs / few * 1e9:.0f} |")
    seconds = with_rensa(hashes, offsets, rounds)
    print(f"| {RENSA} | {'could not be had' if seconds is None else f'{seconds / len(hashes) * 1e9:.1f}'} |")


def prehashed(values: list[int]) -> MinHash:
    made = MinHash(num_perm=PERMUTATIONS, scheme="affine32", hashfunc=int)
    made.update_batch(values)
    return made


def with_rensa(hashes: Hashes, offsets: Offsets, rounds: int) -> float | None:
    """The seconds that rensa takes for the same sets, None where it can't be installed."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "winnow" / RENSA
    python = cache / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not (cache / "ready").exists():
        venv.create(cache, with_pip=True, clear=True)
        installing = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", RENSA, "numpy"]
        if subprocess.run(installing, check=False).returncode:
            return None
        (cache / "ready").touch()
    with tempfile.TemporaryDirectory() as folder:
        stored = Path(folder, "sets.npz")
        np.savez(stored, hashes=hashes, offsets=offsets)
        script = Path(__file__).with_name("signatures_rensa.py")
        command = [str(part) for part in (python, script, stored, PERMUTATIONS)]
        alone = {**os.environ, "RAYON_NUM_THREADS": "1"}
        times = [subprocess.run(command, check=True, capture_output=True, env=alone).stdout for _ in range(rounds)]
    return statistics.median(map(float, times))


def in_turn(works: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """The median seconds of each work; all take their turn in each round, after one that does not count."""
    times: list[list[float]] = [[] for _ in works]
    for number in range(rounds + 1):
        for work, taken in zip(works, times, strict=True):
            begun = time.process_time()
            work()
            if number:
                taken.append(time.process_time() - begun)
    return [statistics.median(taken) for taken in times]


if __name__ == "__main__":
    sys.exit(main())
