"""Which repairs are made is chosen on the command line, and remembered with the run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import ingest, rows_of, winnow
from typer.testing import CliRunner

from flows.again import text_again
from flows.cli import app
from flows.warehouse import Warehouse
from transforms.repair_steps import STEPS
from transforms.split.fields import DEFAULT_NAMES

BODY = "The cafÃ© at the weir &amp; its two herons, seen from the old ferry.\x07"
ROWS = [{"title": "FÃªte", "text": BODY}, {"text": "Half a pair \ud83d, and a whole one \ud83d\ude42."}]
TEXT = f"The ferry\n\n{BODY}\nThe ferryman waits at the water until dark, and counts the boats.\n"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    (tmp_path / "raw" / "text.txt").write_text(TEXT, "utf-8")
    return tmp_path / "raw"


@pytest.mark.parametrize(
    ("options", "after", "title", "steps"),
    [
        ((), "The café at the weir & its", "Fête", ["encoding", "entities", "controls", "accents"]),
        (("--no-repair",), "The cafÃ© at the weir &amp; its", "FÃªte", []),
        (("--repair-steps", "entities"), "The cafÃ© at the weir & its", "FÃªte", ["entities"]),
        (("--repair-steps", "controls, encoding"), "The café at the weir &amp; its", "Fête", ["encoding", "controls"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_only_what_was_chosen_is_repaired(
    raw: Path, options: tuple[str, ...], after: str, title: str, steps: list[str]
) -> None:
    assert winnow("ingest", *options, cwd=raw.parent).code == 0
    warehouse = raw.parent / "warehouse"
    texts = [row["text"] for row in rows_of(warehouse, "posts")]
    assert {after in text for text in texts if "herons" in text} == {True}
    assert "Half a pair \ufffd, and a whole one 🙂." in texts
    copies = rows_of(warehouse, "copies")
    assert {row["title"] for row in copies if row["member"] == "1"} == {title}
    repaired = {step for row in copies if row["member"] != "2" for step in row["repairs"]}
    assert bool(repaired) == bool(steps)
    (run,) = rows_of(warehouse, "runs")
    assert json.loads(run["options"])["repair_steps"] == steps


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--repair-steps", "encodings"), "there is no repair step 'encodings'; there are encoding, entities"),
        (("--repair-steps", ""), "there is no repair step ''"),
        (("--repair-steps", "accents", "--no-repair"), "give one of them"),
    ],
)
def test_a_choice_that_means_nothing_is_refused_before_anything_is_read(
    raw: Path, options: tuple[str, ...], said: str
) -> None:
    ran = winnow("ingest", *options, cwd=raw.parent)
    assert (ran.code, (raw.parent / "warehouse").exists()) == (2, False)
    assert said in " ".join(ran.said.split())


def test_help_names_every_step() -> None:
    said = CliRunner().invoke(app, ["ingest", "--help"], env={"COLUMNS": "200"}).output
    assert all(f"{name} (" in said or f"{name}," in said for name in STEPS)


def test_a_copy_is_read_again_as_its_own_run_read_it(raw: Path) -> None:
    ingest(raw, raw.parent / "w", repair_steps=("entities",))
    warehouse = Warehouse.open(raw.parent / "w")
    copies = warehouse.read("copies").to_pylist()
    again = [text_again(warehouse, DEFAULT_NAMES, row) for row in copies]
    assert None not in again
    assert {"cafÃ© at the weir & its" in str(text) for text in again if "herons" in str(text)} == {True}
