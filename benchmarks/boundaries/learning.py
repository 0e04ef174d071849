"""The order of learning: row scores, the gate, the ranking of ways; each with all sites and with each left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.boundaries.composed import alone, bare, composed, stretches
from benchmarks.boundaries.labelled import Labelled, Posts
from benchmarks.boundaries.layouts import learn_layouts
from benchmarks.boundaries.rows import Rows, learn_gate, read_sheets
from benchmarks.boundaries.settings import TALKS
from benchmarks.boundaries.single_weights import learn_single
from benchmarks.boundaries.talk_weights import learn_talk, learn_talk_layouts
from benchmarks.boundaries.talks import talks
from transforms.split.text_model import Model

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Learned:
    """A model for each site, learned without it, and that with all under None; and how many dumps were made for it."""

    models: dict[str | None, Model]
    made: int


def learn(items: Sequence[Labelled], posts: Posts, tell: Tell = lambda _: None) -> Learned:
    """Learns from labelled dumps, and from listings and stretches made from them. The same input gives the same."""
    made = [*composed(posts), *alone(posts), *stretches(items)]
    tell(f"read {len(items)} dumps, made {len(made)} of their posts")
    rows = Rows(read_sheets([*items, *made]))
    left_out = sorted({item.site for item in items})
    tell(f"learn to score {len(rows.begins)} rows, with each of {len(rows.sites)} sites left out")
    gate = learn_gate(rows)
    tell("learn to rank the ways to cut a dump")
    layout = learn_layouts(rows, gate, left_out)
    tell("learn to tell threads, and to rank the ways to cut them")
    threads, onward = read_sheets(talks(posts)), read_sheets(composed(posts, TALKS, onward=True))
    talk = learn_talk(rows, [*threads, *onward], left_out)
    talk_layout = learn_talk_layouts(rows, threads, gate, left_out)
    tell("learn to tell dumps of one post")
    single = learn_single(rows, read_sheets([*bare(posts)]), (gate, layout), left_out)
    models = {
        site: Model(
            rows.titled[site],
            rows.untitled[site],
            gate[site],
            layout[site],
            talk[site],
            talk_layout[site],
            single[site],
        )
        for site in (None, *left_out)
    }
    return Learned(models, len(made) + len(threads) + len(onward))
