"""What keeps a warehouse from wearing out: few files in a table, a short log, no bytes that no kept run needs.

The log of a table says for each version which files were added; a checkpoint says the same of all versions up to it.
What lies before the last checkpoint that no kept run goes behind is cleaned up: its entries, and the files that only
it names. All of this happens while the run holds the warehouse; readers go on, since they read kept versions, or a
view, whose links outlive the files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from transforms.tables import COMPLETED

# A table with so many small files gets one in their place. A file costs a reader one or two milliseconds and a run
# several; folding after each run would write all small files each time.
SMALL_FILES: Final = 16
# Bytes below which a file is small: each is written at most once in so many runs, one megabyte a run of a table.
SMALL_BYTES: Final = 16_000_000
# Versions after which a checkpoint spares readers the entries before it.
CHECKPOINT_EVERY: Final = 20
# Seconds for which runs are kept that can be read with `--at`.
KEPT: Final = 30 * 86_400.0
# So many runs are kept however old they are: as many as there are views (`flows.view.VIEWS_KEPT`).
KEPT_ALWAYS: Final = 5
LOG: Final = "_delta_log"
ENTRY: Final = re.compile(r"(\d{20})\.(json|checkpoint\.parquet)")


@dataclass(frozen=True, slots=True)
class Log:
    """The entries and checkpoints of a table's log, by version."""

    entries: Mapping[int, Path]
    checkpoints: Mapping[int, Path]

    @classmethod
    def of(cls, table: Path) -> Log:
        """Lists the log of the table in a folder."""
        found: dict[str, dict[int, Path]] = {"json": {}, "checkpoint.parquet": {}}
        for path in (table / LOG).iterdir() if (table / LOG).is_dir() else ():
            if named := ENTRY.fullmatch(path.name):
                found[named[2]][int(named[1])] = path
        return cls(found["json"], found["checkpoint.parquet"])

    def wants_checkpoint(self) -> bool:
        """Whether readers would have to read many entries."""
        return max(self.entries, default=0) - max(self.checkpoints, default=0) >= CHECKPOINT_EVERY

    def bound(self, oldest: int) -> int | None:
        """The checkpoint from which all versions from `oldest` on can be told; None where nothing lies before it."""
        bound = max((version for version in self.checkpoints if version <= oldest), default=0)
        return bound if min([*self.entries, *self.checkpoints], default=bound) < bound else None


def small_ones(files: Sequence[Path]) -> list[Path]:
    """The small files of a table where they are so many that one is to take their place, else none."""
    small = [path for path in files if path.stat().st_size < SMALL_BYTES]
    return small if len(small) >= SMALL_FILES else []


def oldest_kept(runs: Sequence[Mapping[str, Any]], since: datetime) -> dict[str, int]:
    """The oldest version of each table that a kept run names; `runs` are all rows of that table, oldest first.

    Kept is every run that has ended since a moment, and the last that committed something however old they are. The
    row of a run is one version of `runs`, counted from the newest.
    """
    last = [number for number, run in enumerate(runs) if committed(run)][-KEPT_ALWAYS:]
    first = min(last, default=0)
    kept = [run for number, run in enumerate(runs) if number >= first or run["finished"] >= since]
    named = [json.loads(run["versions"]) for run in kept]
    # A run before the first commit names none: it saw tables without rows, which no version is needed for.
    named = [versions for versions in named if versions]
    names = {name for versions in named for name in versions}
    return {name: min(versions.get(name, 0) for versions in named) for name in names} | {"runs": -len(kept)}


def committed(run: Mapping[str, Any]) -> bool:
    """Whether a row of `runs` is that of a run that committed something; rows of an older winnow say nothing else."""
    return run["status"] in {None, COMPLETED}


def clean(table: Path, log: Log, bound: int, live: frozenset[str]) -> int:
    """Removes what only versions before `bound` need; `live` are the names of the files of that version.

    Gives the number of files of rows. They go before the entries of the log, oldest first, so that a run that dies
    in between leaves a log from which the next one goes on.
    """
    needed = live.union(*(_added(path) for version, path in log.entries.items() if version > bound))
    gone = [path for path in table.iterdir() if path.suffix == ".parquet" and path.name not in needed]
    for path in gone:
        path.unlink()
    for version, path in sorted([*log.entries.items(), *log.checkpoints.items()]):
        if version < bound:
            path.unlink()
    return len(gone)


def _added(entry: Path) -> Iterator[str]:
    """The names of the files that an entry of the log adds; ours hold nothing that an address would escape."""
    with entry.open(encoding="utf-8") as lines:
        for line in lines:
            if '"add"' in line and "add" in (action := json.loads(line)):
                yield action["add"]["path"].rsplit("/", 1)[-1]
