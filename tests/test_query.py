"""`winnow query`: the forms of its answers, earlier versions, and what a query may not touch."""

from __future__ import annotations

import csv
import io
import json
import shutil
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import ingest, rows_of, winnow
from samples import RAW

from flows import snapshots
from flows.query import answered, query
from flows.warehouse import Warehouse
from flows.whole import whole_file, whole_folder
from flows.writers import FORMULA, GROUP_BYTES, WRITERS, json_of, write_csv, write_parquet
from transforms.errors import OutputError, UsageError, WarehouseError

ALL = "select * from posts order by post_id"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a warehouse of two runs; tests only read it."""
    folder = tmp_path_factory.mktemp("desk")
    ingest(RAW / "tidepool", folder / "warehouse")
    ingest(RAW, folder / "warehouse")
    return folder


def run_ids(desk: Path) -> list[str]:
    return sorted(row["run_id"] for row in rows_of(desk / "warehouse", "runs"))


def posts_of(desk: Path) -> list[dict[str, Any]]:
    return sorted(rows_of(desk / "warehouse", "posts"), key=lambda row: row["post_id"])


@pytest.mark.parametrize(
    ("form", "loads"),
    [
        ("json", json.loads),
        ("jsonl", lambda text: [json.loads(line) for line in text.splitlines()]),
        ("csv", lambda text: list(csv.DictReader(io.StringIO(text, newline="")))),
    ],
)
def test_each_form_says_what_the_table_holds(desk: Path, form: str, loads: Any) -> None:
    ran = winnow("query", "select post_id, title, text, published, tags, n_chars from posts order by post_id",
                 "--format", form, cwd=desk)  # fmt: skip
    assert (ran.code, ran.err) == (0, "")
    for found, expected in zip(loads(ran.out), posts_of(desk), strict=True):
        for name in ("post_id", "title", "text"):
            assert (found[name] or None) == expected[name]
        assert int(found["n_chars"]) == expected["n_chars"]
        moment = expected["published"]
        assert (found["published"] or None) == (moment and moment.isoformat().replace("+00:00", "Z"))
        assert (json.loads(found["tags"]) if form == "csv" else found["tags"]) == expected["tags"]


@pytest.mark.parametrize(("name", "options"), [("a.parquet", []), ("b", ["--format", "parquet"]), ("c.PQ", [])])
def test_parquet_comes_back_as_it_was(desk: Path, tmp_path: Path, name: str, options: list[str]) -> None:
    ran = winnow("query", ALL, "--output", tmp_path / name, *options, cwd=desk)
    assert (ran.code, ran.said) == (0, "")
    assert pq.read_table(tmp_path / name).to_pylist() == posts_of(desk)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_the_suffix_says_the_form_and_the_option_overrides_it(desk: Path, tmp_path: Path) -> None:
    for name, options, begins in (
        ("a.csv", [], "n\n"), ("a.jsonl", [], '{"n": 1}'), ("a.json", [], "[\n"), ("a.txt", [], "┏"),
        ("b.csv", ["-f", "jsonl"], '{"n": 1}'),
    ):  # fmt: skip
        assert winnow("query", "select 1 as n", "-o", tmp_path / name, *options, cwd=desk).code == 0
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(begins)


def test_an_output_is_replaced_whole_or_left_as_it_was(desk: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    output.write_text("before")
    fails = "select case when post_id = (select max(post_id) from posts) then error('half way') end from posts"
    ran = winnow("query", fails, "-o", output, cwd=desk)
    assert (ran.code, output.read_text()) == (2, "before")
    assert "half way" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
    assert winnow("query", "select 2 as n", "-o", output, cwd=desk).code == 0
    assert output.read_text() == "n\n2\n"


@pytest.mark.parametrize("text", [f"{sign}cmd|'/c calc'!A0" for sign in FORMULA])
def test_formulas_are_neutralised_in_csv(text: str) -> None:
    rows = pa.table({"=head": [text, f"a{text}"], "n": [-1, 2]})
    to = io.BytesIO()
    assert write_csv(rows.to_reader(), to) == 2
    found = list(csv.reader(io.StringIO(to.getvalue().decode(), newline="")))
    assert found == [["'=head", "n"], [f"'{text}", "-1"], [f"a{text}", "2"]]
    kept = io.BytesIO()
    write_csv(rows.to_reader(), kept, formulas=True)
    assert list(csv.reader(io.StringIO(kept.getvalue().decode(), newline="")))[1] == [text, "-1"]


def test_formulas_on_the_command_line(desk: Path) -> None:
    sql = "select '=1+1' as a, -1 as b"
    assert winnow("query", sql, "--csv", cwd=desk).out == "a,b\n'=1+1,-1\n"
    assert winnow("query", sql, "-f", "csv", "--formulas", cwd=desk).out == "a,b\n=1+1,-1\n"


def test_values_of_every_kind_are_written() -> None:
    values = [
        True, 7, 1.5, float("inf"), float("nan"), Decimal(12), Decimal("1.5"), "é\n\"", b"\xff", date(2020, 1, 2),
        datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC), time(1, 2), [1, None], {"a": {"b": [True]}}, [("k", 1)], None,
    ]  # fmt: skip
    assert json.loads(json_of(values)) == [
        True, 7, 1.5, None, None, 12, 1.5, "é\n\"", "/w==", "2020-01-02",
        "2020-01-02T03:04:05Z", "01:02:00", [1, None], {"a": {"b": [True]}}, [["k", 1]], None,
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "json", "jsonl"])
@pytest.mark.parametrize(
    "value",
    ["'2020-01-01 00:00:00.123456789'::timestamp_ns", "interval 3 days", "map {'a': 1}", "'inf'::double", "null",
     "'x'::blob", "uuid()", "18446744073709551616::hugeint", "'a'::enum('a', 'b')", "time '10:00'", "[]", "{'a': 1}"],
)  # fmt: skip
def test_sql_values_of_every_kind_are_written(desk: Path, form: str, value: str) -> None:
    to = io.BytesIO()
    with answered(Warehouse.open(desk / "warehouse"), f"select {value} as v") as answer:
        assert WRITERS[form](answer.batches(), to) == 1
    assert to.getvalue()


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "parquet"])
def test_an_answer_without_rows_is_an_answer(desk: Path, tmp_path: Path, form: str) -> None:
    output = tmp_path / f"out.{form}"
    assert winnow("query", "select post_id from posts where false", "-o", output, cwd=desk).code == 0
    if form == "parquet":
        assert (pq.read_table(output).num_rows, pq.read_schema(output).names) == (0, ["post_id"])
    else:
        assert output.read_text() == {"csv": "post_id\n", "json": "[]\n", "jsonl": ""}[form]


def test_row_groups_are_bounded() -> None:
    batch = pa.record_batch({"text": ["x" * 1_000_000] * 10})
    rows = pa.RecordBatchReader.from_batches(batch.schema, [batch] * 15)
    to = io.BytesIO()
    assert write_parquet(rows, to) == 150
    groups = pq.ParquetFile(to).metadata
    assert groups.num_row_groups == 150_000_000 // GROUP_BYTES + 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "xml"], "'xml'"),
        (["--format", "parquet"], "--output"),
        (["--output", "answer"], "--format"),
        (["--output", "there.csv"], "folder"),
        (["--output", "none/such.csv"], "none/such.csv"),
        (["--output", "warehouse/more.csv"], "lies in the warehouse"),
        (["--output", "warehouse/current/posts/more.parquet"], "lies in the warehouse"),
        (["--csv", "--format", "json"], "--csv"),
        (["--at", "yesterday"], "no run is named 'yesterday'"),
        (["--at", "1999-12-31"], "nothing had been committed at 1999-12-31"),
    ],
)
def test_what_can_not_be_is_refused_in_a_line(desk: Path, arguments: list[str], said: str) -> None:
    (desk / "there.csv").mkdir(exist_ok=True)
    before = sorted(desk.rglob("*"))
    ran = winnow("query", "select 1", *arguments, cwd=desk)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert sorted(desk.rglob("*")) == before


def test_files_are_open_only_when_asked_for(desk: Path, tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("a\n1\n2\n")
    reading = f"select sum(a) as s from read_csv('{tmp_path}/own.csv')"
    writing = f"copy (select post_id from posts) to '{tmp_path}/ids.parquet'"
    for sql in (reading, writing):
        assert winnow("query", sql, cwd=desk).code == 2
    assert not (tmp_path / "ids.parquet").exists()
    assert winnow("query", reading, "--allow-files", "--csv", cwd=desk).out == "s\n3\n"
    assert winnow("query", writing, "--allow-files", cwd=desk).code == 0
    assert pq.read_table(tmp_path / "ids.parquet").num_rows == len(posts_of(desk))
    assert winnow("query", "select 1; select 2", "--allow-files", cwd=desk).code == 2


def test_an_older_version_shows_no_other_files(desk: Path) -> None:
    earlier = snapshots.at(Warehouse.open(desk / "warehouse"), "first")
    (path, *_) = Warehouse.open(desk / "warehouse").shown()["dumps"]
    with pytest.raises(UsageError, match="Cannot access"):
        query(earlier, f"from read_parquet('{path}')")
    with pytest.raises(UsageError, match="Cannot access"):
        query(earlier, f"from '{desk}/warehouse/tables/wordings/*.parquet'")


def test_a_query_sees_no_variable_of_the_program(desk: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        query(Warehouse.open(desk / "warehouse"), "from shown")


def test_what_does_not_fit_in_memory_is_not_spilled_here(
    desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (folder,) = query(Warehouse.open(desk / "warehouse"), "select current_setting('temp_directory')")[1][0]
    assert Path(folder).is_absolute()
    assert not Path(folder).exists()
    assert not list(tmp_path.iterdir())


def test_at_reads_what_a_run_left(desk: Path, tmp_path: Path) -> None:
    ingest(RAW / "tidepool", tmp_path / "alone")
    ids = {row["post_id"] for row in rows_of(tmp_path / "alone", "posts")}
    first, last = run_ids(desk)
    warehouse = Warehouse.open(desk / "warehouse")
    for name in (first, "first", first[:-1]):
        earlier = snapshots.at(warehouse, name)
        assert {row[0] for row in query(earlier, "select post_id from posts")[1]} == ids
        assert query(earlier, "select run_id from runs")[1] == [(first,)]
    for name in (last, "last", "2999-01-01", "2999-01-01T10:00+02:00"):
        later = snapshots.at(warehouse, name)
        assert query(later, "select count(*) from posts")[1] == [(len(posts_of(desk)),)]
        assert query(later, "select count(*) from runs")[1] == [(2,)]


def test_at_on_the_command_line(desk: Path) -> None:
    first, _ = run_ids(desk)
    ran = winnow("query", "select run_id from runs", "--at", first, "--csv", cwd=desk)
    assert (ran.code, ran.out) == (0, f"run_id\n{first}\n")
    post = winnow("query", "select min(post_id) from posts", "--at", "first", "--csv", cwd=desk).out.split()[-1]
    then, now = (winnow("show", post, *at, cwd=desk) for at in (["--at", first], []))
    assert (then.code, now.code) == (0, 0)
    assert "notes/copy-of-autumn.txt" not in then.out


def test_moments(desk: Path) -> None:
    runs = snapshots.runs_of(Warehouse.open(desk / "warehouse"))
    first, last = runs
    assert snapshots.run_named(runs, first["finished"].isoformat()) is first
    assert snapshots.run_named(runs, last["finished"].replace(tzinfo=None).isoformat()) is last
    assert snapshots.run_named(runs, last["finished"].date().isoformat()) is last
    with pytest.raises(UsageError, match="beginning of several runs"):
        snapshots.run_named(runs, first["run_id"][:9])
    with pytest.raises(UsageError, match="nearest") as wrong:
        snapshots.run_named(runs, last["run_id"][:-3] + "9Z")
    assert last["run_id"] in str(wrong.value)


@pytest.mark.parametrize("lost", ["files", "log"])
def test_a_version_that_is_gone_is_named_with_the_next_one(desk: Path, tmp_path: Path, lost: str) -> None:
    shutil.copytree(desk / "warehouse", tmp_path / "warehouse", symlinks=True)
    first, last = run_ids(desk)
    opened = Warehouse.open(tmp_path / "warehouse")
    before = set(snapshots.at(opened, first).shown()["posts"]) - set(snapshots.at(opened, last).shown()["posts"])
    assert before
    if lost == "log":
        (tmp_path / "warehouse/tables/posts/_delta_log/00000000000000000000.json").unlink()
    for path in before if lost == "files" else ():
        path.unlink()
    with pytest.raises(WarehouseError, match=f"what run {first} left is gone") as gone:
        snapshots.at(opened, first)
    assert (last in str(gone.value)) == (lost == "files")


def test_nothing_is_written_where_the_warehouse_is(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="lies in the warehouse"), whole_file(tmp_path / "w/x.csv", tmp_path / "w"):
        pass
    with pytest.raises(OutputError, match="lies in the warehouse"), whole_folder(tmp_path, tmp_path):
        pass


def test_a_folder_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    output, apart = tmp_path / "out", tmp_path / "warehouse"
    with pytest.raises(OutputError, match="No such file"), whole_file(tmp_path / "file", apart) as made:
        (made.parent / "none" / "such").write_text("half way")
    with pytest.raises(ZeroDivisionError), whole_folder(output, apart) as made:
        (made / "card").write_text(str(1 / 0))
    assert not list(tmp_path.iterdir())
    for text in ("1", "2"):
        with whole_folder(output, apart, overwrite="card") as made:
            (made / "card").write_text(text)
        assert (output / "card").read_text() == text
    with pytest.raises(OutputError, match="there already"), whole_folder(output, apart) as made:
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
