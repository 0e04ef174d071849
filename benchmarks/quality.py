"""The quality gate: measures every labelled collection and holds the scores against the pinned ones.

    python -m benchmarks.quality [SET ...] [--pin] [--details] [--left-out FILE] [--readme]

SET is a part of a set's name; all sets are measured where none is given. The collections are in the folder that the
environment variable CORPORA names, else in `../shared/corpora`. Exit status: 0 no score is lower than its pin, or the
collections are not at hand; 1 a score is lower; 2 CORPORA names a folder that is not there.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

from benchmarks.quality_pins import (
    LEFT_OUT,
    ROOT,
    SCORES,
    SHIPPED,
    WHOLE,
    Difference,
    Figures,
    differences,
    load,
    save,
    write_tables,
)
from benchmarks.quality_sets import Measured, Place, Score, measure, names, warm_up

# Two sets at a time: each is read by one process, and more would fight for the disk.
TOGETHER: Final = 2


def main() -> int:
    """Runs the gate; gives the exit status."""
    options = parsed(sys.argv[1:])
    if options.readme:
        return told_tables()
    if options.left_out:
        return judged(LEFT_OUT, json.loads(options.left_out.read_text("utf-8")), pin=options.pin)
    corpora = Path(os.environ.get("CORPORA") or ROOT.parent / "shared" / "corpora")
    scorer = corpora.parent / "score" / "score.py"
    missing = next((path for path in (corpora, scorer) if not path.exists()), None)
    if missing:
        print(f"nothing was measured: {missing} is not there; CORPORA names the folder of the labelled collections")
        return 2 if os.environ.get("CORPORA") else 0
    now: Figures = {}
    for name, found in measured(corpora, scorer, list(names(options.sets))):
        if isinstance(found, str):
            print(f"{name}: not measured, {found}", flush=True)
            continue
        now[name] = figures(found.score)
        told(name, found, details=options.details)
    return judged(SHIPPED, now, pin=options.pin)


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of the command."""
    parser = argparse.ArgumentParser(
        prog="benchmarks.quality", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("sets", nargs="*", metavar="SET")
    parser.add_argument("--pin", action="store_true", help="make these scores the pinned ones, and renew the tables")
    parser.add_argument("--details", action="store_true", help="print what is still wrong, line by line")
    parser.add_argument(
        "--left-out", type=Path, metavar="FILE", help="judge or pin scores with sites left out of learning"
    )
    parser.add_argument("--readme", action="store_true", help="renew the tables from the pinned scores and end")
    return parser.parse_args(arguments)


def measured(corpora: Path, scorer: Path, wanted: Sequence[str]) -> Iterator[tuple[str, Measured | str]]:
    """Measures sets, in processes of their own; gives them as they were asked for."""
    began = time.monotonic()
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(TOGETHER, context, warm_up) as pool:
        places = [Place(corpora, scorer, Path(folder, str(number))) for number, _ in enumerate(wanted)]
        for place in places:
            place.folder.mkdir()
        yield from zip(wanted, pool.map(measure, wanted, places), strict=True)
    print(f"{len(wanted)} sets in {time.monotonic() - began:.0f} s")


def figures(score: Score) -> dict[str, dict[str, float]]:
    """A score as it is pinned."""
    return {WHOLE: score.totals, **score.sites}


def told(name: str, found: Measured, *, details: bool) -> None:
    """Prints the scores of one set, and its speed."""
    totals = ", ".join(f"{measure} {score:.4f}" for measure, score in found.score.totals.items())
    print(f"{name}: {totals} ({found.speed:.2f} MB/s of one processor)", flush=True)
    for site, scores in sorted(found.score.sites.items()):
        print(f"  {site:<12}" + ", ".join(f"{measure} {score:.4f}" for measure, score in scores.items()))
    for line in found.score.details if details else ():
        print("    " + line)


def judged(part: str, now: Figures, *, pin: bool) -> int:
    """Holds scores against their pins, or makes them the pins."""
    pinned = load()
    found = list(differences(pinned[part], now))
    lower = [each for each in found if each.lower]
    if pin:
        told_differences("changed pins", found)
        save(pinned | {part: pinned[part] | now})
        return told_tables()
    told_differences("LOWER THAN PINNED", lower)
    told_differences("higher or new; `make quality PIN=1` pins them", [each for each in found if not each.lower])
    if not found:
        print("every score is as pinned")
    return 1 if lower else 0


def told_differences(heading: str, found: Sequence[Difference]) -> None:
    """Prints a table of old and new scores, if there are any."""
    if not found:
        return
    print(f"\n{heading}:")
    for each in found:
        print(
            f"  {each.set:<24} {each.site:<12} {each.measure:<34} {four_places(each.pinned)} -> {four_places(each.now)}"
        )


def four_places(score: float | None) -> str:
    return "  -   " if score is None else f"{score:.4f}"


def told_tables() -> int:
    """Renews the tables of the READMEs from the pinned scores."""
    for path in write_tables(load()):
        print(f"{path.relative_to(ROOT)}: its table is renewed from {SCORES.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
