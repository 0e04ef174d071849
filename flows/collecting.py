"""How often Python looks for objects that only hold each other: seldom, while a run makes rows by the hundred thousand.

Rows hold no such rings, so each look finds nothing, and looks at more the more rows there are: a twentieth of a run.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# Objects that are new since the last look; Python's own choice are some hundreds or thousands.
NEW_OBJECTS: Final = 200_000


def look_seldom() -> None:
    """Lets this process look seldom from now on."""
    gc.set_threshold(NEW_OBJECTS, *gc.get_threshold()[1:])


@contextmanager
def seldom() -> Iterator[None]:
    """Looks seldom within; afterwards it is as it was."""
    before = gc.get_threshold()
    look_seldom()
    try:
        yield
    finally:
        gc.set_threshold(*before)
