"""Two rows of words or letters laid side by side: where they differ, and by how much."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.compiled import compiled
from transforms.written import Hashes, Numbers, Points

# Spelling is compared by the square of the letters, so only of what is as short as a name.
LONGEST_SPELT: Final = 48


@compiled
def differing(a: Hashes, b: Hashes, most: int) -> tuple[bool, Numbers]:
    """The runs in which two rows of words differ, each as (start, end, start, end), and whether that is all.

    It is the shortest way to make one of the other by taking words out and putting words in (Myers 1986, An O(ND)
    difference algorithm). Where more than `most` words must be taken out or put in, nothing is found.
    """
    n, m = len(a), len(b)
    if abs(n - m) > most:
        return False, np.empty((0, 4), np.int64)
    # reach[d * d + d + k]: how far in `a` the best way with d changes comes on the diagonal k, -d <= k <= d.
    reach = np.empty((most + 1) * (most + 1), np.int32)
    for d in range(most + 1):
        for k in range(-d, d + 1, 2):
            x = _step(reach, d, k)
            y = x - k
            while x < n and y < m and a[x] == b[y]:
                x += 1
                y += 1
            reach[d * d + d + k] = x
            if x >= n and y >= m:
                return True, _runs_back(reach, d, n, m)
    return False, np.empty((0, 4), np.int64)


@compiled
def _step(reach: NDArray[np.int32], d: int, k: int) -> int:
    """Where the d-th change leads on the diagonal k: past one more word of `a`, or of `b`."""
    if d == 0:
        return 0
    before = (d - 1) * (d - 1) + d - 1
    if k == -d or (k != d and reach[before + k - 1] < reach[before + k + 1]):
        return int(reach[before + k + 1])
    return int(reach[before + k - 1]) + 1


@compiled
def _runs_back(reach: NDArray[np.int32], d: int, n: int, m: int) -> Numbers:
    """The changes that led to the end, gathered into runs, the first one first."""
    runs = np.empty((d, 4), np.int64)
    first, x, y = d, n, m
    for left in range(d, 0, -1):
        k = x - y
        changed = _step(reach, left, k)
        x_before = changed
        before = (left - 1) * (left - 1) + left - 1
        down = k == -left or (k != left and reach[before + k - 1] < reach[before + k + 1])
        if not down:
            x_before = changed - 1
        y_before = x_before - (k + 1 if down else k - 1)
        y_changed = changed - k
        if first < d and runs[first, 0] == changed and runs[first, 2] == y_changed:
            runs[first, 0], runs[first, 2] = x_before, y_before
        else:
            first -= 1
            runs[first] = x_before, changed, y_before, y_changed
        x, y = x_before, y_before
    return runs[first:]


@compiled
def spelling(a: Points, b: Points) -> float:
    """How much of their letters differs: the edit distance as a part of the longer one; 1 for long ones."""
    if len(a) > LONGEST_SPELT or len(b) > LONGEST_SPELT:
        return 1.0
    row = np.arange(len(b) + 1)
    for i in range(len(a)):
        diagonal, row[0] = row[0], i + 1
        for j in range(len(b)):
            change = diagonal + (a[i] != b[j])
            diagonal = row[j + 1]
            row[j + 1] = min(change, row[j + 1] + 1, row[j] + 1)
    return float(row[len(b)] / max(len(a), len(b)))
