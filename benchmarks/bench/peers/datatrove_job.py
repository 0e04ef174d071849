"""Datatrove's whole job: read JSON lines, repair, sign, bucket, cluster, filter, write Parquet.

Repaired rows are written once and read by the steps that follow, as its own examples do. What is no part of the job:
the groups and the kept rows are read out of its files and written as the answer, after the clock was stopped.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup.minhash import (
    MinhashConfig,
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.pipeline.formatters import FTFYFormatter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
from datatrove.pipeline.writers.parquet import ParquetWriter

if TYPE_CHECKING:
    from datatrove.data import Document

WORKERS = 2
# More tasks than workers, so that large and small files don't leave one of them idle.
TASKS = 8


def flat(_writer: ParquetWriter, document: Document) -> dict[str, Any]:
    """A row of its table, with the cluster (-1 for none)."""
    told = document.metadata
    fields = {name: str(told.get(name, "")) for name in ("url", "title", "author", "date")}
    return {"id": document.id, "text": document.text, "cluster": told.get("minhash_cluster_id", -1), **fields}


def main() -> None:
    """Does the job, and writes groups, kept rows and the seconds of the job."""
    source, out = sys.argv[1], Path(sys.argv[2])
    folder = out.with_suffix(".work")
    begun = time.monotonic()
    for number, (tasks, pipeline) in enumerate(steps(source, folder)):
        logs = str(folder / f"log{number}")
        LocalPipelineExecutor(pipeline, tasks=tasks, workers=WORKERS, logging_dir=logs).run()
    seconds = time.monotonic() - begun
    out.write_text(json.dumps({"seconds": seconds, **answer(folder)}), "utf-8")


def steps(source: str, folder: Path) -> list[tuple[int, list[Any]]]:
    """The executors one after another: how many tasks, and what each does."""
    config = MinhashConfig(num_buckets=14, hashes_per_bucket=8, n_grams=5)
    repaired, signatures, buckets, clusters, kept, excluded = (
        str(folder / name) for name in ("repaired", "signatures", "buckets", "clusters", "kept", "excluded")
    )
    chosen = MinhashDedupFilter(
        clusters, exclusion_writer=JsonlWriter(excluded, compression=None), load_cluster_ids=True
    )
    return [
        (TASKS, [JsonlReader(source), FTFYFormatter(), JsonlWriter(repaired, compression=None)]),
        (TASKS, [JsonlReader(repaired), MinhashDedupSignature(signatures, config=config)]),
        (config.num_buckets, [MinhashDedupBuckets(signatures, buckets, config=config)]),
        (1, [MinhashDedupCluster(buckets, clusters, config=config, save_cluster_id=True)]),
        (TASKS, [JsonlReader(repaired), chosen, ParquetWriter(kept, adapter=flat)]),
    ]


def answer(folder: Path) -> dict[str, dict[str, str]]:
    """The group of each row, and by group the row that was kept."""
    groups, kept = {}, {}
    for path in sorted((folder / "kept").rglob("*.parquet")):
        for row in pq.read_table(path, columns=["id", "cluster"]).to_pylist():
            group = row["id"] if row["cluster"] == -1 else f"cluster {row['cluster']}"
            groups[row["id"]] = group
            kept[group] = row["id"]
    for path in sorted((folder / "excluded").rglob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                groups[row["id"]] = f"cluster {row['metadata']['minhash_cluster_id']}"
    return {"groups": groups, "kept": kept}


if __name__ == "__main__":
    main()
