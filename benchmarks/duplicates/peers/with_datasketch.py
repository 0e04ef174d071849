"""Plain datasketch: MinHash signatures in an LSH index, each row asked for before it is put in."""

from __future__ import annotations

from datasketch import MinHash, MinHashLSH

from benchmarks.duplicates.peers.common import PERMUTATIONS, THRESHOLD, Groups, answer, rows, shingles


def main() -> None:
    """Groups the rows."""
    texts, groups = rows(), Groups()
    index = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
    for row, text in texts.items():
        sketch = MinHash(num_perm=PERMUTATIONS)
        sketch.update_batch([shingle.encode() for shingle in shingles(text)])
        for found in index.query(sketch):
            groups.join(row, found)
        index.insert(row, sketch)
    answer({row: groups.root(row) for row in texts})


main()
