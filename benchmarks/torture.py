"""Kills runs at random moments while others read, and holds what is left against a run that nobody disturbed.

    python -m benchmarks.torture [KILLS [SECONDS]]

Each kill hits a run that adds the second half of the samples to a warehouse with the first: by SIGKILL, SIGTERM or
SIGINT in turn, at moments that fill its duration evenly from a first one by chance. Then the tables must be those
before or those after the run, and the next run must make those after. Two readers read the plain view and the Delta
tables all the while. It ends with an error at the first fault.
"""

from __future__ import annotations

import multiprocessing
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow.dataset as ds

from flows.verify import verify
from flows.warehouse import Warehouse

RAW: Final = Path(__file__).parent.parent / "raw"
COMMAND: Final = Path(sys.executable).with_name("winnow")
SIGNALS: Final = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
FIRST: Final = ("tidepool", "skylog")
KILLS: Final = 24
SECONDS: Final = 300.0
# Steps of this part of a run's duration visit it evenly, however many are taken.
GOLDEN: Final = 0.6180339887
Tables = dict[str, list[str]]


def main() -> None:
    """Prints how many kills were survived and how many reads saw a whole state."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else KILLS
    until = time.monotonic() + (float(sys.argv[2]) if len(sys.argv) > 2 else SECONDS)
    with tempfile.TemporaryDirectory() as folder:
        torture(Path(folder), kills, until)


def torture(place: Path, kills: int, until: float) -> None:
    ingest(place / "before", *[RAW / name for name in FIRST]).communicate()
    shutil.copytree(place / "before", place / "after", symlinks=True)
    started = time.monotonic()
    ingest(place / "after", RAW).communicate()
    duration = time.monotonic() - started
    states = [tables(place / "before"), tables(place / "after")]
    start, survived, hit, reads, ends = random.Random(11).random(), 0, 0, 0, Counter[str]()
    for number in range(kills):
        if time.monotonic() > until:
            break
        warehouse = Path(shutil.copytree(place / "before", place / "warehouse", symlinks=True))
        with Readers(warehouse, states) as readers:
            run = ingest(warehouse, RAW)
            time.sleep(duration * ((start + number * GOLDEN) % 1))
            run.send_signal(SIGNALS[number % len(SIGNALS)])
            run.communicate()
            hit += run.returncode != 0
            ends["before the commit" if tables(warehouse) == states[0] else "after it"] += 1
            assert tables(warehouse) in states, number
            again = ingest(warehouse, RAW)
            said, _ = again.communicate()
            assert again.returncode == 0, said
        assert tables(warehouse) == states[1], number
        verdict = verify(Warehouse.open(warehouse))
        assert (verdict.problems, verdict.missing) == ([], []), number
        survived, reads = survived + 1, reads + readers.reads
        shutil.rmtree(warehouse)
    print(f"survived: {survived} signals, {hit} of them before the run had ended; the tables were those {dict(ends)}")
    print(f"reads by two readers, each of a whole state: {reads:,}")


def ingest(warehouse: Path, *sources: Path) -> subprocess.Popen[str]:
    command: list[str | Path] = [COMMAND, "ingest", *sources, "-w", warehouse]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def tables(warehouse: Path) -> Tables:
    """What does not name runs, as the plain view shows it, held against what the tables say."""
    view = (warehouse / "current").resolve()
    found = {name: texts(ds.dataset(view / name), name) for name in COLUMNS}
    with duckdb.connect() as connection:
        for name in COLUMNS:
            count = connection.sql(f"SELECT count(*) FROM '{view}/{name}/*.parquet'").fetchall()  # noqa: S608 - ours
            assert count == [(len(found[name]),)], name
    return found


COLUMNS: Final = {
    "posts": ["post_id", "text_sha256", "n_copies", "canonical_copy_id"],
    "copies": ["copy_id", "post_id", "relation"],
    "dumps": ["dump_id", "path", "status"],
}


def texts(data: Any, name: str) -> list[str]:  # noqa: ANN401 - pyarrow ships no types
    return sorted(map(str, data.to_table(columns=COLUMNS[name]).to_pylist()))


def committed(warehouse: Path) -> Tables:
    opened = Warehouse.open(warehouse)
    return {name: sorted(map(str, opened.read(name, columns).to_pylist())) for name, columns in COLUMNS.items()}


def read_on(warehouse: Path, states: list[Tables], done: Event, answers: Any) -> None:  # noqa: ANN401 - as above
    """Reads until told to stop; its answer is the number of reads, or the fault."""
    reads = 0
    try:
        while not done.is_set():
            assert tables(warehouse) in states, "a mixed view"
            assert committed(warehouse) in states, "mixed tables"
            reads += 2
    except Exception as error:  # noqa: BLE001 - any is a fault
        answers.put(repr(error))
    else:
        answers.put(reads)


class Readers:
    """Two processes that read a warehouse while this holds."""

    def __init__(self, warehouse: Path, states: list[Tables]) -> None:
        context = multiprocessing.get_context("spawn")
        self.reads, self._done, self._answers = 0, context.Event(), context.Queue()
        arguments = (warehouse, states, self._done, self._answers)
        self._processes = [context.Process(target=read_on, args=arguments) for _ in range(2)]

    def __enter__(self) -> Readers:
        for process in self._processes:
            process.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._done.set()
        for process in self._processes:
            answer = self._answers.get(timeout=60)
            process.join()
            assert isinstance(answer, int), answer
            self.reads += answer


if __name__ == "__main__":
    main()
