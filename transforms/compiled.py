"""Loops as machine code: what numpy can't say in whole arrays is written as a loop and compiled by numba.

The machine code is kept on disk beside the module (or in the user's cache folder where that can't be written), so
that only the first run after an installation compiles.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """The same function as machine code, compiled when it is first called with arguments of new types.

    It may use numbers, numpy arrays and other compiled functions only. It runs without the interpreter's lock, checks
    no bounds, and treats integers as machine integers do: they wrap.
    """
    return cast("Function", numba.njit(cache=True, nogil=True)(function))
