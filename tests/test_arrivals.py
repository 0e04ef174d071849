"""What a run brings: rows of new places, each once, however they lie in the staged files."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import corpora
import pyarrow as pa
import pytest

from flows import scratch
from flows.arrivals import Met, arrive, residue
from flows.evidence import Again
from flows.pipeline import Request, run
from flows.runners import local
from flows.staging import STAGED, Staged
from flows.warehouse import Warehouse
from transforms.identity import place_of

Row = dict[str, Any]
TABLES = ("copies", "bodies", "residue")
MEMBER = {"copies": "dump_member", "residue": "member"}


def reading(rng: Random, dump: str, path: str, member: str | None, source: str) -> tuple[list[Row], list[Row]]:
    """The copies of one dump, in their order, and its residue."""
    at = {"dump_id": dump, "dump_path": path}
    number = Random(dump).randint(0, 7)
    copies = [
        at | {"dump_member": member, "ordinal": k, "copy_id": f"{dump} {path} {member} {k}", "source": source}
        for k in range(number)
    ]
    left = [at | {"member": member, "start": start, "end": 9, "kind": source} for start in rng.choices(range(5), k=4)]
    return copies, left


def staged(folder: Path, readings: list[tuple[list[Row], list[Row]]], rng: Random) -> list[Staged]:
    """Readings one after the other, parted into files anywhere."""
    rows = {
        "copies": [row for copies, _ in readings for row in copies],
        "residue": [row for _, r in readings for row in r],
    }
    rows["bodies"] = [{"copy_id": row["copy_id"], "text": row["source"]} for row in rows["copies"]]
    cuts = sorted(rng.choices(range(len(rows["copies"]) + 1), k=3))
    left_cuts = sorted(rng.choices(range(len(rows["residue"]) + 1), k=3))
    for name in TABLES:
        borders = [0, *(left_cuts if name == "residue" else cuts), len(rows[name])]
        for chunk, (begin, end) in enumerate(pairwise(borders)):
            table = pa.Table.from_pylist(rows[name][begin:end], schema=STAGED[name])
            scratch.put(table, folder / f"{0:06d}-{chunk:06d}.{name}{scratch.SUFFIX}")
    return [Staged(str(folder), 0, chunks=4)]


@pytest.mark.parametrize("seed", range(30))
def test_rows_of_new_places_each_once(tmp_path: Path, seed: int) -> None:
    rng = Random(seed)
    places = [(dump, path, member) for dump in "ab" for path in "xy" for member in (None, "m")]
    readings = [reading(rng, *place, str(n)) for n, place in enumerate(rng.choices(places, k=6))]
    new = {(dump, place_of(path, member)) for dump, path, member in rng.sample(places, 6)}
    met = Met(new, {(dump, place_of(path, member)) for dump, path, member in places})
    batches, again = staged(tmp_path, readings, rng), Again(lambda _: None)
    arrivals = arrive(batches, again, met, (), tmp_path)
    copies = [row for table in arrivals.copies() for row in table.to_pylist()]
    bodies = [row for table in arrivals.bodies(["copy_id", "text"]) for row in table.to_pylist()]
    assert copies == expected(readings, 0, new, ("copy_id",))
    assert [(row["copy_id"], row["text"]) for row in bodies] == [(row["copy_id"], row["source"]) for row in copies]
    assert arrivals.num_rows == len(copies)
    left = [row for table in residue(batches, again, met) for row in table.to_pylist()]
    assert left == expected(readings, 1, new, ("start", "end"))


def expected(readings: list[tuple[list[Row], list[Row]]], which: int, new: set[Any], key: tuple[str, ...]) -> list[Row]:
    """The rows of new places as they stand, but for those that stood before."""
    name = ("copies", "residue")[which]
    first: dict[Any, Row] = {}
    for rows in readings:
        for row in rows[which]:
            place = row["dump_id"], place_of(row["dump_path"], row[MEMBER[name]])
            if place in new:
                first.setdefault((place, *(row[column] for column in key)), row)
    table = pa.Table.from_pylist(list(first.values()), schema=STAGED[name])
    rows: list[Row] = table.to_pylist()
    return rows


def test_two_sources_with_the_same_file(tmp_path: Path) -> None:
    """The same bytes under the same relative path are one place, met twice."""
    dump = corpora.listing([corpora.post(Random(1))])
    for name in ("one", "two"):
        corpora.write(tmp_path / name, {"a.txt": dump})
    each = local(lambda _batch, _staged: None)
    run(Request((str(tmp_path / "one"), str(tmp_path / "two")), tmp_path / "both"), each)
    (post,) = Warehouse.open(tmp_path / "both").read("posts").to_pylist()
    assert (post["n_copies"], post["n_dumps"]) == (1, 1)
