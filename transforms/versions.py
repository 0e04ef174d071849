"""Which versions are meant: `<0.3`, `>=0.1,<0.2`, `==0.1.0`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from itertools import zip_longest
from typing import Final

from transforms.errors import UsageError

COMPARED: Final[dict[str, Callable[[int, int], bool]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
CLAUSE: Final = re.compile(r"\s*(<=|>=|==|!=|<|>)\s*(\d{1,9}(?:\.\d{1,9}){0,7})\s*", re.ASCII)
NUMBERS: Final = re.compile(r"\d{1,9}", re.ASCII)


def versions_meant(text: str) -> Callable[[str], bool]:
    """Whether a version is meant, as a function of it. Raises `UsageError` for what means no versions.

    >>> older = versions_meant("<0.10")
    >>> older("0.9.1"), older("0.10.0"), versions_meant(">=0.1, !=0.2")("0.2")
    (True, False, False)
    """
    clauses = [CLAUSE.fullmatch(part) for part in text.split(",")]
    if not all(clauses):
        raise UsageError(f"{text!r} means no versions; write them as '<0.3' or '>=0.1,<0.3'")
    wanted = [(COMPARED[clause[1]], _numbers(clause[2])) for clause in clauses if clause]

    def meant(version: str) -> bool:
        return all(compare(_order(_numbers(version), numbers), 0) for compare, numbers in wanted)

    return meant


def _numbers(version: str) -> list[int]:
    return [int(number) for number in NUMBERS.findall(version)]


def _order(one: list[int], other: list[int]) -> int:
    """Below zero where the first is older, above it where it is newer; 0.1 is 0.1.0."""
    pairs = zip_longest(one, other, fillvalue=0)
    return next((a - b for a, b in pairs if a != b), 0)
