"""The one door to the tables: what is committed counts, what is not is put back, rows come back as they went."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from conftest import ingest, winnow
from deltalake import DeltaTable, write_deltalake
from samples import RAW

from flows.table_files import TableFiles
from flows.warehouse import Change, Warehouse
from transforms.errors import BusyError, WarehouseError
from transforms.tables import FILES, SCHEMAS

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def table(rows: Iterable[tuple[str, int]]) -> pa.Table:
    return pa.Table.from_pylist([{"location": name, "size_bytes": size} for name, size in rows], schema=FILES)


def commit(warehouse: Warehouse, change: Change, now: datetime = NOW) -> str:
    with warehouse.writing("a test", now) as (run_id, _):
        row: dict[str, Any] = {"command": "a test", "started": now, "finished": now, "options": "{}", "counts": "{}"}
        warehouse.commit(run_id, {"files": change}, row)
    return run_id


def sizes(warehouse: Warehouse) -> dict[str, int]:
    rows = warehouse.read("files", ["location", "size_bytes"]).to_pylist()
    return {row["location"]: row["size_bytes"] for row in rows}


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse.open(tmp_path / "with 'space'", create=True)


def test_rows_are_added_replaced_and_taken_out(warehouse: Warehouse) -> None:
    commit(warehouse, Change(inserts=table([("a", 1), ("b", 2), ("it's", 3)])))
    commit(warehouse, Change(updates=table([("it's", 30)]), deletes=["a"], inserts=table([("c", 4)])))
    assert sizes(warehouse) == {"b": 2, "it's": 30, "c": 4}


def test_rows_come_in_files_that_need_not_fit_in_memory(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many files, those whose rows change are written anew, less these rows; the others stay as they are."""
    monkeypatch.setattr("flows.table_files.GROUP_BYTES", 200)
    monkeypatch.setattr("flows.table_files.FILE_BYTES", 3000)
    commit_files(warehouse, [[(f"f{n}", n)] for n in range(300)])
    before = files_of(warehouse)
    assert len(before) > 3
    commit_files(warehouse, [[("f7", -7), ("new", 1)]], deletes=["f7", "f8"])
    assert sizes(warehouse) == {f"f{n}": n for n in range(300) if n != 8} | {"f7": -7, "new": 1}
    assert len(before - files_of(warehouse)) == 1


def test_a_file_of_which_no_row_is_left_goes(warehouse: Warehouse) -> None:
    commit(warehouse, Change(inserts=table([("a", 1), ("b", 2)])))
    commit(warehouse, Change(inserts=table([("c", 3)])))
    commit(warehouse, Change(deletes=["a", "b", "never was"]))
    assert sizes(warehouse) == {"c": 3}
    assert len(files_of(warehouse)) == 1


