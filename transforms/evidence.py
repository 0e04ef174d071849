"""What text dumps tell about each other: where the same text stands in two of them, both should cut it alike.

An `Outline` is all that other dumps need to know of a dump: its lines as hashes, and where posts begin by its own
account. The evidence about a dump is worked out from its own outline and those of the dumps that share a paragraph
with it, and every outline from the bytes of its dump alone, so the order in which dumps come in can't matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.utf8 import utf8_of_lines
from transforms.words import Hashes, orders_of

# The constants were chosen on the text views of twelve labelled blogs, whole and with the first 2 to 20 pages of each.
# A run of equal lines counts when one of them has so many characters: a shorter one may be a caption or a remark.
PARAGRAPH: Final = 120
# Two equal lines belong to one run where the second stands at most so far below the first: two edited lines between.
BRIDGE: Final = 3
# A title and its bylines may be so many lines that a copy has lost.
HEADS: Final = 3
# A paragraph that stands in more dumps than this is a footer or a notice. It bounds the cost too: a dump is looked
# at again for the sake of a paragraph only while fewer have it. From 32 on nothing changes on the blogs.
MOST_DUMPS: Final = 32
# So is a line that more dumps have than the first, and more than the second of all that share something. Without
# this rule evidence costs 0.007 on pages whose sites have 16 of them; from a half to nine tenths all shares gain.
FEW_DUMPS: Final = 4
USUAL: Final = 2 / 3
# Characters of lines that are hashed together: as much as stays in the processor's cache.
HASHED_AT_ONCE: Final = 1 << 18
# Of a start: there is none, it is likely, its line alone tells it, a line that recurs with every post tells it.
NONE, LIKELY, STRONG, CERTAIN = 0, 1, 2, 3

Numbers = NDArray[np.int64]
Run = list[tuple[int, int]]


@dataclass(frozen=True)
class Outline:
    """The lines of a text dump that are not blank, one element each.

    `lines` are their 0-based numbers, `hashes` what they say (0 for a line without words), `widths` their characters,
    `starts` whether a post begins there as far as the dump itself can tell: NONE, LIKELY, STRONG or CERTAIN.
    """

    lines: Numbers
    hashes: Hashes
    widths: Numbers
    starts: Numbers

    @property
    def paragraphs(self) -> Hashes:
        """The distinct hashes by which dumps find each other: lines long enough to say that a text recurs."""
        return np.unique(self.hashes[(self.widths >= PARAGRAPH) & (self.hashes != 0)])

    @cached_property
    def distinct(self) -> tuple[Hashes, Numbers, Numbers]:
        """The distinct hashes, sorted, with the first row of each and how many it has."""
        values, rows, counts = np.unique(self.hashes, return_index=True, return_counts=True)
        return values, rows, counts

    @cached_property
    def once(self) -> tuple[Hashes, Numbers]:
        """The hashes that stand once in the dump, sorted, with their rows; none of a line without words."""
        values, rows, counts = self.distinct
        kept = (counts == 1) & (values != 0)
        return values[kept], rows[kept]

    @cached_property
    def marks(self) -> Marks:
        """Its starts, to be looked up row by row."""
        return Marks(self)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What other dumps say of the lines of one: where a post begins, and where none does; by line, with the reason.

    Line numbers are 0-based; no line is in both, and none is blank. `way` is the key (with a sign) of the way to cut
    the dump that the others of its source speak for, where it is not the one that the dump itself would choose.
    """

    starts: Mapping[int, str] = field(default_factory=dict)
    inside: Mapping[int, str] = field(default_factory=dict)
    way: int | None = None

    def __bool__(self) -> bool:
        return bool(self.starts or self.inside or self.way is not None)


NO_EVIDENCE: Final = Evidence()


