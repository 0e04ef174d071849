"""What the tests share: the real command, run as a user runs it, and what a warehouse holds, as a value."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds

from flows.pipeline import Request, Summary, run
from flows.runners import local
from flows.warehouse import Warehouse

COMMAND = Path(sys.executable).with_name("winnow")
PUBLIC = ("posts", "copies", "dumps", "residue", "runs")
# Seconds; a command on the samples takes two.
PATIENCE = 120


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that has ended: its exit status and all that it printed."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a command: no Prefect API, no colours, lines that are not folded."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return kept | {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"} | dict(extra or {})


def winnow(*arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None, under: Sequence[str] = ()) -> Ran:
    """Runs the installed command in `cwd`, `under` another one where that is given; a traceback is never right."""
    done = subprocess.run(
        [*under, str(COMMAND), *map(str, arguments)],
        cwd=cwd,
        env=environment(env),
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )
    ran = Ran(done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in ran.said, ran.said
    return ran


def ingest(source: Path, warehouse: Path, **options: Any) -> Summary:
    """The same run in this process, without the seconds that a new one takes to start."""
    return run(Request((str(source),), warehouse, **options), local(lambda _batch, _staged: None))


def snapshot(warehouse: Path) -> dict[str, list[str]]:
    """The rows of every public table, sorted, as the plain view shows them; empty where nothing is committed."""
    current = (warehouse / "current").resolve()
    return {name: _rows(ds.dataset(current / name)) for name in PUBLIC} if current.is_dir() else {}


def committed(warehouse: Path) -> dict[str, list[str]]:
    """The same rows as the Delta tables give them."""
    opened = Warehouse.open(warehouse)
    return {name: sorted(map(str, opened.read(name).to_pylist())) for name in PUBLIC}


def without_runs(tables: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """All tables but the log of runs."""
    return {name: rows for name, rows in tables.items() if name != "runs"}


def rows_of(warehouse: Path, name: str) -> list[dict[str, Any]]:
    """The rows of one table of the plain view."""
    found: list[dict[str, Any]] = ds.dataset((warehouse / "current").resolve() / name).to_table().to_pylist()
    return found


def _rows(dataset: ds.Dataset) -> list[str]:
    return sorted(map(str, dataset.to_table().to_pylist()))
