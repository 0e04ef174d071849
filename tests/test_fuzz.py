"""Damaged dumps break no promise: those that once did, and as many new ones as a few seconds allow."""

from __future__ import annotations

import os
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest

from benchmarks import fuzz_stages
from benchmarks.fuzz import TARGETS, Other, cases, run
from transforms.lines import lines_of
from transforms.records import Split
from transforms.repair import repair_lines
from transforms.split.text_pieces import CONTROLS, split_text

# Seconds of the clock; `make fuzz` takes minutes or hours.
SECONDS = 12
SEED = 7


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("path", list(cases()), ids=lambda path: path.name)
def test_what_was_found_is_mended(path: Path, target: str) -> None:
    TARGETS[target](path.read_bytes())


def test_what_ends_the_process_is_found() -> None:
    other = Other(ending)
    for _ in range(2):
        with pytest.raises(AssertionError, match="whole ended the process"):
            other.attempted("whole", b"It rained.")


@pytest.mark.parametrize(
    ("stage", "name", "instead", "said"),
    [
        ("repairing", "repair_texts", lambda lines: [(line + "!", ()) for line in lines], "repaired"),
        ("dating", "holds_date", lambda _: False, "a date denied"),
        ("signing", "shingle_sets", lambda texts: [np.zeros(1, np.uint64)] * len(texts), "shingles|anchor"),
        ("matching", "_defined", lambda *_: [0.5, 0.5], "otherwise than defined"),
        ("splitting", "whole", lambda *_: Split((), ()), "lost"),
    ],
)
def test_a_stage_that_breaks_its_promise_is_found(
    stage: str, name: str, instead: object, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = b"\n\n".join(b"On 5 March 2019 it rained on the weir for the %dth day in a row." % day for day in range(3))
    TARGETS[stage](data)
    monkeypatch.setattr(fuzz_stages, name, instead)
    with pytest.raises(AssertionError, match=said):
        TARGETS[stage](data)


def ending(pipe: Connection) -> None:
    """What a library does that meets what it did not expect."""
    pipe.recv()
    os.abort()


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
