"""Runs that did not complete leave a row of `runs`, and nothing else of the tables or the view differs."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import conftest
import pyarrow.dataset as ds
import pytest
from conftest import committed, ingest, rows_of, snapshot, winnow, without_runs
from deltalake import DeltaTable, write_deltalake

from flows import landing, view
from flows.lock import NONE, only_writer
from flows.pipeline import Request
from flows.recorded import Status, Unfinished, record, run_recorded
from flows.runners import local
from flows.verify import verify
from flows.warehouse import Warehouse
from transforms.errors import StorageError, WarehouseError, WinnowError

RAW = Path(__file__).parent.parent / "raw"


def how(status: Status = "failed") -> Unfinished:
    """A run that has just ended."""
    return Unfinished(status, "the reason", datetime.now(UTC), datetime.now(UTC))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return Path(shutil.copytree(RAW / "notes", tmp_path / "raw"))


@pytest.fixture
def warehouse(source: Path, tmp_path: Path) -> Path:
    """A warehouse with one commit."""
    ingest(source, tmp_path / "warehouse")
    return tmp_path / "warehouse"


def fails(source: Path, warehouse: Path, error: type[BaseException] = WinnowError) -> None:
    with pytest.raises(error):
        run_recorded(Request((str(source),), warehouse), local(lambda _batch, _staged: None), NONE)


def test_a_recorded_run_changes_no_version_and_no_view(warehouse: Path, source: Path) -> None:
    before, versions = snapshot(warehouse), Warehouse.open(warehouse).versions
    link = (warehouse / "current").readlink()
    ended = how()
    run_id = record(Request((str(source),), warehouse), ended)
    after = snapshot(warehouse)
    assert without_runs(after) == without_runs(before)
    assert set(before["runs"]) < set(after["runs"])
    assert committed(warehouse) == after
    assert Warehouse.open(warehouse).versions == versions
    assert (warehouse / "current").readlink() == link
    (row,) = [row for row in rows_of(warehouse, "runs") if row["run_id"] == run_id]
    assert (row["status"], row["error"], row["counts"], row["command"]) == ("failed", "the reason", "{}", "ingest")
    assert (row["started"], row["finished"]) == (ended.started, ended.finished)
    assert json.loads(row["versions"]) == versions
    assert json.loads(row["options"])["sources"] == [str(source)]


@pytest.mark.parametrize(
    ("began", "ended", "same"),
    [
        pytest.param(0, 0, True, id="it began with the one that committed"),
        pytest.param(-60, 60, True, id="it was at work around it"),
        pytest.param(1, 60, False, id="it began later"),
        pytest.param(-60, -1, False, id="it had ended before"),
    ],
)
def test_a_run_that_did_commit_has_its_row(
    warehouse: Path, source: Path, began: int, ended: int, *, same: bool
) -> None:
    """Schedules ask for one thing again and again: only its moments tell a run from the others."""
    (row,) = rows_of(warehouse, "runs")
    moments = (row["started"] + timedelta(seconds=seconds) for seconds in (began, ended))
    recorded = record(Request((str(source),), warehouse), Unfinished("crashed", "the reason", *moments))
    assert (recorded == row["run_id"]) is same
    assert len(rows_of(warehouse, "runs")) == (1 if same else 2)


def test_the_next_run_goes_on_from_the_last_commit(warehouse: Path, source: Path, tmp_path: Path) -> None:
    record(Request((str(source),), warehouse), how())
    assert ingest(source, warehouse).run_id is None
    assert view.published(warehouse) == min(row["run_id"] for row in rows_of(warehouse, "runs"))
    shutil.copy(RAW / "tidepool/2019-autumn.txt", source)
    run_id = ingest(source, warehouse).run_id
    rows = sorted(rows_of(warehouse, "runs"), key=lambda row: row["run_id"])
    assert [row["status"] for row in rows] == ["completed", "failed", "completed"]
    assert view.published(warehouse) == rows[-1]["run_id"] == run_id
    ingest(source, tmp_path / "expected")
    assert len(rows_of(warehouse, "posts")) == len(rows_of(tmp_path / "expected", "posts"))
    assert not verify(Warehouse.open(warehouse)).problems


def test_what_a_dead_commit_left_is_put_back_before_a_row_is_added(warehouse: Path, source: Path) -> None:
    before = snapshot(warehouse)
    posts = warehouse / "tables" / "posts"
    write_deltalake(str(posts), DeltaTable(str(posts)).to_pyarrow_table(), mode="append")
    record(Request((str(source),), warehouse), how())
    assert without_runs(committed(warehouse)) == without_runs(snapshot(warehouse)) == without_runs(before)


def test_without_a_commit_there_is_no_view(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "members", lambda _file: (_ for _ in ()).throw(WarehouseError("no")))
    fails(source, tmp_path / "w")
    assert snapshot(tmp_path / "w") == {}
    (row,) = Warehouse.open(tmp_path / "w").read("runs").to_pylist()
    assert (row["status"], row["error"], row["versions"]) == ("failed", "no", "{}")
    monkeypatch.undo()
    ingest(source, tmp_path / "w")
    assert [row["status"] for row in rows_of(tmp_path / "w", "runs")].count("completed") == 1


@pytest.mark.parametrize(
    ("raised", "ended"),
    [
        (WarehouseError("no way"), ("failed", "no way")),
        (KeyboardInterrupt(), ("cancelled", "stopped by Ctrl-C")),
        (RuntimeError("a fault"), ("crashed", "RuntimeError: a fault")),
    ],
    ids=repr,
)
def test_how_it_ended(
    warehouse: Path, source: Path, monkeypatch: pytest.MonkeyPatch, raised: BaseException, ended: tuple[str, str]
) -> None:
    def stop(*_arguments: object) -> None:
        raise raised

    shutil.copy(RAW / "tidepool/2019-autumn.txt", source)
    monkeypatch.setattr("flows.changes.derive", stop)
    fails(source, warehouse, type(raised))
    rows = [(row["status"], row["error"]) for row in rows_of(warehouse, "runs") if row["error"]]
    assert rows == [ended]


def full_disk(*_arguments: Any, **_options: Any) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def broken_disk(*_arguments: Any, **_options: Any) -> None:
    raise OSError(errno.EROFS, "Read-only file system")


@pytest.mark.parametrize(("write", "kind"), [(full_disk, StorageError), (broken_disk, WarehouseError)])
def test_a_warehouse_that_can_not_be_written_keeps_no_row(
    warehouse: Path, source: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[..., None], kind: type[WinnowError]
) -> None:
    before = snapshot(warehouse)
    shutil.copy(RAW / "tidepool/2019-autumn.txt", source)
    monkeypatch.setattr(DeltaTable, "create_write_transaction", write)
    with pytest.raises(WarehouseError) as error:
        run_recorded(Request((str(source),), warehouse), local(lambda _batch, _staged: None), NONE)
    assert type(error.value) is kind
    assert snapshot(warehouse) == before


def test_a_run_that_was_stopped_after_its_commit_is_no_failed_one(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish, failures = view.publish, [OSError(errno.EROFS, "Read-only file system")]

    def fails_once(*arguments: Any) -> None:
        if failures:
            raise failures.pop()
        publish(*arguments)

    monkeypatch.setattr(view, "publish", fails_once)
    fails(source, tmp_path / "w", WarehouseError)
    (row,) = rows_of(tmp_path / "w", "runs")
    assert row["status"] == "completed"
    assert snapshot(tmp_path / "w") == committed(tmp_path / "w")


def test_nothing_is_recorded_where_there_is_no_warehouse_or_another_run(warehouse: Path, tmp_path: Path) -> None:
    assert record(Request(("x",), tmp_path / "none"), how()) is None
    assert not (tmp_path / "none").exists()
    with only_writer(warehouse, "another"):
        assert record(Request(("x",), warehouse), how()) is None


def test_the_rows_of_an_older_warehouse_get_the_new_columns(warehouse: Path, source: Path) -> None:
    place = warehouse / "tables/runs"
    old = DeltaTable(str(place)).to_pyarrow_table().drop_columns(["status", "error"])
    write_deltalake(str(place), old, mode="overwrite", schema_mode="overwrite")
    (row,) = Warehouse.open(warehouse).read("runs").to_pylist()
    assert row["status"] is None
    both: tuple[Status, ...] = ("failed", "crashed")
    for status in both:
        record(Request((str(source),), warehouse), how(status))
    assert sorted(map(str, (row["status"] for row in rows_of(warehouse, "runs")))) == ["None", "crashed", "failed"]
    assert ds.dataset(place).count_rows() >= 3
    assert snapshot(warehouse) == committed(warehouse)


def test_a_failed_command_is_recorded(tmp_path: Path) -> None:
    shutil.copytree(RAW / "notes", tmp_path / "raw")
    assert winnow("ingest", cwd=tmp_path).code == 0
    assert winnow("ingest", "nowhere", cwd=tmp_path).code == 2
    ran = winnow("query", "SELECT error FROM runs WHERE status = 'failed'", "--csv", cwd=tmp_path)
    assert ran.out.splitlines()[1:] == ["there is no source nowhere; give a folder of dumps or a file"]


def test_a_command_waits_for_another_run(tmp_path: Path) -> None:
    shutil.copytree(RAW / "notes", tmp_path / "raw")
    (tmp_path / "warehouse").mkdir()
    with only_writer(tmp_path / "warehouse", "backfill"):
        ran = winnow("ingest", "--wait", "1s", cwd=tmp_path)
    assert ran.code == 2
    waits, ends = ran.err.splitlines()
    assert "held by another run (backfill, process" in waits
    assert waits.endswith("waiting for it to end, 1 seconds at most")
    assert "after 1 seconds of waiting" in ends
    assert conftest.winnow("ingest", "--wait", "10m", cwd=tmp_path).code == 0


def test_a_time_to_wait_that_means_nothing(tmp_path: Path) -> None:
    shutil.copytree(RAW / "notes", tmp_path / "raw")
    ran = winnow("ingest", "--wait", "soon", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "winnow: 'soon' is no span of time; give seconds (90) or units (45s, 10m, 1h30m, 2d)\n"
    assert not (tmp_path / "warehouse").exists()
