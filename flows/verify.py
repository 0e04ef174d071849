"""The proof that nothing was lost: files, rows, texts and relations are checked, and every dump is read again.

In the order of what stands on what: where the log of a table can't be read, or a file of it is not what was written,
nothing is asked of its rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyarrow as pa

from flows.checking import stored
from flows.checking.dumps import check_dumps
from flows.checking.faults import Fault
from flows.checking.references import Tables, check_doubled, check_references
from flows.checking.relations import check_relations
from flows.checking.texts import check_texts
from flows.upkeep import committed
from flows.warehouse import Warehouse
from transforms.errors import WarehouseError

WHOLE: Final = 1.0
UNTRUSTED: Final = "what the tables say was not checked, since not all of their files can be trusted"


@dataclass(slots=True)
class Verdict:
    """What was checked and what was found wrong; `missing` are raw files that are gone or changed, one line each.

    `share` is how much of files, dumps and relations was looked at. `forgotten` counts the places of posts that were
    asked to be forgotten, `other_version` those that another version of winnow had read (they were not read again),
    `without_checksum` files of tables that an older winnow wrote. `unchecked` says what could not be checked, and why.
    """

    places: int = 0
    characters: int = 0
    forgotten: int = 0
    other_version: int = 0
    files: int = 0
    without_checksum: int = 0
    share: float = WHOLE
    unchecked: str | None = None
    faults: list[Fault] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        """What is wrong, one line each."""
        return [fault.said for fault in self.faults]


def verify(warehouse: Warehouse, share: float = WHOLE) -> Verdict:
    """Checks a warehouse against its own files and its raw dumps. Writes nothing.

    With a `share` below 1 only so much of the files, dumps and relations is looked at: always the same, chosen by
    hashes of their names. What counts and what names something is checked as a whole.
    """
    verdict = Verdict(share=share)
    verdict.faults += stored.check_logs(warehouse.root, warehouse.versions or {})
    if not verdict.faults:
        files = stored.check_files(warehouse, share)
        verdict.files, verdict.without_checksum = files.files, files.without_checksum
        verdict.faults += files.faults
    if verdict.faults:
        verdict.unchecked = UNTRUSTED
        return verdict
    last = _last(warehouse)
    shown = list(stored.check_view(warehouse, last))
    # A run that commits meanwhile shows its own view, which is none of this commit.
    verdict.faults += shown if shown and _last(Warehouse.open(warehouse.root)) == last else []
    verdict.faults += check_doubled(warehouse)
    _check_rows(warehouse, verdict)
    return verdict


def _check_rows(warehouse: Warehouse, verdict: Verdict) -> None:
    tables = Tables.of(warehouse)
    for check in (
        lambda: check_references(warehouse, tables),
        lambda: check_texts(warehouse, tables),
        lambda: check_relations(warehouse, tables, verdict.share),
    ):
        verdict.faults += _told(check)
    found = check_dumps(warehouse, verdict.share)
    verdict.places, verdict.characters, verdict.missing = found.places, found.characters, found.missing
    verdict.forgotten, verdict.other_version = found.forgotten, found.other_version
    verdict.faults += found.faults


def _told(check: Callable[[], Iterator[Fault]]) -> list[Fault]:
    """What a check finds. Rows that are null where none may be are a fault, and no reason to end without an answer."""
    found: list[Fault] = []
    try:
        found.extend(check())
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, pa.ArrowException) as error:
        found.append(Fault(f"rows of the tables can't be held against each other: {type(error).__name__}: {error}"))
    return found


def _last(warehouse: Warehouse) -> str | None:
    """The last run that committed something."""
    runs = warehouse.read("runs", ["run_id", "status"]).to_pylist()
    return max((run["run_id"] for run in runs if committed(run)), default=None)


def verify_at(root: Path, share: float = WHOLE) -> Verdict:
    """As `verify`, also where the warehouse can't be opened, since its files or logs are damaged.

    Raises `WarehouseError` where there is none, or it is sound and can't be read for another reason.
    """
    try:
        return verify(Warehouse.open(root), share)
    except WarehouseError:
        if not (root / "tables").is_dir():
            raise
        verdict = Verdict(share=share, unchecked=UNTRUSTED)
        verdict.faults += stored.check_logs(root, {})
        if not verdict.faults:
            verdict.faults += stored.check_files(Warehouse(root, committed_only=False), WHOLE).faults
        if not verdict.faults:
            raise
        return verdict
