"""Tools one after another on the same dumps, several times over; the figures of a tool are its medians."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.measured import CommandError, Cost

# The cores that all tools run on, those of the machine that the target figures were set for.
CORES: Final = 2


@dataclass(frozen=True)
class Tool:
    """A tool; `job` is given the dumps and an empty folder, and gives the cost or why it could not be run."""

    name: str
    job: Callable[[Path, Path], Cost | str]


@dataclass(frozen=True)
class Turns:
    """What a tool cost in each round; or why there is nothing."""

    costs: tuple[Cost, ...] = ()
    failure: str = ""

    @property
    def seconds(self) -> float:
        """The median by the clock."""
        return median(cost.seconds for cost in self.costs)

    @property
    def processor(self) -> float:
        """The median of the seconds of all processors."""
        return median(cost.processor for cost in self.costs)

    @property
    def peak(self) -> int | None:
        """The most memory of all processes together in any round, in bytes."""
        return max((cost.peak for cost in self.costs if cost.peak), default=None)


def pinned() -> None:
    """Keeps this process and all that it starts to two cores, where the system can do that."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])


def in_turn(tools: Sequence[Tool], dumps: Path, folder: Path, rounds: int) -> dict[str, Turns]:
    """Every tool once a round, each time into `folder/NAME`, which holds what it made in the last round.

    A tool that fails is not asked again.
    """
    found: dict[str, list[Cost]] = {tool.name: [] for tool in tools}
    failures: dict[str, str] = {}
    for number in range(rounds):
        for tool in tools:
            if tool.name in failures:
                continue
            shutil.rmtree(folder / tool.name, ignore_errors=True)
            (folder / tool.name).mkdir(parents=True)
            cost = asked(tool, dumps, folder / tool.name)
            if isinstance(cost, str):
                failures[tool.name] = cost
            else:
                found[tool.name].append(cost)
            print(f"  round {number + 1}, {tool.name}: {told(cost)}", flush=True)
    return {name: Turns(tuple(costs), failures.get(name, "")) for name, costs in found.items()}


def asked(tool: Tool, dumps: Path, folder: Path) -> Cost | str:
    """What one run of a tool cost; or the last words of one that failed."""
    try:
        return tool.job(dumps, folder)
    except CommandError as error:
        return last_words(error)


def last_words(error: CommandError) -> str:
    """What a command said at its end, as the cell of a table."""
    return " ".join(str(error).split())[-300:].replace("|", "/")


def told(cost: Cost | str) -> str:
    """A cost in words."""
    return cost if isinstance(cost, str) else f"{cost.seconds:.1f} s, {cost.processor:.1f} of processors"


def ratio(turns: Turns, against: Turns, what: Callable[[Cost], float]) -> float:
    """The median over the rounds of how many times as much a tool took as another in the same round."""
    return median(what(one) / what(other) for one, other in zip(turns.costs, against.costs, strict=False))


def compared(found: Mapping[str, Turns], size: int) -> list[list[str]]:
    """A line a tool: seconds, MB/s, processor seconds, both against the first tool, and peak memory."""
    first = next(iter(found.values()))
    lines = []
    for name, turns in found.items():
        if not turns.costs or not first.costs:
            lines.append([name, turns.failure, *["–"] * 5])
            continue
        lines.append([
            name,
            f"{turns.seconds:.1f}",
            f"{size / 1e6 / turns.seconds:.1f}",
            f"{ratio(turns, first, lambda cost: cost.seconds):.1f}",
            f"{turns.processor:.1f}",
            f"{ratio(turns, first, lambda cost: cost.processor):.1f}",
            memory(turns.peak),
        ])  # fmt: skip
    return lines


COMPARED: Final = ("tool", "seconds", "MB/s", "times winnow’s", "processor seconds", "times winnow’s", "peak memory")


def memory(peak: int | None) -> str:
    """Bytes as MB."""
    return f"{peak / 1e6:,.0f} MB" if peak else "–"
