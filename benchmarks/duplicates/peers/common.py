"""What all the programs need: the rows, their shingles, groups, and where the answer goes."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

WORD: Final = re.compile(r"\w+")
SHINGLE: Final = 5
THRESHOLD: Final = 0.8
PERMUTATIONS: Final = 128


class Groups:
    """Which rows belong together: a forest in which each root stands for a group."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def root(self, row: str) -> str:
        """The row that stands for the group of a row."""
        above = self._above.setdefault(row, row)
        while above != self._above[above]:
            self._above[above] = self._above[self._above[above]]
            above = self._above[above]
        self._above[row] = above
        return above

    def join(self, one: str, other: str) -> None:
        """Puts two rows together, and with them their groups."""
        self._above[self.root(one)] = self.root(other)


def rows() -> dict[str, str]:
    """Text by id, of all files of the folder that the program was called with."""
    found = {}
    for path in sorted(Path(sys.argv[1]).glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                found[row["id"]] = row["text"]
    return found


def shingles(text: str) -> list[str]:
    """The runs of five words; the whole text where it has fewer."""
    words = WORD.findall(text.casefold())
    if len(words) < SHINGLE:
        return [" ".join(words)]
    return list({" ".join(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1)})


def answer(groups: Mapping[str, str]) -> None:
    """Writes the group of each row."""
    Path(sys.argv[2]).write_text(json.dumps(groups), "utf-8")
