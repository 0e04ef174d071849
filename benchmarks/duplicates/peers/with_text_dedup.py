"""Text-dedup: its MinHash command on JSON lines, in two processes; the groups are read off its union of candidates."""

from __future__ import annotations

import sys
from pathlib import Path

from text_dedup import minhash

from benchmarks.duplicates.peers.common import PERMUTATIONS, SHINGLE, THRESHOLD, answer, rows

OPTIONS = {
    "--path": "json", "--split": "train", "--column": "text", "--ngram": str(SHINGLE), "--num_proc": "2",
    "--threshold": str(THRESHOLD), "--num_perm": str(PERMUTATIONS), "--use_auth_token": "",
}  # fmt: skip


def main() -> None:
    """Groups the rows."""
    work = Path(sys.argv[2]).with_suffix(".work")
    places = {
        "--data_files": f"{sys.argv[1]}/*.jsonl",
        "--output": str(work / "out"),
        "--cache_dir": str(work / "cache"),
    }
    words = [word for option in (OPTIONS | places).items() for word in option]
    minhash.main.main(words, standalone_mode=False)
    answer({row: f"{minhash.uf.find(number)}" for number, row in enumerate(rows())})


if __name__ == "__main__":
    main()
