"""However many runs a warehouse has seen: few files, a short log, and readers that notice nothing of the cleaning."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from conftest import winnow
from deltalake import DeltaTable

from flows import snapshots, upkeep
from flows.warehouse import Change, Warehouse
from transforms.errors import WarehouseError
from transforms.tables import SCHEMAS

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DAY = timedelta(days=1)
TABLES = ("dumps", "residue")


def rows(name: str, number: int) -> pa.Table:
    return pa.Table.from_pylist([{"dump_id": str(number)}], schema=SCHEMAS[name])


def commit(warehouse: Warehouse, number: int, keep: float = upkeep.KEPT) -> str:
    """A run a day: each adds one row to two tables, and takes out that of the run before the last five."""
    now = NOW + number * DAY
    gone = [str(number - 5)]
    with warehouse.writing("a test", now) as (run_id, _):
        row: dict[str, Any] = {"command": "a test", "started": now, "finished": now, "options": "{}", "counts": "{}"}
        warehouse.commit(run_id, {name: Change(inserts=rows(name, number), deletes=gone) for name in TABLES}, row)
        warehouse.tidy(now, keep)
    return run_id


def expected(number: int) -> list[str]:
    return sorted(str(each) for each in range(max(0, number - 4), number + 1))


def held(warehouse: Warehouse) -> list[list[str]]:
    return [sorted(warehouse.read(name, ["dump_id"])["dump_id"].to_pylist()) for name in TABLES]


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """All happens after fewer runs."""
    monkeypatch.setattr(upkeep, "CHECKPOINT_EVERY", 5)
    monkeypatch.setattr(upkeep, "SMALL_FILES", 6)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse.open(tmp_path / "with 'space'", create=True)


def test_many_runs_leave_few_files(warehouse: Warehouse) -> None:
    """`runs` grows by a small file each time: these become one, whose rows are all there."""
    for number in range(3 * upkeep.SMALL_FILES):
        commit(warehouse, number)
        for name in (*TABLES, "runs"):
            assert len(DeltaTable(str(warehouse.root / "tables" / name)).file_uris()) <= upkeep.SMALL_FILES + 1
    assert warehouse.read("runs").num_rows == 3 * upkeep.SMALL_FILES
    assert held(warehouse) == [expected(3 * upkeep.SMALL_FILES - 1)] * 2


def test_large_files_are_left_alone(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "SMALL_BYTES", 1)
    for number in range(upkeep.SMALL_FILES + 4):
        commit(warehouse, number)
    files = DeltaTable(str(warehouse.root / "tables/runs")).file_uris()
    assert len(files) == upkeep.SMALL_FILES + 4


@pytest.mark.parametrize(("days", "kept"), [(0, upkeep.KEPT_ALWAYS), (8, 9)])
def test_what_is_kept_can_be_read_and_what_is_gone_is_told(days: int, kept: int, warehouse: Warehouse) -> None:
    runs = [commit(warehouse, number, days * 86_400.0) for number in range(22)]
    opened = Warehouse.open(warehouse.root)
    for number, run in enumerate(runs[-kept:], len(runs) - kept):
        assert held(snapshots.at(opened, run)) == [expected(number)] * 2
    with pytest.raises(WarehouseError, match=f"what run {runs[0]} left is gone .*; the oldest .* that can be read is"):
        snapshots.at(opened, runs[0])
    said = winnow("query", "from posts", "--at", runs[0], "-w", warehouse.root, cwd=warehouse.root)
    assert (said.code, "is gone" in said.err) == (2, True)
    for name in (*TABLES, "runs"):
        folder = warehouse.root / "tables" / name
        entries = len(list((folder / "_delta_log").glob("*.json")))
        assert entries <= kept + 2 * upkeep.CHECKPOINT_EVERY
        assert len(list(folder.glob("*.parquet"))) <= 2 * entries + upkeep.SMALL_FILES


def test_nothing_goes_while_all_is_kept(warehouse: Warehouse) -> None:
    runs = [commit(warehouse, number, 100 * 86_400.0) for number in range(14)]
    for number, run in enumerate(runs):
        assert held(snapshots.at(Warehouse.open(warehouse.root), run)) == [expected(number)] * 2


def test_files_of_a_dead_run_go_too(warehouse: Warehouse) -> None:
    commit(warehouse, 0, 0.0)
    left = warehouse.root / "tables/dumps/dumps-left.zstd.parquet"
    left.write_bytes(b"cut off")
    for number in range(1, 15):
        commit(warehouse, number, 0.0)
    assert not left.exists()


@pytest.mark.parametrize("nth", [1, 8, 20])
def test_dead_while_cleaning_up(nth: int, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever was removed when it died, all kept runs can be read, and the next run goes on."""
    runs = [commit(warehouse, number, 100 * 86_400.0) for number in range(14)]
    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", dying(Path.unlink, nth))
        with pytest.raises(KeyboardInterrupt), warehouse.writing("a test", NOW):
            warehouse.tidy(NOW + 14 * DAY, 0.0)
    for number, run in enumerate(runs[-upkeep.KEPT_ALWAYS :], 14 - upkeep.KEPT_ALWAYS):
        assert held(snapshots.at(Warehouse.open(warehouse.root), run)) == [expected(number)] * 2
    for number in range(14, 20):
        commit(warehouse, number, 0.0)
    assert held(Warehouse.open(warehouse.root)) == [expected(19)] * 2


def dying(unlink: Any, nth: int) -> Any:
    calls: list[Path] = []

    def unlink_or_die(path: Path, *, missing_ok: bool = False) -> None:
        if "tables" in path.parts:
            calls.append(path)
            if len(calls) == nth:
                raise KeyboardInterrupt
        unlink(path, missing_ok=missing_ok)

    return unlink_or_die


def read_on(root: Path, done: Event, answers: Any) -> None:
    """Reads the view and the tables until told to stop; each answer is a fault, or the number of reads."""
    reads = 0
    try:
        while not done.is_set() or not reads:
            view = (root / "current").resolve()
            seen = [sorted(ds.dataset(view / name).to_table()["dump_id"].to_pylist()) for name in TABLES]
            tables = held(Warehouse.open(root))
            assert seen[0] == seen[1] == expected(int(max(seen[0], key=int))), seen
            assert tables[0] == tables[1] == expected(int(max(tables[0], key=int))), tables
            reads += 1
    except BaseException as error:
        answers.put(repr(error))
        raise
    answers.put(reads)


def test_readers_go_on_while_old_files_are_folded_and_removed(warehouse: Warehouse) -> None:
    commit(warehouse, 0, 0.0)
    context = multiprocessing.get_context("spawn")
    done, answers = context.Event(), context.Queue()
    readers = [context.Process(target=read_on, args=(warehouse.root, done, answers)) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(1, 25):
        commit(warehouse, number, 0.0)
    done.set()
    assert all(isinstance(found, int) and found > 0 for found in (answers.get(timeout=60) for _ in readers))
    for reader in readers:
        reader.join()
