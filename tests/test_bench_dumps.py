"""The invented dumps: the same seed gives the same bytes, and their truth says what they hold."""

from __future__ import annotations

import doctest
import json
import random
import re
from pathlib import Path
from types import ModuleType

import pytest

from benchmarks.bench import damage, dumps, tongues
from benchmarks.bench.dumps import Wanted
from benchmarks.bench.posts import Writer
from benchmarks.bench.tongues import TONGUES


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("kind", dumps.KINDS)
@pytest.mark.parametrize("condition", dumps.CONDITIONS)
def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, kind: str, condition: str) -> None:
    made = []
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        wanted = Wanted(kind, posts=40, condition=condition, seed=seed)
        counted = dumps.write(wanted, tmp_path / name)
        files = everything(tmp_path / name)
        truth = [json.loads(line) for line in (tmp_path / f"{name}.truth.jsonl").read_text("utf-8").splitlines()]
        assert sum(map(len, files.values())) == counted.bytes
        assert len(files) == counted.dumps
        assert {told["dump"] for told in truth} == set(files)
        assert len(truth) == counted.posts == len({told["id"] for told in truth})
        made.append(files)
    assert made[0] == made[1] != made[2]


def test_one_post_in_five_is_a_copy_of_an_earlier_one() -> None:
    writer = Writer("w", "1", TONGUES).posts()
    posts = [next(writer) for _ in range(3_000)]
    known = {post.name for post in posts}
    copies = [post for post in posts if post.copied and post.change != "form"]
    assert 0.17 < len(copies) / len(posts) < 0.23
    assert {post.copied for post in copies} <= known
    assert {post.change for post in copies} == {"same", "edited", "remarked", "cut short", "continued"}
    assert {post.tongue.code for post in posts} == {tongue.code for tongue in TONGUES}


def test_sizes_are_skewed() -> None:
    writer = Writer("w", "1", TONGUES).posts()
    sizes = sorted(len("\n".join(next(writer).paragraphs).encode()) for _ in range(2_000))
    assert 2_400 < sum(sizes) / len(sizes) < 3_000
    assert sizes[-1] > 8 * sizes[len(sizes) // 2]


def test_clean_dumps_are_utf8_and_dirty_ones_are_not(tmp_path: Path) -> None:
    for condition in ("clean", "dirty"):
        dumps.write(Wanted("text", posts=300, condition=condition), tmp_path / condition)
    clean, dirty = (b"\n".join(everything(tmp_path / name).values()) for name in ("clean", "dirty"))
    assert "â€" not in clean.decode("utf-8")
    assert b"&ldquo;" not in clean
    assert b"&ldquo;" in dirty
    assert "â€".encode() in dirty
    with pytest.raises(UnicodeDecodeError):
        dirty.decode("utf-8")


def test_legacy_pages_say_what_they_are_written_in(tmp_path: Path) -> None:
    dumps.write(Wanted("html", posts=600, condition="legacy"), tmp_path / "legacy")
    said = set()
    for data in everything(tmp_path / "legacy").values():
        found = re.search(rb'(?:c\x00?h\x00?a\x00?r\x00?s\x00?e\x00?t\x00?=\x00?"\x00?)([\w\-\x00]+)', data)
        assert found
        charset = found[1].replace(b"\0", b"").decode()
        data.decode(charset)
        said.add(charset)
    assert len(said) > 2


def test_one_line_in_ten_is_damaged() -> None:
    rng = random.Random(1)
    line = "L’été, c’est fini."
    made = [damage.damaged(rng, line, raw=False) for _ in range(2_000)]
    assert 0.08 < sum(each != line for each in made) / 2_000 < 0.12
    assert len(set(made)) == 4


@pytest.mark.parametrize(
    ("write", "files", "size"),
    [(dumps.write_tiny, 30, 1_500), (dumps.write_line, 1, 1_000_000), (dumps.write_big, 1, 1_000_000)],
)
def test_odd_dumps(tmp_path: Path, write: object, files: int, size: int) -> None:
    assert callable(write)
    write(tmp_path / "odd", 30 if write is dumps.write_tiny else 1)
    found = everything(tmp_path / "odd")
    assert len(found) == files
    assert size <= sum(map(len, found.values())) < size * 1.5
    if write is dumps.write_line:
        assert b"\n" not in found["line.txt"]


@pytest.mark.parametrize("module", [damage, tongues])
def test_the_examples_hold(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert found.attempted
    assert not found.failed
