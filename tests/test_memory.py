"""What a join keeps in memory of what it has written to the disk is small; so is what texts take that are measured."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np

from flows.matching import spill
from transforms.quality import AT_ONCE, quality_of, quality_of_texts


def test_keys_on_disk_take_no_memory(tmp_path: Path) -> None:
    rows = spill.Sorted(tmp_path, "keys")
    tracemalloc.start()
    for part in range(8):
        rows.add(np.arange(part, 8 << 16, 8, dtype=np.uint64))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rows.rows == 8 << 16
    assert held < rows.rows * 8 / 10


def test_texts_are_measured_alike_however_many_go_together() -> None:
    texts = ["It rained.\n" * 60_000, "", "A single line", "- one\n- two\n", "Fog. " * (AT_ONCE // 5), "the end…"]
    found = quality_of_texts(texts).to_pylist()
    for text, row in zip(texts, found, strict=True):
        alone = quality_of(text)
        assert all(np.isclose(row[name], getattr(alone, name)) for name in row)
