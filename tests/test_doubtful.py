"""A dump whose encoding is little more than a guess is read, and the summary says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ingest, rows_of

from flows.pipeline import Request, Summary
from flows.summary import print_summary
from transforms.decode import DOUBTFUL

SURE = "Dès l’aube, les pêcheurs rentraient au port ; la marée était basse et l’été touchait à sa fin.\n" * 5
UNSURE = "estos días\n"


def test_a_doubtful_encoding_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "sure.txt").write_bytes(SURE.encode("cp1252"))
    (tmp_path / "raw" / "unsure.txt").write_bytes(UNSURE.encode("latin-1"))
    summary = ingest(tmp_path / "raw", tmp_path / "w")
    assert list(summary.doubtful) == ["unsure.txt"]
    dumps = {row["path"]: row for row in rows_of(tmp_path / "w", "dumps")}
    assert dumps["unsure.txt"]["status"] == "ingested"
    assert 0 < dumps["unsure.txt"]["encoding_confidence"] < DOUBTFUL < dumps["sure.txt"]["encoding_confidence"]
    assert summary.doubtful["unsure.txt"].startswith(f"read as {dumps['unsure.txt']['encoding']}, confidence 0.0")
    print_summary(summary, Request((str(tmp_path / "raw"),), tmp_path / "w"))
    assert "1 in an encoding that is doubtful:\n  unsure.txt: read as" in capsys.readouterr().out


def test_what_is_sure_is_not_listed(capsys: pytest.CaptureFixture[str]) -> None:
    print_summary(Summary(files=1), Request((), Path()))
    assert "doubtful" not in capsys.readouterr().out
