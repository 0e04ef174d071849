"""The matching of winnow alone: texts in memory to the matches among them."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from flows.index import related
from flows.warehouse import Warehouse
from transforms.sign import sign_batch
from transforms.wordings import Wordings

Made = TypeVar("Made")
# As many texts as a staged file holds of such a length.
AT_ONCE: Final = 5_000


def main() -> None:
    """Called with the folder of rows and one to work in; writes `stage.json` there."""
    source, folder = Path(sys.argv[1]), Path(sys.argv[2])
    texts = [
        json.loads(line)["text"] for path in sorted(source.glob("*.jsonl")) for line in path.open(encoding="utf-8")
    ]
    parts = [pa.array(texts[first : first + AT_ONCE], pa.string()) for first in range(0, len(texts), AT_ONCE)]
    del texts
    signed, signing = timed(lambda: all_signed(parts))
    found, matching = timed(lambda: matches(signed, folder / "stage"))
    together = [sum(both) for both in zip(signing, matching, strict=True)]
    steps = {"signing": signing, "candidates and verification": matching, "together": together}
    (folder / "stage.json").write_text(json.dumps({"steps": steps, "matches": found}), "utf-8")


def timed(do: Callable[[], Made]) -> tuple[Made, Sequence[float]]:
    """What a function gives, and its seconds: by the clock, and of all processors."""
    began, spent = time.monotonic(), time.process_time()
    made = do()
    return made, (time.monotonic() - began, time.process_time() - spent)


def all_signed(parts: Sequence[pa.Array]) -> list[pa.Table]:
    """The rows that matching needs, a table for each part, on all processors."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(bodies, parts))


def bodies(texts: pa.Array) -> pa.Table:
    """The rows of some texts, as a run stages them."""
    signed = sign_batch(pa.nulls(len(texts), pa.string()), texts)
    wordings = Wordings(signed.wordings[:, 0].copy(), signed.wordings[:, 1].copy())
    return pa.table(
        {
            "wording": wordings.names(np.arange(len(texts))),
            "text": texts,
            "n_words": signed.n_words,
            "n_shingles": signed.n_shingles,
            "keys": _lists(signed.keys, signed.key_offsets),
            "anchors": _lists(signed.anchors, signed.anchor_offsets),
        }
    )


def _lists(values: NDArray[np.uint64], offsets: NDArray[np.int64]) -> pa.Array:
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(values.view(np.int64)))


def matches(tables: Sequence[pa.Table], folder: Path) -> int:
    """Joins the rows with an empty index; gives how many pairs match."""
    warehouse = Warehouse.open(folder, create=True)
    with warehouse.writing("benchmark", datetime.now(UTC)) as (_, staging):
        found = related(
            warehouse, lambda columns: [t.select(list(columns)) for t in tables], (), staging / "join"
        ).found
        return len(found)
