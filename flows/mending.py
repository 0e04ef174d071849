"""What `winnow verify --repair` does: whatever can be made again from raw dumps is made again, in commits as any run's.

Each round mends what the last verdict names, the most basic first, and the warehouse is checked anew: files, then the
dumps whose rows are wrong, then all dumps, where what relates them is wrong. What is left then can't be mended here.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from flows import durable
from flows.backfill import lots_of, read_lot, split_by_own, told_of
from flows.checking.faults import Fault
from flows.forgotten import hidden
from flows.lock import NONE, Patience
from flows.pipeline import Each
from flows.rework import rework
from flows.salvaged import Salvaged, in_place_of_whole
from flows.staging import Staged
from flows.traces import Trace, traces_of
from flows.verify import Verdict, verify_at
from flows.warehouse import Change, Warehouse
from transforms.errors import WarehouseError, WinnowError
from transforms.sign import INDEX_VERSION
from transforms.split.fields import DEFAULT_NAMES

Row = dict[str, Any]
COMMAND: Final = "verify --repair"
# Files, view and rows come first, then dumps, then all of them; what one round uncovers the next one mends.
ROUNDS: Final = 6
# Tables whose rows come from reading dumps; where a file of theirs is lost they are made again.
LOST: Final = {
    "files": "where raw files lie is lost with it: run `winnow ingest` with the sources again",
    "forgotten": "what was asked to be forgotten is lost with it: run `winnow forget` again for what must not return",
    "runs": "the rows of earlier runs are lost with it",
}
Tell = Callable[[str], object]


@dataclass(slots=True)
class Repair:
    """What was done, or would be, a line each; what can't be done and why; the verdict on what is there now."""

    verdict: Verdict
    done: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


