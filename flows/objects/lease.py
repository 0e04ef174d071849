"""One writer at a time in an object store: an object that says who holds the warehouse, and until when.

It is written only where there is none, or in place of one that has run out; the holder renews it while it works. The
log of each table takes an entry only once besides, so that even a holder that slept through its time can't spoil
what the next one commits.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from flows.lock import POLLED_EVERY, Patience
from flows.objects import store
from transforms.errors import BusyError, StorageError

LOCK: Final = ".lock.json"
# Seconds for which a holder is believed without a word: longer than clocks differ, and than a store is away.
HELD_FOR: Final = 600.0
# It renews so often that a store which is away for a while does no harm.
RENEWED: Final = 60.0
# Seconds between two looks at an object that somebody else holds.
LOOKED: Final = max(1.0, POLLED_EVERY)


class Lease:
    """A warehouse that this process holds."""

    def __init__(self, address: str, tag: str, note: dict[str, Any]) -> None:
        self._address, self._tag, self._note = address, tag, note
        self._over = threading.Event()
        self._lost: str | None = None
        self._until = time.time() + HELD_FOR

    def insist(self) -> None:
        """Raises `StorageError` where somebody else may hold the warehouse by now."""
        if self._lost:
            raise StorageError(f"the lock {self._address} was lost ({self._lost}); nothing was committed, run again")

    def renew_until_over(self) -> None:
        """Says again and again that the holder is alive."""
        while not self._over.wait(RENEWED):
            self.renew()

    def renew(self) -> None:
        """Says that the holder is alive. A store that is away for a while is asked again later."""
        try:
            self._tag = store.write(self._address, _said(self._note), instead_of=self._tag)
            self._until = time.time() + HELD_FOR
        except FileExistsError:
            # Where only an answer was lost it is still ours.
            now = _holder(self._address)
            if now is None or now.get("id") != self._note["id"]:
                self._lost = "another run took it"
                self._over.set()
            else:
                self._tag = now["tag"]
        except OSError:
            if time.time() > self._until:
                self._lost = "the store was away for too long"

    def end(self) -> None:
        """Lets go."""
        self._over.set()
        if not self._lost:
            with suppress(OSError):
                if store.looked_at(self._address).tag == self._tag:
                    store.remove(self._address, [store.parts(self._address)[1]])


@contextmanager
def held(warehouse: str, command: str, patience: Patience, root: Path) -> Iterator[Lease]:
    """Holds the warehouse at an address for writing, if need be after another run has ended; `root` is its mirror.

    The mirror is held already, so that a holder with the same one on the same machine is dead.

    Raises `BusyError` naming the holder where another run still has it when the patience is at its end.
    """
    address = f"{warehouse}/{LOCK}"
    place = {"host": socket.gethostname(), "mirror": str(root.absolute())}
    note = {"command": command, "process": os.getpid(), **place, "id": uuid4().hex}
    lease = Lease(address, _taken(address, note, warehouse, patience), note)
    thread = threading.Thread(target=lease.renew_until_over, daemon=True)
    thread.start()
    try:
        yield lease
    finally:
        lease.end()


def _taken(address: str, note: dict[str, Any], warehouse: str, patience: Patience) -> str:
    """The tag of the lock that is ours now."""
    ends = time.monotonic() + patience.seconds
    told = False
    while True:
        holder = None
        with suppress(FileExistsError):
            holder = _holder(address)
            if holder is None:
                return store.write(address, _said(note), new=True)
            if holder.get("id") == note["id"]:
                return str(holder["tag"])
            dead = all(holder.get(name) == note[name] for name in ("host", "mirror"))
            if dead or holder["until"] < time.time():
                return store.write(address, _said(note), instead_of=holder["tag"])
        busy = f"the warehouse {warehouse} is held by another run{_named(holder)}"
        if time.monotonic() >= ends:
            waited = f" after {patience.seconds:,.0f} seconds of waiting" if patience.seconds else ""
            raise BusyError(f"{busy}{waited}; try again when it has ended, or give --wait")
        if not told:
            patience.tell(f"{busy}; waiting for it to end, {patience.seconds:,.0f} seconds at most")
            told = True
        time.sleep(LOOKED)


def _holder(address: str) -> dict[str, Any] | None:
    """What the lock says, with its tag; None where there is none. One that says nothing has run out."""
    try:
        tag = store.looked_at(address).tag
        said = json.loads(store.read(address, tag=tag))
        return {"tag": tag, **said, "until": float(said["until"])}
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        return {"tag": tag, "until": 0.0}


def _said(note: dict[str, Any]) -> bytes:
    return json.dumps({**note, "until": time.time() + HELD_FOR}).encode()


def _named(holder: dict[str, Any] | None) -> str:
    if not holder or "command" not in holder:
        return ""
    left = max(0.0, holder["until"] - time.time())
    said = f"{holder['command']}, process {holder['process']} on {holder['host']}"
    return f" ({said}; if that has died, it can be had in {left:,.0f} seconds)"