def outline_of(lines: Sequence[str], starts: Mapping[int, int]) -> Outline:
    """Outlines a dump that was split without evidence; `starts` say how sure each start is, by line.

    Lines are equal when they have the same words in the same order, whatever the case and the signs between them.

    >>> outline = outline_of(["A title", "", "a TITLE!", "..."], {2: LIKELY})
    >>> outline.lines.tolist(), outline.starts.tolist()
    ([0, 2, 3], [0, 1, 0])
    >>> bool(outline.hashes[0] == outline.hashes[1]), int(outline.hashes[2])
    (True, 0)
    """
    numbers = [number for number, line in enumerate(lines) if line.strip()]
    texts = [lines[number] for number in numbers]
    return Outline(
        lines=np.asarray(numbers, np.int64),
        hashes=line_hashes(texts),
        widths=np.asarray([len(text) for text in texts], np.int64),
        starts=np.asarray([starts.get(number, NONE) for number in numbers], np.int64),
    )


def line_hashes(texts: Sequence[str]) -> Hashes:
    """A hash of the words of each text in their order; 0 where it has none."""
    ends = np.cumsum([len(text) for text in texts], dtype=np.int64) // HASHED_AT_ONCE
    borders = [0, *(np.flatnonzero(np.diff(ends)) + 1).tolist(), len(texts)]
    return np.concatenate([orders_of(utf8_of_lines(texts[first:last])) for first, last in pairwise(borders)])


def gather(own: Outline, others: Mapping[str, Outline]) -> Evidence:
    """What the other dumps that share a paragraph with one say of it; they are named by their ids.

    A start is carried over where a run of equal lines begins with it in the other dump, or with the text right below
    its title there; in the middle of a run where it is sure there. A post also begins below one that is the last of
    another dump and stands here whole. A line is inside a post where the other dump goes on with a post that is sure,
    and no dump knows of a start.
    """
    common = _usual(own, others.values())
    here = own.marks
    starts: dict[int, str] = {}
    inside: dict[int, str] = {}
    begun: set[int] = set()
    for name in sorted(others):
        there = others[name].marks
        for run in shared_runs(own, others[name], common):
            for row in _carried(here, there, run):
                starts.setdefault(row, f"another dump ({name[:12]}) begins the same text here")
            for row in _ended(here, there, run):
                starts.setdefault(row, f"another dump ({name[:12]}) ends with the post above")
            for row in _covered(here, there, run):
                inside.setdefault(row, f"another dump ({name[:12]}) goes on with the post here")
            begun.update(row for row, other in run if there.starts[other])
    kept = inside.keys() - begun - starts.keys()
    return Evidence(
        {int(own.lines[row]): starts[row] for row in sorted(starts)},
        {int(own.lines[row]): inside[row] for row in sorted(kept)},
    )


def shared_runs(one: Outline, other: Outline, common: Hashes) -> list[Run]:
    """The runs of equal lines of two dumps, as pairs of rows; a line that recurs within one of them does not count."""
    left, left_rows = one.once
    right, right_rows = other.once
    at = np.minimum(np.searchsorted(right, left), max(len(right) - 1, 0))
    shared = np.flatnonzero(right[at] == left) if len(right) else at[:0]
    shared = shared[~np.isin(left[shared], common, assume_unique=True)]
    pairs = sorted(zip(left_rows[shared].tolist(), right_rows[at[shared]].tolist(), strict=True))
    runs: list[Run] = [pairs[:1]] if pairs else []
    for before, pair in pairwise(pairs):
        if 0 < pair[0] - before[0] <= BRIDGE and 0 < pair[1] - before[1] <= BRIDGE:
            runs[-1].append(pair)
        else:
            runs.append([pair])
    return [run for run in runs if max(one.widths[row] for row, _ in run) >= PARAGRAPH]


