"""One writer at a time: a lock that the operating system frees when its holder dies."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from transforms.errors import BusyError, StorageError, WarehouseError, may_pass, way_out

# Seconds between two tries at a lock that another run holds.
POLLED_EVERY: Final = 0.25


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a run waits for a warehouse that another one holds, in seconds, and who is told that it waits."""

    seconds: float = 0.0
    tell: Callable[[str], object] = lambda _said: None


NONE: Final = Patience()


@contextmanager
def only_writer(warehouse: Path, command: str, patience: Patience = NONE) -> Iterator[None]:
    """Holds the warehouse for writing, if need be after another run has ended.

    Raises `BusyError` naming the holder where another run still has it when the patience is at its end.
    """
    lock = FileLock(warehouse / ".lock")
    holder = warehouse / ".lock-holder.json"
    try:
        _acquire(lock, f"the warehouse {warehouse} is held by another run", holder, patience)
    except OSError as error:
        raise _unwritable(warehouse, error) from error
    try:
        _leave_note(holder, command)
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _acquire(lock: FileLock, held: str, holder: Path, patience: Patience) -> None:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if not patience.seconds:
            raise BusyError(f"{held}{_named(holder)}; try again when it has ended, or give --wait") from None
    else:
        return
    patience.tell(f"{held}{_named(holder)}; waiting for it to end, {patience.seconds:,.0f} seconds at most")
    try:
        lock.acquire(timeout=patience.seconds, poll_interval=POLLED_EVERY)
    except Timeout:
        waited = f"after {patience.seconds:,.0f} seconds of waiting"
        raise BusyError(f"{held}{_named(holder)} {waited}; try again when it has ended, or wait longer") from None


def _leave_note(holder: Path, command: str) -> None:
    try:
        holder.write_text(json.dumps({"command": command, "process": os.getpid(), "host": socket.gethostname()}))
    except OSError as error:
        raise _unwritable(holder.parent, error) from error


def _unwritable(warehouse: Path, error: OSError) -> WarehouseError:
    kind = StorageError if may_pass(error) else WarehouseError
    return kind(f"can't write in the warehouse {warehouse}: {error.strerror or error}; {way_out(error)}")


def _named(holder: Path) -> str:
    try:
        said = json.loads(holder.read_text())
        return f" ({said['command']}, process {said['process']} on {said['host']})"
    except (OSError, ValueError, KeyError, TypeError):  # it has just ended, or just begun
        return ""
