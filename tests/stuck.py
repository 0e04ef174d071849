"""Work that stands still once, so that a test can end the process which does it. Workers import it by its name."""

from __future__ import annotations

import os
import time
from functools import partial
from pathlib import Path

from flows.batches import Batch
from flows.pipeline import Work
from flows.staging import Staged

# Seconds; a test is over long before.
FOREVER = 600


def once(work: Work, note: Path) -> Work:
    """The same work, but the first batch that is begun anywhere leaves half a file and stands still."""
    return partial(_stuck, folder=work.keywords["folder"], work=work, note=note)


def _stuck(item: Batch, *, last_try: bool, folder: str, work: Work, note: Path) -> Staged:
    try:
        with note.open("x") as said:
            said.write(str(os.getpid()))
    except FileExistsError:
        return work(item, last_try=last_try, folder=folder)
    Path(folder, f"{item.number:06d}-000000.copies.parquet").write_bytes(b"PAR1 cut o")
    time.sleep(FOREVER)
    raise AssertionError("nobody ended this process")
