"""What is measured: documents beside other tools, growth, a second run, bad input. Each gives a part of the page."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow.compute as pc
import pyarrow.dataset as ds

from benchmarks.bench import dumps, plot, tools, truth, turns
from benchmarks.bench.dumps import Made, Wanted
from benchmarks.bench.turns import Tool, Turns
from benchmarks.measured import CommandError
from benchmarks.page import PAGE, machine, table

PLOT: Final = PAGE.with_name("benchmarks.svg")


@dataclass(frozen=True)
class Asked:
    """How much is measured. `sizes` are MB, `documents` and `again` counts; `peers` is where other tools lie.

    The plot is written to `plot`, and named so on the page.
    """

    folder: Path
    peers: Path
    rounds: int
    sizes: Sequence[int]
    documents: int
    again: int
    bad: Sequence[str]
    seed: str
    plot: Path = PLOT

    def measured_on(self) -> str:
        """The last sentence of each part."""
        rounds = f"Medians of {self.rounds} rounds" if self.rounds > 1 else "One round"
        return f"{rounds}, seed {self.seed}, on {machine()}, kept to {turns.CORES} cores."


def documents(asked: Asked) -> str:
    """The whole job on JSON lines, beside datatrove's, and the grouping alone of two libraries."""
    place = asked.folder / "documents"
    made = dumps.write(Wanted("rows", posts=asked.documents, seed=asked.seed), place)
    others = (tools.DATATROVE, tools.RENSA, tools.DATASKETCH)
    names = "; ".join(peer.version(asked.peers) for peer in others)
    ran = turns.in_turn(
        [tools.OWN, *(tools.of_peer(peer, asked.peers) for peer in others)], place, asked.folder / "ran", asked.rounds
    )
    known = truth.truth_of(place)
    near, excerpts = known.count(truth.NEAR), known.count(frozenset({"excerpt"}))
    lines = [
        [*line, *_scored(line[0], ran[line[0]], known, asked.folder / "ran")]
        for line in turns.compared(ran, made.bytes)
    ]
    head = (*turns.COMPARED, f"true duplicates found, of {near:,}", f"excerpts, of {excerpts:,}", "false removals")
    return (
        f"{made.posts:,} documents, {made.bytes / 1e6:.0f} MB, one JSON row each in {made.dumps} files, "
        f"{made.copies:,} of them copies.\n\n{table(head, lines)}\n\n"
        "True duplicates have the same words or a Jaccard similarity of 0.8 and more with what they were made of "
        "(runs of five words); a row is removed falsely where the row that is kept for it was not made of the same "
        "post (most are forms, filled in anew). winnow: `ingest`, from files to tables. datatrove: JsonlReader, "
        "FTFYFormatter, the four MinHash steps with 14 buckets of 8 hashes, ParquetWriter, 2 workers, 8 tasks. rensa "
        "and datasketch: reading, signatures of 128 permutations and their own index at 0.8, in one process, without "
        f"repair or tables. {names}. {asked.measured_on()}"
    )


def _scored(name: str, ran: Turns, known: truth.Truth, folder: Path) -> list[str]:
    if not ran.costs:
        return ["–"] * 3
    found = truth.score(known, truth.grouped(name, folder / name))
    return [f"{found.near:,}", f"{found.excerpts:,}", f"{found.false:,} of {found.removed:,}"]


# By the name of a line of the plot: what is made, and which other tool is asked.
GROWING: Final = {
    "JSON rows": Wanted("rows"),
    "text": Wanted("text"),
    "text, damaged": Wanted("text", condition="dirty"),
    "text, legacy": Wanted("text", condition="legacy"),
    "HTML": Wanted("html"),
}


