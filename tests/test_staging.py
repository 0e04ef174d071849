"""Rows on their way to disk come back as they were given."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from flows.staging import STAGED, Chunks, add_row, no_rows, read


def test_rows_come_back_as_they_were(tmp_path: Path) -> None:
    rows = no_rows()
    add_row(rows, "bodies", {"copy_id": "a", "text": "Weir.", "keys": np.array([1, -2]), "anchors": np.array([], int)})
    add_row(rows, "bodies", {"copy_id": "b", "text": "Tide.", "keys": np.array([3]), "anchors": np.array([4, 5])})
    add_row(
        rows, "dumps", {"dump_id": "d", "also_at": ["x", "y"], "told": [{"line": 1, "begins": True, "reason": "r"}]}
    )
    add_row(rows, "dumps", {"dump_id": "e", "also_at": []})
    chunks = Chunks(tmp_path, 0)
    chunks.add(rows)
    staged = chunks.close()
    bodies = read([staged], "bodies").to_pylist()
    assert [(row["copy_id"], row["keys"], row["anchors"]) for row in bodies] == [("a", [1, -2], []), ("b", [3], [4, 5])]
    assert [row["wording"] for row in bodies] == [None, None]
    first, other = read([staged], "dumps").to_pylist()
    assert (first["also_at"], first["told"]) == (["x", "y"], [{"line": 1, "begins": True, "reason": "r"}])
    assert (other["also_at"], other["told"], other["error"]) == ([], None, None)


def test_every_table_is_written_also_without_rows(tmp_path: Path) -> None:
    staged = Chunks(tmp_path, 3).close()
    assert {name: read([staged], name).schema for name in STAGED} == dict(STAGED)


def test_chunks_come_back_in_their_order(tmp_path: Path) -> None:
    chunks = Chunks(tmp_path, 0)
    for number in range(3):
        rows = no_rows()
        add_row(rows, "dumps", {"dump_id": str(number), "path": "p", "status": "rejected", "error": f"e{number}"})
        chunks.add(rows, 5)
        chunks.flush()
    staged = chunks.close()
    assert (staged.chunks, staged.dumps, staged.bytes, staged.copies) == (3, 3, 15, 0)
    assert staged.rejected == {"p": "e2"}
    assert read([staged], "dumps")["dump_id"].to_pylist() == ["0", "1", "2"]
