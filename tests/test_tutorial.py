"""The tutorial keeps its word: its commands run in its order, and print what stands there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from conftest import environment

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/tutorial.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STEP = re.compile(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
# What differs from run to run: when it was, how long it took, the ids of posts and dumps.
VARYING = re.compile(
    r"\d{8}T\d{12}Z|\b[0-9a-f]{64}\b|\b[0-9a-f]{32}\b|\d+\.\d+ +│ seconds, \d+\.\d+|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[^,]*"
)


def test_the_tutorial_from_its_start_to_its_end(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "raw", tmp_path / "samples")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    steps = [step for block in BLOCK.findall(PAGE) for step in STEP.findall(block)]
    assert len(steps) >= 12
    for command, output in steps:
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=tmp_path,
            env=environment({"PATH": path}),
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, command + "\n" + done.stderr
        assert masked(done.stdout) == masked(output), command


def masked(output: str) -> list[str]:
    return [VARYING.sub("…", line.rstrip()) for line in output.splitlines()]