def growth(asked: Asked) -> str:
    """Every kind of dumps in every size, HTML beside trafilatura; draws the plot."""
    own: dict[str, list[tuple[int, Turns]]] = {}
    lines = []
    for name, wanted in GROWING.items():
        for size in asked.sizes:
            made, ran = _grown(asked, Wanted(wanted.kind, size, condition=wanted.condition, seed=asked.seed))
            lines += [
                [f"{name}, {made.bytes / 1e6:,.0f} MB", f"{made.dumps:,}", *line]
                for line in turns.compared(ran, made.bytes)
            ]
            if ran["winnow"].costs:
                own.setdefault(name, []).append((made.bytes, ran["winnow"]))
    asked.plot.write_text(drawn(own), "utf-8")
    return (
        f"{table(('dumps', 'files', *turns.COMPARED), lines)}\n\n![Seconds and memory by size]({asked.plot.name})\n\n"
        f"{grown(own)}\n\n"
        "Damaged: one line in ten read in a wrong encoding, in cp1252 or with entities. Legacy: half of the dumps in "
        "the encoding that their language had before UTF-8. trafilatura extracts alone, in 2 processes: "
        f"{tools.TRAFILATURA.version(asked.peers)}. {asked.measured_on()}"
    )


def _grown(asked: Asked, wanted: Wanted) -> tuple[Made, dict[str, Turns]]:
    place = asked.folder / "growing"
    made = dumps.write(wanted, place)
    print(f"{wanted.kind}, {wanted.condition}, {made.bytes / 1e6:.0f} MB", flush=True)
    others = [tools.of_peer(tools.TRAFILATURA, asked.peers)] if wanted.kind == "html" else []
    ran = turns.in_turn([tools.OWN, *others], place, asked.folder / "ran", asked.rounds)
    shutil.rmtree(place)
    return made, ran


def grown(own: Mapping[str, Sequence[tuple[int, Turns]]]) -> str:
    """How many times as much the largest dumps of a kind cost as the smallest ones."""
    lines = []
    for name, found in own.items():
        (small, before), (large, after) = min(found, key=lambda each: each[0]), max(found, key=lambda each: each[0])
        times = (large / small, after.seconds / before.seconds, after.processor / before.processor)
        peaks = f"{after.peak / before.peak:.1f}" if after.peak and before.peak else "–"
        lines.append([name, f"{small / 1e6:,.0f} to {large / 1e6:,.0f}", *(f"{each:.1f}" for each in times), peaks])
    head = ("winnow", "MB", "times as much", "times the seconds", "times the processor seconds", "times the memory")
    return table(head, lines)


def drawn(own: Mapping[str, Sequence[tuple[int, Turns]]]) -> str:
    def lines(what: Callable[[Turns], float]) -> dict[str, list[tuple[float, float]]]:
        return {name: [(size / 1e6, what(ran)) for size, ran in sorted(found, key=lambda each: each[0])]
                for name, found in own.items()}  # fmt: skip

    return plot.svg([
        plot.Panel("Seconds", "MB of dumps", "seconds", lines(lambda ran: ran.seconds)),
        plot.Panel("Processor seconds", "MB of dumps", "seconds", lines(lambda ran: ran.processor)),
        plot.Panel("Peak memory", "MB of dumps", "MB, all processes", lines(lambda ran: (ran.peak or 1) / 1e6)),
    ])  # fmt: skip


def again(asked: Asked) -> str:
    """A first run on many small dumps, and more runs on the same ones, of which none has changed."""
    place, warehouse = asked.folder / "small", asked.folder / "again"
    made = dumps.write_tiny(place, asked.again, 1_000, asked.seed)
    first = tools.ingest(place, warehouse, asked.folder / "again.log")
    print(f"{asked.again:,} dumps: {turns.told(first)}", flush=True)
    ran = turns.in_turn(
        [Tool("again", lambda here, _: tools.ingest(here, warehouse, asked.folder / "again.log"))],
        place, asked.folder / "ran", asked.rounds,
    )["again"]  # fmt: skip
    lines = [
        ["first", f"{first.seconds:.1f}", f"{first.processor:.1f}", turns.memory(first.peak)],
        ["again", f"{ran.seconds:.1f}", f"{ran.processor:.1f}", turns.memory(ran.peak)],
    ]
    return (
        f"{made.dumps:,} text dumps of 1 kB, then the same command again, when none of them has changed:\n\n"
        f"{table(('run', 'seconds', 'processor seconds', 'peak memory'), lines)}\n\n{asked.measured_on()}"
    )


