"""Datatrove: its four MinHash steps (signatures, buckets, clusters, filter) with 14 buckets of 8 hashes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup.minhash import (
    MinhashConfig,
    MinhashDedupBuckets,
    MinhashDedupCluster,
    MinhashDedupFilter,
    MinhashDedupSignature,
)
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter

from benchmarks.duplicates.peers.common import answer, rows

# As many processes as cores, as winnow uses.
TASKS = 2


def main() -> None:
    """Groups the rows: the cluster ids come back with the kept and the excluded rows."""
    source, folder = sys.argv[1], Path(sys.argv[2]).with_suffix(".work")
    config = MinhashConfig(num_buckets=14, hashes_per_bucket=8, n_grams=5)
    signatures, buckets, clusters = (str(folder / name) for name in ("signatures", "buckets", "clusters"))
    kept, excluded = str(folder / "kept"), str(folder / "excluded")
    steps = [
        (TASKS, [JsonlReader(source), MinhashDedupSignature(signatures, config=config)]),
        (config.num_buckets, [MinhashDedupBuckets(signatures, buckets, config=config)]),
        (1, [MinhashDedupCluster(buckets, clusters, config=config, save_cluster_id=True)]),
        (TASKS, [
            JsonlReader(source),
            MinhashDedupFilter(clusters, exclusion_writer=JsonlWriter(excluded, compression=None),
                               load_cluster_ids=True),
            JsonlWriter(kept, compression=None),
        ]),
    ]  # fmt: skip
    for number, (tasks, pipeline) in enumerate(steps):
        LocalPipelineExecutor(pipeline, tasks=tasks, workers=TASKS, logging_dir=str(folder / f"log{number}")).run()
    groups = {row: row for row in rows()}
    for path in [*Path(kept).rglob("*.jsonl"), *Path(excluded).rglob("*.jsonl")]:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                cluster = row["metadata"].get("minhash_cluster_id", -1)
                if cluster != -1:
                    groups[row["id"]] = f"cluster {cluster}"
    answer(groups)


if __name__ == "__main__":
    main()
