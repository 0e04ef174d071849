"""How each tool is run on dumps."""

from __future__ import annotations

import compileall
import sys
from pathlib import Path
from typing import Final

from benchmarks import peers
from benchmarks.bench.turns import Tool, last_words
from benchmarks.measured import CommandError, Cost, run
from benchmarks.peers import ROOT, WINNOW, Peer

MINE: Final = "benchmarks.bench.peers."
SHARED: Final = "benchmarks.duplicates.peers."
DATATROVE: Final = Peer("datatrove", peers.DATATROVE, MINE + "datatrove_job")
TRAFILATURA: Final = Peer("trafilatura", peers.TRAFILATURA, MINE + "trafilatura_extract")
RENSA: Final = Peer("rensa", peers.RENSA, SHARED + "with_rensa")
DATASKETCH: Final = Peer("datasketch", peers.DATASKETCH, SHARED + "with_datasketch")
# Where winnow writes, and where the others leave their answer, below the folder of a tool.
WAREHOUSE: Final = "warehouse"
ANSWER: Final = "answer.json"
# Some dumps were rejected: a result like another where input is bad.
REJECTED: Final = 1


def prepared() -> None:
    """Has the modules of this tree compiled, as pip does with what it installs, the other tools among it."""
    for package in ("flows", "transforms"):
        compileall.compile_dir(str(ROOT / package), quiet=1)


def winnow(dumps: Path, folder: Path) -> Cost:
    """The whole job by the real command, from files to tables."""
    return ingest(dumps, folder / WAREHOUSE, folder / "winnow.log")


def ingest(dumps: Path, warehouse: Path, log: Path) -> Cost:
    """`winnow ingest` into a warehouse, new or not."""
    command = [sys.executable, "-c", WINNOW, "ingest", str(dumps), "--warehouse", str(warehouse)]
    return run(command, log, {"PYTHONPATH": str(ROOT)}, accepted=(0, REJECTED))


def verified(warehouse: Path, log: Path) -> str:
    """What `winnow verify` says of a warehouse, in a word; or its last words."""
    command = [sys.executable, "-c", WINNOW, "verify", "--warehouse", str(warehouse)]
    try:
        run(command, log, {"PYTHONPATH": str(ROOT)})
    except CommandError as error:
        return last_words(error)
    return "nothing lost"


def of_peer(peer: Peer, place: Path) -> Tool:
    """Another tool, whose environment lies below `place`."""
    return Tool(peer.name, lambda dumps, folder: peer.asked(
        [str(dumps), str(folder / ANSWER)], folder / f"{peer.name}.log", place
    ))  # fmt: skip


OWN: Final = Tool("winnow", winnow)
