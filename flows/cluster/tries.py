"""One try at a batch on another machine: in a folder of its own, so that no two tries ever write the same file.

A worker that is taken for dead may live on and go on writing while its batch is read anew elsewhere. What it still
writes lies beside what counts, and goes with the staging folder of the run.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

from flows import landing
from flows.evidence import FILE
from flows.pipeline import Batch, Work
from flows.staging import Staged
from transforms import PIPELINE_VERSION
from transforms.errors import WinnowError

# The folders of tries lie in the staging folder and begin so.
TRY: Final = "try-"


@dataclass(frozen=True, slots=True)
class Apart:
    """Work that is done in a folder of its own within `shared`; `version` is that of the winnow which sent it."""

    work: Work
    shared: Path
    version: str = PIPELINE_VERSION

    @classmethod
    def of(cls, work: Work) -> Apart:
        """The same work, apart. Where it was made the staging folder may have been named from another place."""
        return cls(work, Path(work.keywords["folder"]).absolute())

    def __call__(self, item: Batch, *, last_try: bool) -> Staged:
        """Does the work. Raises `WinnowError` also where this machine sees other disks or has another winnow."""
        if self.version != PIPELINE_VERSION:
            said = f"the worker on {socket.gethostname()} has winnow {PIPELINE_VERSION}, this is {self.version}"
            raise WinnowError(f"{said}; install the same one everywhere")
        if not landing.reachable(item.files):
            said = f"the worker on {socket.gethostname()} does not see the raw dumps, {item.files[0].place} among them"
            raise WinnowError(f"{said}; mount their disk there at the same path")
        return self.work(item, last_try=last_try, folder=str(self._folder_of_this_try()))

    def _folder_of_this_try(self) -> Path:
        """Makes it, with the orders that the work may follow; the staging folder itself must be there."""
        own = self.shared / f"{TRY}{uuid4().hex}"
        try:
            own.mkdir()
            if (self.shared / FILE).exists():
                (own / FILE).symlink_to(Path("..") / FILE)
        except OSError as error:
            said = f"the worker on {socket.gethostname()} can't write in the staging folder {self.shared}"
            raise WinnowError(
                f"{said} ({error.strerror}); let the warehouse lie on a disk that all workers share"
            ) from error
        return own
