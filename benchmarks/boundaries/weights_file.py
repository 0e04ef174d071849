"""Writes what was learned as a module of the splitter, with the figures that it reached."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Final

from benchmarks.boundaries.report import Figures, table
from transforms.split.text_model import Model

# As wide as any line of the project.
_WIDEST: Final = 120

_HEAD: Final = '''"""The learned weights of the text splitter, written by `python -m benchmarks.learn_boundaries`.

Learned from {dumps} labelled text dumps of {sites} sites and from {made} made from them: listings of their posts in
invented templates, and stretches of a few posts. F1 of the starts that the whole splitter finds, with the site (of
the text dumps: the dump) left out of learning, and as shipped; two rows of tolerance, none for text dumps and
threads. Each site stands in benchmarks/README.md.

{figures}
"""

from typing import Final

from transforms.split.text_model import Model

MODEL: Final = Model(
'''


def written(model: Model, learned_from: tuple[int, int, int], left_out: Figures, shipped: Figures) -> str:
    """The text of the module; `learned_from` counts labelled dumps, their sites, and dumps made from them."""
    dumps, sites, made = learned_from
    lines = [f"{'':<36}{'left out':>8}{'as shipped':>12}", *table(left_out, shipped, sites=False)]
    head = _HEAD.format(dumps=dumps, sites=sites, made=made, figures="\n".join(f"    {line}" for line in lines))
    groups = (_group(part.name, getattr(model, part.name)) for part in fields(model))
    return head + "".join(groups) + ")  # fmt: skip\n"


def _group(name: str, weights: dict[str, float]) -> str:
    """One group of weights, in the order in which the splitter computes what they weigh, as many in a line as fit."""
    lines = [""]
    for key, weight in weights.items():
        pair = f"{json.dumps(key, ensure_ascii=False)}: {weight},"
        if len(lines[-1]) + len(pair) + 1 > _WIDEST:
            lines.append("")
        lines[-1] += f" {pair}" if lines[-1] else f"        {pair}"
    return f"    {name}={{\n" + "\n".join(lines) + "\n    },\n"
