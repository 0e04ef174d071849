"""Parquet: one row is one post, whatever its columns hold, and damage in one row group leaves the others whole."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import ingest, rows_of

from flows.verify import verify
from flows.warehouse import Warehouse
from transforms.split.fields import Asked

UTC = dt.UTC
NOON = dt.datetime(2015, 3, 5, 12, 30)  # noqa: DTZ001 - without a zone on purpose
BODY = "High water at the weir, and two herons stood on the old wall until noon. Nobody went out that day, not even"


def table(**columns: Any) -> pa.Table:
    return pa.table(columns)


def written(rows: pa.Table, **how: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(rows, sink, **how)
    return sink.getvalue()


def taken(folder: Path, files: dict[str, bytes], **options: Any) -> tuple[Any, list[dict[str, Any]]]:
    source = folder / "source"
    source.mkdir()
    for name, data in files.items():
        (source / name).write_bytes(data)
    summary = ingest(source, folder / "w", **options)
    verdict = verify(Warehouse.open(folder / "w"))
    assert (verdict.problems, verdict.missing) == ([], [])
    return summary, sorted(rows_of(folder / "w", "copies"), key=lambda row: (row["dump_path"], row["ordinal"]))


def test_a_row_has_all_its_fields(tmp_path: Path) -> None:
    texts = [" ".join(f"{name}{n}" for n in range(40)) for name in ("eels", "boats", "swans")]
    rows = table(
        id=pa.array([7, None, 9]),
        title=pa.array(["Weir", None, "Noon"]).dictionary_encode(),
        content=pa.array(texts, pa.large_string()),
        author=pa.array([{"name": "Ana"}, {"name": None}, None]),
        tags=pa.array([["birds", "water"], [], None]),
        published=pa.array([NOON, None, NOON], pa.timestamp("ns", "Europe/Lisbon")),
        score=pa.array([Decimal("1.5"), None, None]),
        picture=pa.array([b"\xff\xd8", None, b"x"]),
    )
    _, found = taken(tmp_path, {"rows.parquet": written(rows)})
    assert [(row["title"], row["author"], row["tags"], row["member"]) for row in found] == [
        ("Weir", "Ana", ["birds", "water"], "7"), (None, None, [], "2"), ("Noon", None, [], "9"),
    ]  # fmt: skip
    assert [row["published"] for row in found] == [NOON.replace(tzinfo=UTC), None, NOON.replace(tzinfo=UTC)]
    assert [row["text"] for row in sorted(rows_of(tmp_path / "w", "posts"), key=lambda row: row["text"])] == sorted(
        texts
    )


@pytest.mark.parametrize("kind", [pa.timestamp("s"), pa.timestamp("us"), pa.timestamp("ns"), pa.date32(), pa.string()])
def test_a_moment_of_any_type(kind: pa.DataType, tmp_path: Path) -> None:
    rows = table(text=[BODY + " the eels."], date=pa.array(["2015-03-05"]).cast(kind))
    _, (row,) = taken(tmp_path, {"rows.parquet": written(rows)})
    assert row["published"] == dt.datetime(2015, 3, 5, tzinfo=UTC)


def test_rows_without_text_are_residue(tmp_path: Path) -> None:
    rows = table(text=pa.array([BODY, None, "  "]), n=[1, 2, 3])
    _, found = taken(tmp_path, {"rows.parquet": written(rows)})
    left = rows_of(tmp_path / "w", "residue")
    assert len(found) == 1
    assert [(row["kind"], row["text"]) for row in sorted(left, key=lambda row: row["start"])] == [
        ("row without text", '{"text": null, "n": 2}'), ("row without text", '{"text": "  ", "n": 3}'),
    ]  # fmt: skip


def test_rows_stand_in_their_row_groups(tmp_path: Path) -> None:
    data = written(table(text=[f"{BODY} number {n}." for n in range(40)]), row_group_size=10)
    _, found = taken(tmp_path, {"rows.parquet": data})
    spans = [(row["byte_start"], row["byte_end"]) for row in found]
    assert spans[0][0] == 4
    assert spans == sorted(spans)
    assert len(set(spans)) == 4
    assert all(before["end"] < after["start"] for before, after in pairwise(found))


def test_a_damaged_row_group_costs_no_other(tmp_path: Path) -> None:
    data = bytearray(written(table(text=[f"{BODY} number {n}." for n in range(40)]), row_group_size=10))
    column = pq.ParquetFile(io.BytesIO(bytes(data))).metadata.row_group(1).column(0)
    begin = column.dictionary_page_offset or column.data_page_offset
    data[begin : begin + column.total_compressed_size] = b"\xff" * column.total_compressed_size
    summary, found = taken(tmp_path, {"rows.parquet": bytes(data)})
    assert len(found) == 30
    assert list(summary.rejected) == ["rows.parquet//row group 2"]
    assert "row group 2 is damaged" in summary.rejected["rows.parquet//row group 2"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (written(table(n=[1], headline=["a"])), ("columns: n, headline", "--text-field")),
        (written(table(text=[1, 2])), ("columns: text", "--text-field")),
        (written(table(text=[BODY]))[:-20] + b"x" * 12 + b"\x09\x00\x00\x00PAR1", ("footer can't be read",)),
        (written(table(text=[BODY]))[:60], ("footer can't be read", "cut off")),
        (b"PAR1", ("footer can't be read",)),
    ],
)
def test_what_is_rejected_says_why(data: bytes, said: tuple[str, ...], tmp_path: Path) -> None:
    summary, found = taken(tmp_path, {"rows.parquet": data})
    assert not found
    assert all(words in summary.rejected["rows.parquet"] for words in said), summary.rejected


def test_fields_that_are_asked_for_and_archives(tmp_path: Path) -> None:
    rows = table(headline=["a"], story=[BODY + " the eels."], text=["not this"])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("in/rows.parquet", written(rows))
    options = {"fields": Asked(text=("story",), title=("headline",))}
    summary, (row,) = taken(
        tmp_path, {"rows.zip": packed.getvalue(), "x.parquet": written(table(text=["b"]))}, **options
    )
    assert (row["title"], row["dump_member"]) == ("a", "in/rows.parquet")
    assert "no row has the field story" in summary.rejected["x.parquet"]


STRANGE_MOMENTS = {
    "after 9999": pa.array([0, 2**62], pa.timestamp("us")),
    "before 1": pa.array([0, -(2**61)], pa.timestamp("ms", "Europe/Lisbon")),
    "a day": pa.array([0, 2**31 - 1], pa.date32()),
    "a time that lasts": pa.array([0, 2**62], pa.duration("ms")),
    "a zone that nobody knows": pa.array([0, 60], pa.timestamp("s", "Nowhere/Else")),
    "in a list": pa.array([[0], [2**31 - 1]], pa.list_(pa.date32())),
}


@pytest.mark.parametrize("kind", STRANGE_MOMENTS)
def test_a_moment_that_python_cannot_hold_costs_no_row(tmp_path: Path, kind: str) -> None:
    rows = table(id=["a", "b"], text=[BODY, f"{BODY} nobody."], published=STRANGE_MOMENTS[kind])
    summary, found = taken(tmp_path, {"rows.parquet": written(rows)})
    assert (summary.rejected, [row["member"] for row in found], found[1]["published"]) == ({}, ["a", "b"], None)
