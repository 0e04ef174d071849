"""Processes that stand ready before a run begins: copies of this one, with all that reading needs loaded already.

A fresh interpreter imports for most of a second, and loads machine code and tables for half of one, each for itself;
a copy (a fork) has them at once and shares their memory. A copy has only the thread that made it, and whatever another
thread held at that moment stays held in it for good. So copies are made first of all, before the libraries that start
threads (Delta Lake, Arrow, the progress bar) have done anything, and before the warehouse is held, since a lock on a
file would be held by the copies too. Where that can't be, processes are started afresh when they are needed.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from flows import landing, worker
from flows.pipeline import LEAST_BATCH_BYTES, Each
from flows.runners import WORTH_A_PROCESS, Heard, local
from transforms.describe import describe_all
from transforms.quality import quality_of_texts
from transforms.records import Piece
from transforms.repair import repairs_in
from transforms.sign import sign

# Only there do copies of a process with these libraries work: on macOS the system's own break in them.
COPIES_WORK: Final = sys.platform == "linux"
# What a first post needs: a date whose order hangs on the language, and accents.
SAMPLE: Final = "Il a plu toute la nuit et nous sommes restés à la maison, en lisant de vieux journaux. " * 4


@contextmanager
def standing(sources: Sequence[str], warehouse: Path) -> Iterator[Callable[[Heard], Each]]:
    """The usual runner, with processes that stand ready where so much has arrived that they will be needed.

    That is only guessed at: where they are not used nothing is lost but the time to make them, and where there are
    none the runner starts its own.
    """
    processes = wanted(sources, warehouse)
    if processes < 2 or not _can_copy():
        yield local
        return
    load()
    with _copies(processes) as pool:
        yield partial(local, pool=pool)


def load() -> None:
    """Loads the machine code and the tables that nearly every dump needs, by taking a post through the stages."""
    piece = Piece(0, len(SAMPLE), SAMPLE, title="Pluie", published_text="03/04/2015")
    (post,) = describe_all([piece])
    sign([post.title], [post.body])
    repairs_in([post.body])
    quality_of_texts([post.body])


def wanted(sources: Sequence[str], warehouse: Path) -> int:
    """How many processes there will be work for, as far as a short look tells."""
    cores = os.cpu_count() or 1
    size = landing.arrived(sources, _last_written(warehouse), cores * WORTH_A_PROCESS)
    return min(cores, size // LEAST_BATCH_BYTES) if size >= WORTH_A_PROCESS else 0


def _last_written(warehouse: Path) -> int:
    """When the last run committed, in nanoseconds; 0 where none did, or where that is not known."""
    try:
        return (warehouse / "tables" / "runs" / "_delta_log").stat().st_mtime_ns
    except OSError:
        return 0


def _can_copy() -> bool:
    return COPIES_WORK and threading.active_count() == 1


@contextmanager
def _copies(number: int) -> Iterator[ProcessPoolExecutor]:
    # Until a copy has made up its mind how Ctrl-C ends it, it waits.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        pool = ProcessPoolExecutor(number, multiprocessing.get_context("fork"), worker.begin)
        with warnings.catch_warnings():
            # Python 3.12 and later warn of any thread: numpy and Arrow have some that hold nothing and can be copied.
            warnings.simplefilter("ignore", DeprecationWarning)
            pool.submit(int)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
