"""New copies related to all that is known: which posts they make or change, and every row that follows from it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows import scratch
from flows.arrivals import Arrivals, Pair, put_pair
from flows.components import Entangled, Lost, New, entangle
from flows.cores import on_all_cores
from flows.entangled import Made, Outcome, untangle
from flows.index import related
from flows.lookup import Batch
from flows.memory import give_back
from flows.plain import plain_copies, plain_posts, plain_wordings
from flows.staging import BODIES
from flows.table_files import TableFiles
from flows.warehouse import Change, Warehouse
from transforms.tables import COPIES, SCHEMAS

# Folders of the staging folder: rows on their way into the tables, rows that wait for their batch, the join's own.
MADE: Final = "made"
BATCHES: Final = "batches"
JOIN: Final = "join"
TABLES: Final = ("posts", "copies", "wordings")


def relate_and_merge(
    warehouse: Warehouse, arrivals: Arrivals, run_id: str, folder: Path
) -> tuple[dict[str, Change], dict[str, int]]:
    """Finds the posts that new copies make or change, and those that lose copies.

    Gives the changes of `posts`, `copies`, `wordings` and `matches`, and the counts of the run. `folder` is the
    staging folder.
    """
    new = New.of(arrivals)
    lost = Lost.of(warehouse, arrivals, new)
    if not arrivals.num_rows and not lost.copies.num_rows:
        return {}, {}
    matches = related(warehouse, arrivals.bodies, lost.gone.to_pylist(), folder / JOIN)
    give_back()
    entangled = entangle(warehouse, arrivals, new, lost, matches)
    waiting = _waiting(entangled, arrivals, folder / BATCHES)
    plain = partial(_plain, entangled=entangled, replaced=arrivals.replaced, run_id=run_id)

    def untangled(number: int) -> Outcome:
        return untangle(
            warehouse, _batch(entangled, arrivals, number, waiting.get(number, ())), arrivals.reread, run_id
        )

    out = _Out.into(folder / MADE)
    outcomes = on_all_cores(plain, arrivals.files)
    with ThreadPoolExecutor(1) as apart:
        # One batch at a time is as much as memory should hold; beside each goes its share of the plain posts.
        for number in range(entangled.number):
            batch = apart.submit(untangled, number)
            for outcome in islice(outcomes, len(arrivals.files) // entangled.number):
                out.add(outcome)
            out.add(batch.result())
            give_back()
    for outcome in outcomes:
        out.add(outcome)
    return out.changes(entangled), {**out.counts, "pairs_passed_over": matches.passed_over}


@dataclass(slots=True)
class _Out:
    """What a run writes, on its way to the disk, the keys of the rows that change or go, and the counts."""

    files: dict[str, TableFiles]
    gone: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in TABLES})
    dead: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    @classmethod
    def into(cls, folder: Path) -> _Out:
        folder.mkdir(exist_ok=True)
        return cls({name: TableFiles(folder, name) for name in TABLES})

    def add(self, outcome: Outcome) -> None:
        """Adds what a batch came to."""
        for name in TABLES:
            self.files[name].add(getattr(outcome.made, name))
            self.gone[name] += outcome.gone.get(name, ())
        self.dead += outcome.dead
        self.counts.update(outcome.counts)

    def changes(self, entangled: Entangled) -> dict[str, Change]:
        """What all of it changes."""
        tables = {name: Change(files=self.files[name].close(), deletes=self.gone[name]) for name in TABLES}
        return {**tables, "matches": _match_changes(entangled, pa.array(self.dead, pa.string()))}


def _waiting(entangled: Entangled, arrivals: Arrivals, folder: Path) -> Mapping[int, Sequence[Pair]]:
    """The files of the new copies of each batch."""
    waiting = defaultdict[int, list[Pair]](list)
    parted = partial(_parted, entangled=entangled, folder=folder)
    for found in on_all_cores(parted, enumerate(arrivals.files)):
        for number, pair in found.items():
            waiting[number].append(pair)
    return waiting


def _parted(numbered: tuple[int, Pair], *, entangled: Entangled, folder: Path) -> dict[int, Pair]:
    """Of a file of new copies, files of those that are entangled, for the batch of each."""
    number, (copies, bodies) = numbered[0], map(scratch.take, numbered[1])
    batches, put = entangled.batch_of(copies["wording"]), {}
    for batch in np.unique(batches[batches >= 0]).tolist():
        chosen = pa.array(batches == batch)
        put[batch] = put_pair(folder / str(batch), number, (copies.filter(chosen), bodies.filter(chosen)))
    return put


def _plain(files: Pair, *, entangled: Entangled, replaced: Sequence[str], run_id: str) -> Outcome:
    """What those of a file of new copies come to that are one post each."""
    copies, bodies = map(scratch.take, files)
    alone = pa.array(entangled.batch_of(copies["wording"]) < 0)
    copies, bodies = copies.filter(alone), bodies.filter(alone)
    if not copies.num_rows:
        return Outcome(Made(*(SCHEMAS[name].empty_table() for name in TABLES)))
    made = Made(plain_posts(copies, bodies, run_id), plain_copies(copies), plain_wordings(bodies))
    new = pc.invert(pc.is_in(copies["dump_id"], value_set=pa.array(replaced, pa.string())))
    return Outcome(made, counts={"copies": pc.sum(new).as_py(), "posts": copies.num_rows})


def _batch(entangled: Entangled, arrivals: Arrivals, number: int, waiting: Sequence[Pair]) -> Batch:
    """A batch, with its new copies if it has any."""
    found, known, lost = entangled.of_batch(number)
    copies, bodies = (
        pa.concat_tables([schema.empty_table(), *(scratch.take(pair[which]) for pair in waiting)])
        for which, schema in enumerate((COPIES, BODIES))
    )
    gone = frozenset(lost["wording"].to_pylist())
    return Batch(copies, bodies, found, known, gone, frozenset(arrivals.replaced))


def _match_changes(entangled: Entangled, dead: pa.Array) -> Change:
    """New matches, less those of wordings that no copy has any more; the known ones of these go, and those that parted.

    Matches are replaced all those of one left wording together.
    """

    def alive(matches: pa.Table) -> pa.Array:
        return pc.invert(pc.or_(*(pc.is_in(matches[end], value_set=dead) for end in ("left", "right"))))

    stay = alive(entangled.known)
    groups = pc.unique(pa.concat_tables([entangled.known.filter(pc.invert(stay)), entangled.parted])["left"])
    kept = entangled.known.filter(pc.and_(stay, pc.is_in(entangled.known["left"], value_set=groups)))
    return Change(entangled.found.filter(alive(entangled.found)), kept, groups)
