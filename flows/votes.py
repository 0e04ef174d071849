"""What the text dumps of a source say about how it may be cut, in the warehouse and new, and whom it sways.

Only the sources of dumps that were read are looked at, each as a whole: a new dump may sway any other of its source.
That is a few hundred bytes a dump, and no text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows import staging
from flows.staging import Staged
from flows.warehouse import Warehouse
from transforms.votes import Ballots, Ints, elected

# What tells rows apart.
IDENTITY = ["dump_id", "source"]


def fresh_votes(warehouse: Warehouse, staged: Sequence[Staged]) -> pa.Table:
    """The rows of dumps that are new to their source; the same bytes at several places of it have one."""
    votes = staging.read(staged, "votes")
    known = set(_pairs(warehouse.read("votes", IDENTITY, ("dump_id", votes["dump_id"].to_pylist()))))
    first = {pair: number for number, pair in reversed(list(enumerate(_pairs(votes)))) if pair not in known}
    return votes.take(pa.array(sorted(first.values()), pa.int64()))


def voted(warehouse: Warehouse, staged: Sequence[Staged], also: Collection[str] = ()) -> dict[str, int | None]:
    """For each dump of the sources that were read of: the key of the way that the others speak for, None for its own.

    `also` names further sources. A dump that lies in several sources hears the one that has most dumps, of equal ones
    the first by name.
    """
    fresh = fresh_votes(warehouse, staged)
    # One that is known may have been away when its source last spoke.
    touched = {*staging.read(staged, "votes", ["source"])["source"].to_pylist(), *also}
    if not touched:
        return {}
    dumps = {*fresh["dump_id"].to_pylist(), *_dumps_of(warehouse, touched)}
    sources = touched.union(warehouse.read("votes", IDENTITY, ("dump_id", dumps))["source"].to_pylist())
    votes = pa.concat_tables([warehouse.read("votes", where=("source", sources)), fresh])
    _, source, counts = np.unique(votes["source"].to_numpy(), return_inverse=True, return_counts=True)
    ids, ways = votes["dump_id"].to_pylist(), elected(_ballots(votes, source))
    heard: dict[str, int | None] = {}
    for row in np.lexsort((source, -counts[source])).tolist():
        if ids[row] in dumps:
            heard.setdefault(ids[row], ways[row])
    return heard


def _dumps_of(warehouse: Warehouse, sources: Iterable[str]) -> list[str]:
    found: list[str] = warehouse.read("votes", IDENTITY, ("source", sources))["dump_id"].to_pylist()
    return found


def _pairs(votes: pa.Table) -> list[tuple[str, str]]:
    return list(zip(votes["dump_id"].to_pylist(), votes["source"].to_pylist(), strict=True))


def _ballots(votes: pa.Table, source: Ints) -> Ballots:
    return Ballots(
        source=source,
        ways=pc.list_value_length(votes["ranks"]).to_numpy(),
        names=pc.list_value_length(votes["keys"]).to_numpy(),
        ranks=_flat(votes, "ranks"),
        chances=_flat(votes, "chances"),
        keys=_flat(votes, "keys").view(np.uint64),
        named=_flat(votes, "named"),
    )


def _flat(votes: pa.Table, name: str) -> Ints:
    """The elements of a column of lists, one row after another."""
    return np.asarray(pc.list_flatten(votes[name]).to_numpy(), np.int64)
