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
    if asked:
        return not _names(Path(asked))
    beside = Path(transforms.__file__).with_name("__pycache__")
    if not os.access(beside.parent, os.W_OK):
        return False
    kept = f".py{sys.version_info.major}{sys.version_info.minor}.nbi"
    return not any(name.endswith(kept) for name in _names(beside))


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()] if folder.is_dir() else []
