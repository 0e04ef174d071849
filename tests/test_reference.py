"""The reference says what the code says: no column without a meaning, no page that is out of date."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from transforms.meanings import COLUMNS, QUALITY, TABLES
from transforms.quality import NAMES
from transforms.tables import PUBLIC, SCHEMAS

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", PUBLIC)
def test_each_column_has_its_meaning(name: str) -> None:
    assert list(COLUMNS[name]) == SCHEMAS[name].names


def test_each_table_and_each_figure_has_its_meaning() -> None:
    assert list(TABLES) == list(SCHEMAS)
    assert tuple(QUALITY) == NAMES


def test_the_pages_are_what_the_code_says() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs/reference.py"), "--check"], capture_output=True, encoding="utf-8", check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
