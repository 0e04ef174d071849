"""What the disk had not been asked to take may be lost, cut off or zeros; what counts was synced before it counted."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from conftest import committed, ingest, snapshot, without_runs
from deltalake import DeltaTable
from samples import RAW

from benchmarks.faults import KILLED, Door, Plan, after_power_cut
from flows import logs
from flows.upkeep import Log
from flows.verify import verify
from flows.warehouse import Change, Warehouse
from transforms.errors import WarehouseError
from transforms.tables import SCHEMAS

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
TORN = {"empty": b"", "cut off": b'{"commitInfo":{"ti', "zeros": bytes(80), "no action": b"[]\n"}
FRESH = multiprocessing.get_context("forkserver")


def commit(warehouse: Warehouse, number: int) -> str:
    now = NOW + timedelta(days=number)
    with warehouse.writing("a test", now) as (run_id, _):
        row: dict[str, Any] = {"command": "a test", "started": now, "finished": now, "options": "{}", "counts": "{}"}
        rows = pa.Table.from_pylist([{"dump_id": str(number)}], schema=SCHEMAS["dumps"])
        warehouse.commit(run_id, {"dumps": Change(inserts=rows)}, row)
    return run_id


def dumps(warehouse: Warehouse) -> list[str]:
    return sorted(warehouse.read("dumps", ["dump_id"])["dump_id"].to_pylist())


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    made = Warehouse.open(tmp_path / "warehouse", create=True)
    for number in range(2):
        commit(made, number)
    return made


def log_of(warehouse: Warehouse, name: str) -> Path:
    return warehouse.root / "tables" / name / "_delta_log"


@pytest.mark.parametrize("torn", TORN)
@pytest.mark.parametrize("name", ["dumps", "posts", "runs"])
def test_an_entry_on_which_nothing_stands_is_taken_away(warehouse: Warehouse, name: str, torn: str) -> None:
    newest = max(Log.of(log_of(warehouse, name).parent).entries)
    for later in (1, 2):
        (log_of(warehouse, name) / f"{newest + later:020}.json").write_bytes(TORN[torn])
    commit(Warehouse.open(warehouse.root, create=True), 2)
    assert dumps(Warehouse.open(warehouse.root)) == ["0", "1", "2"]


def test_an_entry_after_one_that_is_missing_is_taken_away(warehouse: Warehouse) -> None:
    entries = Log.of(log_of(warehouse, "dumps").parent).entries
    shutil.copy(entries[max(entries)], log_of(warehouse, "dumps") / f"{max(entries) + 2:020}.json")
    commit(Warehouse.open(warehouse.root, create=True), 2)
    assert dumps(Warehouse.open(warehouse.root)) == ["0", "1", "2"]


def test_a_damaged_row_of_a_run_that_is_shown_is_refused(warehouse: Warehouse) -> None:
    """It had been synced, so this is no power cut: nothing may be undone."""
    path = max(log_of(warehouse, "runs").glob("*.json"))
    path.write_bytes(b"")
    with pytest.raises(WarehouseError, match=f"{path.name} is damaged, where run"):
        commit(Warehouse.open(warehouse.root, create=True), 2)
    assert path.exists()


@pytest.mark.parametrize("torn", TORN)
def test_a_torn_checkpoint_is_taken_away(warehouse: Warehouse, torn: str) -> None:
    table = DeltaTable(str(log_of(warehouse, "dumps").parent))
    table.create_checkpoint()
    (path,) = Log.of(log_of(warehouse, "dumps").parent).checkpoints.values()
    path.write_bytes(TORN[torn])
    commit(Warehouse.open(warehouse.root, create=True), 2)
    assert dumps(Warehouse.open(warehouse.root)) == ["0", "1", "2"]


def test_a_checkpoint_that_is_needed_is_left_alone(warehouse: Warehouse) -> None:
    DeltaTable(str(log_of(warehouse, "dumps").parent)).create_checkpoint()
    log = Log.of(log_of(warehouse, "dumps").parent)
    log.entries[0].unlink()
    (path,) = log.checkpoints.values()
    path.write_bytes(b"")
    logs.remove_torn_checkpoints(Log.of(log_of(warehouse, "dumps").parent))
    assert path.exists()


def test_what_counts_was_synced_before(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the row of the run is written, the disk has all files and entries that it stands on."""
    synced, original, row_written = set[str](), os.fsync, []

    def noting(handle: int) -> None:
        synced.add(os.readlink(f"/proc/self/fd/{handle}"))  # noqa: PTH115 - of an open file
        original(handle)

    def checking(self: Warehouse, row: Any, **options: Any) -> None:
        folder = self.root / "tables/dumps"
        entry = max((folder / "_delta_log").glob("*.json"))
        assert {str(entry), str(entry.parent), str(folder)} <= synced
        assert len([path for path in synced if path.endswith(".parquet")]) == 1
        row_written.append(row)
        add_run(self, row, **options)

    add_run = Warehouse._add_run  # noqa: SLF001 - the step after which a run counts
    monkeypatch.setattr(os, "fsync", noting)
    monkeypatch.setattr(Warehouse, "_add_run", checking)
    commit(Warehouse.open(warehouse.root, create=True), 2)
    assert len(row_written) == 1


def dying(source: Path, plan: Plan) -> None:
    door = Door(plan)
    door.install()
    ingest(source, plan.warehouse)
    door.close()


@pytest.mark.parametrize(("share", "seed"), [(0.5, 1), (0.9, 2), (0.97, 3)])
def test_a_power_cut(tmp_path: Path, share: float, seed: int) -> None:
    """Whatever the disk has, readers see a whole state, and the next run makes what an undisturbed one makes."""
    source, before, left, cut = (tmp_path / name for name in ("raw", "before", "left", "cut"))
    shutil.copytree(RAW / "tidepool", source)
    (source / "2019-winter.txt").rename(tmp_path / "later.txt")
    ingest(source, before)
    (tmp_path / "later.txt").rename(source / "2019-winter.txt")
    shutil.copytree(before, left, symlinks=True)
    shutil.copytree(before, tmp_path / "after", symlinks=True)
    calls = Plan(0, 0, tmp_path / "report.json", tmp_path / "after")
    died(source, calls, 0)
    number = int(share * int(calls.report.read_text().split('"calls": ')[1].split(",")[0]))
    died(source, Plan(number, 0, tmp_path / "report.json", left), KILLED)
    after_power_cut(left, before, tmp_path / "report.json", cut, random.Random(seed))
    assert snapshot(cut) in (snapshot(before), snapshot(left))
    ingest(source, cut)
    assert facts(cut) == facts(tmp_path / "after")
    assert snapshot(cut) == committed(cut)
    assert verify(Warehouse.open(cut)).problems == []


def died(source: Path, plan: Plan, code: int) -> None:
    process = FRESH.Process(target=dying, args=(source, plan))
    process.start()
    process.join()
    assert process.exitcode == code


def facts(warehouse: Path) -> dict[str, int]:
    return {name: len(rows) for name, rows in without_runs(snapshot(warehouse)).items()}
