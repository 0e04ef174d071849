"""How a command ends: at once, where Ctrl-C comes before it has begun to work, and quickly when all is done.

Before it has begun there is nothing to put back yet. The imports that come first take a second or two, and a
`KeyboardInterrupt` in the middle of one would end with a traceback, or as an error of the library that was being
loaded.
"""

from __future__ import annotations

import _thread
import atexit
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Final, NoReturn

STOPPED: Final = 130
SAID: Final = b"stopped: nothing was being written; run it again\n"
COMMAND: Final = "winnow"
# Whether Ctrl-C was pressed since a command began to work, and swallowed.
PRESSED: Final = threading.Event()
# Seconds after which what was swallowed is said again: when whoever swallowed it is done.
AGAIN: Final = 0.05


def at_once() -> None:
    """From now on Ctrl-C ends the process at once, with a message; ignored where the one who started us ignores it."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


@contextmanager
def in_order() -> Iterator[None]:
    """Inside, Ctrl-C is a `KeyboardInterrupt`, as usual: what has been begun is put in order first.

    A library that calls back to Python may swallow it, and then it is pressed again a moment later, or make another
    error of it: see `insist`.
    """
    at_once_before = signal.getsignal(signal.SIGINT) is _end
    PRESSED.clear()
    if at_once_before:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    ignored = sys.unraisablehook
    sys.unraisablehook = partial(_again, ignored)
    try:
        yield
    finally:
        sys.unraisablehook = ignored
        if at_once_before:
            signal.signal(signal.SIGINT, _end)


def insist(error: BaseException | None = None) -> None:
    """Raises `KeyboardInterrupt` where a library swallowed one, or where an `error` came of one."""
    while error and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    if error or _heard():
        raise KeyboardInterrupt


def leave(status: int) -> None:
    """Ends the process without taking apart its thousands of objects, which takes a fifth of a second.

    All that was registered for the end is done first. Where a thread goes on, or what was said can't be written, it
    returns, so that the process ends as usual.
    """
    if threading.active_count() > 1:
        return
    atexit._run_exitfuncs()  # noqa: SLF001 - there is no other way to have them done
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:  # as where the command was started with it closed
                stream.flush()
    except (OSError, ValueError):
        return
    os._exit(status)


def _again(before: Callable[[sys.UnraisableHookArgs], object], unraisable: sys.UnraisableHookArgs) -> None:
    if isinstance(unraisable.exc_value, KeyboardInterrupt):
        PRESSED.set()
        later = threading.Timer(AGAIN, _say_again)
        later.daemon = True
        later.start()
    else:
        before(unraisable)


def _say_again() -> None:
    main = threading.main_thread().ident
    if not _heard() or main is None:
        return
    if hasattr(signal, "pthread_kill"):  # wakes it also where it waits
        signal.pthread_kill(main, signal.SIGINT)
    else:
        _thread.interrupt_main()


def _heard() -> bool:
    """Whether something was swallowed that has not been heard of since."""
    swallowed = PRESSED.is_set()
    PRESSED.clear()
    return swallowed


def _end(_signal: int, _frame: FrameType | None) -> NoReturn:
    os.write(2, SAID)
    os._exit(STOPPED)


# The command line is being imported by the command itself, not by a library or a test.
if os.path.basename(sys.argv[0] if sys.argv else "") == COMMAND:  # noqa: PTH119 - without the cost of pathlib
    at_once()
