"""Giving back memory that is free: libraries keep what they had, for a next time that may be long in coming."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache

import pyarrow as pa


def give_back() -> None:
    """Lets the system have what Arrow and the C library hold and nobody uses; takes some milliseconds."""
    pa.default_memory_pool().release_unused()
    if trim := _trimming():
        trim(0)


@cache
def _trimming() -> Callable[[int], int] | None:
    """What gives memory back that the C library holds; None where there is no such thing."""
    try:
        trim: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None
    return trim
