"""Ctrl-C before a command has begun to work: there is nothing to put back yet, so it ends at once.

The imports that come first take a second or two. A `KeyboardInterrupt` in the middle of one would end with a
traceback, or as an error of the library that was being loaded.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final, NoReturn

STOPPED: Final = 130
SAID: Final = b"stopped: nothing was being written; run it again\n"
COMMAND: Final = "winnow"


def at_once() -> None:
    """From now on Ctrl-C ends the process at once, with a message; ignored where the one who started us ignores it."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


@contextmanager
def in_order() -> Iterator[None]:
    """Inside, Ctrl-C is a `KeyboardInterrupt`, as usual: what has been begun is put in order first."""
    at_once_before = signal.getsignal(signal.SIGINT) is _end
    if at_once_before:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        if at_once_before:
            signal.signal(signal.SIGINT, _end)


def _end(_signal: int, _frame: FrameType | None) -> NoReturn:
    os.write(2, SAID)
    os._exit(STOPPED)


# The command line is being imported by the command itself, not by a library or a test.
if os.path.basename(sys.argv[0] if sys.argv else "") == COMMAND:  # noqa: PTH119 - without the cost of pathlib
    at_once()
