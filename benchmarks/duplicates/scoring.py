"""How well a partition of the rows agrees with the truth."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.duplicates.corpus import Planted, Row
from benchmarks.duplicates.exact import NEAR, exact, verdict

# By row, the group that it was put in.
Groups = Mapping[str, str]
LONG_EXCERPT: Final = 40


@dataclass(frozen=True)
class Kind:
    """Figures for what was planted in one way: pairs, those of them that are the same post, and B-cubed of its rows."""

    pairs: int
    alike: int
    recall: float
    b_cubed: tuple[float, float, float]


@dataclass(frozen=True)
class Score:
    """What a partition is worth.

    `recall_near` is of pairs with a Jaccard similarity of 0.8, `recall_excerpts` of excerpts of 40 words at least.
    Where a tool says which row stands for a group, `unlike_attached` counts rows that are not the same post as
    that row, and `held_apart` pairs of which one row belongs to a third that the other is unlike: no partition
    into true copies of one row need have them together. These count for no recall.
    """

    precision: float
    b_cubed: tuple[float, float, float]
    recall_near: float
    recall_excerpts: float
    forms_merged: int
    forms: int
    kinds: Mapping[str, Kind]
    unlike_attached: int | None = None
    held_apart: int = 0
    missed: Sequence[str] = ()


def score(rows: Sequence[Row], pairs: Sequence[Planted], groups: Groups, kept: Mapping[str, str] | None) -> Score:
    """Compares a partition with the truth; `kept` is the row that stands for each group, where a tool names one.

    A true group is a row and those of its planted copies that are the same post by the definition; forms are not.
    """
    texts = {row.id: row.clean for row in rows}
    planted = [pair for pair in pairs if pair.kind != "form"]
    forms = [pair for pair in pairs if pair.kind == "form"]
    apart = {pair for pair in planted if kept is not None and _held_apart(pair, groups, kept, texts)}
    alike = [pair for pair in planted if pair.verdict != "unlike" and pair not in apart]
    truth = true_groups(rows, pairs)
    cubed = b_cubed(truth, groups)
    return Score(
        precision=precision(truth, groups),
        b_cubed=mean(cubed.values()),
        recall_near=recall([pair for pair in alike if pair.jaccard >= NEAR or pair.verdict == "identical"], groups),
        recall_excerpts=recall(
            [pair for pair in alike if pair.kind == "excerpt" and pair.n_words >= LONG_EXCERPT], groups
        ),
        forms_merged=sum(_together(pair, groups) for pair in forms),
        forms=len(forms),
        kinds=_kinds(rows, planted, alike, groups, cubed),
        unlike_attached=_unlike_attached(groups, kept, texts) if kept is not None else None,
        held_apart=len(apart),
        missed=[f"{pair.one} {pair.other} {pair.kind}" for pair in alike if not _together(pair, groups)],
    )


def _kinds(
    rows: Sequence[Row],
    planted: Sequence[Planted],
    alike: Sequence[Planted],
    groups: Groups,
    cubed: Mapping[str, tuple[float, float]],
) -> dict[str, Kind]:
    of_kind: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in rows:
        of_kind[row.kind].append(cubed[row.id])
    found = {}
    for kind in sorted({pair.kind for pair in planted}, key=_numbers_first):
        same = [pair for pair in alike if pair.kind == kind]
        all_of_kind = [pair for pair in planted if pair.kind == kind]
        n_alike = sum(pair.verdict != "unlike" for pair in all_of_kind)
        found[kind] = Kind(len(all_of_kind), n_alike, recall(same, groups), mean(of_kind[kind]))
    return found


def _numbers_first(kind: str) -> tuple[float, str]:
    """Rates of edits in the order of numbers, then the other kinds."""
    rate = kind.split("%", maxsplit=1)[0]
    return (float(rate), "") if "%" in kind else (100.0, kind)


def _held_apart(pair: Planted, groups: Groups, kept: Mapping[str, str], texts: Mapping[str, str]) -> bool:
    """Whether one of the two rows is in another group rightly, and the other can't follow it there."""
    if pair.verdict == "unlike" or _together(pair, groups):
        return False
    stands = {row: kept[groups[row]] for row in (pair.one, pair.other)}
    alone = [(row, other) for row, other in ((pair.one, pair.other), (pair.other, pair.one)) if stands[row] == row]
    return len(alone) < 2 and all(_unlike(texts[row], texts[stands[other]]) for row, other in alone)


def _unlike(one: str, other: str) -> bool:
    return verdict(exact(one), exact(other)) == "unlike"


def true_groups(rows: Sequence[Row], pairs: Sequence[Planted]) -> dict[str, str]:
    """By row, the first row that it is a copy of by the definition; itself if it is none."""
    copies = {pair.other: pair.one for pair in pairs if pair.kind != "form" and pair.verdict != "unlike"}
    return {row.id: copies.get(row.id, row.id) for row in rows}


def _together(pair: Planted, groups: Groups) -> bool:
    return groups[pair.one] == groups[pair.other]


def recall(pairs: Sequence[Planted], groups: Groups) -> float:
    """The share of pairs that are together; 1 where there is none."""
    return sum(_together(pair, groups) for pair in pairs) / len(pairs) if pairs else 1.0


def precision(truth: Groups, groups: Groups) -> float:
    """The share of all pairs of rows put together that belong together."""
    said, right = Counter(groups.values()), Counter((groups[row], truth[row]) for row in groups)
    n_said = sum(n * (n - 1) for n in said.values())
    return sum(n * (n - 1) for n in right.values()) / n_said if n_said else 1.0


def b_cubed(truth: Groups, groups: Groups) -> dict[str, tuple[float, float]]:
    """For each row the share of its group that is right, and the share of its true group that is there."""
    sizes, true_sizes = Counter(groups.values()), Counter(truth.values())
    both = Counter((groups[row], truth[row]) for row in groups)
    return {
        row: (shared / sizes[group], shared / true_sizes[truth[row]])
        for row, group in groups.items()
        for shared in [both[group, truth[row]]]
    }


def mean(figures: Iterable[tuple[float, float]]) -> tuple[float, float, float]:
    """Mean precision and recall, and their F1."""
    found = list(figures)
    p, r = (sum(each) / len(found) for each in zip(*found, strict=True)) if found else (1.0, 1.0)
    return p, r, 2 * p * r / (p + r) if p + r else 0.0


def _unlike_attached(groups: Groups, kept: Mapping[str, str], texts: Mapping[str, str]) -> int:
    """How many rows are in a group whose kept row they are not the same post as, by the definition."""
    return sum(_unlike(texts[row], texts[kept[group]]) for row, group in groups.items() if kept[group] != row)
