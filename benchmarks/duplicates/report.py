"""The figures as tables, and the section of the page of benchmarks that holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.duplicates.corpus import Planted, Row
from benchmarks.duplicates.scoring import Kind, Score
from benchmarks.duplicates.tools import Found
from benchmarks.page import machine, table


def truth(rows: Sequence[Row], pairs: Sequence[Planted], families: int, seed: str) -> str:
    """What the corpus is."""
    size = sum(len(row.text.encode()) for row in rows) / 1e6
    forms = [pair for pair in pairs if pair.kind == "form"]
    alike = sum(pair.verdict != "unlike" for pair in forms)
    return (
        f"{len(rows):,} posts ({size:.0f} MB) of {families:,} families, seed {seed}: {len(pairs) - len(forms):,} "
        f"planted pairs; {len(forms):,} pairs of one form filled in twice, {alike:,} of them with a Jaccard "
        f"similarity of 0.8 or more. Measured on {machine()}."
    )


def compared(found: Mapping[str, Found | str], scores: Mapping[str, Score]) -> str:
    """All tools in one table."""
    head = ("tool", "precision", "B-cubed F1", "recall, Jaccard ≥ 0.8", "excerpts found (≥ 40 words)",
            "forms merged", "seconds", "processor seconds", "peak memory")  # fmt: skip
    lines = []
    for name, each in found.items():
        if isinstance(each, str):
            lines.append([name, *["–"] * 7, each])
            continue
        score, cost = scores[name], each.cost
        lines.append([
            name, f"{score.precision:.4f}", f"{score.b_cubed[2]:.4f}", f"{score.recall_near:.4f}",
            f"{score.recall_excerpts:.4f}", f"{score.forms_merged:,} of {score.forms:,}", f"{cost.seconds:.1f}",
            f"{cost.processor:.1f}", f"{cost.peak / 1e6:,.0f} MB" if cost.peak else "–",
        ])  # fmt: skip
    return table(head, lines)


def by_kind(scores: Mapping[str, Score]) -> str:
    """Recall and B-cubed F1 of each tool by what was planted."""
    kinds = next(iter(scores.values())).kinds
    head = ["planted", "pairs", "of them one post", *scores]
    lines = [
        [kind, f"{each.pairs:,}", f"{each.alike:,}", *(_both(score.kinds[kind]) for score in scores.values())]
        for kind, each in kinds.items()
    ]
    return "Recall of the pairs that are one post, and B-cubed F1 of the copies:\n\n" + table(head, lines)


def _both(figures: Kind) -> str:
    return f"{figures.recall:.3f}, {figures.b_cubed[2]:.3f}" if figures.alike else f"–, {figures.b_cubed[2]:.3f}"


def promises(score: Score) -> str:
    """What winnow promises, and what came of it."""
    lines = [
        ["copies attached to a post that they do not match by the exact definition", "0", f"{score.unlike_attached}"],
        ["forms filled in anew that were merged", "0", f"{score.forms_merged:,} of {score.forms:,} pairs"],
        ["recall of planted pairs with a Jaccard similarity of 0.8", "≥ 0.998", f"{score.recall_near:.4f}"],
        ["excerpts of at least 40 words found", "≥ 0.98", f"{score.recall_excerpts:.4f}"],
        ["pairs that match, but not the copy that stands for the other's post", "(counted)", f"{score.held_apart}"],
    ]
    return table(("promise", "figure", "reached"), lines)
