"""The tools that winnow is compared with: each in an environment of its own, made when it is first asked for."""

from __future__ import annotations

import hashlib
import os
import subprocess
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.measured import Cost, run

ROOT: Final = Path(__file__).parents[1]
# The command of this tree, whatever is installed.
WINNOW: Final = "from flows.cli import main; main()"
PEERS: Final = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "winnow-benchmarks"
VERSION: Final = "import sys, importlib.metadata as m; print(m.version(sys.argv[1]))"


@dataclass(frozen=True)
class Peer:
    """A tool, what pip installs of it, and the module of the project that its own interpreter runs."""

    name: str
    packages: tuple[str, ...]
    program: str

    def asked(self, arguments: Sequence[str], log: Path, peers: Path) -> Cost | str:
        """Runs its program to the end; or says why it can't be installed. Raises `CommandError`."""
        python, reason = installed(self, peers)
        if reason:
            return reason
        command = [str(python), "-m", self.program, *arguments]
        return run(command, log, {"PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"})

    def version(self, peers: Path) -> str:
        """Its name and version, as installed; the name alone where it is not."""
        python, reason = installed(self, peers)
        done = None if reason else subprocess.run([python, "-c", VERSION, self.name], capture_output=True, check=False)
        return f"{self.name} {done.stdout.decode().strip()}" if done else self.name


def installed(peer: Peer, peers: Path) -> tuple[Path, str]:
    """The interpreter of a tool's environment, which is made where it is not there; or why it can't be installed.

    What is installed is part of the environment's name, so that two versions of the project don't undo each other's.
    """
    wanted = " ".join(peer.packages)
    place = peers / f"{peer.name}-{hashlib.sha256(wanted.encode()).hexdigest()[:8]}"
    python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ready = place / "installed"
    if not ready.exists():
        venv.create(place, with_pip=True, clear=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *peer.packages]
        done = subprocess.run(pip, capture_output=True, encoding="utf-8", check=False)
        if done.returncode:
            errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
            return python, f"does not install: {' '.join(errors)[:300]}"
        ready.write_text(wanted, "utf-8")
    return python, ""


# Datatrove splits words with spacy; it hands text to xxhash, which takes bytes only from its version 4 on.
DATATROVE: Final = ("datatrove==0.10.1", "spacy", "regex", "tokenizers", "orjson", "xxhash<4", "ftfy", "pyarrow")
RENSA: Final = ("rensa==0.5.0",)
DATASKETCH: Final = ("datasketch==2.0.0",)
TEXT_DEDUP: Final = ("text-dedup>=0.4,<0.5",)
TRAFILATURA: Final = ("trafilatura==2.3.1", "lxml_html_clean")
