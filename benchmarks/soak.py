"""Hundreds of small runs in one process on one warehouse while another process reads it.

    python -m benchmarks.soak [RUNS [--trace] [--trim]]

Each run takes in one new dump of five invented posts, every third of which was met before. Printed every so often:
processor seconds of a run, open files, memory (resident, what malloc holds and what of it is free, what Python and
Arrow hold), and how many objects Python knows. `--trace` says at the end which lines of Python allocated what has
stayed (it makes runs slower), `--trim` gives free memory back to the system at each line, to show how much of the
growth is nothing but that. The reader compares the posts with the copies of each view; a fault of its ends the soak.
"""

from __future__ import annotations

import ctypes
import gc
import multiprocessing
import os
import random
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.dataset as ds

from flows.pipeline import Request, run
from flows.runners import local

RUNS: Final = 500
# Runs from one printed line to the next.
SHOWN_EVERY: Final = 25
PARTS: Final = [first + second for first in ("ba", "do", "fe", "gi", "ku", "la", "mo") for second in "lmnrst"]
# Seconds that the reader rests after each read, so that it is the runs that are measured.
RESTS: Final = 0.5
MEGA: Final = 1e6


class Malloc(ctypes.Structure):
    """What `mallinfo2` of the GNU C library tells."""

    _fields_ = [(name, ctypes.c_size_t) for name in (
        "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost",
    )]  # fmt: skip


def main() -> None:
    """Prints a line for each stretch of runs, and the reads."""
    options = {name for name in sys.argv[1:] if name.startswith("--")}
    runs = next((int(name) for name in sys.argv[1:] if name not in options), RUNS)
    if "--trace" in options:
        tracemalloc.start(8)
    with tempfile.TemporaryDirectory(prefix="winnow-soak-") as folder:
        soak(Path(folder), runs, trim="--trim" in options)


def soak(place: Path, runs: int, *, trim: bool) -> None:
    context = multiprocessing.get_context("spawn")
    done, answers = context.Event(), context.Queue()
    (place / "raw").mkdir()
    reader = context.Process(target=read_on, args=(place / "warehouse", done, answers))
    reader.start()
    took: list[float] = []
    print("run  cpu s  files  RSS MB  malloc used  malloc free  mapped  arrow  objects  tables MB")
    before = None
    for number in range(runs):
        (place / f"raw/{number:04d}.txt").write_text(dump(number), encoding="utf-8")
        started = time.process_time()
        summary = run(Request((str(place / "raw"),), place / "warehouse"), local(lambda _batch, _staged: None))
        took.append(time.process_time() - started)
        assert (summary.run_id is None, summary.untidy) == (False, None), summary
        if number % SHOWN_EVERY == SHOWN_EVERY - 1 or number == runs - 1:
            show(number + 1, took, place / "warehouse", trim=trim)
            took = []
            assert reader.is_alive(), answers.get(timeout=10)
        if tracemalloc.is_tracing() and number == SHOWN_EVERY:
            before = tracemalloc.take_snapshot()
    done.set()
    print("reads by one reader, each of a whole state:", answers.get(timeout=60))
    reader.join()
    if before:
        gc.collect()
        for line in tracemalloc.take_snapshot().compare_to(before, "traceback")[:12]:
            print(line.size_diff, line.count_diff, *line.traceback.format(4), sep="\n")


def show(number: int, took: list[float], warehouse: Path, *, trim: bool) -> None:
    library = ctypes.CDLL(None)
    if trim:
        gc.collect()
        library.malloc_trim(0)
    library.mallinfo2.restype = Malloc
    told = library.mallinfo2()
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    size = sum(path.stat().st_size for path in (warehouse / "tables").rglob("*") if path.is_file())
    figures = [resident, told.uordblks, told.fordblks, told.hblkhd, pa.total_allocated_bytes()]
    print(
        f"{number:4d} {statistics.median(took):5.2f} {sum(1 for _ in Path('/proc/self/fd').iterdir()):5d}",
        *(f"{figure / MEGA:8.1f}" for figure in figures),
        len(gc.get_objects()),
        f"{size / MEGA:.1f}",
        flush=True,
    )


def dump(number: int) -> str:
    """Five posts; of every third the text is that of a post of a dump before it."""
    return "\n\n".join(post(5 * number + which) for which in range(5)) + "\n"


def post(number: int) -> str:
    rng = random.Random(number if number % 3 or number < 15 else number - 15)
    title = " ".join(word(rng).capitalize() for _ in range(5))
    day = f"{rng.randint(1, 28)} March {rng.randint(1990, 2020)}"
    return "\n\n".join([title, f"Posted on {day}", *(" ".join(sentences(rng)) for _ in range(3))])


def sentences(rng: random.Random) -> Iterator[str]:
    for _ in range(4):
        yield " ".join(word(rng) for _ in range(rng.randint(6, 14))).capitalize() + "."


def word(rng: random.Random) -> str:
    return "".join(rng.choice(PARTS) for _ in range(rng.randint(1, 3)))


def read_on(warehouse: Path, done: Event, answers: Any) -> None:  # noqa: ANN401 - a queue of any context
    """Reads until told to stop: in each view the copies are those that the posts count."""
    reads = 0
    try:
        while not done.is_set():
            if (warehouse / "current").exists():
                view = (warehouse / "current").resolve()
                counted = sum(ds.dataset(view / "posts").to_table(["n_copies"])["n_copies"].to_pylist())
                assert counted == ds.dataset(view / "copies").count_rows(), view
                reads += 1
            time.sleep(RESTS)
    except Exception as error:  # noqa: BLE001 - any is a fault
        answers.put(repr(error))
    else:
        answers.put(reads)


if __name__ == "__main__":
    main()
