"""Planted duplicates: makes them, and measures what winnow and other tools find of them.

    python -m benchmarks.duplicates                      # all: generate, winnow, the others; renews docs/benchmarks.md
    python -m benchmarks.duplicates generate FOLDER      # only the corpus with its truth
    python -m benchmarks.duplicates score FOLDER WAREHOUSE      # of tables that winnow made of FOLDER/rows
    python -m benchmarks.duplicates scale                # many short posts, and a few per cent more
    python -m benchmarks.duplicates speed                # the matching of 600 MB of text

Nothing is downloaded but the other tools, each into an environment of its own below the folder that --peers names.
Exit status: 0 all promises hold, 1 one does not.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.duplicates import corpus, report, scale, tools, winnow
from benchmarks.duplicates.scoring import Score, score
from benchmarks.page import rewrite
from benchmarks.peers import PEERS


def main() -> int:
    """Runs the command; gives the exit status."""
    options = parsed(sys.argv[1:])
    if options.command == "generate":
        corpus.generate(options.folders[0], options.families, options.seed)
        return 0
    if options.command == "score":
        return scored(*options.folders)
    with tempfile.TemporaryDirectory(dir=options.temporary) as folder:
        if options.command == "scale":
            return scale.measure_growth(Path(folder), options.posts)
        if options.command == "speed":
            return scale.measure_stage(Path(folder), options.posts)
        return compared(Path(folder), options)


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of the command."""
    parser = argparse.ArgumentParser(
        prog="benchmarks.duplicates", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    commands = ("compare", "generate", "score", "scale", "speed")
    parser.add_argument("command", nargs="?", choices=commands, default="compare")
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--families", type=int, default=6000, help="how many posts have families (copies, forms)")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--posts", type=int, default=200_000, help="how many posts, for `scale` and `speed`")
    parser.add_argument("--peers", type=Path, default=PEERS, help="where the other tools are installed")
    parser.add_argument("--only", action="append", help="only this tool; may be given again")
    parser.add_argument("--temporary", type=Path, help="where the corpus and the tables lie while it runs")
    options = parser.parse_args(arguments)
    if len(options.folders) != {"generate": 1, "score": 2}.get(options.command, 0):
        parser.error(f"{options.command} takes other folders: see --help")
    return options


def scored(folder: Path, warehouse: Path) -> int:
    """Prints the figures of a warehouse."""
    rows, pairs = corpus.read_rows(folder), corpus.read_pairs(folder)
    found = score(rows, pairs, *winnow.groups_of(warehouse))
    print(report.promises(found), report.by_kind({"winnow": found}), sep="\n\n")
    for line in found.missed:
        print(f"missed: {line}")
    return 0 if holds(found) else 1


def holds(found: Score) -> bool:
    """Whether winnow keeps what it promises."""
    exact = not found.unlike_attached and not found.forms_merged
    return exact and found.recall_near >= 0.998 and found.recall_excerpts >= 0.98


def compared(folder: Path, options: argparse.Namespace) -> int:
    """Runs all tools on one corpus and renews the page."""
    corpus.generate(folder / "corpus", options.families, options.seed)
    rows, pairs = corpus.read_rows(folder / "corpus"), corpus.read_pairs(folder / "corpus")
    print(report.truth(rows, pairs, options.families, options.seed), flush=True)
    found: dict[str, tools.Found | str] = {"winnow": tools.by_winnow(folder / "corpus" / "rows", folder)}
    for peer in tools.OTHERS:
        if not options.only or peer.name in options.only:
            print(f"{peer.name} …", flush=True)
            found[peer.name] = tools.by_peer(peer, folder / "corpus" / "rows", folder, options.peers)
    scores = {
        name: score(rows, pairs, each.groups, each.kept)
        for name, each in found.items()
        if isinstance(each, tools.Found)
    }
    parts = [
        report.truth(rows, pairs, options.families, options.seed),
        report.promises(scores["winnow"]),
        report.compared(found, scores),
        report.by_kind(scores),
    ]
    print("\n\n".join(parts[1:]))
    rewrite("duplicates", "\n\n".join(parts))
    return 0 if holds(scores["winnow"]) else 1


if __name__ == "__main__":
    sys.exit(main())
