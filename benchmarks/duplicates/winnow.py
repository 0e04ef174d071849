"""Winnow on a corpus: the whole of `ingest`, and what its tables say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds


def groups_of(warehouse: Path) -> tuple[dict[str, str], dict[str, str]]:
    """By row the post that it belongs to, and by post the row that is its canonical copy."""
    rows = _copies(warehouse)
    groups = {row["member"]: row["post_id"] for row in rows}
    kept = {row["post_id"]: row["member"] for row in rows if row["relation"] == "canonical"}
    return groups, kept


def relations_of(warehouse: Path) -> Mapping[str, tuple[str, float, float]]:
    """By row what it is to the canonical copy of its post, with both figures."""
    return {row["member"]: (row["relation"], row["jaccard"], row["containment"]) for row in _copies(warehouse)}


def _copies(warehouse: Path) -> list[dict[str, Any]]:
    table = ds.dataset((warehouse / "current").resolve() / "copies")
    columns = ["member", "post_id", "relation", "jaccard", "containment"]
    rows: list[dict[str, Any]] = table.to_table(columns).to_pylist()
    return rows
