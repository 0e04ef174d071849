"""The README keeps its word: what its console blocks show is what the commands print."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from conftest import winnow

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
RAW = Path(__file__).parent.parent / "raw"
SHOWN = re.compile(r"^\$ (winnow .+)\n((?:(?!\$ |```).*\n)*)", re.MULTILINE)
# What differs from run to run, or with the wording of a text: when it was, how long it took, the ids of posts.
VARYING = re.compile(r"\d{8}T\d{12}Z|\b[0-9a-f]{32}\b|\d+\.\d+ +│ seconds, \d+\.\d+")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clone")
    shutil.copytree(RAW, folder / "raw")
    assert winnow("ingest", cwd=folder).code == 0
    return folder


@pytest.mark.parametrize(("command", "output"), [pytest.param(*found, id=found[0]) for found in SHOWN.findall(README)])
def test_the_readme_shows_what_a_command_prints(folder: Path, command: str, output: str) -> None:
    if command == "winnow ingest":
        shutil.rmtree(folder / "warehouse", ignore_errors=True)
    ran = winnow(*shlex.split(command)[1:], cwd=folder)
    shown = [VARYING.sub("…", line.rstrip()) for line in output.splitlines()]
    assert [VARYING.sub("…", line.rstrip()) for line in ran.out.splitlines()] == shown


def test_the_readme_shows_something() -> None:
    assert len(SHOWN.findall(README)) >= 6
