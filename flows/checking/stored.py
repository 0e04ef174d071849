"""The files below a warehouse: logs that are whole, tables that hold what was written, a view that shows them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from flows import durable, logs, view
from flows.checking.faults import Fault
from flows.terminal import one_line
from flows.upkeep import LOG, Log
from flows.warehouse import Warehouse
from transforms.errors import WarehouseError
from transforms.tables import PUBLIC, SCHEMAS

# Of so many a share is taken.
SHARES: Final = 1 << 32
REPAIR: Final = "`winnow verify --repair` makes its rows again from the raw dumps"
ANEW: Final = "bring it back from a copy, or move the warehouse away and run `winnow ingest`"
AGAIN: Final = "`winnow verify --repair` makes the view anew"


@dataclass(slots=True)
class Stored:
    """How many files were looked at, and how many of these an older winnow wrote, without a checksum."""

    files: int = 0
    without_checksum: int = 0
    faults: list[Fault] = field(default_factory=list)


def within(name: str, share: float) -> bool:
    """Whether a name belongs to a share of all; the same at each call, and of a larger share too."""
    return zlib.crc32(name.encode("utf-8", "surrogatepass")) < share * SHARES


def check_logs(root: Path, versions: Mapping[str, int]) -> Iterator[Fault]:
    """Entries of the logs that are gone or damaged, up to the versions that count."""
    for name in SCHEMAS:
        folder = root / "tables" / name
        log = Log.of(folder)
        last = versions.get(name, max(log.entries, default=-1))
        if not log.entries and not log.checkpoints:
            yield Fault(f"tables/{name}/{LOG}: the log of the table is gone; {ANEW}", "nothing", name, folder / LOG)
        for path, what in logs.broken(log, last):
            said = f"{path.relative_to(root)}: this entry of the log {what}"
            yield Fault(f"{said}, so that nobody can tell which files count; {ANEW}", "nothing", name, path)


def check_files(warehouse: Warehouse, share: float) -> Stored:
    """Files of the tables that are gone or are not what was written, by size and checksum.

    Those of an older winnow, which have no checksum, are read to see whether that can be done.
    """
    found = Stored()
    for name in SCHEMAS:
        try:
            listed = warehouse.listed(name)
        except WarehouseError as error:
            found.faults.append(Fault(f"tables/{name}: {error}", "file", name))
            continue
        for path, size in sorted(listed.items()):
            if not within(path.name, share):
                continue
            found.files += 1
            found.without_checksum += durable.checksum_in(path.name) is None
            if wrong := _wrong(path, size):
                said = f"{path.relative_to(warehouse.root)}: {wrong}; {REPAIR}"
                found.faults.append(Fault(said, "file", name, path))
    return found


def _wrong(path: Path, size: int) -> str | None:
    try:
        there = path.stat().st_size
        if there != size:
            return f"the file has {there:,} bytes, and {size:,} were written"
        stated = durable.checksum_in(path.name)
        if stated is not None:
            return None if durable.checksum_of(path) == stated else "the file does not hold what was written"
        pq.read_table(path)
    except FileNotFoundError:
        return "the file is gone"
    except (OSError, pa.ArrowException) as error:
        return f"the file can't be read ({one_line(str(error))})"
    return None


def check_view(warehouse: Warehouse, last: str | None) -> Iterator[Fault]:
    """Where the plain view shows anything but the tables; `last` is the last run that committed.

    A warehouse in an object store has none.
    """
    root = warehouse.root
    if warehouse.mirrored:
        return
    try:
        shown = view.published(root)
    except WarehouseError as error:
        yield Fault(f"current: {error}", "nothing")
        return
    if shown != last:
        yield Fault(f"current: it shows run {shown}, and the last that committed is {last}; {AGAIN}", "view")
        return
    for name in PUBLIC if shown else ():
        # A table without rows is shown by an empty file of this name.
        live = {path.name: path for path in warehouse.listed(name) or [root / f"{name}.parquet"]}
        folder = root / "current" / name
        there = {path.name: path for path in folder.iterdir()} if folder.is_dir() else {}
        for file in sorted(live.keys() ^ there.keys()):
            how = "is missing" if file in live else "does not belong there"
            yield Fault(f"current/{name}/{file}: this file {how}; {AGAIN}", "view")
        for file in sorted(live.keys() & there.keys()):
            path = live[file]
            if path.exists() and not _same(there[file], path):
                yield Fault(f"current/{name}/{file}: it holds something else than the table; {AGAIN}", "view")


def _same(shown: Path, path: Path) -> bool:
    """Two names of one file, or, where the disk knows no such thing, two files of the same content."""
    try:
        return shown.samefile(path) or durable.checksum_of(shown) == durable.checksum_of(path)
    except OSError:
        return False
