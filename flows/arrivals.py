"""What a run brings that was not there: new copies with their bodies, and residue, file by file.

Nothing here holds the rows of more than one staged file, which a batch of dumps has bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from flows import scratch, staging
from flows.evidence import Again
from flows.staging import Staged
from transforms.identity import place_of

Row = dict[str, Any]
Place = tuple[str, str]  # the dump, and where it lies
Mask = NDArray[np.bool_]

# The folder of the staging folder for what has arrived.
FOLDER: Final = "arrivals"

Pair = tuple[Path, Path]  # files of copies and of their bodies


@dataclass(frozen=True, slots=True)
class Met:
    """The places that a run has met.

    Those that are `new`: bytes were understood there that had not been understood there before. Those that were met
    `several` times: two sources can hold the same bytes under the same relative path.
    """

    new: Collection[Place]
    several: Collection[Place]


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What a run brings: files of new copies and files of their bodies, row by row, and dumps whose rows they replace.

    `reread` gives the text of an old copy, which is not stored where another copy has the same words; None where its
    bytes are gone. `num_rows` is the number of new copies.
    """

    files: Sequence[tuple[Path, Path]]
    num_rows: int
    replaced: Sequence[str]
    reread: Callable[[Row], str | None]

    def copies(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """The new copies, a table a file, in the same order each time."""
        for path, _ in self.files:
            yield scratch.take(path, columns)

    def bodies(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """The bodies of the new copies, in their order."""
        for _, path in self.files:
            yield scratch.take(path, columns)


def arrive(staged: Sequence[Staged], again: Again, met: Met, replaced: Sequence[str], folder: Path) -> Arrivals:
    """Takes from the staged copies those at new places, and of the dumps that were split again what came of that."""
    once, rows = _Once(met, again.dumps), 0
    found: list[Pair] = []
    for source, chosen in ((staged, once.copies), (again.staged, again.counting)):
        pairs = zip(staging.files(source, "copies"), staging.files(source, "bodies"), strict=True)
        for pair in pairs:
            kept = pa.array(chosen(scratch.take(pair[0], ["dump_id", "dump_path", "dump_member", "ordinal"])))
            number = kept.true_count
            if number:
                filtered = (scratch.take(path).filter(kept) for path in pair)
                found.append(pair if number == len(kept) else put_pair(folder / FOLDER, len(found), filtered))
            rows += number
    return Arrivals(found, rows, replaced, again.reread)


def residue(staged: Sequence[Staged], again: Again, met: Met) -> Iterator[pa.Table]:
    """The residue of the same places, a table a file."""
    once = _Once(met, again.dumps)
    for source, chosen in ((staged, once.residue), (again.staged, again.counting)):
        for path in staging.files(source, "residue"):
            rows = scratch.take(path)
            yield rows.filter(pa.array(chosen(rows)))


class _Once:
    """Which rows belong to one of the new places, each once, asked file by file in the order of the files."""

    def __init__(self, met: Met, anew: Collection[str]) -> None:
        self._met, self._anew = met, anew
        self._last: dict[Place, int] = {}
        self._seen: dict[Place, set[tuple[int, int]]] = {}

    def copies(self, rows: pa.Table) -> Mask:
        """A dump has its copies in their order, so one that is read once more is told by ordinals that come again."""
        kept = np.zeros(rows.num_rows, np.bool_)
        ordinals = rows["ordinal"].to_numpy()
        for place, span in self._stretches(rows, "dump_member"):
            here = ordinals[span]
            before = np.maximum.accumulate(np.concatenate([[self._last.get(place, -1)], here]))
            kept[span] = here > before[:-1]
            if place in self._met.several:
                self._last[place] = int(before[-1])
        return kept

    def residue(self, rows: pa.Table) -> Mask:
        """Two pieces of residue of a dump that lie at the same place are one."""
        kept = np.zeros(rows.num_rows, np.bool_)
        spans = np.stack([rows["start"].to_numpy(), rows["end"].to_numpy()], axis=1)
        for place, span in self._stretches(rows, "member"):
            _, first = np.unique(spans[span], axis=0, return_index=True)
            kept[span.start + first] = True
            if place in self._met.several:
                seen = self._seen.setdefault(place, set())
                new = [pair not in seen for pair in map(tuple, spans[span].tolist())]
                kept[span] &= new
                seen.update(map(tuple, spans[span].tolist()))
        return kept

    def _stretches(self, rows: pa.Table, member: str) -> Iterator[tuple[Place, slice]]:
        """The new places of which there are rows, each with the stretch of its rows."""
        names = ("dump_id", "dump_path", member)
        if not rows.num_rows:
            return
        codes = np.stack([_codes(rows[name]) for name in names])
        begins = np.flatnonzero(np.concatenate([[True], np.diff(codes).any(axis=0)]))
        ends = np.append(begins[1:], rows.num_rows)
        firsts = zip(*(rows[name].take(pa.array(begins, pa.int64())).to_pylist() for name in names), strict=True)
        for (dump_id, path, inside), begin, end in zip(firsts, begins, ends, strict=True):
            place = dump_id, place_of(path, inside)
            if place in self._met.new and dump_id not in self._anew:
                yield place, slice(int(begin), int(end))


def _codes(column: pa.ChunkedArray) -> NDArray[np.int64]:
    encoded = column.combine_chunks().dictionary_encode(null_encoding="encode")
    return np.asarray(encoded.indices.to_numpy(), np.int64)


def put_pair(folder: Path, number: int, tables: Iterable[pa.Table]) -> Pair:
    """Writes a table of copies and one of their bodies into a folder, which is made."""
    folder.mkdir(exist_ok=True, parents=True)
    copies, bodies = (folder / f"{number:06d}.{name}{scratch.SUFFIX}" for name in ("copies", "bodies"))
    for path, table in zip((copies, bodies), tables, strict=True):
        scratch.put(table, path)
    return copies, bodies
