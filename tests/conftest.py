"""What the tests share: the real command, run as a user runs it, and what a warehouse holds, as a value."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
import pytest
from hypothesis import settings

from flows import tracked
from flows.change import Change
from flows.pipeline import Request, Summary, run
from flows.runners import local
from flows.warehouse import Warehouse

# How long a test takes says how busy the machine is.
settings.register_profile("winnow", deadline=None)
settings.load_profile("winnow")
COMMAND = Path(sys.executable).with_name("winnow")
PUBLIC = ("posts", "copies", "dumps", "residue", "runs")
# Seconds; a command on the samples takes two.
PATIENCE = 120
# Seconds that a Prefect server may take to begin, to end, and to know of an event; usually 10, 2 and one or two.
BEGINS, ENDS, NEWS = 120, 20, 60
# How the pages of `docs/` start a server.
SERVER = "prefect server start --host 127.0.0.1 --port {port}"
# Nothing here waits for what a person would not notice: schedules are looked at every second, not every ten or sixty.
QUICK = {
    "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "1",
    "PREFECT_SERVER_SERVICES_SCHEDULER_RECENT_DEPLOYMENTS_LOOP_SECONDS": "1",
    "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": "2",
    "PREFECT_RUNNER_POLL_FREQUENCY": "1",
    "PREFECT_WORKER_QUERY_SECONDS": "1",
}


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


@pytest.fixture(scope="session")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A real Prefect server on loopback, with a home of its own; gives the settings that lead to it."""
    place = tmp_path_factory.mktemp("prefect")
    port = free_port()
    settings = {"PREFECT_HOME": str(place / "home"), **tracked.SETTINGS, **QUICK}
    command = [COMMAND.with_name("prefect"), *SERVER.format(port=port).split()[1:]]
    with background(*command, "--no-ui", env=settings, log=place / "server.log") as server:
        wait_for(lambda: server.poll() is not None or _healthy(port), BEGINS)
        assert server.poll() is None, (place / "server.log").read_text()
        yield settings | {"PREFECT_API_URL": f"http://127.0.0.1:{port}/api"}


@contextmanager
def background(
    *command: str | Path, env: Mapping[str, str], log: Path, cwd: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a command beside the test, and stops it as Ctrl-C would; what it prints goes to a file."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            list(map(str, command)), env=environment(env), cwd=cwd, stdout=out, stderr=out, start_new_session=True
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            try:
                process.wait(ENDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(ENDS)


def wait_for(true: Callable[[], object], patience: float = NEWS) -> None:
    """Until something is so."""
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.2)


def free_port() -> int:
    """A port of loopback on which nobody listens."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


def _healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def commit(warehouse: Path, name: str, change: Change) -> None:
    """Changes a table as a run would, so that nothing but its rows is wrong."""
    opened = Warehouse.open(warehouse, create=True)
    now = datetime.now(UTC)
    with opened.writing("a test", now) as (run_id, _):
        row = {"command": "a test", "started": now, "finished": now, "options": "{}", "counts": "{}"}
        opened.commit(run_id, {name: change}, row)
