"""Where dumps lie, also those whose own rows are lost: what their copies, residue and files tell."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flows.checking.placed import MEMBER
from flows.warehouse import Warehouse
from transforms.identity import path_and_member, place_of

Row = dict[str, Any]
COLUMNS = ("dump_id", "path", "member", "also_at", "size_bytes", "run_id", "status")


@dataclass(frozen=True, slots=True)
class Trace:
    """What is known of a dump: its row of `dumps` or one like it; `known` whether that was there.

    `location` is that of its file where nothing else tells of it.
    """

    row: Row
    known: bool
    location: str | None = None

    @property
    def place(self) -> str:
        """The first of its places."""
        return place_of(self.row["path"], self.row["member"])


def traces_of(warehouse: Warehouse, wanted: Collection[str] | None) -> list[Trace]:
    """What is known of some dumps, or of all that were ingested."""
    rows = warehouse.read("dumps", COLUMNS, ("dump_id", wanted) if wanted is not None else None).to_pylist()
    ingested = {row["dump_id"]: row for row in rows if row["status"] == "ingested"}
    found = [Trace(row, known=True) for row in ingested.values()]
    found += [_from_places(*each) for each in _lost(warehouse, wanted, ingested).items()]
    met = {trace.row["dump_id"] for trace in found}
    for file in warehouse.read("files", ["dump_id", "path", "location", "run_id"]).to_pylist():
        dump_id = file["dump_id"]
        if wanted is not None and dump_id in wanted and dump_id not in met:
            found.append(Trace(_row(dump_id, {file["path"]}, file["run_id"]), known=False, location=file["location"]))
            met.add(dump_id)
    return sorted(found, key=lambda trace: trace.place)


def _lost(warehouse: Warehouse, wanted: Collection[str] | None, known: Collection[str]) -> dict[str, set[str]]:
    """The places of dumps whose rows are lost, from those of their copies and residue."""
    places: dict[str, set[str]] = {}
    for name, member in MEMBER.items():
        columns = ["dump_id", "dump_path", member]
        where = ("dump_id", wanted) if wanted is not None else None
        for row in warehouse.read(name, columns, where).group_by(columns).aggregate([]).to_pylist():
            if row["dump_id"] not in known:
                places.setdefault(row["dump_id"], set()).add(place_of(row["dump_path"], row[member]))
    return places


def _from_places(dump_id: str, places: set[str]) -> Trace:
    return Trace(_row(dump_id, places, ""), known=False)


def _row(dump_id: str, places: set[str], run_id: str) -> Row:
    first, *others = sorted(places)
    path, member = path_and_member(first)
    return {
        "dump_id": dump_id, "path": path, "member": member, "also_at": others, "size_bytes": None, "run_id": run_id,
        "status": "ingested",
    }  # fmt: skip
