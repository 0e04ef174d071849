"""Speed and memory of winnow beside other tools, on dumps made from a seed.

    python -m benchmarks.bench dumps --kind text --megabytes 100 DIR     # only the dumps, and DIR.truth.jsonl

DIR must not be there yet. The same options give the same bytes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.bench import dumps


def main() -> int:
    """Runs the command; gives the exit status."""
    options = parsed(sys.argv[1:])
    made = made_dumps(options)
    print(f"{made.posts:,} posts ({made.copies:,} of them copies) in {made.dumps:,} dumps, {made.bytes / 1e6:,.1f} MB")
    return 0


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of the command."""
    parser = argparse.ArgumentParser(
        prog="benchmarks.bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    made = commands.add_parser("dumps", help="make dumps")
    made.add_argument("folder", type=Path, metavar="DIR")
    made.add_argument("--kind", choices=(*dumps.KINDS, "tiny", "line", "big"), default="text")
    made.add_argument("--megabytes", type=float, help="about how many (10⁶ bytes)")
    made.add_argument("--posts", type=int, help="how many posts instead")
    made.add_argument("--files", type=int, help="how many dumps instead")
    made.add_argument("--condition", choices=dumps.CONDITIONS, default="clean")
    made.add_argument("--seed", default="1")
    options = parser.parse_args(arguments)
    if options.command == "dumps" and not (options.megabytes or options.posts or options.files):
        parser.error("say how much: --megabytes, --posts or --files")
    if options.command == "dumps" and options.folder.exists():
        parser.error(f"{options.folder} is already there; name a folder that is not")
    return options


def made_dumps(options: argparse.Namespace) -> dumps.Made:
    """Makes what the options say."""
    if options.kind == "tiny":
        return dumps.write_tiny(options.folder, options.files or round(options.megabytes * 20_000), options.seed)
    if options.kind in {"line", "big"}:
        write = dumps.write_line if options.kind == "line" else dumps.write_big
        return write(options.folder, round(options.megabytes), options.seed)
    megabytes = options.megabytes or float("inf")
    wanted = dumps.Wanted(options.kind, megabytes, options.posts, options.files, options.condition, options.seed)
    return dumps.write(wanted, options.folder)


if __name__ == "__main__":
    sys.exit(main())
