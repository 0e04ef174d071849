"""How dumps were asked to be read: names of fields and steps of repair, from the rows of the runs that read them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, NamedTuple

from flows.warehouse import Warehouse
from transforms.repair_steps import USUAL
from transforms.split.fields import Asked

Row = Mapping[str, Any]
# Under this name the options of a run tell which dumps it read in other ways than most, and how.
OTHERWISE: Final = "otherwise"


class How(NamedTuple):
    """The names of fields and the steps of repair that dumps were asked to be read by."""

    fields: Asked = Asked()
    steps: tuple[str, ...] = USUAL


@dataclass(frozen=True, slots=True)
class Readers:
    """How runs asked dumps to be read: most of those of a run, and the others, by run and dump."""

    most: Mapping[str, How]
    others: Mapping[tuple[str, str], How]

    @classmethod
    def of_runs(cls, warehouse: Warehouse, runs: Collection[str] | None = None) -> Readers:
        """What some runs asked, or all."""
        where = None if runs is None else ("run_id", runs)
        most, others = dict[str, How](), dict[tuple[str, str], How]()
        for run in warehouse.read("runs", ["run_id", "options"], where).to_pylist():
            options = json.loads(run["options"])
            most[run["run_id"]] = _how(options)
            for group in options.get(OTHERWISE, ()):
                others |= dict.fromkeys(((run["run_id"], dump_id) for dump_id in group["dumps"]), _how(group))
        return cls(most, others)

    def of(self, dump_id: str, run_id: str) -> How:
        """How a run asked a dump to be read; as usual where nothing is known of the run."""
        return self.others.get((run_id, dump_id)) or self.most.get(run_id, How())


def how_of(warehouse: Warehouse, rows: Iterable[Row]) -> dict[str, How]:
    """How dumps were asked to be read, by id; `rows` have that of a dump and that of the run which read it."""
    run_of = {row["dump_id"]: row["run_id"] for row in rows}
    readers = Readers.of_runs(warehouse, set(run_of.values()))
    return {dump_id: readers.of(dump_id, run_id) for dump_id, run_id in run_of.items()}


def told(how: Mapping[str, How]) -> dict[str, Any]:
    """The same for the column `options` of `runs`: what holds of most dumps, and the ids of the others."""
    alike: dict[How, list[str]] = defaultdict(list)
    for dump_id, own in sorted(how.items()):
        alike[own].append(dump_id)
    most, *others = sorted(alike, key=lambda own: -len(alike[own])) or [How()]
    return _told(most) | ({OTHERWISE: [_told(own) | {"dumps": alike[own]} for own in others]} if others else {})


def _told(how: How) -> dict[str, Any]:
    return {"fields": asdict(how.fields), "repair_steps": list(how.steps)}


def _how(options: Row) -> How:
    fields = {name: tuple(names) for name, names in options.get("fields", {}).items()}
    return How(Asked(**fields), tuple(options.get("repair_steps", USUAL)))