BAD: Final[dict[str, tuple[str, Callable[[Path, str], Made]]]] = {
    "line": ("a single line of 500 MB", lambda place, seed: dumps.write_line(place, 500, seed)),
    "tiny": ("100,000 files of 50 bytes", lambda place, seed: dumps.write_tiny(place, 100_000, 50, seed)),
    "big": ("one file of 5 GB", lambda place, seed: dumps.write_big(place, 5_000, seed)),
}


def bad(asked: Asked) -> str:
    """Input that breaks tools which hold a file in memory, or do too much for each."""
    lines = []
    for name in asked.bad:
        told, write = BAD[name]
        place, warehouse = asked.folder / "bad", asked.folder / "bad-warehouse"
        made = write(place, asked.seed)
        try:
            lines.append([told, *_survived(asked, made, place, warehouse)])
        except CommandError as error:
            lines.append([told, *["–"] * 4, turns.last_words(error), "–"])
        print(" | ".join(lines[-1]), flush=True)
        for each in (place, warehouse):
            shutil.rmtree(each, ignore_errors=True)
    head = ("input", "seconds", "MB/s", "processor seconds", "peak memory", "what stands in `dumps`", "`winnow verify`")
    return f"{table(head, lines)}\n\nOne run each, seed {asked.seed}, on {machine()}, kept to {turns.CORES} cores."


def _survived(asked: Asked, made: Made, place: Path, warehouse: Path) -> list[str]:
    """What one run cost, what it made, and whether it holds all that was there. Raises `CommandError`."""
    cost = tools.ingest(place, warehouse, asked.folder / "bad.log")
    spent = [f"{cost.seconds:.1f}", f"{made.bytes / 1e6 / cost.seconds:.1f}", f"{cost.processor:.1f}"]
    held = tools.verified(warehouse, asked.folder / "verify.log")
    return [*spent, turns.memory(cost.peak), _dumps_of(warehouse), held]


def _dumps_of(warehouse: Path) -> str:
    """How many dumps have which status, how many copies and pieces of residue they hold."""
    rows = ds.dataset((warehouse / "current").resolve() / "dumps").to_table(["status", "n_copies", "n_residue"])
    counted = {each["values"]: each["counts"] for each in pc.value_counts(rows["status"]).to_pylist()}
    copies, residue = (pc.sum(rows[name]).as_py() or 0 for name in ("n_copies", "n_residue"))
    told = ", ".join(f"{count:,} {status}" for status, count in sorted(counted.items()))
    return f"{told}; {copies:,} copies, {residue:,} pieces of residue"


# By kind of dumps the tools that are warmed by it, and the scenario that asks them.
WARMED: Final = {
    "rows": [("documents", peer) for peer in (tools.DATATROVE, tools.RENSA, tools.DATASKETCH)],
    "html": [("growth", tools.TRAFILATURA)],
}


def warmed(asked: Asked, chosen: Collection[str]) -> None:
    """Runs the tools of the chosen scenarios on a little, so that none compiles machine code while the clock runs."""
    for kind in ("rows", "text", "html"):
        place = asked.folder / f"warm-{kind}"
        dumps.write(Wanted(kind, posts=300, seed=asked.seed), place)
        others = [tools.of_peer(peer, asked.peers) for name, peer in WARMED.get(kind, ()) if name in chosen]
        turns.in_turn([tools.OWN, *others], place, asked.folder / "ran", 1)