def _usual(own: Outline, others: Iterable[Outline]) -> Hashes:
    """The sorted hashes of lines that too many of these dumps have: menus, footers and notices."""
    dumps = [own, *others]
    values, counts = np.unique(np.concatenate([dump.distinct[0] for dump in dumps]), return_counts=True)
    found: Hashes = values[(counts > MOST_DUMPS) | ((counts > FEW_DUMPS) & (counts > USUAL * len(dumps)))]
    return found


class Marks:
    """The starts of an outline, to be looked up row by row.

    `above` is the nearest start above each row, -1 where there is none; `vouches` says that the dump has a recurring
    line. A dump without one may well miss starts, so what it shows as one post need not be one.
    """

    def __init__(self, outline: Outline) -> None:
        rows = np.where(outline.starts > NONE, np.arange(len(outline.starts)), -1)
        self.starts: list[int] = outline.starts.tolist()
        self.above: list[int] = np.maximum.accumulate(np.r_[-1, rows]).tolist()
        self.vouches = CERTAIN in self.starts
        self._wide: list[bool] = (outline.widths >= PARAGRAPH).tolist()

    def head(self, row: int) -> int | None:
        """The row that begins a post of which no more than title and bylines stand above `row`."""
        head = row if self.starts[row] else self.above[row]
        far = head < max(row - HEADS, 0) or any(self._wide[head:row])
        return None if far else head

    def near(self, row: int) -> bool:
        """Whether a post begins at a row or near by, with no more than lines of a heading between."""
        if self.head(row) is not None:
            return True
        below = next((k for k in range(row + 1, row + HEADS + 1) if k < len(self.starts) and self.starts[k]), None)
        return below is not None and not any(self._wide[row:below])

    def near_or_certain(self, row: int) -> bool:
        """The same, or one that is certain begins near by, whatever stands between: it may well mean this post."""
        return CERTAIN in self.starts[max(row - HEADS, 0) : row + HEADS + 1] or self.near(row)

    def text_below(self, row: int) -> bool:
        """Whether a paragraph stands at a row or below no more than the lines of a heading."""
        return any(self._wide[row : row + HEADS + 1])

    def sure_post(self, row: int) -> int | None:
        """The row that begins the post in the middle of which `row` stands, where that is sure."""
        post = self.above[row]
        return post if self.vouches and post >= 0 and self.starts[post] >= STRONG else None


def _carried(own: Marks, other: Marks, run: Run) -> Iterator[int]:
    """Rows of `own` where the other dump begins a post and this one does not, nor near by."""
    above = None
    for row, there in run:
        head = other.head(there)
        if head is not None and (above is None or head > above) and not own.near_or_certain(row):
            sure = other.starts[head]
            # The first line of a dump begins a post for want of another; lines between may belong to the post above.
            opens = above is None and (sure >= STRONG or 0 < head == there)
            if opens or sure == CERTAIN or (sure == STRONG and own.sure_post(row) is None):
                yield row
        above = there


def _ended(own: Marks, other: Marks, run: Run) -> Iterator[int]:
    """The row of `own` below a post that it holds from beginning to end and with which the other dump ends.

    Text has to follow, or it may be the footer of the page.
    """
    row, there = run[-1][0] + 1, run[-1][1] + 1
    whole = there == len(other.starts) and 0 <= run[0][1] <= other.above[there] + HEADS
    if whole and row < len(own.starts) and not own.near_or_certain(row) and own.text_below(row):
        yield row


def _covered(own: Marks, other: Marks, run: Run) -> Iterator[int]:
    """Rows of `own` where it begins a post without being certain, and the other dump goes on with a sure one."""
    for (above, above_there), (row, there) in pairwise(run):
        begun = [each for each in range(above + 1, row + 1) if NONE < own.starts[each] < CERTAIN]
        if begun and not any(other.starts[above_there + 1 : there + 1]) and not other.near(there):
            post = other.sure_post(there)
            # The run has to hold the beginning of the post: a text that quotes the middle of one proves nothing.
            if post is not None and run[0][1] <= post + HEADS:
                yield from begun
