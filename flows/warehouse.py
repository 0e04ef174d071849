"""The only code that writes or reads tables.

Each table is a Delta table. A run commits its tables one after the other and `runs` last; what the newest row of
`runs` names is what has been committed. A table found ahead of that was left by a run that was killed, and is put
back before the next run writes.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.dataset as ds
from deltalake import DeltaTable, write_deltalake
from deltalake.transaction import AddAction, RemoveAction

from flows import columns, durable, logs, stopping, upkeep, view
from flows.change import Change
from flows.failures import told
from flows.grounds import insist_on_place
from flows.lock import NONE, Patience, only_writer
from flows.objects import mirror
from flows.opened import Opened
from flows.remaking import remade
from flows.run_ids import next_run_id
from flows.table_files import Where, chosen, stats
from transforms.errors import WarehouseError
from transforms.tables import COMPLETED, PUBLIC, SCHEMAS

__all__ = ["Change", "Warehouse", "Where"]

# Entries of the log stay until `Warehouse.tidy` cleans them up; by default this would happen in the middle of a commit.
HISTORY: Final = {"delta.logRetentionDuration": "interval 36500 days"}

# Seconds that can be taken from any moment: a century.
LONGEST_KEPT: Final = 36_500 * 86_400.0

# Stands in the folder of the warehouse while old files are to be removed.
PURGE: Final = ".purge"

# A scan holds a few of these batches at a time.
SCANNED: Final = {"batch_size": 1 << 14, "batch_readahead": 4, "fragment_readahead": 1}


class Warehouse:
    """The tables below a folder. Make one with `Warehouse.open`."""

    def __init__(self, root: Path, *, committed_only: bool) -> None:
        self.root = root
        # How it is called; where it lies in an object store, `_push` puts there what is new here.
        self.place = mirror.place_of(root)
        self.mirrored = mirror.address_of(root) is not None
        self._push: Callable[[], None] = mirror.nothing
        self.as_of: str | None = None
        self._opened = Opened(DeltaTable)
        # The version of each table but `runs` that is read; None where the newest ones are.
        self.versions: dict[str, int] | None = None
        if committed_only:
            self.versions = _committed(self._last_run())

    @classmethod
    def open(cls, root: Path, *, create: bool = False) -> Warehouse:
        """Opens the warehouse in `root`. Raises `WarehouseError` where there is none or the place can't hold one."""
        insist_on_place(root, create=create)
        with told(mirror.place_of(root), "opening the warehouse"):
            opened = cls(root, committed_only=not create)
            if not create:  # a run looks at all tables, once it has taken away what a power cut left
                opened._refuse_newer("posts")
            return opened

    def read(self, name: str, columns: Sequence[str] | None = None, where: Where | None = None) -> pa.Table:
        """The rows of a table as of the last commit (when opened without `create`: of the last one at that moment).

        `where` names a column and the values it may have.
        """
        if where and not len(where[1]):
            return SCHEMAS[name].empty_table().select(list(columns or SCHEMAS[name].names))
        with told(self.place, f"reading the table {name}"):
            few_at_once = SCANNED if where else {}
            wanted = list(columns) if columns else None
            return self._dataset(name).to_table(columns=wanted, filter=chosen(where), **few_at_once)

    def scan(self, name: str, columns: Sequence[str], where: Where | None = None) -> Iterator[pa.RecordBatch]:
        """The rows of a table as `read` would give them, a part at a time, for columns that may not fit in memory."""
        with told(self.place, f"reading the table {name}"):
            for batch in self._dataset(name).to_batches(columns=list(columns), filter=chosen(where), **SCANNED):
                if batch.num_rows:
                    yield batch

    @contextmanager
    def writing(self, command: str, started: datetime, patience: Patience = NONE) -> Iterator[tuple[str, Path]]:
        """Holds the warehouse for one run; gives the id of the run and a staging folder, gone when the run ends.

        Ids of runs sort by time, also where the clock was put back between two runs: what is newest, what is older
        and what is committed is read from them. Where another run holds it, this one waits as `patience` says.
        """
        with only_writer(self.root, command, patience), mirror.writing(self.root, command, patience) as self._push:
            with told(self.place, "preparing the warehouse"):
                self._remove_torn_entries()
                self._refuse_newer("posts")
                self._create_tables()
                last = self._last_run()
                self._recover(last)
                self._widen_tables()
                self._purge_after(last)
                run_id = next_run_id(last, started)
                shutil.rmtree(self.root / ".staging", ignore_errors=True)
                staging = self.root / ".staging" / run_id
                staging.mkdir(parents=True)
            try:
                yield run_id, staging
            finally:
                shutil.rmtree(self.root / ".staging", ignore_errors=True)

    def commit(self, run_id: str, changes: Mapping[str, Change], run: Mapping[str, Any]) -> None:
        """Writes the changes, then the row of `runs` that makes them count, then shows them under `current/`."""
        stopping.insist()
        with told(self.place, "committing"):
            before = _named(self._last_run())
            for name, change in changes.items():
                self._apply(name, change)
            logs.sync(self.root / "tables", before)
            versions = {name: self._table(name).version() for name in SCHEMAS if name != "runs"}
            kept = {"index_version": self.index_version, **run}
            self._add_run({**kept, "run_id": run_id, "versions": json.dumps(versions), "status": COMPLETED})
            logs.sync_newest(self.root / "tables" / "runs")
            self._push()
        with told(self.place, "showing the new tables under current/", "they are committed; the next run shows them"):
            self._publish(run_id)

    def record(self, run_id: str, run: Mapping[str, Any]) -> None:
        """Adds the row of a run that committed nothing, inside of `writing`. What is committed stays what it was.

        The row names the versions of the last commit. In the plain view it joins the other rows of `runs`; all else
        there stays as it is, and where there is no view yet none is made.
        """
        with told(self.place, "recording a run"):
            last = self._last_run()
            kept = (
                {"index_version": last["index_version"], "versions": last["versions"]} if last else {"versions": "{}"}
            )
            # Nothing is folded: in a view that somebody reads the rows would stand twice for a moment.
            self._add_run({**run, **kept, "run_id": run_id}, fold=False)
            logs.sync_newest(self.root / "tables" / "runs")
            self._push()
            if view.published(self.root) is not None:
                view.renew(self.root, "runs", self._files(self._table("runs"), "runs"))

    def show(self) -> None:
        """Makes the plain view of the last commit anew, inside of `writing`."""
        last = self._last_run()
        if last and last["committed"]:
            with told(self.place, "showing the tables under current/"):
                self._publish(last["committed"])

    def without(self, dropped: Mapping[str, Sequence[Path]], run: Mapping[str, Any], patience: Patience) -> None:
        """Takes files out of their tables that can't be read, as a run of its own; their rows are lost with them."""
        changes = {name: Change(dropped=paths) for name, paths in dropped.items()}
        command = run["command"]
        with (
            only_writer(self.root, command, patience),
            mirror.writing(self.root, command, patience) as self._push,
            told(self.place, "taking out damaged files"),
        ):
            self._apply("runs", changes.pop("runs", Change()), fold=False)
            self.commit(next_run_id(self._last_run(), run["started"]), changes, run)

    def tidy(self, now: datetime, keep: float = upkeep.KEPT) -> int:
        """Shortens the logs and removes files that no run of the last `keep` seconds needs; gives how many files.

        Inside of `writing`, after `commit`. What `left_by` reads of kept runs stays, and what is open stays readable.
        """
        with told(self.place, "cleaning up", "the run is committed; the next one cleans up"):
            columns_of_runs = ["run_id", "finished", "versions", "status"]
            runs = self.read("runs", columns_of_runs).sort_by("run_id").to_pylist()
            oldest = upkeep.oldest_kept(runs, now - timedelta(seconds=min(keep, LONGEST_KEPT)))
            removed = sum(self._tidy(name, oldest[name]) for name in SCHEMAS if name in oldest)
            self._push()
            return removed

    def _tidy(self, name: str, oldest: int) -> int:
        folder = Path(self._place(name))
        if upkeep.Log.of(folder).wants_checkpoint():
            self._checkpoint(name)
        log = upkeep.Log.of(folder)
        bound = log.bound(oldest if oldest >= 0 else max(log.entries, default=0) + oldest)
        if bound is None:
            return 0
        live = frozenset(path.name for path in self._files(self._opened.table(str(folder), bound), name))
        return upkeep.clean(folder, log, bound, live)

    @property
    def index_version(self) -> str | None:
        """By which constants the index was written; None where that is not known or there is none."""
        last = self._last_run()
        return last["index_version"] if last else None

    def to_purge(self, run_id: str) -> None:
        """Remembers that old files are to be removed once a run has committed, also where it is killed after that."""
        with told(self.place, "preparing to forget"):
            (self.root / PURGE).write_text(run_id, encoding="ascii")
            durable.sync([self.root / PURGE, self.root])
            mirror.note(self.root, PURGE)

    def _purge_after(self, last: Mapping[str, Any] | None) -> None:
        """Goes on with a purge that was cut off; one whose run did not come to its commit has no reason any more."""
        marker = self.root / PURGE
        if marker.exists():
            due = marker.read_text(encoding="ascii")
            if last and last["committed"] and due <= last["committed"]:
                self.purge()
            else:
                marker.unlink()
                mirror.note(self.root, PURGE)

    def purge(self) -> None:
        """Removes what the last version of a table does not need, files and log, and all views but the current one.

        Earlier versions can't be read afterwards.
        """
        with told(self.place, "removing old files", "what was committed stands"):
            (self.root / PURGE).write_text("", encoding="ascii")  # due, whatever has been committed
            for name in SCHEMAS:
                folder, table = Path(self._place(name)), self._table(name)
                # Entries of the log by an older winnow hold the least and the greatest text of each file.
                self._checkpoint(name)
                live = frozenset(path.name for path in self._files(table, name))
                upkeep.clean(folder, upkeep.Log.of(folder), table.version(), live)
            view.forget_others(self.root)
            self._push()
            (self.root / PURGE).unlink()
            mirror.note(self.root, PURGE)

    def current(self) -> Path:
        """The folder of the plain view, resolved, so that it stays the same while it is read."""
        if view.published(self.root) is None:
            raise WarehouseError(f"nothing has been committed to {self.root} yet; run `winnow ingest` first")
        return (self.root / "current").resolve()

    def _dataset(self, name: str) -> ds.Dataset:
        version = self.versions.get(name) if self.versions else None
        files = self._files_at(name, version)
        return ds.dataset([str(path) for path in files], SCHEMAS[name], format="parquet")

    def listed(self, name: str) -> dict[Path, int]:
        """The files of a table as of the commit that is read, with the sizes that its log states, in bytes."""
        version = self.versions.get(name) if self.versions else None
        with told(self.place, f"reading the log of the table {name}"):
            files = self._files_at(name, version)
            table = self._opened.table(self._place(name), version) if files else None
            sizes = pa.table(table.get_add_actions())["size_bytes"].to_pylist() if table else []
            return dict(zip(files, sizes, strict=True))

    def left_by(self, run: Mapping[str, Any]) -> Warehouse:
        """The same warehouse as a run left it, to be read only; `run` is its row in `runs`."""
        earlier = Warehouse(self.root, committed_only=False)
        earlier.as_of, earlier.versions = str(run["run_id"]), _committed(run)
        return earlier

    def shown(self) -> dict[str, list[Path]]:
        """The files that hold each public table: those of the plain view, or those of the run that was asked for.

        A table that had no rows then has none. Of `runs` all are given, also later ones.
        """
        if self.versions is None or (self.as_of is None and not self.mirrored):
            view = self.current()
            return {name: sorted((view / name).iterdir()) for name in PUBLIC}
        with told(self.place, f"reading the tables as run {self.as_of or '…'} left them"):
            versions = self.versions
            return {name: self._files_at(name, versions.get(name)) for name in PUBLIC}

    def _table(self, name: str) -> DeltaTable:
        return self._opened.table(self._place(name))

    def _place(self, name: str) -> str:
        return str(self.root / "tables" / name)

    def _create_tables(self) -> None:
        for name, schema in SCHEMAS.items():
            DeltaTable.create(self._place(name), schema=schema, mode="ignore", configuration=HISTORY)

    def _add_run(self, row: Mapping[str, Any], *, fold: bool = True) -> None:
        self._apply("runs", Change(inserts=pa.Table.from_pylist([row], schema=SCHEMAS["runs"])), fold=fold)

    def _widen_tables(self) -> None:
        """Adds the columns that an older winnow did not know; in rows written by it they are null.

        The rows of `runs` are written anew: a run that commits nothing shows them too, and does not touch their files.
        """
        for name, schema in SCHEMAS.items():
            self._refuse_newer(name)
            if columns.missing(pa.schema(self._table(name).schema().to_arrow()), schema):
                if name == "runs":
                    write_deltalake(self._table(name), self.read(name), mode="overwrite", schema_mode="overwrite")
                    durable.sync(self._files(self._table(name), name))
                else:
                    write_deltalake(self._table(name), schema.empty_table(), mode="append", schema_mode="merge")

    def _refuse_newer(self, name: str) -> None:
        if DeltaTable.is_deltatable(self._place(name)):
            version = (self.versions or {}).get(name)
            there = pa.schema(self._opened.table(self._place(name), version).schema().to_arrow())
            columns.refuse_newer(name, there, SCHEMAS[name], str(self.root))

    def _last_run(self) -> dict[str, Any] | None:
        """The newest row of `runs`; `committed` is the newest run that committed something, None where none did."""
        names = ["run_id", "versions", "finished", "status", "index_version"]
        rows = self.read("runs", names).sort_by("run_id").to_pylist()
        committed = [row["run_id"] for row in rows if upkeep.committed(row)]
        return {**rows[-1], "committed": committed[-1] if committed else None} if rows else None

    def _remove_torn_entries(self) -> None:
        """Takes away what a power cut left of entries in the logs on which no commit stands."""
        tables = self.root / "tables"
        logs.remove_torn_of_runs(tables, view.published(self.root), self._runs_at)
        last = self._last_run() if DeltaTable.is_deltatable(self._place("runs")) else None
        logs.remove_torn(tables, _named(last))

    def _runs_at(self, version: int) -> list[str]:
        files = self._files_at("runs", version)
        found = ds.dataset([str(path) for path in files], SCHEMAS["runs"], format="parquet").to_table(["run_id"])
        return list(found["run_id"].to_pylist())

    def _checkpoint(self, name: str) -> None:
        """Writes a checkpoint, and waits until the disk has it: what it stands for is removed then."""
        self._table(name).create_checkpoint()
        logs.sync_checkpoints(Path(self._place(name)))

    def _recover(self, last: Mapping[str, Any] | None) -> None:
        """Puts back what a killed run left: tables ahead of the newest row of `runs`, a view that is behind it."""
        for name, committed in _committed(last).items():
            table = self._table(name)
            then = table if table.version() == committed else self._opened.table(self._place(name), committed)
            if set(table.file_uris()) != set(then.file_uris()):
                table.restore(committed)
        if last and last["committed"] and not self.mirrored and view.published(self.root) != last["committed"]:
            self._publish(last["committed"])

    def _publish(self, run_id: str) -> None:
        if self.mirrored:
            return
        files = {name: self._files(self._table(name), name) for name in PUBLIC}
        view.publish(
            self.root, run_id, {name: found or [view.without_rows(self.root, name)] for name, found in files.items()}
        )

    def _files(self, table: DeltaTable, name: str) -> list[Path]:
        """The live files of a table. The log gives addresses, in which a space is %20, so only the name is taken."""
        return [Path(self._place(name), uri.rsplit("/", 1)[-1]) for uri in table.file_uris()]

    def _files_at(self, name: str, version: int | None) -> list[Path]:
        """The files of a version, None for the newest. The first has none, also where the log is shortened by now."""
        if name == "runs" and version is None:
            version = logs.newest_whole(upkeep.Log.of(Path(self._place(name))))
        return [] if version == 0 else self._files(self._opened.table(self._place(name), version), name)

    def _apply(self, name: str, change: Change, *, fold: bool = True) -> None:
        """One entry of the log: files with new rows, and for each file in which a row changes one without that row.

        The files are written here and only their names are committed. What `deltalake` 1.6 itself offers needs the
        changed rows in memory, parses their keys as text, and writes strings as `string_view` (`merge`, `delete`,
        `optimize`), which pyarrow can read but not filter. Where small files have become many, they
        become one, if it is to `fold`.
        """
        if change.empty:
            return
        table, folder = self._table(name), Path(self._place(name))
        made, touched = remade(change, self._files(table, name), (name, folder), fold=fold)
        now = time.time_ns() // 1_000_000
        actions: list[AddAction | RemoveAction] = [_added(path, rows, now) for path, rows in made.items()]
        actions += [_removed(path, now) for path in touched]
        if actions:
            table.create_write_transaction(actions, "append", table.schema())


def _added(path: Path, rows: int, now: int) -> AddAction:
    return AddAction(path.name, path.stat().st_size, {}, now, data_change=True, stats=stats(rows))


def _removed(path: Path, now: int) -> RemoveAction:
    return RemoveAction(path.name, True, now, path.stat().st_size if path.exists() else 0)  # noqa: FBT003


def _committed(last: Mapping[str, Any] | None) -> dict[str, int]:
    """The version of each table that the newest row of `runs` names; the empty first one where there is none."""
    return {name: 0 for name in SCHEMAS if name != "runs"} | _named(last)


def _named(last: Mapping[str, Any] | None) -> dict[str, int]:
    named: dict[str, int] = json.loads(last["versions"]) if last else {}
    return named
