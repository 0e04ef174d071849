"""From verified matches to posts: which copies are one post, which copy stands for it, what the others add.

Nothing here depends on the order in which dumps came in: every choice is made by content, and ties by a hash of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from transforms.match import NEAR_IDENTICAL
from transforms.records import Published

# Why a post has the canonical copy that it has, where there is no other.
ONLY_COPY: Final = "the only copy"
# A date that says more ranks before one that says less.
PRECISIONS: Final = {"second": 4, "day": 3, "month": 2, "year": 1}


@dataclass(frozen=True, slots=True)
class Wording:
    """One distinct wording: its key and how much it holds."""

    key: str
    n_words: int
    n_shingles: int

    @property
    def rank(self) -> tuple[int, int, str]:
        """Sorts the most complete first: most distinct shingles, then most words, then the smallest key."""
        return -self.n_shingles, -self.n_words, self.key


@dataclass(frozen=True, slots=True)
class Edge:
    """A verified match between two wordings."""

    left: str
    right: str
    jaccard: float
    containment: float


@dataclass(frozen=True, slots=True)
class Attached:
    """The canonical wording that a wording belongs to, and how much they have in common."""

    canonical: str
    jaccard: float = 1.0
    containment: float = 1.0


@dataclass(frozen=True, slots=True)
class CopyFields:
    """What one copy contributes to its post."""

    copy_id: str
    dump_id: str
    source: str
    wording: str
    text_sha256: str
    n_chars: int
    truncated: bool
    title: str | None = None
    author: str | None = None
    published: Published | None = None
    language: str = "und"
    language_confidence: float = 0.0
    url: str | None = None
    tags: tuple[str, ...] = ()
    links: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[object, ...]:
        """Sorts copies of one wording: whole before cut, then by how much they state, then by content."""
        stated = sum(value is not None for value in (self.title, self.author, self.url))
        precision = PRECISIONS[self.published.precision] if self.published else 0
        return (
            self.truncated,
            -stated - bool(precision),
            -precision,
            -self.n_chars,
            self.text_sha256,
            self.copy_id,
        )


@dataclass(frozen=True, slots=True)
class Merged:
    """A post made of its copies. `field_sources` names the copy of each field that the canonical copy lacked."""

    canonical: CopyFields
    reason: str
    title: str | None
    author: str | None
    published: Published | None
    url: str | None
    tags: tuple[str, ...]
    links: tuple[str, ...]
    n_copies: int
    n_dumps: int
    field_sources: dict[str, str] = field(default_factory=dict)


def attach(wordings: Iterable[Wording], edges: Iterable[Edge]) -> dict[str, Attached]:
    """Attaches each wording to the canonical one that it matches best, or makes it canonical.

    The most complete wording goes first, and each joins only a canonical wording that it itself matches: A and C
    are not one post because both resemble B. Near-identical outranks excerpt, then the larger overlap decides.

    >>> wordings = [Wording("a", 100, 96), Wording("b", 90, 86), Wording("c", 80, 76)]
    >>> attach(wordings, [Edge("a", "b", 0.9, 1.0), Edge("b", "c", 0.9, 1.0)])["c"]
    Attached(canonical='c', jaccard=1.0, containment=1.0)
    """
    neighbours: dict[str, list[tuple[str, Edge]]] = defaultdict(list)
    for edge in edges:
        neighbours[edge.left].append((edge.right, edge))
        neighbours[edge.right].append((edge.left, edge))
    attached: dict[str, Attached] = {}
    ranks: dict[str, int] = {}
    for rank, wording in enumerate(sorted(wordings, key=lambda wording: wording.rank)):
        ranks[wording.key] = rank
        leaders = [
            (edge.jaccard >= NEAR_IDENTICAL, edge.jaccard, edge.containment, -ranks[other], other)
            for other, edge in neighbours[wording.key]
            if other in attached and attached[other].canonical == other
        ]
        if leaders:
            _, jaccard, containment, _, leader = max(leaders)
            attached[wording.key] = Attached(leader, jaccard, containment)
        else:
            attached[wording.key] = Attached(wording.key)
    return attached


def merge(copies: Sequence[CopyFields], attached: Mapping[str, Attached]) -> Merged:
    """Makes one post of its copies; all are attached to the same canonical wording, which is among them.

    The canonical copy is the best one of that wording; each field that it lacks comes from the first copy that
    has it, the most similar first. Tags are those of all copies, links first its own.
    """

    def order(copy: CopyFields) -> tuple[object, ...]:
        to = attached[copy.wording]
        return to.canonical != copy.wording, -to.jaccard, -to.containment, copy.rank

    ranked = sorted(copies, key=order)
    canonical = ranked[0]
    sources: dict[str, str] = {}

    def first(name: str) -> CopyFields:
        giver = next((copy for copy in ranked if getattr(copy, name) is not None), canonical)
        if giver is not canonical:
            sources[name] = giver.copy_id
        return giver

    return Merged(
        canonical=canonical,
        reason=_reason(ranked, canonical),
        title=first("title").title,
        author=first("author").author,
        published=first("published").published,
        url=first("url").url,
        tags=tuple(sorted({tag for copy in ranked for tag in copy.tags})),
        links=tuple(dict.fromkeys(link for copy in ranked for link in copy.links)),
        n_copies=len(ranked),
        n_dumps=len({copy.dump_id for copy in ranked}),
        field_sources=sources,
    )


def _reason(ranked: Sequence[CopyFields], canonical: CopyFields) -> str:
    if len(ranked) == 1:
        return ONLY_COPY
    rivals = [copy for copy in ranked if copy.wording == canonical.wording]
    others = len(ranked) - len(rivals)
    said = f"the most complete text of {len(ranked)} copies" if others else f"{len(ranked)} copies with the same words"
    if len(rivals) == 1:
        return said
    runner_up = rivals[1]
    names = (
        "is whole",
        "states more",
        "has the more exact date",
        "is longer",
        "has the smaller hash",
        "has the smaller id",
    )
    decided = next(name for name, a, b in zip(names, canonical.rank, runner_up.rank, strict=True) if a != b)
    return f"{said}; among {len(rivals)} of these words it {decided}"
