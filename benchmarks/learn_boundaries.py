"""Learns from the labelled collections where posts begin in text dumps, and writes the weights of the text splitter.

    python -m benchmarks.learn_boundaries [--left-out FILE] [--weights FILE] [--no-weights]

Each site is left out of learning in turn, and the whole splitter runs over its dumps with what was learned without it;
of the text dumps each one is left out. These figures, and those with all sites, are printed and stand in the written
file. The collections are in the folder that the environment variable CORPORA names, else in `../shared/corpora`. Exit
status: 0 done, or the collections are not at hand; 2 CORPORA names a folder that is not there or that has no dumps.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from benchmarks.boundaries.labelled import exported_posts, posts_of, read_collections
from benchmarks.boundaries.learning import learn
from benchmarks.boundaries.lone import NAME, lone_figures, lone_posts
from benchmarks.boundaries.report import Figures, count_starts, figures_of, table
from benchmarks.boundaries.weights_file import written
from transforms.split.text_model import Model

ROOT: Final = Path(__file__).resolve().parents[1]
WEIGHTS: Final = ROOT / "transforms" / "split" / "text_weights.py"


def main(arguments: list[str] | None = None) -> int:
    """Learns, measures and writes; gives the exit status."""
    options = parsed(sys.argv[1:] if arguments is None else arguments)
    named = os.environ.get("CORPORA")
    corpora = Path(named) if named else ROOT.parent / "shared" / "corpora"
    items = read_collections(corpora)
    if not items:
        problem = "holds no labelled text dumps" if corpora.exists() else "is not there"
        print(f"nothing was learned: {corpora} {problem}; CORPORA names the folder of the labelled collections")
        return 2 if named else 0
    began = time.process_time()

    def tell(what: str) -> None:
        print(f"{time.process_time() - began:5.0f} s  {what}", flush=True)

    posts = posts_of(items)
    learned = learn(items, posts | exported_posts(corpora), tell)
    tell("split every dump, with its site left out and with what was learned from all")
    lone = list(lone_posts(posts))

    def measured(models: Mapping[str | None, Model]) -> Figures:
        return figures_of(count_starts(items, models)) | {NAME: lone_figures(lone, models)}

    left_out, shipped = measured(learned.models), measured({None: learned.models[None]})
    print(f"{'':<36}{'left out':>8}{'as shipped':>12}", *table(left_out, shipped), sep="\n")
    if options.left_out:
        options.left_out.write_text(json.dumps(left_out, ensure_ascii=False, indent=1) + "\n", "utf-8")
    if not options.no_weights:
        counts = (len(items), len({item.source for item in items}), learned.made)
        options.weights.write_text(written(learned.models[None], counts, left_out, shipped), "utf-8", newline="\n")
        tell(f"wrote {options.weights}")
    return 0


def parsed(arguments: list[str]) -> argparse.Namespace:
    """The options of the command."""
    parser = argparse.ArgumentParser(
        prog="benchmarks.learn_boundaries", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "--left-out", type=Path, metavar="FILE", help="write the figures with sites left out, for benchmarks.quality"
    )
    parser.add_argument("--weights", type=Path, metavar="FILE", default=WEIGHTS, help="where the weights are written")
    parser.add_argument("--no-weights", action="store_true", help="only measure")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
