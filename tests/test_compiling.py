"""Who waits for machine code to be made is told so, once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from flows import compiling
from flows.commands import spread
from transforms.bloom import Bloom


def said(capsys: pytest.CaptureFixture[str]) -> str:
    with spread.shown(Console()):
        pass
    return capsys.readouterr().out


def test_said_where_nothing_is_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert said(capsys).split() == compiling.COMPILING.split()


def test_not_said_again(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    Bloom.for_number(1).add(np.zeros(1, np.uint64))  # compiles where that has not been done
    assert said(capsys) == ""
