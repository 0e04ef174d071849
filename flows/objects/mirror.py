"""A warehouse in an object store, and the folder of this machine in which it is worked on.

Tables in the store are Delta tables like any other. A run brings the folder up to what is in the store, works on it
as on any warehouse, and puts there what is new: the rows first, then the entries of the logs, each only if there is
none of its number yet, that of `runs` last. So a run that dies on the way leaves tables that are ahead of `runs`, which
the next one puts back, as on a disk. Files never change once they are written, so each crosses the net once a machine.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from flows.failures import told
from flows.lock import Patience, only_writer
from flows.objects import lease, store
from flows.upkeep import LOG
from transforms.errors import BusyError, StorageError

# In each mirror: which warehouse it is of, and which tag each of its files has there.
STATE: Final = ".mirror.json"
# Where mirrors lie: as this variable says, else in the user's cache.
VARIABLE: Final = "WINNOW_MIRRORS"
TABLES: Final = "tables"
STAGING: Final = ".staging"
# Small files beside the tables (`flows.warehouse.PURGE`).
NOTES: Final = (".purge",)
# Objects on their way at once.
THREADS: Final = 8
# What names a table's newest checkpoint; of all files this alone is written anew.
LAST_CHECKPOINT: Final = "_last_checkpoint"


def root_of(warehouse: str) -> Path:
    """The folder in which a warehouse is worked on: its own, or where it has an address a mirror, made if need be."""
    if not store.is_address(warehouse):
        return Path(warehouse)
    bucket, key = store.parts(warehouse)
    address = f"{store.SCHEME}{bucket}/{key}".rstrip("/")
    known = f"{os.environ.get('AWS_ENDPOINT_URL', '')} {address}"
    name = re.sub(r"[^A-Za-z0-9.-]+", "_", f"{bucket}/{key}").strip("_")
    root = _mirrors() / f"{name[:80]}-{hashlib.sha256(known.encode()).hexdigest()[:12]}"
    if not (root / STATE).exists():
        root.mkdir(parents=True, exist_ok=True)
        _keep(root, address, {})
    return root


def address_of(root: Path) -> str | None:
    """The address of the warehouse that a folder mirrors, None where it is none."""
    try:
        return str(_state(root)["address"])
    except (FileNotFoundError, NotADirectoryError, PermissionError):  # who opens the folder says what is wrong with it
        return None


def place_of(root: Path) -> str:
    """How a warehouse is called: its address, or its folder."""
    return address_of(root) or str(root)


def nothing() -> None:
    """What is to be put elsewhere of a warehouse that lies in a folder."""


@contextmanager
def writing(root: Path, command: str, patience: Patience) -> Iterator[Callable[[], None]]:
    """Holds the warehouse of a mirror, brought up to date; gives what puts there what is new. Nothing for folders."""
    address = address_of(root)
    if address is None:
        yield nothing
        return
    with ExitStack() as held:
        with told(address, "opening the warehouse"):
            ours = held.enter_context(lease.held(address, command, patience, root))
            pull(root)
            _sweep(address)
        try:
            yield lambda: _push(root, address, ours)
        finally:
            with suppress(OSError):  # the next run sweeps
                _sweep(address)


def refresh(root: Path) -> None:
    """Brings the mirror of a warehouse up to date for reading, but where a run on this machine is at it."""
    if address_of(root) is not None:
        with suppress(BusyError), only_writer(root, "reading what is new"):
            pull(root)


def note(root: Path, name: str) -> None:
    """Puts a small file beside the tables where the store has it too, or takes it away there if it is gone here."""
    address = address_of(root)
    if address is not None and (root / name).exists():
        store.write(f"{address}/{name}", (root / name).read_text(encoding="ascii").encode())
    elif address is not None:
        store.remove(address, [store.parts(f"{address}/{name}")[1]])


def send_all(folder: Path, prefix: str) -> None:
    """Puts the files of a folder below an address."""
    names = [path.name for path in folder.iterdir() if path.is_file()]
    _at_once(lambda name: store.write(f"{prefix}/{name}", folder / name), names)


def fetch_all(prefix: str, folder: Path) -> None:
    """Reads the objects below an address into a folder."""
    names = [one.key.rpartition("/")[2] for one in store.listed(prefix)]
    _at_once(lambda name: store.fetch(f"{prefix}/{name}", folder / name), names)


def pull(root: Path) -> None:
    """Brings a mirror up to what is in the store; what only the mirror has was never committed and goes."""
    state = _state(root)
    address, known = state["address"], state["objects"]
    prefix = store.parts(address)[1]
    listed = store.listed(f"{address}/{TABLES}")
    there = {one.key.removeprefix(f"{prefix}/" if prefix else ""): one.tag for one in listed}
    here = _files(root)
    for name in here.keys() - there.keys():
        here[name].unlink()
    wanted = [name for name, tag in there.items() if name not in here or known.get(name) != tag]
    _at_once(lambda name: _fetch(address, name, root), wanted)
    if not there:
        shutil.rmtree(root / TABLES, ignore_errors=True)
    for name in NOTES:
        (root / name).unlink(missing_ok=True)
        with suppress(FileNotFoundError):
            _fetch(address, name, root)
    _keep(root, address, there)


def _push(root: Path, address: str, ours: lease.Lease) -> None:
    known: dict[str, str] = dict(_state(root)["objects"])
    here = _files(root)
    new = sorted(name for name in here if name not in known)
    rows = [name for name in new if LOG not in name]
    entries = [name for name in new if LOG in name and name.endswith(".json")]
    last = [name for name in entries if name.startswith(f"{TABLES}/runs/")]
    checkpoints = [name for name in new if name.endswith(".checkpoint.parquet")]
    # After the checkpoints that they name.
    naming = [name for name in here if name.endswith(LAST_CHECKPOINT) and (checkpoints or name not in known)]

    def sent(names: Iterable[str], *, entry: bool = False) -> None:
        ours.insist()
        send = _send_entry if entry else _send
        known.update(_at_once(lambda name: (name, send(address, name, here[name])), names))
        _keep(root, address, known)

    sent(rows)
    sent([name for name in entries if name not in last], entry=True)
    sent(last, entry=True)
    sent(checkpoints)
    sent(naming)
    _forget(address, [name for name in known if name not in here])
    _keep(root, address, {name: tag for name, tag in known.items() if name in here})


def _forget(address: str, names: list[str]) -> None:
    """Removes what a clean-up removed here, rows before entries of the logs."""
    prefix = store.parts(address)[1]
    keys = [f"{prefix}/{name}" if prefix else name for name in sorted(names)]
    store.remove(address, [key for key in keys if LOG not in key])
    store.remove(address, [key for key in keys if LOG in key])


def _send(address: str, name: str, path: Path) -> str:
    return store.write(f"{address}/{name}", path)


def _send_entry(address: str, name: str, path: Path) -> str:
    """Sends an entry of a log. Where an answer was lost it may be there already; any other there is somebody else's."""
    data = path.read_text(encoding="utf-8").encode()  # small
    try:
        return store.write(f"{address}/{name}", data, new=True)
    except FileExistsError as error:
        if store.read(f"{address}/{name}") == data:
            return store.looked_at(f"{address}/{name}").tag
        said = f"another run wrote {address}/{name} meanwhile"
        raise StorageError(f"{said}; nothing was committed, run again") from error


def _fetch(address: str, name: str, root: Path) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    store.fetch(f"{address}/{name}", path)


def _sweep(address: str) -> None:
    """Removes what workers of a run left for it."""
    store.remove(address, [one.key for one in store.listed(f"{address}/{STAGING}")])


def _files(root: Path) -> dict[str, Path]:
    """The files of all tables, by their names below the warehouse."""
    found: dict[str, Path] = {}
    folders = [root / TABLES] if (root / TABLES).is_dir() else []
    while folders:
        for path in folders.pop().iterdir():
            if path.is_dir():
                folders.append(path)
            else:
                found[path.relative_to(root).as_posix()] = path
    return found


def _at_once(work: Callable[[str], Any], names: Iterable[str]) -> list[Any]:
    """Work done for several names at a time, since most of it is waiting."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, names))


def _mirrors() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get(VARIABLE) or Path(cache) / "winnow")


def _state(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((root / STATE).read_text(encoding="utf-8"))
    return found


def _keep(root: Path, address: str, objects: dict[str, str]) -> None:
    made = root / f"{STATE}.new"
    made.write_text(json.dumps({"address": address, "objects": objects}), encoding="utf-8")
    made.replace(root / STATE)
