"""Holds repair against `ftfy`, line by line, and measures how fast clean text passes.

    python -m benchmarks.repair_exact [--lines N] [--seed N]

The lines are those of every file in the folder that CORPORA names (else `../shared/corpora`, where it is there) and
N made ones: read in wrong encodings once or twice, with odd characters and entities planted, or of random ones. Exit
status: 0 repair is what `ftfy` makes of each line, 1 it is not.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Final

import ftfy
from ftfy import TextFixerConfig

from benchmarks.quality_pins import ROOT
from transforms.repair import MARKUP, PLAIN, needs_nothing, repair_lines

CONFIGS: Final = {"plain": PLAIN, "markup": MARKUP}
ENCODINGS: Final = (
    "utf-8", "latin-1", "macroman", "cp437", "koi8-r", "iso8859-2", "shift_jis", "gbk", "utf-16-le", "cp1255",
    *(f"sloppy-windows-{page}" for page in (1250, 1251, 1252, 1253, 1254, 1257)),
)  # fmt: skip
# Characters of which mojibake is made, and a few that compose or stand for no character.
ODD: Final = [
    *map(chr, chain(range(0x80, 0x250), range(0x370, 0x460), range(0x2010, 0x2130))),
    *"\ufffd\ufb01\uf8ff\u0300\u0301\u1160\u11a8\uac00\u25ca\u2260\x07\x1b\x7f\ud83d\ude42",
    *("&amp;", "&eacute;", "&#233;", "&nosuch;", "<", "Ã ", "â€", "Â\xa0", "à²", "ГўВЂВ"),
]
SENTENCES: Final = {
    "English": "At dawn the boats came home; “the tide is low,” she said, and it’s a long way to the weir.",
    "French": "Dès l’aube, les pêcheurs rentraient au port ; « où êtes-vous allés ? » dit-elle, le cœur serré.",
    "German": "Früh kehrten die Boote zurück; „das Wasser steht tief“, sagte sie, und die Straße zum Wehr ist weit.",
    "Polish": "O świcie łodzie wróciły do portu; „woda jest niska”, rzekła, a droga do jazu jest długa i żmudna.",
    "Russian": "На рассвете лодки вернулись; «вода низкая», — сказала она, и дорога к запруде ещё длинна.",
    "Japanese": "朝の港には霧がかかっていました。漁師たちは静かに網を直し、潮が満ちるのを待っています。",
}
# Bytes of clean text to measure with, and how much of it `ftfy` gets.
CLEAN_BYTES: Final = 16_000_000
FTFY_LINES: Final = 2000
LONGEST: Final = 4000


def main() -> int:
    """Runs the comparison; gives the exit status."""
    parser = argparse.ArgumentParser(
        prog="benchmarks.repair_exact", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=100_000, metavar="N")
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    options = parser.parse_args()
    found = corpus_lines(Path(os.environ.get("CORPORA") or ROOT.parent / "shared" / "corpora"))
    made = list(made_lines(random.Random(options.seed), found or list(SENTENCES.values()), options.lines))
    wrong = 0
    for name, config in CONFIGS.items():
        for kind, lines in (("of the collections", found), ("made", made)):
            wrong += compared(f"{len(lines):,} lines {kind}, {name}", lines, config)
    for language, sentence in SENTENCES.items():
        timed(language, sentence)
    return 1 if wrong else 0


def corpus_lines(folder: Path) -> list[str]:
    """The distinct lines of all files that are UTF-8; lines of more than LONGEST characters are cut."""
    found: dict[str, None] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        try:
            lines = path.read_bytes().decode("utf-8").replace("\r", "\n").split("\n")
        except UnicodeDecodeError:
            continue
        found |= dict.fromkeys(line[at : at + LONGEST] for line in lines for at in range(0, len(line), LONGEST))
    return list(found)


def made_lines(chance: random.Random, lines: Sequence[str], count: int) -> Iterator[str]:
    """Damaged lines, a third of each kind."""
    for number in range(count):
        line = chance.choice(lines)[:300]
        if number % 3 == 0:
            for _ in range(chance.randint(1, 2)):
                written, read = chance.sample(ENCODINGS, 2)
                line = line.encode(written, "replace").decode(read, "replace")
        elif number % 3 == 1:
            for _ in range(chance.randint(1, 6)):
                at = chance.randint(0, len(line))
                line = line[:at] + chance.choice(ODD) + line[at:]
        else:
            pool = [*chance.choices(ODD, k=4), *"aZ.,? éœÂÃ", chr(chance.randrange(0x110000))]
            line = "".join(chance.choices(pool, k=chance.randint(1, 14)))
        yield line.replace("\n", " ")


def compared(title: str, lines: Sequence[str], config: TextFixerConfig) -> int:
    """Prints and counts the lines that come out otherwise than `ftfy` makes them."""
    repaired = repair_lines(lines, config)
    wrong = passed = in_vain = 0
    for number, (line, after) in enumerate(zip(lines, repaired.lines, strict=True)):
        expected = ftfy.fix_and_explain(line, config)
        steps = tuple(f"{step.action} {step.parameter}" for step in expected.explanation or ())
        if (expected.text, steps) != (after, repaired.repairs.get(number, ())):
            print(f"  {line!r}: {after!r}, not {expected.text!r}")
            wrong += 1
        through = needs_nothing(line, config)
        passed += through
        in_vain += not through and not steps
    print(f"{title}: {wrong} wrong, {passed:,} let through, {in_vain:,} handed on in vain", flush=True)
    return wrong


def timed(language: str, sentence: str) -> None:
    """Prints how fast clean text passes, and how fast `ftfy` alone reads it."""
    lines = [sentence] * (CLEAN_BYTES // len(sentence.encode()))
    repair_lines(lines[:1])
    began = time.process_time()
    repair_lines(lines)
    middle = time.process_time()
    for line in lines[:FTFY_LINES]:
        ftfy.fix_and_explain(line, PLAIN)
    ended = time.process_time()
    size = len(sentence.encode()) / 1e6
    speed, alone = size * len(lines) / (middle - began), size * FTFY_LINES / (ended - middle)
    print(f"{language:<10} {speed:6.0f} MB/s of one processor, ftfy alone {alone:.1f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
