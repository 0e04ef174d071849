"""Rensa: MinHash signatures, its own LSH index, candidates kept where the estimated similarity is high enough."""

from __future__ import annotations

from rensa import RMinHash, RMinHashLSH

from benchmarks.duplicates.peers.common import PERMUTATIONS, THRESHOLD, Groups, answer, rows, shingles

BANDS = 16


def main() -> None:
    """Groups the rows."""
    texts, groups = rows(), Groups()
    names = list(texts)
    sketches = RMinHash.from_token_sets([shingles(text) for text in texts.values()], PERMUTATIONS, 42)
    index = RMinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_bands=BANDS)
    index.insert_many(sketches)
    for number, sketch in enumerate(sketches):
        for found in index.query(sketch):
            if found < number and sketch.jaccard(sketches[found]) >= THRESHOLD:
                groups.join(names[number], names[found])
    answer({row: groups.root(row) for row in texts})


main()
