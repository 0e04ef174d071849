"""The tools that are compared: how each is installed and run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.duplicates import winnow
from benchmarks.duplicates.measured import CommandError, Cost, run

ROOT: Final = Path(__file__).parents[2]
# The command of this tree, whatever is installed.
WINNOW: Final = "from flows.cli import main; main()"
PEERS: Final = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "winnow-benchmarks"


@dataclass(frozen=True)
class Peer:
    """A tool, what pip installs of it, and the program that runs it."""

    name: str
    packages: tuple[str, ...]
    module: str


# Datatrove splits words with spacy; it hands text to xxhash, which takes bytes only from its version 4 on.
OTHERS: Final = (
    Peer("datatrove", ("datatrove==0.10.1", "spacy", "regex", "tokenizers", "orjson", "xxhash<4"), "with_datatrove"),
    Peer("text-dedup", ("text-dedup>=0.4,<0.5",), "with_text_dedup"),
    Peer("rensa", ("rensa==0.5.0",), "with_rensa"),
    Peer("datasketch", ("datasketch==2.0.0",), "with_datasketch"),
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


def by_peer(peer: Peer, rows: Path, folder: Path, peers: Path) -> Found | str:
    """What another tool makes of the rows; or why it could not be asked."""
    python, reason = installed(peer, peers)
    if reason:
        return reason
    out = folder / f"{peer.name}.json"
    command = [str(python), "-m", f"benchmarks.duplicates.peers.{peer.module}", str(rows), str(out)]
    try:
        cost = run(command, folder / f"{peer.name}.log", {"PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"})
    except CommandError as error:
        return str(error)
    return Found(json.loads(out.read_text("utf-8")), None, cost)


def installed(peer: Peer, peers: Path) -> tuple[Path, str]:
    """The interpreter of a tool's environment, which is made where it is not there; or why it can't be installed."""
    place = peers / peer.name
    python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ready = place / "installed"
    if not ready.exists() or ready.read_text("utf-8") != " ".join(peer.packages):
        venv.create(place, with_pip=True, clear=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *peer.packages]
        done = subprocess.run(pip, capture_output=True, encoding="utf-8", check=False)
        if done.returncode:
            errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
            return python, f"does not install: {' '.join(errors)[:300]}"
        ready.write_text(" ".join(peer.packages), "utf-8")
    return python, ""
