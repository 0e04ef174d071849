"""Dumps that are split again since their source speaks for another way: in any order the same, and nobody else."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import corpora
import pytest
import recurring
from conftest import ingest, rows_of
from test_pipeline import content, ids_are_sound

from flows import landing
from flows.containers.found import Found
from flows.landing import RawFile
from flows.show import Asked, show
from flows.verify import verify
from flows.warehouse import Warehouse
from transforms.evidence import NO_EVIDENCE
from transforms.split.text import VOTED, cut_lines
from transforms.votes import ballots, elected


def names(source: Path) -> list[str]:
    return sorted(path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file())


def ways(warehouse: Path) -> dict[str, int | None]:
    return {row["path"]: row["way"] for row in rows_of(warehouse, "dumps")}


def memory(warehouse: Path) -> list[str]:
    return sorted(map(str, Warehouse.open(warehouse).read("votes").to_pylist()))


def swaying(seed: int) -> dict[str, str]:
    """The first source from a seed on in which some dump is swayed by the others."""
    while True:
        dumps = recurring.filed_dumps(seed)
        said = [found.ways for found in (cut_lines(text.split("\n"), NO_EVIDENCE) for text in dumps.values())]
        if any(way is not None for way in elected(ballots([each for each in said if each]))):
            return dumps
        seed += 1


def in_folder(folder: str, dumps: dict[str, str]) -> dict[str, str]:
    return {f"{folder}/{name}": text for name, text in dumps.items()}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return corpora.write(tmp_path / "source", in_folder("a", swaying(0)))


@pytest.mark.parametrize("seed", range(5))
def test_any_order_and_batching_gives_the_same_tables(tmp_path: Path, seed: int) -> None:
    """Two sources of one layout each, one with dumps that share posts too, and some bytes in both."""
    one, two = swaying(3 * seed), swaying(3 * seed + 1) | recurring.dumps(seed, n_dumps=3)
    both = {name: text for name, text in one.items() if "small" in name}
    source = corpora.write(
        tmp_path / "source", in_folder("a", one) | in_folder("b", {f"too {name}": text for name, text in both.items()})
    )
    corpora.write(source, in_folder("b", two))
    ingest(source, tmp_path / "at once")
    assert any(way is not None for way in ways(tmp_path / "at once").values())
    rng = random.Random(seed)
    left, published = names(source), set[str]()
    rng.shuffle(left)
    while left:
        number = rng.randint(1, 6)
        part, left = left[:number], left[number:]
        ingest(source, tmp_path / "in parts", include=tuple(part))
        ids_are_sound(tmp_path / "in parts", published)
        assert not verify(Warehouse.open(tmp_path / "in parts")).problems
    assert content(tmp_path / "in parts") == content(tmp_path / "at once")
    assert memory(tmp_path / "in parts") == memory(tmp_path / "at once")


def test_each_start_of_a_swayed_dump_says_so(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ingest(source, tmp_path / "w")
    swayed = {path for path, way in ways(tmp_path / "w").items() if way is not None}
    assert swayed
    for row in rows_of(tmp_path / "w", "copies"):
        assert (VOTED in row["boundary"]) == (row["dump_path"] in swayed)
    shown = min(swayed)
    show(Warehouse.open(tmp_path / "w"), Asked(shown, boundaries=True))
    said = " ".join(capsys.readouterr().out.split())
    assert VOTED in said
    assert "cut like the other dumps of its source, not as it would be alone" in said


def test_a_known_dump_is_split_again_once_its_source_speaks(source: Path, tmp_path: Path) -> None:
    ingest(source, tmp_path / "at once")
    swayed = [path for path, way in ways(tmp_path / "at once").items() if way is not None]
    ingest(source, tmp_path / "w", include=tuple(swayed[:1]))
    assert ways(tmp_path / "w") == {swayed[0]: None}
    summary = ingest(source, tmp_path / "w")
    assert summary.counts["dumps_split_again"] == len(swayed)
    assert content(tmp_path / "w") == content(tmp_path / "at once")
    assert ingest(source, tmp_path / "w").run_id is None


def read_by(source: Path, warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that a run reads, those that it reads twice twice."""
    read: list[str] = []
    real = landing.members

    def counted(file: RawFile) -> Iterator[Found]:
        read.append(file.path)
        return real(file)

    with monkeypatch.context() as patched:
        patched.setattr(landing, "members", counted)
        ingest(source, warehouse)
    return sorted(read)


def test_only_dumps_whose_way_changes_are_read_again(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the others of the source, and none of another."""
    corpora.write(source, in_folder("b", swaying(20)))
    ingest(source, tmp_path / "w", exclude=("a/0.txt",))
    before = ways(tmp_path / "w")
    read = read_by(source, tmp_path / "w", monkeypatch)
    after = ways(tmp_path / "w")
    changed = [path for path, way in before.items() if after[path] != way]
    new = ["a/0.txt"] * (1 if after["a/0.txt"] is None else 2)
    assert read == sorted([*new, *changed])
    assert {path for path in after if path.startswith("b/")}.isdisjoint(read)


def test_a_dump_whose_bytes_are_gone_keeps_its_split(source: Path, tmp_path: Path) -> None:
    ingest(source, tmp_path / "at once")
    (path, *_) = sorted(path for path, way in ways(tmp_path / "at once").items() if way is not None)
    text = (source / path).read_text()
    ingest(source, tmp_path / "w", include=(path,))
    (source / path).unlink()
    assert ingest(source, tmp_path / "w").counts["dumps_not_split_again"] == 1
    assert ways(tmp_path / "w")[path] is None
    assert not verify(Warehouse.open(tmp_path / "w")).problems
    corpora.write(source, {path: text})
    ingest(source, tmp_path / "w")
    assert content(tmp_path / "w") == content(tmp_path / "at once")


def test_a_dump_of_several_sources_hears_the_largest(source: Path, tmp_path: Path) -> None:
    ingest(source, tmp_path / "alone")
    (path, *_) = sorted(path for path, way in ways(tmp_path / "alone").items() if way is not None)
    corpora.write(source, {"0 first/same.txt": (source / path).read_text()})
    ingest(source, tmp_path / "w")
    assert ways(tmp_path / "w")["0 first/same.txt"] == ways(tmp_path / "alone")[path]
    spans: dict[str, list[tuple[Any, ...]]] = {}
    for row in rows_of(tmp_path / "w", "copies"):
        spans.setdefault(row["dump_path"], []).append((row["start"], row["end"], row["boundary"]))
    assert sorted(spans["0 first/same.txt"]) == sorted(spans[path])


def test_many_single_posts_do_not_make_a_listing_one(tmp_path: Path) -> None:
    rng = random.Random(8)
    singles = {f"{number:03}.txt": recurring.page([corpora.post(rng)]) for number in range(60)}
    listing = recurring.page([corpora.post(rng) for _ in range(6)])
    source = corpora.write(tmp_path / "s", singles | {"listing.txt": listing})
    ingest(source, tmp_path / "w")
    found = [row["dump_path"] for row in rows_of(tmp_path / "w", "copies")]
    assert found.count("listing.txt") == 6
    assert len(found) == 66
