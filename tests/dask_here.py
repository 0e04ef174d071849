"""A Dask cluster for tests: a scheduler and workers as processes of their own, on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from conftest import BEGINS, background, wait_for

TESTS = Path(__file__).parent
ROOT = TESTS.parent
# Workers start elsewhere, and may well start before anything is installed for them.
SETTINGS = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(TESTS)]), "OPENBLAS_NUM_THREADS": "1"}


@dataclass(slots=True)
class Cluster:
    """A scheduler and its workers; all end with the test."""

    place: Path
    address: str
    scheduler: subprocess.Popen[bytes]
    running: ExitStack
    settings: Mapping[str, str]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def add_worker(self) -> None:
        """Starts a worker without a nanny: nobody starts it again when it is killed."""
        place = self.place / f"worker{len(self.workers)}"
        place.mkdir()
        command = dask("worker", self.address, "--nthreads", "1", "--no-nanny", "--local-directory", place)
        log = place / "log"
        self.workers.append(
            self.running.enter_context(background(*command, env=SETTINGS | dict(self.settings), log=log))
        )


@contextmanager
def cluster_in(place: Path, workers: int, **settings: str) -> Iterator[Cluster]:
    """A cluster whose files lie in a folder; `settings` are variables of its workers."""
    file = place / "scheduler.json"
    with ExitStack() as running:
        command = dask("scheduler", "--port", "0", "--scheduler-file", file)
        scheduler = running.enter_context(background(*command, env=SETTINGS, log=place / "scheduler.log"))
        wait_for(lambda: scheduler.poll() is not None or _written(file), BEGINS)
        assert scheduler.poll() is None, (place / "scheduler.log").read_text()
        cluster = Cluster(place, json.loads(file.read_text())["address"], scheduler, running, settings)
        for _ in range(workers):
            cluster.add_worker()
        yield cluster


def dask(kind: str, *arguments: str | Path) -> list[str | Path]:
    """The command that starts a scheduler or a worker."""
    return [sys.executable, "-m", "dask", kind, *arguments, "--host", "127.0.0.1", "--no-dashboard"]


def _written(file: Path) -> bool:
    try:
        return bool(json.loads(file.read_text()))
    except (OSError, ValueError):
        return False
