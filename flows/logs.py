"""The log of a table as files: which entries were not written to their end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from flows import durable
from flows.upkeep import LOG, Log
from transforms.errors import WarehouseError
from transforms.tables import SCHEMAS

# Names the newest checkpoint; it may be missing, since the folder tells too.
HINT: Final = "_last_checkpoint"
MENDED: Final = "`winnow verify` says what else is, `winnow verify --repair` mends what can be"


def sync(tables: Path, before: Mapping[str, int]) -> None:
    """Waits until the disk has all entries after the versions that have counted `before`, but for those of `runs`.

    The files that they name it has already (`flows.table_files`). Raises `OSError`.
    """
    for name in SCHEMAS:
        log = Log.of(tables / name)
        new = [path for version, path in log.entries.items() if version > before.get(name, -1)]
        if new and name != "runs":
            durable.sync([*new, tables / name / LOG, tables / name])
    if not before:
        durable.sync([tables, tables.parent])


def sync_newest(table: Path) -> None:
    """Waits until the disk has the newest entry of a log. Raises `OSError`."""
    entries = Log.of(table).entries
    durable.sync([*(entries[version] for version in sorted(entries)[-2:]), table / LOG, table])


def sync_checkpoints(table: Path) -> None:
    """Waits until the disk has the checkpoints of a log: what they stand for is removed then. Raises `OSError`."""
    folder = table / LOG
    durable.sync([*(path for path in folder.iterdir() if "checkpoint" in path.name), folder])


def remove_torn_of_runs(tables: Path, shown: str | None, runs_at: Callable[[int], Sequence[str]]) -> None:
    """Removes what a power cut left of the last entry of `runs`; `runs_at` gives the ids of a version.

    What counts was synced before it counted. So the row of the run whose view is `shown` can't be among them: a log
    that is damaged there is refused. Raises `WarehouseError`.
    """
    log = Log.of(tables / "runs")
    remove_torn_checkpoints(log)
    gone = torn(log, max(log.checkpoints, default=-1))
    last = version_of(gone[0]) - 1 if gone else -1
    if gone and shown is not None and (last < 0 or shown not in runs_at(last)):
        raise WarehouseError(f"{gone[0]} is damaged, where run {shown} should stand; {MENDED}")
    _unlink(gone)


def remove_torn(tables: Path, committed: Mapping[str, int]) -> None:
    """Removes what a power cut left of entries in the other logs after the versions that count."""
    for name in SCHEMAS:
        if name != "runs":
            log = Log.of(tables / name)
            remove_torn_checkpoints(log)
            _unlink(torn(log, committed.get(name, -1)))


def torn(log: Log, after: int) -> list[Path]:
    """Entries after a version, from the first on that is missing or was not written to its end.

    The disk may lose what it has not been asked to take: an entry is empty then, or cut off, or not there.
    """
    versions = sorted(version for version in log.entries if version > after)
    for place, version in enumerate(versions):
        if version != after + 1 + place or not whole(log.entries[version]):
            return [log.entries[later] for later in versions[place:]]
    return []


def newest_whole(log: Log) -> int | None:
    """The newest version before any entry that was not written to its end; None where all are whole."""
    lost = torn(log, max(log.checkpoints, default=-1))
    return version_of(lost[0]) - 1 if lost and version_of(lost[0]) else None


def broken(log: Log, last: int) -> Iterator[tuple[Path, str]]:
    """What keeps a table from being read as of the version `last`, with what is wrong with it."""
    first = max((version for version in log.checkpoints if version <= last), default=-1)
    folder = next(iter([*log.entries.values(), *log.checkpoints.values()]), Path()).parent
    for version in range(first + 1, last + 1):
        path = log.entries.get(version, folder / f"{version:020}.json")
        if version not in log.entries:
            yield path, "is gone"
        elif not whole(path):
            yield path, "is damaged"


def whole(entry: Path) -> bool:
    """Whether an entry of a log is there to its end: lines of JSON, each an action."""
    try:
        lines = entry.read_text(encoding="utf-8").splitlines()
        return bool(lines) and all(isinstance(json.loads(line), dict) for line in lines)
    except (OSError, ValueError):
        return False


def remove_torn_checkpoints(log: Log) -> None:
    """Removes checkpoints that can't be read as long as all entries are there that they stand for."""
    for version, path in log.checkpoints.items():
        hint = path.with_name(HINT)
        if not _readable(path) and all(entry in log.entries for entry in range(version + 1)):
            hint.unlink(missing_ok=True)
            path.unlink()
        elif hint.exists() and not whole(hint):
            hint.unlink()


def version_of(entry: Path) -> int:
    """The version that an entry makes."""
    return int(entry.name.split(".")[0])


def _unlink(paths: Sequence[Path]) -> None:
    for path in reversed(paths):
        path.unlink()


def _readable(checkpoint: Path) -> bool:
    try:
        pq.read_metadata(checkpoint)
    except (pa.ArrowException, OSError):
        return False
    return True
