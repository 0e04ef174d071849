"""Dumps that are read in parts, from their bytes to the tables: parts are made tiny here, so that small dumps have many."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ingest, rows_of

from flows.verify import verify
from flows.warehouse import Warehouse

WORDS = "High water at the weir today and two herons stood on the old wall until noon".split()


def text_of(number: int) -> str:
    return " ".join(WORDS[(number * 7 + place * (number % 5 + 1)) % len(WORDS)] + str(number) for place in range(30))


def jsonl(count: int, **more: Any) -> str:
    return "".join(json.dumps({"id": n, "title": f"Day {n}", "text": text_of(n)} | more) + "\n" for n in range(count))


def listing(count: int) -> str:
    return "".join(f"Day number {n}\nPosted by Ana on {n % 28 + 1} May 2015\n\n{text_of(n)}\n\n\n" for n in range(count))


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for module in ("flows.pipeline", "flows.reading"):
        monkeypatch.setattr(f"{module}.PART_BYTES", 2000)
    monkeypatch.setattr("flows.held.IN_MEMORY", 2000)
    return


def source_of(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def copies(warehouse: Path) -> list[dict[str, Any]]:
    names = ("dump_path", "ordinal", "start", "end", "byte_start", "byte_end", "title", "published", "member", "copy_id")
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
        for name in ("flows.pipeline.PART_BYTES", "flows.reading.PART_BYTES", "flows.held.IN_MEMORY"):
            patch.setattr(name, 2000)
        ingest(source, tmp_path / "parts")
    assert copies(tmp_path / "parts") == copies(tmp_path / "whole")
    dated = [row["published"] for row in copies(tmp_path / "parts") if row["dump_path"] == "dates.jsonl"]
    assert {(day.month, day.day) for day in dated} == {(4, 3), (4, 30)}
    assert verify(Warehouse.open(tmp_path / "parts")).problems == []


@pytest.mark.usefixtures("tiny")
def test_a_text_dump_in_parts_loses_nothing(tmp_path: Path) -> None:
    source = source_of(tmp_path / "source", {"a.txt": listing(60).encode()})
    ingest(source, tmp_path / "w")
    found = copies(tmp_path / "w")
    assert [row["title"] for row in found] == [f"Day number {n}" for n in range(60)]
    verdict = verify(Warehouse.open(tmp_path / "w"))
    assert (verdict.problems, verdict.missing, verdict.places) == ([], [], 1)
    assert not list((tmp_path / "w").rglob("tmp*"))


@pytest.mark.usefixtures("tiny")
def test_a_dump_that_fails_in_its_middle_leaves_no_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import flows.reading

    describe = flows.reading.describe

    def stumble(piece: Any, *more: Any, **options: Any) -> Any:
        if piece.title == "Day 30":
            raise ZeroDivisionError("planted")
        return describe(piece, *more, **options)

    monkeypatch.setattr("flows.reading.describe", stumble)
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
