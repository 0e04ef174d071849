"""The plain view: `current/NAME/*.parquet`, hard links to the live files of each table, swapped by one rename."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from flows import durable
from transforms.errors import WarehouseError
from transforms.tables import SCHEMAS

# A reader that resolved `current` before a commit goes on reading the view it began with.
VIEWS_KEPT: Final = 5
WITHOUT_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EXDEV, errno.EMLINK, errno.ENOSYS})


def publish(warehouse: Path, run_id: str, files: Mapping[str, Sequence[Path]]) -> None:
    """Makes the view of `run_id` and lets `current` point to it; `files` are the live files of each table."""
    views = warehouse / ".views"
    made = views / f".{run_id}.tmp"
    shutil.rmtree(made, ignore_errors=True)
    for name, paths in files.items():
        (made / name).mkdir(parents=True)
        for path in paths:
            _link(path, made / name / path.name)
    view = views / run_id
    shutil.rmtree(view, ignore_errors=True)
    durable.sync([*(made / name for name in files), made])
    made.rename(view)
    durable.sync([views])
    _insist_on_link(warehouse / "current")
    link = warehouse / ".current.tmp"
    link.unlink(missing_ok=True)
    link.symlink_to(Path(".views") / run_id, target_is_directory=True)
    link.replace(warehouse / "current")
    durable.sync([warehouse])
    _forget_old(views, run_id)


def renew(warehouse: Path, name: str, paths: Sequence[Path]) -> None:
    """Brings one table of the current view up to its live files: each new one is there at once and whole."""
    place = (warehouse / "current").resolve() / name
    live = {path.name: path for path in paths}
    there = {path.name for path in place.iterdir()}
    for path in sorted(live.keys() - there):
        _link(live[path], place / path)
    durable.sync([place])
    for path in sorted(there - live.keys()):
        (place / path).unlink()


def without_rows(warehouse: Path, name: str) -> Path:
    """A file that gives a table without rows its columns, so that any reader can open it."""
    path = warehouse / ".empty" / f"{name}.parquet"
    path.parent.mkdir(exist_ok=True)
    pq.write_table(SCHEMAS[name].empty_table(), path.with_suffix(".new"))
    durable.sync([path.with_suffix(".new")])
    return path.with_suffix(".new").replace(path)


def forget_others(warehouse: Path) -> None:
    """Removes every view but the current one."""
    shown = published(warehouse)
    for path in (warehouse / ".views").iterdir() if (warehouse / ".views").is_dir() else ():
        if path.name != shown:
            shutil.rmtree(path)


def published(warehouse: Path) -> str | None:
    """The run whose view is current, or None where there is none yet."""
    current = warehouse / "current"
    _insist_on_link(current)
    return current.readlink().name if current.is_symlink() and current.exists() else None


def _insist_on_link(current: Path) -> None:
    if current.exists() and not current.is_symlink():
        said = f"{current} is a folder, not the link that winnow makes (a copy of a warehouse does this)"
        raise WarehouseError(
            f"{said}; remove it, the tables are in {current.parent / 'tables'}, and run `winnow ingest`"
        )


def _link(path: Path, to: Path) -> None:
    """A second name for a file; a copy where the file system knows no such thing."""
    try:
        os.link(path, to)
    except OSError as error:
        if error.errno not in WITHOUT_LINKS:
            raise
        shutil.copy2(path, to)
        durable.sync([to])


def _forget_old(views: Path, run_id: str) -> None:
    """Run ids sort by time, so the newest names come last."""
    old = sorted(path.name for path in views.iterdir() if path.name != run_id)
    for name in old[: max(0, len(old) - VIEWS_KEPT + 1)]:
        shutil.rmtree(views / name, ignore_errors=True)
