"""How a process of the pool begins. It imports next to nothing, so that it takes hold before anything heavy does."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading

from flows.collecting import look_seldom


def begin() -> None:
    """Lets Ctrl-C end this process without a word, and ends it when its parent is gone, however that died."""
    look_seldom()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):  # a copy of its parent begins with Ctrl-C held back
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
