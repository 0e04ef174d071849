"""A large file of JSON lines that is cut gives the rows of one that is read as a whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import ingest, rows_of
from hypothesis import given
from hypothesis import strategies as st

from flows import landing
from flows.batches import Batch
from flows.cut_reading import stage_stretch
from flows.cuts import Cut, cut
from flows.pipeline import batches
from flows.reading import Stated
from flows.staging import Chunks, Staged
from flows.warehouse import Warehouse
from transforms.decode import Charset
from transforms.errors import DumpError
from transforms.line_counts import count_lines
from transforms.split.fields import SPACE, Asked
from transforms.tables import SCHEMAS

WORDS = ("high", "water", "at", "the", "weir", "today", "été", "two", "herons", "stood", "on", "an", "old", "wall")
BROKEN = ('{"text": "cut off', "no row at all", '{"title": "without a text"}', "[1, 2]")


def row(number: int, **more: Any) -> str:
    text = " ".join(WORDS[(number * 7 + place * (number % 5 + 1)) % len(WORDS)] + str(number) for place in range(30))
    return json.dumps({"id": number, "title": f"Day {number}", "text": text} | more, ensure_ascii=False)


def rows(count: int, **more: Any) -> list[str]:
    return [row(number, **more) for number in range(count)]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.cuts.WORTH_CUTTING", 1000)
    monkeypatch.setattr("flows.cuts.STEP", 100)
    monkeypatch.setattr("flows.pipeline.LEAST_BATCH_BYTES", 2000)


def file_of(folder: Path, data: bytes) -> landing.RawFile:
    folder.mkdir()
    (folder / "rows.jsonl").write_bytes(data)
    [found] = landing.find([str(folder)])
    return found


def tables(warehouse: Path) -> dict[str, list[dict[str, Any]]]:
    """All rows in their order, but for what names a run."""
    opened = Warehouse.open(warehouse)
    return {
        name: [
            {column: value for column, value in found.items() if "run" not in column}
            for found in opened.read(name).to_pylist()
        ]
        for name in SCHEMAS
        if name != "runs"
    }


DUMPS = {
    "clean": rows(60),
    "mended": rows(30, author="Zo\u00c3\u00ab No\u00c3\u00abl") + rows(30),
    "broken": [BROKEN[0], *rows(20), *BROKEN, *rows(20), "", "  \ufeff\t", BROKEN[0]],
    "blank at the front": ["", " \ufeff", *rows(40)],
    "no end of line": [*rows(40), "{"],
    "order proven late": rows(39, date="03/04/2015") + rows(1, date="30/04/2015"),
    "order proven early": rows(1, date="30/04/2015") + rows(39, date="03/04/2015"),
    "order contradicted": rows(1, date="30/04/2015") + rows(39, date="03/04/2015") + rows(1, date="04/30/2015"),
    "copies": rows(30) + rows(30),
    "keys change": rows(20) + [row(number).replace('"text"', '"body"') for number in range(20, 40)],
}


@pytest.mark.parametrize("name", DUMPS)
@pytest.mark.parametrize("begin", [b"", b"\xef\xbb\xbf"])
def test_a_dump_that_is_cut_gives_the_same_tables(
    name: str, begin: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "raw"
    file = file_of(source, begin + "\n".join(DUMPS[name]).encode() + b"\n" * (name != "no end of line"))
    (source / "another.jsonl").write_text(row(3) + "\n")
    whole = ingest(source, tmp_path / "whole")
    monkeypatch.setattr("flows.cuts.WORTH_CUTTING", 1000)
    monkeypatch.setattr("flows.pipeline.LEAST_BATCH_BYTES", 1000)
    monkeypatch.setattr("flows.pipeline.BATCH_BYTES", 2000)
    assert len(cut(file, 2000)) >= 3
    parts = ingest(source, tmp_path / "cut")
    assert (parts.counts, parts.bytes, parts.rejected) == (whole.counts, whole.bytes, whole.rejected)
    assert tables(tmp_path / "cut") == tables(tmp_path / "whole")
    assert ingest(source, tmp_path / "cut").unchanged == 2


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("data", "asked"),
    [
        pytest.param("\n".join(rows(40)).encode("cp1252"), (), id="not UTF-8"),
        pytest.param("\n".join(rows(40)).encode("utf-16"), (), id="another mark"),
        pytest.param(("[" + ",\n".join(rows(40)) + "]").encode(), (), id="an array"),
        pytest.param(("{" + "words\n" * 900).encode(), (), id="a text"),
        pytest.param("\n".join([*rows(10), row(1, more="x" * 9000), *rows(20)]).encode(), (), id="a long row"),
        pytest.param("\n".join(rows(40)).encode(), ("story",), id="a field is asked for"),
        pytest.param("\n".join(rows(2)).encode(), (), id="small"),
    ],
)
def test_what_can_not_be_cut_is_left_whole(data: bytes, asked: tuple[str, ...], tmp_path: Path) -> None:
    assert cut(file_of(tmp_path / "raw", data), 2000, Asked(text=asked).names()) == ()


@pytest.mark.usefixtures("small")
def test_stretches_are_whole_lines_one_after_the_other(tmp_path: Path) -> None:
    data = "\n".join([*rows(40), "", *BROKEN]).encode()
    found = cut(file_of(tmp_path / "raw", data), 2000)
    assert [part.start for part in found] == [0, *(part.end for part in found[:-1])]
    assert found[-1].end == len(data)
    for part in found:
        before = data[: part.start].decode()
        lines = [line for line in before.split("\n") if line.strip(SPACE)]
        assert (part.char, part.row, part.first) == (len(before), len(lines), len(lines))
        assert not before or before.endswith("\n")


@pytest.mark.usefixtures("small")
def test_a_dump_that_is_refused_is_not_cut(tmp_path: Path) -> None:
    file = file_of(tmp_path / "raw", "\n".join(rows(40)).encode())
    assert cut(file, 2000, refused={cut(file, 2000)[0].dump_id: "forgotten"}) == ()


def test_a_dump_of_which_a_stretch_fails_is_read_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file_of(tmp_path / "raw", "\n".join(rows(60)).encode())
    ingest(tmp_path / "raw", tmp_path / "whole")
    failed = []

    def fail(file: landing.RawFile, part: Cut, *others: Any) -> Staged:
        if part.row > 30 and not failed:
            failed.append(part)
            raise DumpError("the file became shorter while it was read")
        return stage_stretch(file, part, *others)

    monkeypatch.setattr("flows.pipeline.stage_stretch", fail)
    monkeypatch.setattr("flows.cuts.WORTH_CUTTING", 1000)
    monkeypatch.setattr("flows.pipeline.LEAST_BATCH_BYTES", 2000)
    ingest(tmp_path / "raw", tmp_path / "cut")
    assert failed
    assert tables(tmp_path / "cut") == tables(tmp_path / "whole")


def test_a_file_that_becomes_shorter_is_no_stretch(tmp_path: Path) -> None:
    file = file_of(tmp_path / "raw", "\n".join(rows(60)).encode())
    part = Cut("id", 10**6, Charset("utf-8", 1.0, "", "utf-8"), 0, 10**6, 0, 0, 0)
    with pytest.raises(DumpError, match="shorter"):
        stage_stretch(file, part, Chunks(tmp_path, 0), "run", Stated())


def test_numbers_of_batches_leave_room_for_a_dump_that_is_cut() -> None:
    charset: Any = None
    files = [landing.RawFile(f"/raw/{name}", name, "raw", 10) for name in "abc"]
    parts = tuple(Cut("id", 10, charset, start, start + 5, 0, 0, 0) for start in (0, 5))
    made = sorted(batches(files, {files[1].location: parts}), key=lambda batch: batch.number)
    assert [(batch.number, batch.files[0].path, batch.bytes) for batch in made] == [
        (0, "a", 10), (1, "b", 5), (2, "b", 5), (4, "c", 10),
    ]  # fmt: skip
    assert made[1] == Batch(1, (files[1],), parts[0])


@given(st.lists(st.text("ab {}é\u20ac\U0001f300\ufeff\u3000 \t\r\x00", max_size=6), max_size=8))
def test_lines_are_counted_as_they_are_read(lines: list[str]) -> None:
    text = "\n".join(lines)
    filled = [line for line in text.split("\n") if line.strip(SPACE)]
    assert count_lines(text.encode()) == (len(text), len(filled))


def test_rows_tell_where_they_stand_in_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.cuts.WORTH_CUTTING", 1000)
    monkeypatch.setattr("flows.pipeline.LEAST_BATCH_BYTES", 2000)
    data = "\n".join(DUMPS["broken"]).encode()
    file_of(tmp_path / "raw", data)
    ingest(tmp_path / "raw", tmp_path / "w")
    for copy in rows_of(tmp_path / "w", "copies"):
        there = data[copy["byte_start"] : copy["byte_end"]].decode()
        assert there == data.decode()[copy["start"] : copy["end"]]
        assert json.loads(there)["title"] == copy["title"]
