"""Repairing damaged text: mojibake, stray entities, control characters, unnormalised accents.

The repair of a line is what `ftfy` makes of it with a configuration of `transforms.repair_steps`. `ftfy` reads 1 to
2 MB/s, so lines that provably need nothing do not reach it (`transforms.screen`).
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

import ftfy
import numpy as np
from ftfy import TextFixerConfig
from ftfy.chardata import HTML_ENTITIES, HTML_ENTITY_RE

from transforms.heaps import bounded
from transforms.repair_steps import config_of
from transforms.screen import ACCENT, ENTITY, SIGN, TAG, screen_of

PLAIN: Final = config_of()
MARKUP: Final = config_of(markup=True)

Steps = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Repaired:
    """The repaired lines, as many as before, and by line number what was done to those that changed."""

    lines: tuple[str, ...]
    repairs: dict[int, Steps] = field(default_factory=dict)


def repair_line(line: str, config: TextFixerConfig = PLAIN) -> tuple[str, Steps]:
    r"""Repairs one line and names the steps taken, in their order.

    >>> repair_line("un cafÃ© Ã\xa0 OrlÃ©ans")
    ('un café à Orléans', ('encode latin-1', 'decode utf-8'))
    >>> repair_line("fish &amp; chips")
    ('fish & chips', ('apply unescape_html',))
    >>> repair_line("“curled” quotes stay")
    ('“curled” quotes stay', ())
    """
    return (line, ()) if needs_nothing(line, config) else _repaired(line, config)


def needs_nothing(line: str, config: TextFixerConfig = PLAIN) -> bool:
    r"""True where `ftfy` would provably change nothing.

    >>> needs_nothing("plain words"), needs_nothing("trÃ¨s"), needs_nothing("e\u0301")
    (True, False, False)
    """
    return not any(_needs(line, signs, config) for _, signs in _shown(line, 1, config))


def repair_lines(lines: Sequence[str], config: TextFixerConfig = PLAIN) -> Repaired:
    """Repairs each line by itself; the number of lines stays what it was.

    >>> repair_lines(["clean", "cafÃ©"]).lines
    ('clean', 'café')
    """
    fixed = list(lines)
    repairs: dict[int, Steps] = {}
    for number, signs in _shown("\n".join(lines), len(lines), config):
        if _needs(fixed[number], signs, config):
            text, steps = _repaired(fixed[number], config)
            if steps:
                fixed[number], repairs[number] = text, steps
    return Repaired(tuple(fixed), repairs)


def repair_texts(texts: Sequence[str], config: TextFixerConfig = PLAIN) -> list[tuple[str, Steps]]:
    r"""Repairs texts of many lines, each line by itself; with each goes what was done to it, every step once.

    >>> repair_texts(["clean", "", "cafÃ©\nclean\nthÃ©"])
    [('clean', ()), ('', ()), ('café\nclean\nthé', ('encode latin-1', 'decode utf-8'))]
    """
    repaired = repairs_in(texts, config)
    return [repaired.get(number, (text, ())) for number, text in enumerate(texts)]


def repairs_in(texts: Sequence[str], config: TextFixerConfig = PLAIN) -> dict[int, tuple[str, Steps]]:
    r"""Repairs the same, and gives by their numbers only those that changed: of most dumps few do.

    All are looked at together, so that many short ones cost little more than a long one.

    >>> repairs_in(["clean", "cafÃ©"])
    {1: ('café', ('encode latin-1', 'decode utf-8'))}
    """
    ends = list(accumulate(text.count("\n") + 1 for text in texts))
    repaired: dict[int, tuple[str, Steps]] = {}
    shown = _shown("\n".join(texts), ends[-1] if ends else 0, config)
    for number in dict.fromkeys(bisect_right(ends, line) for line, _ in shown):
        found = repair_lines(texts[number].split("\n"), config)
        if found.repairs:
            steps = dict.fromkeys(step for steps in found.repairs.values() for step in steps)
            repaired[number] = "\n".join(found.lines), tuple(steps)
    return repaired


def _shown(text: str, lines: int, config: TextFixerConfig) -> Iterator[tuple[int, int]]:
    """The numbers of the lines of a text that show anything, and what it is."""
    screen = screen_of(config)
    if screen is None or text.count("\n") != max(0, lines - 1):
        # What spans a line end is told by nobody but `ftfy`.
        yield from ((number, SIGN) for number in range(lines))
    elif lines:
        found = screen.signs(text, lines)
        numbers = np.flatnonzero(found)
        yield from zip(numbers.tolist(), found[numbers].tolist(), strict=True)


def _needs(line: str, signs: int, config: TextFixerConfig) -> bool:
    """Whether `ftfy` could change a line that shows some signs."""
    if signs & SIGN:
        return True
    read = signs & ENTITY and not (signs & TAG and config.unescape_html == "auto")
    if read and any(name.startswith("&#") or name in HTML_ENTITIES for name in HTML_ENTITY_RE.findall(line)):
        return True
    return bool(signs & ACCENT) and not unicodedata.is_normalized("NFC", line)


def _repaired(line: str, config: TextFixerConfig) -> tuple[str, Steps]:
    fixed = ftfy.fix_and_explain(line, bounded(line, config))
    return fixed.text, tuple(f"{step.action} {step.parameter}" for step in fixed.explanation or ())
