"""Shares as they are given on the command line."""

from __future__ import annotations

import re
from typing import Final

from transforms.errors import UsageError

SHARE: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?|\.\d{1,9})(%?)")


def share_of(text: str) -> float:
    """A share above 0 and up to 1. Raises `UsageError`.

    >>> share_of("0.25"), share_of("5%")
    (0.25, 0.05)
    """
    found = SHARE.fullmatch(text.strip())
    share = float(found[1]) / (100 if found[2] else 1) if found else 0.0
    if not 0 < share <= 1:
        raise UsageError(f"--sample {text!r} is no share; give a number above 0 and up to 1, or per cent: 0.1 or 10%")
    return share
