"""Whether a folder can hold a warehouse."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from flows.objects import mirror
from transforms.errors import WarehouseError

# Characters of a path with which deltalake 1.6 fails, some in the middle of a commit, and escapes that it undoes.
UNUSABLE: Final = re.compile(r"[\[\]|^\\\x00-\x1f\x7f\ud800-\udfff]|%[0-9A-Fa-f]{2}")
ANOTHER: Final = "give another folder with --warehouse"


def insist_on_place(root: Path, *, create: bool) -> None:
    """Raises `WarehouseError` where there is no warehouse in a folder, or, to `create` one, it can't hold one.

    What is a copy of one in an object store is brought up to date first, where it is only read.
    """
    if UNUSABLE.search(os.fsencode(root.absolute()).decode("utf-8", "surrogateescape")):
        raise WarehouseError(f"the path {str(root)!r} holds characters that the table log can't bear; {ANOTHER}")
    place = mirror.place_of(root)
    try:
        if not create:
            mirror.refresh(root)
        if root.exists() and not root.is_dir():
            raise WarehouseError(f"the warehouse path {root} is a file; {ANOTHER}")
        if not create and not (root / "tables").is_dir():
            raise WarehouseError(f"there is no warehouse in {place}; `winnow ingest` makes one, or {ANOTHER}")
        if create:
            (root / "tables").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        said = f"the warehouse {place} can't be opened: {error.strerror or error}"
        raise WarehouseError(f"{said}; {ANOTHER}") from error
