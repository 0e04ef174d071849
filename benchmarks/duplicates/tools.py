"""The tools that are compared, and how each is run."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks import peers
from benchmarks.duplicates import winnow
from benchmarks.measured import CommandError, Cost, run
from benchmarks.peers import ROOT, WINNOW, Peer

PROGRAMS: Final = "benchmarks.duplicates.peers."
OTHERS: Final = (
    Peer("datatrove", peers.DATATROVE, PROGRAMS + "with_datatrove"),
    Peer("text-dedup", peers.TEXT_DEDUP, PROGRAMS + "with_text_dedup"),
    Peer("rensa", peers.RENSA, PROGRAMS + "with_rensa"),
    Peer("datasketch", peers.DATASKETCH, PROGRAMS + "with_datasketch"),
)


@dataclass(frozen=True)
class Found:
    """What a tool made of the rows; `kept` is the row that stands for each group, where the tool says so."""

    groups: Mapping[str, str]
    kept: Mapping[str, str] | None
    cost: Cost


def by_winnow(rows: Path, folder: Path) -> Found:
    """Winnow's `ingest` of the rows as they are, from files to tables."""
    warehouse = folder / "warehouse"
    command = [sys.executable, "-c", WINNOW, "ingest", str(rows), "--warehouse", str(warehouse)]
    cost = run(command, folder / "winnow.log", {"PYTHONPATH": str(ROOT)})
    groups, kept = winnow.groups_of(warehouse)
    return Found(groups, kept, cost)


def by_peer(peer: Peer, rows: Path, folder: Path, place: Path) -> Found | str:
    """What another tool makes of the rows; or why it could not be asked. Environments lie below `place`."""
    out = folder / f"{peer.name}.json"
    try:
        cost = peer.asked([str(rows), str(out)], folder / f"{peer.name}.log", place)
    except CommandError as error:
        return str(error)
    return cost if isinstance(cost, str) else Found(json.loads(out.read_text("utf-8")), None, cost)
