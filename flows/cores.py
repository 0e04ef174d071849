"""Several things at a time, as threads: numpy, Arrow and compiled loops hold no lock while they work."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def on_all_cores(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Works on as many items at a time as there are cores; gives what comes of them in their order.

    Only a few items are begun before what came of the first has been taken, so that memory holds no more than these.

    >>> list(on_all_cores(str, range(3)))
    ['0', '1', '2']
    """
    cores = os.cpu_count() or 1
    with ThreadPoolExecutor(cores) as pool:
        running: deque[Future[Result]] = deque()
        for item in items:
            if len(running) > cores:
                yield running.popleft().result()
            running.append(pool.submit(work, item))
        while running:
            yield running.popleft().result()
