"""The short way of posts that stand alone and the long way through objects, in few batches or many, give the same."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import corpora
import numpy as np
import pytest
import recurring
from conftest import ingest, rows_of
from test_pipeline import content

from flows import components
from flows.verify import verify
from flows.warehouse import Warehouse

Patch = Callable[[pytest.MonkeyPatch], None]


def nothing_is_plain(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(components, "_in_use", lambda _warehouse, names: np.ones(len(names), np.bool_))


def each_by_itself(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(components, "BATCH_BYTES", 1)


def rows(rng: random.Random, number: int) -> str:
    """Posts with fields of all kinds: tags in disorder and twice, links twice, dates, none of it."""
    made = []
    for _ in range(number):
        post = corpora.post(rng, rng.randint(1, 3))
        row: dict[str, Any] = {"text": "\n\n".join(post.paragraphs)}
        if rng.random() < 0.7:
            row |= {"title": post.title, "author": "Ann", "date": f"20{rng.randint(10, 24)}-05-0{rng.randint(1, 9)}"}
        row["tags"] = rng.choices(["sea", "Éland", "air", "Air", "\U0001f600"], k=rng.randint(0, 5))
        row["text"] += "".join(f"\nhttps://weir.example/{k}" for k in rng.choices(range(3), k=rng.randint(0, 4)))
        made.append(json.dumps(row))
        if rng.random() < 0.2:
            made.append(made[-1])
    return "\n".join(made) + "\n"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows, listings whose posts recur, and dumps of which others know better where posts begin."""
    rng = random.Random(31)
    dumps = corpora.random_dumps(31, n_dumps=4) | {f"{n}.jsonl": rows(rng, 9) for n in range(2)}
    known = [corpora.post(rng, 4) for _ in range(6)]
    dumps |= {
        "y-bare.txt": recurring.stripped(known[:4]),
        "z-page.txt": recurring.page([known[4], *known[1:3], known[5]]),
    }
    return corpora.write(tmp_path_factory.mktemp("posts"), dumps)


def in_turn(source: Path, warehouse: Path) -> Path:
    for path in sorted(source.iterdir()):
        ingest(source, warehouse, include=(path.name,))
    return warehouse


@pytest.fixture(scope="module")
def usual(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return in_turn(source, tmp_path_factory.mktemp("usual") / "w")


def whole(warehouse: Path) -> dict[str, list[str]]:
    """All rows of the tables that posts make, with the ids of posts, without those of runs."""
    runs, opened = {"first_run", "last_run", "run_id"}, Warehouse.open(warehouse)
    return {
        name: sorted(str({k: v for k, v in row.items() if k not in runs}) for row in opened.read(name).to_pylist())
        for name in ("posts", "copies", "wordings", "matches")
    }


@pytest.mark.parametrize("way", [nothing_is_plain, each_by_itself])
def test_every_way_gives_the_same_rows(
    way: Patch, source: Path, usual: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    way(monkeypatch)
    assert whole(in_turn(source, tmp_path / "w")) == whole(usual)
    assert not verify(Warehouse.open(tmp_path / "w")).problems


def test_in_turn_or_at_once(source: Path, usual: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    each_by_itself(monkeypatch)
    ingest(source, tmp_path / "w")
    assert content(tmp_path / "w") == content(usual)


def test_a_dump_was_split_again(usual: Path) -> None:
    counts = [json.loads(row["counts"]) for row in rows_of(usual, "runs")]
    assert sum(count["dumps_split_again"] for count in counts) >= 1


def test_the_counts_are_those_of_the_tables(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    each_by_itself(monkeypatch)
    summary = ingest(source, tmp_path / "w", include=("*.jsonl",))
    posts, copies = rows_of(tmp_path / "w", "posts"), rows_of(tmp_path / "w", "copies")
    assert (summary.counts["posts"], summary.counts["copies"]) == (len(posts), len(copies))
    assert summary.counts["duplicates"] == len(copies) - len(posts) > 0
    assert summary.counts["identical"] == sum(row["relation"] == "identical" for row in copies)
