"""One writer at a time: a lock that the operating system frees when its holder dies."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from transforms.errors import BusyError, WarehouseError, way_out


@contextmanager
def only_writer(warehouse: Path, command: str) -> Iterator[None]:
    """Holds the warehouse for writing. Raises `BusyError` naming the holder where another run has it."""
    lock = FileLock(warehouse / ".lock")
    holder = warehouse / ".lock-holder.json"
    try:
        lock.acquire(timeout=0)
    except Timeout:
        said = f"the warehouse {warehouse} is held by another run{_named(holder)}; try again when it has ended"
        raise BusyError(said) from None
    except OSError as error:
        raise _unwritable(warehouse, error) from error
    try:
        _leave_note(holder, command)
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _leave_note(holder: Path, command: str) -> None:
    try:
        holder.write_text(json.dumps({"command": command, "process": os.getpid(), "host": socket.gethostname()}))
    except OSError as error:
        raise _unwritable(holder.parent, error) from error


def _unwritable(warehouse: Path, error: OSError) -> WarehouseError:
    return WarehouseError(f"can't write in the warehouse {warehouse}: {error.strerror or error}; {way_out(error)}")


def _named(holder: Path) -> str:
    try:
        said = json.loads(holder.read_text())
        return f" ({said['command']}, process {said['process']} on {said['host']})"
    except (OSError, ValueError, KeyError, TypeError):  # it has just ended, or just begun
        return ""
