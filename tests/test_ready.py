"""Processes that stand ready: when there are any, and that what they read is the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from conftest import environment
from deltalake import DeltaTable

from flows import landing, ready
from flows.runners import local

SCRIPT = """
import multiprocessing, sys
from pathlib import Path
from flows import pipeline, ready, runners

ready.WORTH_A_PROCESS = runners.WORTH_A_PROCESS = 1
ready.LEAST_BATCH_BYTES = pipeline.LEAST_BATCH_BYTES = 1
ready.COPIES_WORK = ready.COPIES_WORK and sys.argv[3] == "ready"
request = pipeline.Request((sys.argv[1],), Path(sys.argv[2]))
heard = []
with ready.standing(request.sources, request.warehouse) as runner:
    made = multiprocessing.active_children()
    done = pipeline.run(request, runner(lambda batch, staged: heard.append(batch)))
print(len(made), len(heard), done.counts["copies"])
"""
COPIED = pytest.mark.skipif(not ready.COPIES_WORK or (os.cpu_count() or 1) < 2, reason="here no process is copied")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    for number in range(8):
        rows = [{"id": f"{number}-{k}", "text": f"The lock keeper wrote line {k} of {number}. " * 4} for k in range(30)]
        (folder / f"{number}.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return folder


def ran(source: Path, warehouse: Path, how: str) -> str:
    command = [sys.executable, "-W", "error", "-c", SCRIPT, str(source), str(warehouse), how]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment()).stdout


def rows_of(warehouse: Path, name: str, less: set[str]) -> list[str]:
    rows = DeltaTable(str(warehouse / "tables" / name)).to_pyarrow_table().to_pylist()
    return sorted(repr({key: value for key, value in row.items() if key not in less}) for row in rows)


@COPIED
def test_processes_that_stand_ready_read_the_same(source: Path, tmp_path: Path) -> None:
    assert ran(source, tmp_path / "one", "ready").split() == [str(min(os.cpu_count() or 1, 8)), "8", "240"]
    assert ran(source, tmp_path / "other", "afresh").split() == ["0", "8", "240"]
    of_runs = {"run_id", "first_run", "last_run"}
    for name in ("posts", "copies", "dumps", "residue", "wordings"):
        assert rows_of(tmp_path / "one", name, of_runs) == rows_of(tmp_path / "other", name, of_runs)


@COPIED
def test_none_are_made_where_little_has_arrived_since_the_last_run(source: Path, tmp_path: Path) -> None:
    ran(source, tmp_path / "warehouse", "ready")
    assert ready.wanted([str(source)], tmp_path / "warehouse") == 0
    assert ready.wanted([str(source)], tmp_path / "none") == 0  # less than is worth a process


def test_a_process_with_threads_is_not_copied(monkeypatch: pytest.MonkeyPatch, source: Path, tmp_path: Path) -> None:
    monkeypatch.setattr(ready, "WORTH_A_PROCESS", 1)
    monkeypatch.setattr(ready, "LEAST_BATCH_BYTES", 1)
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        with ready.standing([str(source)], tmp_path / "warehouse") as runner:
            assert runner is local
    finally:
        done.set()
        thread.join()


def test_what_has_arrived_is_counted_as_far_as_it_is_asked(source: Path, tmp_path: Path) -> None:
    size = sum(path.stat().st_size for path in source.iterdir())
    assert landing.arrived([str(source)], 0, 1 << 40) == size
    assert landing.arrived([str(source)], time.time_ns() + 10**9, 1 << 40) == 0
    assert size // 8 <= landing.arrived([str(source)], 0, 1) < size // 4
    assert (
        landing.arrived([str(source / "0.jsonl"), "s3://bucket/key", str(tmp_path / "none")], 0, 1 << 40) == size // 8
    )


def test_a_copied_file_has_arrived_whatever_time_it_bears(source: Path) -> None:
    before = time.time_ns() - 10**10
    for path in source.iterdir():
        os.utime(path, (0, 0))
    assert landing.arrived([str(source)], before, 1 << 40) > 0
