"""What the interpreter of rensa's own environment runs: times its signatures of ready hashes, in seconds.

python signatures_rensa.py FILE.npz PERMUTATIONS
"""

from __future__ import annotations

import importlib
import sys
import time

import numpy as np


def main() -> None:
    digest = importlib.import_module("rensa").RMinHash.digest_matrix_from_flat_token_hashes
    stored = np.load(sys.argv[1])
    given = stored["hashes"], stored["offsets"].astype(np.uint64), int(sys.argv[2]), 1
    digest(*given)
    begun = time.process_time()
    digest(*given)
    print(time.process_time() - begun)


if __name__ == "__main__":
    main()
