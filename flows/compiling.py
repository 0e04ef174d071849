"""Whether machine code is still to be made, as in the first run after an installation."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

import transforms

COMPILING: Final = "Compiling for this machine, once: half a minute or so. Later runs begin at once."


def to_come() -> bool:
    """True where no loop has been compiled for this Python; False also where numba keeps machine code elsewhere.

    numba keeps it in NUMBA_CACHE_DIR or beside the modules, and in the user's cache folder where these can't be
    written.
    """
    asked = os.environ.get("NUMBA_CACHE_DIR")
    folder = Path(asked or Path(transforms.__file__).parent)
    if not asked and not os.access(folder, os.W_OK):
        return False
    kept = f"*.py{sys.version_info.major}{sys.version_info.minor}.nbi"
    return next(folder.rglob(kept), None) is None
