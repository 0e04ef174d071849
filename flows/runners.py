"""What `each` can be when no Prefect is at hand: this process, or a pool of processes."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import Final

from flows import worker
from flows.batches import Batch
from flows.memory import give_back
from flows.pipeline import Each, Work
from flows.staging import Staged
from transforms.errors import PassingError, WinnowError

# Seconds before each further try at a batch that met a failure which may pass.
DELAYS: Final = (0.2, 1.0, 4.0)
# Starting a process costs about a second; less than this is read sooner without.
WORTH_A_PROCESS: Final = 8_000_000
WORKER_DIED: Final = "a worker process died (out of memory, or killed); nothing was committed, run again"


# Hears of each batch that is done.
Heard = Callable[[Batch, Staged], None]


def local(progress: Heard, pool: ProcessPoolExecutor | None = None) -> Each:
    """The usual runner: processes where there is enough to do, else this one. `progress` hears of each batch.

    `pool` has processes that stand ready (`flows.ready`); else they are started when they are needed.
    """

    def each(work: Work, batches: Sequence[Batch]) -> Iterable[Staged]:
        workers = min(len(batches), os.cpu_count() or 1)
        small = sum(batch.bytes for batch in batches) < WORTH_A_PROCESS
        if workers == 1 or small:
            done = _here(work, batches)
        elif pool:
            done = _in_processes(work, batches, pool)
        else:
            done = _in_fresh_processes(work, batches, workers)
        for batch, staged in done:
            progress(batch, staged)
            yield staged

    return each


def patiently(work: Callable[..., Staged], batch: Batch) -> Staged:
    """Does the work, trying again with growing delays where a failure may pass."""
    for delay in DELAYS:
        try:
            return work(batch, last_try=False)
        except PassingError:
            time.sleep(delay)
    return work(batch, last_try=True)


def _let_go_after(work: Callable[..., Staged], batch: Batch) -> Staged:
    """Does the work, and gives back memory, since processes that stand ready wait for long while others need it."""
    staged = patiently(work, batch)
    give_back()
    return staged


def _here(work: Work, batches: Sequence[Batch]) -> Iterator[tuple[Batch, Staged]]:
    for batch in batches:
        yield batch, patiently(work, batch)


def _in_fresh_processes(work: Work, batches: Sequence[Batch], workers: int) -> Iterator[tuple[Batch, Staged]]:
    # A fresh interpreter each: a copy of this one would inherit locks held by threads of the libraries.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=worker.begin) as pool:
        yield from _in_processes(work, batches, pool)


def _in_processes(work: Work, batches: Sequence[Batch], pool: ProcessPoolExecutor) -> Iterator[tuple[Batch, Staged]]:
    try:
        running = {pool.submit(partial(_let_go_after, work), batch): batch for batch in batches}
        for future in as_completed(running):
            yield running[future], future.result()
    except BrokenProcessPool as error:
        raise WinnowError(WORKER_DIED) from error
    except BaseException:
        # Whoever is at work ends before the folder goes in which it writes.
        pool.shutdown(cancel_futures=True)
        raise
