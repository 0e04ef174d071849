"""The recipes keep their word: each block is run, in its order, where the samples were ingested."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest
from conftest import environment, ingest
from samples import RAW

RECIPES = (Path(__file__).parent.parent / "docs" / "recipes.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^## ([^\n]+)$|^```(\w+)(?: needs (\w+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHELL = ("sh", "console", "bash")


@dataclass(frozen=True)
class Block:
    """A block of code: the heading above it, its language, the package without which it can't run, its code."""

    heading: str
    language: str
    needs: str | None
    code: str


def blocks() -> list[Block]:
    found, heading = [], "first"
    for title, language, needs, code in BLOCK.findall(RECIPES):
        heading = title or heading
        if language:
            found.append(Block(heading, language, needs or None, code))
    return found


BLOCKS = blocks()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recipes")
    shutil.copytree(RAW, folder / "raw")
    ingest(folder / "raw", folder / "warehouse")
    return folder


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        command,
        cwd=folder,
        env=environment({"PATH": path, "HF_HOME": str(folder / "hub"), "HF_HUB_OFFLINE": "1"}),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_every_block_was_found() -> None:
    assert len(BLOCKS) == RECIPES.count("```") // 2
    assert {"pandas", "polars", "DuckDB", "PyArrow"} <= {block.heading for block in BLOCKS}


def test_the_commands_run(desk: Path) -> None:
    found = [block.code for block in BLOCKS if block.language in SHELL]
    done = run(["sh", "-e", "-c", "\n".join(found)], desk)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (desk / "french.csv").exists()


def test_the_program_runs(desk: Path) -> None:
    """The blocks that need nothing but what winnow and its tests need, read as one program."""
    found = [block.code for block in BLOCKS if block.language == "python" and not block.needs]
    assert len(found) >= 8
    done = run([sys.executable, "-W", "error", "-c", "\n".join(found)], desk)
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.parametrize("package", sorted({block.needs for block in BLOCKS if block.needs}))
def test_blocks_that_need_more(desk: Path, package: str) -> None:
    if find_spec(package) is None:
        pytest.skip(f"{package} is not installed, so its recipe was not run")
    first = next(block.code for block in BLOCKS if block.language == "python")
    commands = [block.code for block in BLOCKS if block.language in SHELL]
    assert run(["sh", "-e", "-c", "\n".join(commands)], desk).returncode == 0
    found = [first, *(block.code for block in BLOCKS if block.needs == package)]
    done = run([sys.executable, "-c", "\n".join(found)], desk)
    assert done.returncode == 0, done.stderr
