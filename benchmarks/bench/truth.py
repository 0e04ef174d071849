"""What tools found of the copies that the generator made, and what they took out wrongly."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.bench.tools import ANSWER, WAREHOUSE
from benchmarks.duplicates.exact import Verdict, exact, verdict
from benchmarks.duplicates.winnow import groups_of

NEAR: Final = frozenset({"identical", "near-identical"})


@dataclass(frozen=True)
class Truth:
    """By copy the row that it was made of and what the two are by the definition; by row its family."""

    pairs: Mapping[str, tuple[str, Verdict]]
    families: Mapping[str, str]

    def count(self, verdicts: frozenset[str]) -> int:
        """How many copies are that to what they were made of."""
        return sum(said in verdicts for _, said in self.pairs.values())


@dataclass(frozen=True)
class Grouped:
    """By row its group, and by group the row that stands for it."""

    groups: Mapping[str, str]
    kept: Mapping[str, str]


@dataclass(frozen=True)
class Score:
    """Copies put together with what they were made of, and rows taken out for the sake of one of another family."""

    near: int
    excerpts: int
    false: int
    removed: int


def truth_of(dumps: Path) -> Truth:
    """Reads what the generator noted beside the dumps, and compares the texts of each pair by the plain definition.

    A form filled in anew is no copy: it is a family of its own.
    """
    notes = [json.loads(line) for line in _lines(dumps.with_name(f"{dumps.name}.truth.jsonl"))]
    made_of = {note["id"]: note["copied"] for note in notes if note["copied"] and note["change"] != "form"}
    wanted = {*made_of, *made_of.values()}
    texts = {}
    for path in sorted(dumps.glob("*.jsonl")):
        for line in _lines(path):
            row = json.loads(line)
            if row["id"] in wanted:
                texts[row["id"]] = row["text"]
    pairs = {
        copy: (first, verdict(exact(texts[copy]), exact(texts[first])))
        for copy, first in made_of.items()
        if copy in texts
    }
    return Truth(pairs, {note["id"]: made_of.get(note["id"], note["id"]) for note in notes})


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text("utf-8").split("\n") if line]


def grouped(name: str, folder: Path) -> Grouped:
    """What a tool left in its folder. Where it names no row that stands for a group, the first one does."""
    if name == "winnow":
        return Grouped(*groups_of(folder / WAREHOUSE))
    told = json.loads((folder / ANSWER).read_text("utf-8"))
    if "kept" in told:
        return Grouped(told["groups"], told["kept"])
    kept: dict[str, str] = {}
    for row, group in told.items():
        kept.setdefault(group, row)
    return Grouped(told, kept)


def score(truth: Truth, found: Grouped) -> Score:
    """Counts what was found."""
    together: dict[str, int] = defaultdict(int)
    for copy, (first, said) in truth.pairs.items():
        together["near" if said in NEAR else said] += found.groups[copy] == found.groups[first]
    removed = [row for row, group in found.groups.items() if found.kept[group] != row]
    false = sum(truth.families[row] != truth.families[found.kept[found.groups[row]]] for row in removed)
    return Score(together["near"], together["excerpt"], false, len(removed))
