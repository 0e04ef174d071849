"""Speed and memory of winnow beside other tools, on dumps made from a seed.

    python -m benchmarks.bench run                                       # all but bad input; renews docs/benchmarks.md
    python -m benchmarks.bench run --only growth --sizes 10,100,1000     # how cost grows
    python -m benchmarks.bench run --only bad --bad line,tiny,big        # needs 15 GB of disk
    python -m benchmarks.bench dumps --kind text --megabytes 100 DIR     # only the dumps, and DIR.truth.jsonl

Nothing is downloaded but the other tools, each into an environment of its own below the folder that --peers names.
DIR must not be there yet. The same options give the same bytes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from benchmarks.bench import dumps, scenarios, tools, turns
from benchmarks.bench.scenarios import PLOT, Asked
from benchmarks.page import rewrite
from benchmarks.peers import PEERS

SCENARIOS: Final[dict[str, Callable[[Asked], str]]] = {
    "documents": scenarios.documents,
    "growth": scenarios.growth,
    "again": scenarios.again,
    "bad": scenarios.bad,
}


def main() -> int:
    """Runs the command; gives the exit status."""
    options = parsed(sys.argv[1:])
    if options.command == "run":
        return measured(options)
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
    ran = commands.add_parser("run", help="measure")
    ran.add_argument("--only", type=names_of(tuple(SCENARIOS)), default=[], help=f"of {', '.join(SCENARIOS)}")
    ran.add_argument("--sizes", type=numbers, default=[10, 100], help="MB of each kind of dumps, for growth")
    ran.add_argument("--rounds", type=int, default=3)
    ran.add_argument("--documents", type=int, default=20_000)
    ran.add_argument("--again", type=int, default=20_000, help="dumps for the second run")
    ran.add_argument("--bad", type=names_of(tuple(scenarios.BAD)), default=[], help=f"of {', '.join(scenarios.BAD)}")
    ran.add_argument("--seed", default="1")
    ran.add_argument("--peers", type=Path, default=PEERS, help="where the other tools are installed")
    ran.add_argument("--temporary", type=Path, help="where dumps and tables lie while it runs")
    ran.add_argument("--no-page", action="store_true", help="print the tables only")
    options = parser.parse_args(arguments)
    if options.command == "dumps" and not (options.megabytes or options.posts or options.files):
        parser.error("say how much: --megabytes, --posts or --files")
    if options.command == "dumps" and options.folder.exists():
        parser.error(f"{options.folder} is already there; name a folder that is not")
    return options


def made_dumps(options: argparse.Namespace) -> dumps.Made:
    """Makes what the options say."""
    if options.kind == "tiny":
        return dumps.write_tiny(options.folder, options.files or round(options.megabytes * 20_000), 50, options.seed)
    if options.kind in {"line", "big"}:
        write = dumps.write_line if options.kind == "line" else dumps.write_big
        return write(options.folder, round(options.megabytes), options.seed)
    megabytes = options.megabytes or float("inf")
    wanted = dumps.Wanted(options.kind, megabytes, options.posts, options.files, options.condition, options.seed)
    return dumps.write(wanted, options.folder)


def numbers(text: str) -> list[int]:
    """Whole numbers parted by commas."""
    found = [int(part) for part in text.split(",")]
    if min(found) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} has a number below 1")
    return found


def names_of(known: Sequence[str]) -> Callable[[str], list[str]]:
    """Reads names parted by commas; one that is not known is refused."""

    def names(text: str) -> list[str]:
        found = text.split(",")
        if strange := [name for name in found if name not in known]:
            raise argparse.ArgumentTypeError(f"{', '.join(strange)} is none of {', '.join(known)}")
        return found

    return names


def measured(options: argparse.Namespace) -> int:
    """Runs the chosen scenarios, prints their parts of the page and renews them."""
    turns.pinned()
    chosen = options.only or ["documents", "growth", "again", *(["bad"] if options.bad else [])]
    with tempfile.TemporaryDirectory(dir=options.temporary) as folder:
        asked = Asked(
            Path(folder), options.peers, options.rounds, options.sizes, options.documents, options.again,
            options.bad or list(scenarios.BAD), options.seed,
            Path(folder, PLOT.name) if options.no_page else PLOT,
        )  # fmt: skip
        tools.prepared()
        scenarios.warmed(asked, chosen)
        for name in chosen:
            print(f"{name} …", flush=True)
            part = SCENARIOS[name](asked)
            print(f"\n{part}\n", flush=True)
            if not options.no_page:
                rewrite(f"whole job, {name}", part)
    return 0


if __name__ == "__main__":
    sys.exit(main())