def repair(root: Path, each: Each, patience: Patience = NONE, *, dry_run: bool = False) -> Repair:
    """Mends a warehouse; with `dry_run` says what would be done first. Raises `WinnowError`."""
    repaired = Repair(verify_at(root))
    tried: set[str] = set()
    for _ in range(ROUNDS):
        step = _next(repaired.verdict, tried)
        if step is None:
            break
        if dry_run:
            repaired.done.append(step.said)
            break
        try:
            _carry_out(root, step, each, patience, repaired)
            repaired.done.append(step.said)
        except WinnowError as error:
            repaired.lost.append(f"{step.said}: {error}")
        except (KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
            # Rows contradict each other in a way that no run would leave; the next step goes by fewer of them.
            repaired.lost.append(f"{step.said}: rows contradict each other ({type(error).__name__}: {error})")
        tried.add(step.key)
        repaired.verdict = verify_at(root)
    return repaired


@dataclass(frozen=True, slots=True)
class _Step:
    """What is mended at once: the kind of mend, and what it is to be done to."""

    mend: str
    said: str
    faults: Sequence[Fault] = ()
    dumps: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """By what a step that was tried is known; nothing is tried twice on the same things."""
        return f"{self.mend} {sorted(self.dumps)} {sorted(str(fault.path) for fault in self.faults)}"


def _next(verdict: Verdict, tried: Collection[str]) -> _Step | None:
    """The first step that has not been tried."""
    found = {
        mend: [fault for fault in verdict.faults if fault.mend == mend] for mend in ("file", "view", "rows", "dumps")
    }
    dumps = frozenset(dump for fault in found["dumps"] for dump in fault.dumps)
    files = {fault.path for fault in found["file"] if fault.path}
    steps = [
        _Step("file", f"put back or take out {len(files):,} damaged files of tables", found["file"]) if files else None,
        _Step("view", "make the plain view anew", found["view"]) if found["view"] else None,
        _Step("rows", "take out rows that stand there twice", found["rows"]) if found["rows"] else None,
        _Step("dumps", f"read {len(dumps):,} dumps again", dumps=dumps) if dumps else None,
        _Step("all", "read all dumps again and make posts, copies and the index anew"),
    ]
    wrong = any(fault.mend in {"all", "dumps"} for fault in verdict.faults)
    return next((step for step in steps if step and step.key not in tried and (step.mend != "all" or wrong)), None)


def _carry_out(root: Path, step: _Step, each: Each, patience: Patience, repaired: Repair) -> None:
    if step.mend == "file":
        _mend_files(root, step.faults, patience, repaired)
        return
    warehouse = Warehouse.open(root, create=True)
    with warehouse.writing(COMMAND, datetime.now(UTC), patience) as (run_id, folder):
        if step.mend == "view":
            warehouse.show()
        elif step.mend == "rows":
            warehouse.commit(run_id, {name: _once(warehouse, name) for name in _tables(step.faults)}, _row(step))
        else:
            _read_again(warehouse, step, (run_id, folder), each, repaired)


def _mend_files(root: Path, faults: Sequence[Fault], patience: Patience, repaired: Repair) -> None:
    """Puts files back of which a view still holds the content; takes the others out of their tables."""
    dropped: dict[str, list[Path]] = {}
    for fault in faults:
        if fault.path and fault.table and not _put_back(root, fault.path):
            dropped.setdefault(fault.table, []).append(fault.path)
    for name in dropped.keys() & LOST.keys():
        repaired.lost.append(f"{dropped[name][0].relative_to(root)} can't be made from raw dumps; {LOST[name]}")
    if dropped:
        now = datetime.now(UTC)
        row = {"command": COMMAND, "started": now, "finished": now, "options": "{}", "counts": "{}"}
        Warehouse(root, committed_only=False).without(dropped, row, patience)


def _put_back(root: Path, path: Path) -> bool:
    """Whether some view has the file as it was written; then its table has it again too."""
    stated = durable.checksum_in(path.name)
    views = root / ".views"
    for view in sorted(views.iterdir(), reverse=True) if views.is_dir() else ():
        twin = view / path.parent.name / path.name
        if stated and twin.exists() and durable.checksum_of(twin) == stated:
            made = path.with_suffix(".new")
            shutil.copy2(twin, made)
            durable.sync([made])
            made.replace(path)
            durable.sync([path.parent])
            return True
    return False


def _once(warehouse: Warehouse, name: str) -> Change:
    """All rows that stand in a table twice or more, once."""
    key = "run_id" if name == "runs" else "location"
    rows = {row[key]: row for row in warehouse.read(name).to_pylist()}
    return Change.replacing(name, list(rows.values()))


def _read_again(warehouse: Warehouse, step: _Step, run: tuple[str, Path], each: Each, repaired: Repair) -> None:
    """Reads dumps again, or all of them, and puts what comes of it in the place of all that they had yielded."""
    run_id, folder = run
    everything = step.mend == "all"
    traces = traces_of(warehouse, None if everything else step.dumps)
    unseen, staged, whole = hidden(warehouse), list[Staged](), set[str]()
    lots = list(lots_of(warehouse, [trace.row for trace in traces]))
    for number, lot in enumerate(lots):
        some, ids = read_lot(warehouse, lot, folder / f"read{number}", run_id, each, unseen)
        staged += some
        whole |= ids
    gone = [trace for trace in traces if trace.row["dump_id"] not in whole]
    kept, unheard = ([trace for trace in gone if trace.known == known] for known in (True, False))
    if everything and kept:
        raise WarehouseError(f"the bytes of {kept[0].place} and {len(kept) - 1} other dumps are gone; bring them back")
    repaired.lost += [f"{trace.place}: its bytes are gone, its rows stay as they are" for trace in kept]
    redo = split_by_own(warehouse, each, folder, run_id, unseen)
    seen = Salvaged(warehouse, {trace.row["dump_id"] for trace in traces}) if everything else warehouse
    derived = rework(seen, staged, whole, run, redo, DEFAULT_NAMES)
    tables = in_place_of_whole(warehouse, derived.tables) if everything else dict(derived.tables)
    if unheard:
        tables["files"] = _without_files(tables["files"], unheard)
    warehouse.commit(
        run_id,
        tables,
        _row(step)
        | {"counts": json.dumps(derived.counts, sort_keys=True)}
        | {"options": json.dumps(told_of(lots), sort_keys=True)},
    )


def _without_files(change: Change, unheard: Sequence[Trace]) -> Change:
    """Of dumps of which nothing but their file is known the next run reads the file again."""
    return replace(change, deletes=[*change.deletes, *(trace.location for trace in unheard if trace.location)])


def _tables(faults: Sequence[Fault]) -> list[str]:
    return sorted({fault.table for fault in faults if fault.table})


def _row(step: _Step) -> Row:
    now = datetime.now(UTC)
    return {
        "command": COMMAND,
        "started": now,
        "finished": now,
        "options": json.dumps({"repair": step.said}),
        "counts": "{}",
        "index_version": INDEX_VERSION,
    }
