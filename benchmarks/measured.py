"""What a command costs: its time, and the most memory that it and all processes it started held at once."""

from __future__ import annotations

import os
import resource
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# Seconds between two looks at the processes.
PAUSE: Final = 0.1
PROC: Final = Path("/proc")
PAGE: Final = os.sysconf("SC_PAGE_SIZE")
TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock and of all processors, and the peak of memory in bytes; None where it can't be had."""

    seconds: float
    processor: float
    peak: int | None


class CommandError(Exception):
    """A command ended with another status than it should have."""


def run(command: Sequence[str], log: Path, more: Mapping[str, str], accepted: Sequence[int] = (0,)) -> Cost:
    """Runs a command to its end, its output to a file.

    Memory is that of the command and its descendants together, without what they share counted twice where the kernel
    says how much that is (`Pss`), as seen several times a second. Processor time is what the system counts for the
    command and what it waited for, or what was seen of all descendants where that is more: a process that was left
    to itself is in the second only. Raises `CommandError` where the status is none of `accepted`.
    """
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=os.environ | more)
        watch = Watch(process.pid)
        watch.start()
        status = process.wait()
        watch.join()
    if status not in accepted:
        raise CommandError(f"{' '.join(command)} ended with {status}: {_last_words(log)}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(time.monotonic() - began, max(spent, watch.processor), watch.peak or None)


def _last_words(log: Path) -> str:
    return log.read_text("utf-8", "replace").strip()[-400:]


class Watch(threading.Thread):
    """Looks at a process and its descendants until it ends."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.peak = pid, 0
        self._spent: dict[int, float] = {}

    @property
    def processor(self) -> float:
        """Seconds of processors of all processes, as they were last seen."""
        return sum(self._spent.values())

    def run(self) -> None:
        while (PROC / str(self.pid)).exists():
            tree = _tree(self.pid)
            now = sum(map(_memory, tree))
            if not now:  # it has ended and waits to be told
                return
            self.peak = max(self.peak, now)
            self._spent |= tree
            time.sleep(PAUSE)


def _tree(root: int) -> dict[int, float]:
    """A process and all that descend from it, with the seconds of processors that each has had."""
    children: dict[int, list[int]] = defaultdict(list)
    spent: dict[int, float] = {}
    for path in PROC.glob("[0-9]*/stat"):
        try:
            # What stands behind the name: the state, the parent, and from the twelfth on user and system time.
            fields = path.read_text("utf-8", "replace").rpartition(")")[2].split()
            pid, parent = int(path.parent.name), int(fields[1])
            spent[pid] = (int(fields[11]) + int(fields[12])) / TICKS
        except (OSError, IndexError, ValueError):
            continue  # it has just ended
        children[parent].append(pid)
    found, waiting = {}, [root]
    while waiting:
        pid = waiting.pop()
        found[pid] = spent.get(pid, 0.0)
        waiting += children[pid]
    return found


def _memory(pid: int) -> int:
    """The memory of one process in bytes."""
    try:
        for line in (PROC / str(pid) / "smaps_rollup").read_text("utf-8").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        return int((PROC / str(pid) / "statm").read_text("utf-8").split()[1]) * PAGE
    except OSError:
        return 0
