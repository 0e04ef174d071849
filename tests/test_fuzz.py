"""Damaged dumps break no promise: those that once did, and as many new ones as a few seconds allow."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.fuzz import cases, run, tried
from transforms.lines import lines_of
from transforms.repair import repair_lines
from transforms.split.text_pieces import CONTROLS, split_text

# Seconds of the clock; `make fuzz` takes minutes or hours.
SECONDS = 12
SEED = 7


@pytest.mark.parametrize("path", list(cases()), ids=lambda path: path.name)
def test_what_was_found_is_mended(path: Path) -> None:
    tried(path.read_bytes())


def test_damaged_samples_break_no_promise() -> None:
    broken: list[str] = []
    counted = run(SECONDS, SEED, lambda _, said: broken.append(said))
    assert not broken
    assert counted.total() > len(counted)


def test_a_line_of_controls_alone_is_residue() -> None:
    text = "\0\0\n\nA post about rain.\nIt rained.\n\x07\x08\n\n\x01"
    lines = lines_of(text)
    split = split_text(lines, repair_lines(lines.lines))
    rows = sorted((row.start, row.end) for row in (*split.pieces, *split.residue))
    assert all(text[at].isspace() or any(start <= at < end for start, end in rows) for at in range(len(text)))
    assert {row.kind for row in split.residue} == {CONTROLS}
