"""Dumps read in parts, from their bytes to the tables; parts are made tiny here, so that small dumps have many."""

from __future__ import annotations

import gzip
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import corpora
import pytest
from conftest import ingest, rows_of

from flows.verify import verify
from flows.warehouse import Warehouse
from transforms.decode import Charset
from transforms.parts import Window, parts_of
from transforms.split.json_lines import JsonRows
from transforms.split.whole_parts import PlainText

WORDS = ("high", "water", "at", "the", "weir", "today", "and", "two", "herons", "stood", "on", "an", "old", "wall")


def text_of(number: int) -> str:
    return " ".join(WORDS[(number * 7 + place * (number % 5 + 1)) % len(WORDS)] + str(number) for place in range(30))


def jsonl(count: int, **more: Any) -> str:
    return "".join(json.dumps({"id": n, "title": f"Day {n}", "text": text_of(n)} | more) + "\n" for n in range(count))


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for module in ("flows.dump_rows", "flows.reading"):
        monkeypatch.setattr(f"{module}.PART_BYTES", 2000)
    monkeypatch.setattr("flows.held.IN_MEMORY", 2000)
    return


def source_of(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def copies(warehouse: Path) -> list[dict[str, Any]]:
    names = (
        "dump_path",
        "ordinal",
        "start",
        "end",
        "byte_start",
        "byte_end",
        "title",
        "published",
        "member",
        "copy_id",
    )
    found = [{name: row[name] for name in names} for row in rows_of(warehouse, "copies")]
    return sorted(found, key=lambda row: (row["dump_path"], row["ordinal"]))


DUMPS = {
    "rows.jsonl": jsonl(40).encode(),
    "dates.jsonl": (jsonl(39, date="03/04/2015") + jsonl(1, date="30/04/2015")).encode(),
    "rows.csv": ("id,text\n" + "".join(f'{n},"{text_of(n)}\nmore é"\n' for n in range(40))).encode("cp1252"),
    "packed.jsonl.gz": gzip.compress(jsonl(40).encode()),
}


def test_parts_give_what_the_whole_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = source_of(tmp_path / "source", DUMPS)
    ingest(source, tmp_path / "whole")
    with monkeypatch.context() as patch:
        for name in ("flows.dump_rows.PART_BYTES", "flows.reading.PART_BYTES", "flows.held.IN_MEMORY"):
            patch.setattr(name, 2000)
        ingest(source, tmp_path / "parts")
    assert copies(tmp_path / "parts") == copies(tmp_path / "whole")
    dated = [row["published"] for row in copies(tmp_path / "parts") if row["dump_path"] == "dates.jsonl"]
    assert {(day.month, day.day) for day in dated} == {(4, 3), (4, 30)}
    assert verify(Warehouse.open(tmp_path / "parts")).problems == []


def test_a_text_dump_in_parts_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(3)
    posts = [corpora.post(rng) for _ in range(60)]
    source = source_of(tmp_path / "source", {"a.txt": corpora.listing(posts).encode()})
    ingest(source, tmp_path / "whole")
    for name in ("flows.dump_rows.PART_BYTES", "flows.reading.PART_BYTES", "flows.held.IN_MEMORY"):
        monkeypatch.setattr(name, 12_000)
    ingest(source, tmp_path / "w")
    # One layout runs through this dump, so that every part chooses it.
    assert copies(tmp_path / "w") == copies(tmp_path / "whole")
    assert {row["title"] for row in copies(tmp_path / "w")} <= {post.title for post in posts}
    verdict = verify(Warehouse.open(tmp_path / "w"))
    assert (verdict.problems, verdict.missing, verdict.places) == ([], [], 1)


def test_a_text_without_any_end_is_cut_at_a_line() -> None:
    text = "word " * 40 + "\nmore " * 40 + "tail"
    taken = PlainText(longest=100).take(text, last=False)
    assert text[: taken.used].endswith("\n")
    assert taken.split.pieces[-1].end <= taken.used


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"text": "' + "High water. " * 2_500_000 + '"}\n{"text": "b"}\n', id="a line of 30 MB"),
        pytest.param('{"text": ' + "[" * 200_000 + "\n" + '{"text": "b"}\n{"text": "c"}\n', id="deep nesting"),
        pytest.param('{"text": "b"}\n' * 2 + "x\n" * 300_000, id="many broken lines"),
    ],
)
def test_odd_dumps_take_a_bounded_time(text: str) -> None:
    begun = time.process_time()
    window = Window(iter([text.encode()]), Charset("utf-8", 1.0, "", "utf-8"))
    found = [piece for part in parts_of(window, JsonRows(), 100_000) for piece in part.split.pieces]
    assert found[-1].body in {"b", "c"}
    assert time.process_time() - begun < 10


@pytest.mark.usefixtures("tiny")
def test_a_dump_that_fails_in_its_middle_leaves_no_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import flows.reading

    describe = flows.reading.describe_all

    def stumble(pieces: Any, *more: Any, **options: Any) -> Any:
        if any(piece.title == "Day 30" for piece in pieces):
            raise ZeroDivisionError("planted")
        return describe(pieces, *more, **options)

    monkeypatch.setattr("flows.reading.describe_all", stumble)
    source = source_of(tmp_path / "source", {"a.jsonl": jsonl(20).encode(), "b.jsonl": jsonl(40).encode()})
    summary = ingest(source, tmp_path / "w")
    assert "please report it" in summary.rejected["b.jsonl"]
    assert {row["dump_path"] for row in rows_of(tmp_path / "w", "copies")} == {"a.jsonl"}
    assert summary.counts["copies"] == 20


@pytest.mark.usefixtures("tiny")
def test_a_dump_that_was_cut_off_keeps_what_is_there(tmp_path: Path) -> None:
    packed = gzip.compress(jsonl(4000).encode())
    source = source_of(tmp_path / "source", {"a.jsonl.gz": packed[: len(packed) // 2]})
    summary = ingest(source, tmp_path / "w")
    assert list(summary.rejected) == ["a.jsonl.gz"]
    assert 100 < len(rows_of(tmp_path / "w", "copies")) < 4000
    assert verify(Warehouse.open(tmp_path / "w")).problems == []