@pytest.mark.parametrize("threads", [1, 3])
def test_large_files_are_written_by_several_threads(
    threads: int, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.table_files.WORTH_A_THREAD", 1)
    monkeypatch.setattr("os.cpu_count", lambda: threads)
    for first in range(0, 50, 10):
        commit(warehouse, Change(inserts=table((f"f{n}", n) for n in range(first, first + 10))))
    commit(warehouse, Change(updates=table((f"f{n}", -n) for n in range(0, 50, 7))))
    assert sizes(warehouse) == {f"f{n}": -n if n % 7 == 0 else n for n in range(50)}
    assert len(files_of(warehouse)) == 1 + threads


def commit_files(warehouse: Warehouse, parts: Sequence[Sequence[tuple[str, int]]], deletes: Sequence[str] = ()) -> None:
    with warehouse.writing("a test", NOW) as (run_id, staging):
        files = TableFiles(staging, "files")
        for rows in parts:
            files.add(table(rows))
        row: dict[str, Any] = {"command": "a test", "started": NOW, "finished": NOW, "options": "{}", "counts": "{}"}
        warehouse.commit(run_id, {"files": Change(files=files.close(), deletes=deletes)}, row)


def files_of(warehouse: Warehouse) -> set[str]:
    return set(DeltaTable(str(warehouse.root / "tables/files")).file_uris())


def test_files_stay_readable_by_any_filter(warehouse: Warehouse) -> None:
    """Rewritten files must hold plain strings: pyarrow can't filter `string_view`."""
    commit(warehouse, Change(inserts=table([("a", 1), ("b", 2)])))
    commit(warehouse, Change(updates=table([("a", 5)])))
    assert warehouse.read("files", where=("location", ["a"])).to_pylist()[0]["size_bytes"] == 5
    assert warehouse.read("files", where=("location", [])).num_rows == 0


def test_what_was_not_committed_is_put_back(warehouse: Warehouse) -> None:
    commit(warehouse, Change(inserts=table([("a", 1)])))
    with warehouse.writing("a test", NOW):
        warehouse._apply("files", Change(inserts=table([("b", 2)]), deletes=["a"]))  # noqa: SLF001 - half a commit
    assert sizes(Warehouse.open(warehouse.root)) == {"a": 1}
    with warehouse.writing("a test", NOW):
        assert sizes(warehouse) == {"a": 1}
    commit(warehouse, Change(inserts=table([("c", 3)])))
    assert sizes(Warehouse.open(warehouse.root)) == {"a": 1, "c": 3}


def test_run_ids_grow_also_when_the_clock_does_not(warehouse: Warehouse) -> None:
    ids = [commit(warehouse, Change(inserts=table([(str(n), n)]))) for n in range(3)]
    assert ids == sorted(set(ids))
    assert ids[0] == "20260102T030405000000Z"


def test_a_run_names_the_version_of_each_table(warehouse: Warehouse) -> None:
    commit(warehouse, Change(inserts=table([("a", 1)])))
    (row,) = warehouse.read("runs").to_pylist()
    versions = json.loads(row["versions"])
    assert versions["files"] == 1
    assert {name for name, version in versions.items() if version == 0} == versions.keys() - {"files"}


def test_the_staging_folder_is_gone_after_a_run(warehouse: Warehouse) -> None:
    with warehouse.writing("a test", NOW) as (_, staging):
        (staging / "file").write_text("x")
    assert not staging.exists()


def test_a_second_writer_is_told_who_holds_it(warehouse: Warehouse) -> None:
    with warehouse.writing("the first", NOW), pytest.raises(BusyError, match="the first"):
        warehouse.writing("the second", NOW).__enter__()


@pytest.mark.parametrize("name", ["a|b", "a[b]", "a\\b", "a^b", "a%20b", "line\nbreak"])
def test_names_that_the_log_can_not_bear_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(WarehouseError, match="another folder"):
        Warehouse.open(tmp_path / name, create=True)
    assert not list(tmp_path.iterdir())


def older(posts: pa.Table) -> pa.Table:
    """Rows as a winnow wrote them that knew two figures of quality and no `field_sources`."""
    two = [pc.struct_field(posts["quality"], name) for name in ("mean_word_length", "repeated_line_share")]
    quality = pa.StructArray.from_arrays(
        [each.combine_chunks() for each in two], ["mean_word_length", "repeated_line_share"]
    )
    place = posts.schema.get_field_index("quality")
    return posts.set_column(place, "quality", quality).drop_columns(["field_sources"])


@pytest.fixture
def of_an_older_winnow(tmp_path: Path) -> Path:
    """A warehouse of one run, its posts with fewer columns than there are by now."""
    ingest(RAW / "tidepool", tmp_path / "w")
    opened = Warehouse.open(tmp_path / "w")
    write_deltalake(
        str(tmp_path / "w/tables/posts"), older(opened.read("posts")), mode="overwrite", schema_mode="overwrite"
    )
    run = opened.read("runs").to_pylist()[0]
    versions = json.loads(run["versions"]) | {"posts": DeltaTable(str(tmp_path / "w/tables/posts")).version()}
    row = pa.Table.from_pylist([run | {"versions": json.dumps(versions)}], schema=opened.read("runs").schema)
    write_deltalake(str(tmp_path / "w/tables/runs"), row, mode="overwrite")
    return tmp_path / "w"


def test_columns_that_an_older_winnow_did_not_know_are_added(of_an_older_winnow: Path) -> None:
    before = Warehouse.open(of_an_older_winnow).read("posts").to_pylist()
    assert {row["quality"]["n_sentences"] for row in before} == {None}
    ingest(RAW, of_an_older_winnow)
    rows = {row["post_id"]: row for row in Warehouse.open(of_an_older_winnow).read("posts").to_pylist()}
    assert rows.keys() > {row["post_id"] for row in before}
    new = rows.keys() - {row["post_id"] for row in before}
    assert all(rows[post_id]["quality"]["n_sentences"] > 0 for post_id in new)
    told = winnow(
        "query", "select count(quality.n_sentences) as n from posts", "--csv", "-w", of_an_older_winnow, cwd=RAW
    )
    assert (told.code, int(told.out.split()[1]) >= len(new)) == (0, True)
    assert winnow("verify", "-w", of_an_older_winnow, cwd=RAW).code == 0


def test_a_warehouse_of_a_newer_winnow_is_refused_and_left_alone(tmp_path: Path) -> None:
    ingest(RAW / "notes", tmp_path / "w")
    posts = str(tmp_path / "w/tables/posts")
    rows = Warehouse.open(tmp_path / "w").read("posts")
    newer = rows.append_column("mood", pa.array(["calm"] * rows.num_rows))
    write_deltalake(posts, newer, mode="overwrite", schema_mode="overwrite")
    version = DeltaTable(posts).version()
    (row,) = Warehouse.open(tmp_path / "w").read("runs").to_pylist()
    row["versions"] = json.dumps(json.loads(row["versions"]) | {"posts": version})
    row["run_id"] = f"{int(row['run_id'][:4]) + 1}{row['run_id'][4:]}"  # a year later
    write_deltalake(str(tmp_path / "w/tables/runs"), pa.Table.from_pylist([row], schema=SCHEMAS["runs"]), mode="append")
    for command in (["ingest", RAW], ["query", "select 1"], ["export"], ["history"], ["verify"]):
        ran = winnow(*command, "-w", "w", cwd=tmp_path)
        assert (ran.code, ran.out) == (2, "")
        assert "newer winnow: posts has mood" in ran.err
    assert DeltaTable(posts).version() == version
    assert [path.name for path in tmp_path.iterdir()] == ["w"]
