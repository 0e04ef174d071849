"""Every dump held against its raw bytes: where its characters stand, and what reading it again gives."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from flows import landing
from flows.asked import How, Readers
from flows.checking.faults import Fault
from flows.checking.placed import Place, Placed, part_of, parts_of
from flows.checking.reread import Rows, unlike
from flows.checking.stored import within
from flows.containers.found import Member
from flows.forgotten import hidden
from flows.held import Held
from flows.reopened import kept
from flows.walked import check
from flows.warehouse import Warehouse
from transforms.errors import DumpError
from transforms.identity import path_and_member, place_of

Row = dict[str, Any]
OTHER_BYTES: Final = "its file holds other bytes by now; the old ones can't be checked"
CHANGED: Final = "the file has changed since it was read; run `winnow ingest` to take it in"


@dataclass(slots=True)
class Checked:
    """How many places and characters were looked at, what could not be, and what is wrong.

    `other_version` counts places that another version of winnow had read: they were not read again. `forgotten` counts
    the places of posts that were asked to be forgotten.
    """

    places: int = 0
    characters: int = 0
    forgotten: int = 0
    other_version: int = 0
    faults: list[Fault] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def check_dumps(warehouse: Warehouse, share: float) -> Checked:
    """Walks through the raw bytes of every dump, or of those files whose path falls into a share."""
    checked = Checked()
    with tempfile.TemporaryDirectory(prefix="winnow-") as folder:
        for part, parts, rows in parts_of(warehouse, Path(folder)):
            _Part(warehouse, rows, checked).check((part, parts), share)
    checked.missing.sort()
    return checked


class _Part:
    """The dumps of which the rows are in memory."""

    def __init__(self, warehouse: Warehouse, rows: dict[str, Placed], checked: Checked) -> None:
        self._warehouse, self._rows, self._checked = warehouse, rows, checked
        self._hidden, self._asked = hidden(warehouse), Readers.of_runs(warehouse)

    def check(self, which: tuple[int, int], share: float) -> None:
        """Checks the dumps of one part of several."""

        def chosen(path: str) -> bool:
            return part_of(path, which[1]) == which[0] and within(path, share)

        dumps = {
            place: row
            for row in self._warehouse.read("dumps").to_pylist()
            for place in _places_of(row)
            if chosen(path_and_member(place[1])[0])
        }
        missing: dict[str, dict[Place, str]] = defaultdict(dict)
        for place in dumps:
            missing[path_and_member(place[1])[0]][place] = OTHER_BYTES
        for file in self._warehouse.read("files").to_pylist():
            in_file = missing.get(file["path"], {})
            for place, found, dump in _wanted(file, in_file) if in_file else ():
                self._check_place(place, found, dump, dumps[place])
                del in_file[place]
        for gone, why in chain.from_iterable(in_file.items() for in_file in missing.values()):
            self._checked.missing.append(f"{gone[1]}: {why}")
            self._counted(gone, dumps[gone])

    def _check_place(self, place: Place, found: Member, held: Held, dump: Row) -> None:
        checked, (dump_id, name) = self._checked, place
        copies, residue = (self._rows[table].of(place) for table in ("copies", "residue"))
        spans = self._hidden.spans.get(dump_id, ())
        said = list(check(held, found.charset, dump, copies, residue, spans))
        again = unlike(
            found, held, Rows(path_and_member(name)[0], dump, copies, residue, self._ways(dump, copies)), self._hidden
        )
        checked.other_version += again is None
        # What reading it again gives otherwise has been said better where it is told from where characters stand.
        self._add(place, said or again or ())
        checked.places, checked.characters = checked.places + 1, checked.characters + dump["n_chars"]
        checked.forgotten += len(spans)

    def _counted(self, place: Place, dump: Row) -> None:
        """Of a dump that is gone at least the numbers of its rows can be checked."""
        copies, residue = (self._rows[table].of(place).num_rows for table in ("copies", "residue"))
        if (copies, residue) != (dump["n_copies"], dump["n_residue"]):
            said = f"{copies} copies, {residue} residue rows against {dump['n_copies']}, {dump['n_residue']}"
            self._add(place, [f"counts differ: {said} in the table dumps, and its bytes are gone"])

    def _ways(self, dump: Row, copies: pa.Table) -> Sequence[How]:
        """How a dump may have been read: as the run asked that wrote its copies, or the one that met it first."""
        runs = [dump["run_id"], *(copies["run_id"].unique().to_pylist() if copies.num_rows else ())]
        return list(dict.fromkeys(self._asked.of(dump["dump_id"], run_id) for run_id in reversed(runs)))

    def _add(self, place: Place, said: Sequence[str]) -> None:
        dumps = frozenset({place[0]})
        self._checked.faults += [Fault(f"{place[1]}: {line}", "dumps", dumps=dumps) for line in said]


def _places_of(dump: Row) -> list[Place]:
    if dump["status"] != "ingested":
        return []
    return [(dump["dump_id"], place) for place in (place_of(dump["path"], dump["member"]), *dump["also_at"])]


def _wanted(file: Row, missing: dict[Place, str]) -> Iterator[tuple[Place, Member, Held]]:
    """The dumps in a file that are still to be checked, `missing` ones; notes there why the others can't be."""
    path, why = file["path"], CHANGED
    try:
        for found in landing.members(landing.at(file["location"], path)):
            with kept(found) as dump:
                if isinstance(found, Member) and dump is not None:
                    place = dump.dump_id, place_of(path, found.name)
                    if place in missing:
                        yield place, found, dump
    except DumpError as error:
        why = str(error)
    for dump_id, name in missing:
        if file["dump_id"] in {dump_id, None}:
            missing[dump_id, name] = why
