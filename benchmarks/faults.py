"""Faults at the door to files: a process in which the n-th call that changes or reads something fails, or ends it."""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

import pyarrow.parquet as pq
from deltalake import DeltaTable

from flows import durable, landing
from flows.landing import RawStream

# What a run does to files, as far as it goes through Python.
DOOR: Final = (
    (os, "fsync"), (os, "link"), (Path, "rename"), (Path, "replace"), (Path, "unlink"), (Path, "symlink_to"),
    (Path, "mkdir"), (Path, "write_text"), (pq, "write_table"), (durable.Summed, "write"), (durable.Summed, "close"),
    (DeltaTable, "create_write_transaction"), (DeltaTable, "create_checkpoint"), (DeltaTable, "restore"),
    (RawStream, "_pull"),
)  # fmt: skip
KILLED: Final = 9
Listing = dict[str, str]


@dataclass(frozen=True, slots=True)
class Plan:
    """At which call of the door something happens: `fault` is the number of a system error, 0 where the process ends.
    A reading fails with EIO.

    `report` is where the number of all calls is written, and what the disk has of `warehouse`. `only` names one call;
    what is `lasting` fails from then on.
    """

    at: int
    fault: int
    report: Path
    warehouse: Path
    only: str | None = None
    lasting: bool = False


class Door:
    """Counts the calls, and lets one of them fail. Knows what the disk was asked to take."""

    def __init__(self, plan: Plan) -> None:
        self._plan, self._calls = plan, 0
        self._files: set[int] = set()
        self._folders: dict[str, Listing] = {}

    def install(self) -> None:
        """From now on calls go through the door."""
        for owner, name in DOOR:
            if self._plan.only in {None, name}:
                setattr(owner, name, self._guarded(getattr(owner, name)))
        if self._plan.only is not None:
            return
        synced = os.fsync

        def noted(handle: int) -> None:
            synced(handle)
            self._note(handle)

        setattr(os, "fsync", noted)  # noqa: B010 - so that types of the original are not asked for

    def close(self) -> None:
        """Says how many calls there were, and what the disk has."""
        told = {"calls": self._calls, "files": sorted(self._files), "folders": self._folders}
        with self._plan.report.open("w") as file:
            json.dump(told, file)

    def _guarded(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - any call
            self._calls += 1
            if self._calls == self._plan.at or (self._plan.lasting and self._calls > self._plan.at):
                if self._plan.fault:
                    self._fail(original.__name__)
                self.close()
                os._exit(KILLED)
            return original(*arguments, **options)

        return guarded

    def _fail(self, name: str) -> None:
        reading = name == "_pull"
        fault = errno.EIO if reading else self._plan.fault  # a full disk can be read
        with landing._told() if reading else nullcontext():  # noqa: SLF001 - as a disk fails
            raise OSError(fault, os.strerror(fault))

    def _note(self, handle: int) -> None:
        found = os.fstat(handle)
        if stat.S_ISDIR(found.st_mode):
            path = Path(os.readlink(f"/proc/self/fd/{handle}"))  # noqa: PTH115 - of an open folder
            if path.is_relative_to(self._plan.warehouse):
                self._folders[str(path.relative_to(self._plan.warehouse))] = listing(path)
        else:
            self._files.add(found.st_ino)


def listing(folder: Path) -> Listing:
    """What stands in a folder: of each name the kind, and where a link leads."""
    found = {}
    for path in folder.iterdir():
        found[path.name] = f"link {path.readlink()}" if path.is_symlink() else "folder" if path.is_dir() else "file"
    return found


def listings(root: Path) -> dict[str, Listing]:
    """The same for a folder and all that are in it."""
    folders = [root, *(path for path in root.rglob("*") if path.is_dir() and not path.is_symlink())]
    return {str(folder.relative_to(root)): listing(folder) for folder in folders}


def after_power_cut(left: Path, before: Path, report: Path, to: Path, rng: Random) -> None:
    """Makes of what a process `left` what the disk may have of it: all that was synced, of the rest anything.

    A folder that was not synced may show any of its changes or not; a file that was not synced may be whole, cut off,
    empty or zeros. `before` is a copy of how all was before the process began.
    """
    told = json.loads(report.read_text())
    earlier, now = listings(before), listings(left)
    synced, files = earlier | told["folders"], set(told["files"])
    chance = rng.choice([0.0, 0.5, 1.0])

    def copy(folder: str) -> None:
        (to / folder).mkdir(parents=True, exist_ok=True)
        sure, there = synced.get(folder, {}), now.get(folder, {})
        for name in sorted(sure.keys() | there.keys()):
            kind = sure.get(name)
            if kind != there.get(name) and rng.random() < chance:
                kind = there.get(name)
            _make(name, kind, folder)

    def _make(name: str, kind: str | None, folder: str) -> None:
        place = str(Path(folder) / name)
        if kind == "folder":
            copy(place)
        elif kind and kind.startswith("link "):
            (to / place).symlink_to(kind.removeprefix("link "))
        elif kind == "file" and (left / place).is_file():
            data = (left / place).read_bytes()
            known = (left / place).stat().st_ino in files or _same(before / place, data)
            (to / place).write_bytes(data if known else _torn(data, rng))
        elif kind == "file" and (before / place).is_file():
            shutil.copy2(before / place, to / place)

    copy(".")


def _same(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() == data


def _torn(data: bytes, rng: Random) -> bytes:
    return rng.choice([data, data[: len(data) // 2], b"", bytes(len(data))])
