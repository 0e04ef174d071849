"""The matching of winnow alone, in one function: texts in memory to the matches among them."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa

from flows.index import grow
from flows.staging import BODIES
from flows.warehouse import Warehouse
from transforms.sign import sign

Made = TypeVar("Made")


def main() -> None:
    """Called with the folder of rows and one to work in; writes `stage.json` there."""
    source, folder = Path(sys.argv[1]), Path(sys.argv[2])
    texts = [
        json.loads(line)["text"] for path in sorted(source.glob("*.jsonl")) for line in path.open(encoding="utf-8")
    ]
    signed, signing = timed(lambda: bodies(texts))
    found, matching = timed(lambda: matches(signed, folder / "stage"))
    together = [sum(both) for both in zip(signing, matching, strict=True)]
    steps = {"signing, one process": signing, "candidates and verification": matching, "together": together}
    (folder / "stage.json").write_text(json.dumps({"steps": steps, "matches": found}), "utf-8")


def timed(do: Callable[[], Made]) -> tuple[Made, Sequence[float]]:
    """What a function gives, and its seconds: by the clock, and of all processors."""
    began, spent = time.monotonic(), time.process_time()
    made = do()
    return made, (time.monotonic() - began, time.process_time() - spent)


def bodies(texts: Sequence[str]) -> pa.Table:
    """The rows that matching needs, as a run stages them."""
    signed = sign([None] * len(texts), texts)
    columns = {
        "copy_id": [str(number) for number in range(len(texts))],
        "wording": [each.wording for each in signed],
        "text": list(texts),
        "n_words": [each.n_words for each in signed],
        "n_shingles": [each.n_shingles for each in signed],
        "keys": [each.keys.view(np.int64) for each in signed],
        "anchors": [each.anchors.view(np.int64) for each in signed],
    }
    return pa.table(columns, schema=BODIES)


def matches(rows: pa.Table, folder: Path) -> int:
    """Joins the rows with an empty index; gives how many pairs match."""
    warehouse = Warehouse.open(folder, create=True)
    with warehouse.writing("benchmark", datetime.now(UTC)):
        return len(grow(warehouse, rows).found)
