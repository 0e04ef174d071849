"""Runs that die, or meet failing disks, while others read; what is left is held against an undisturbed run.

    python -m benchmarks.torture [TRIALS [SECONDS [WAY ...]]]

Each trial hits a run that adds dumps to a warehouse, in one of these ways, in turn, or in those that are named:

- `signals`: a signal (SIGKILL, SIGTERM, SIGINT) at a moment that fills its duration evenly;
- `ends`: the process ends at one of its calls that change or read files (`benchmarks.faults.DOOR`), each call in turn;
- `cuts`: the same, and then the power is cut: what was not synced is lost, or half there, by chance;
- `refusals`: one of these calls fails with ENOSPC or EIO;
- `misreadings`: a read of a raw file fails in its middle;
- `full-disks`: the disk is full: a `tmpfs` with less and less room (where one can be mounted).

Then readers of the plain view must see the tables before the run or those after it, the next run must make those after
it, and `winnow verify` must find nothing. Readers read the plain view and the Delta tables all the while. It ends with
an error at the first fault.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from benchmarks.trials import FRESH, WAYS, torture

TRIALS: Final = 240
SECONDS: Final = 900.0


def main() -> None:
    """Prints how many trials of each kind were survived, and how many reads saw a whole state."""
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else TRIALS
    until = time.monotonic() + (float(sys.argv[2]) if len(sys.argv) > 2 else SECONDS)
    if strange := [name for name in sys.argv[3:] if name not in WAYS]:
        sys.exit(f"{', '.join(strange)} is none of {', '.join(WAYS)}")
    FRESH.set_forkserver_preload(["benchmarks.trials"])
    with tempfile.TemporaryDirectory(prefix="winnow-torture-") as folder:
        torture(Path(folder), trials, until, sys.argv[3:])


if __name__ == "__main__":
    main()
