"""A whole job in processes that can't open a connection: nothing is asked of a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from conftest import environment, rows_of
from samples import RAW, SAMPLES

# Python imports this module by itself when it starts, in worker processes too. What is refused stands in a file, so
# that a caller who makes nothing of the refusal is found all the same.
GUARD = """
import os, socket

def note(name, said):
    with open(os.path.join(os.environ["NOTES"], name), "a") as notes:
        notes.write(f"{said}\\n")

def refuse(asked):
    note("asked", asked)
    raise PermissionError(f"no network in this test: {asked}")

def guarded(own):
    def asked(self, *what):
        return own(self, *what) if self.family == socket.AF_UNIX else refuse(what)
    return asked

for name in ("connect", "connect_ex", "sendto", "sendmsg"):
    setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
for name in ("create_connection", "getaddrinfo", "gethostbyname", "gethostbyname_ex"):
    setattr(socket, name, lambda *what, **named: refuse(what))
note("processes", os.getpid())
"""
# All in one process, since an import takes a second, and in batches so small that the samples make several.
JOB = """
import sys
from flows import pipeline, runners
from flows.cli import app

def job():
    runners.WORTH_A_PROCESS, pipeline.LEAST_BATCH_BYTES = 0, 1
    for line in open("commands", encoding="utf-8"):
        try:
            app(line.rstrip().split("|"))
        except SystemExit as ended:
            assert not ended.code, (line, ended.code)

if __name__ == "__main__":
    job()
"""
COMMANDS = (
    "ingest|raw",
    "verify",
    "query|select post_id from posts|--output|ids.csv",
    "show|raw/notes/thread.txt",
    "report|--output|report.html",
    "export|--output|out",
    "history",
)


@cache
def apart() -> tuple[str, ...]:
    """What takes all network from a command, loopback included, also in its machine code; Linux often allows it."""
    unshare = shutil.which("unshare")
    tried = unshare and subprocess.run([unshare, "-rn", "true"], capture_output=True, check=False).returncode == 0
    return (str(unshare), "-rn") if tried else ()


def run(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python in a process that can open no connection, and that starts only such."""
    (place / "guard").mkdir(exist_ok=True)
    (place / "guard/sitecustomize.py").write_text(GUARD, encoding="utf-8")
    paths = os.pathsep.join([str(place / "guard"), str(RAW.parent)])
    return subprocess.run(
        [*apart(), sys.executable, *arguments],
        cwd=place,
        env=environment({"PYTHONPATH": paths, "NOTES": str(place)}),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


@pytest.mark.parametrize(
    "asking",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import socket; socket.socket().connect(('127.0.0.1', 9))",
        "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('127.0.0.1', 9))",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9')",
        "import httpx; httpx.get('http://127.0.0.1:9')",
    ],
)
def test_the_guard_refuses_and_remembers(tmp_path: Path, asking: str) -> None:
    ran = run(tmp_path, "-c", asking)
    assert ran.returncode == 1
    assert "no network in this test" in ran.stderr
    assert len(lines(tmp_path / "asked")) == 1


def test_the_whole_job_asks_no_network(tmp_path: Path) -> None:
    (tmp_path / "raw").symlink_to(RAW)
    (tmp_path / "job.py").write_text(JOB, encoding="utf-8")
    (tmp_path / "commands").write_text("\n".join(COMMANDS), encoding="utf-8")
    ran = run(tmp_path, "job.py")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert not lines(tmp_path / "asked")
    assert len(set(lines(tmp_path / "processes"))) >= 3, "the dumps were not read in processes of their own"
    assert len(rows_of(tmp_path / "warehouse", "dumps")) >= len(SAMPLES) - 1
    for made in ("ids.csv", "report.html", "out"):
        assert (tmp_path / made).exists()
