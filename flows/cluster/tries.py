"""One try at a batch on another machine: in a folder of its own, so that no two tries ever write the same file.

A worker that is taken for dead may live on and go on writing while its batch is read anew elsewhere. What it still
writes lies beside what counts, and goes with the staging folder of the run. Where the warehouse lies in an object
store, the staging folder is a prefix there: a worker reads in a folder of its own machine and puts there what it found.
"""

from __future__ import annotations

import socket
import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from uuid import uuid4

from flows import landing, staging
from flows.batches import Batch
from flows.evidence import AGAIN, FILE
from flows.objects import mirror, store
from flows.pipeline import Work
from flows.staging import Staged
from transforms import PIPELINE_VERSION
from transforms.errors import WinnowError

# The folders of tries lie in the staging folder and begin so.
TRY: Final = "try-"


@dataclass(frozen=True, slots=True)
class Apart:
    """Work that is done in a folder of its own within `shared`; `version` is that of the winnow which sent it.

    `prefix` is where the machines meet where they share no disk: an address in an object store.
    """

    work: Work
    shared: Path
    prefix: str | None = None
    version: str = PIPELINE_VERSION

    @classmethod
    def of(cls, work: Work) -> Apart:
        """The same work, apart. Where it was made the staging folder may have been named from another place."""
        shared = Path(work.keywords["folder"]).absolute()
        address = mirror.address_of(shared.parent.parent) or mirror.address_of(shared.parent.parent.parent)
        if address is None:
            return cls(work, shared)
        prefix = f"{address}/{mirror.STAGING}/{uuid4().hex}"
        with staging.told(prefix):
            if (shared / FILE).exists():
                store.write(f"{prefix}/{FILE}", shared / FILE)
        return cls(work, shared, prefix)

    def __call__(self, item: Batch, *, last_try: bool) -> Staged:
        """Does the work. Raises `WinnowError` also where this machine sees other disks or has another winnow."""
        if self.version != PIPELINE_VERSION:
            said = f"the worker on {socket.gethostname()} has winnow {PIPELINE_VERSION}, this is {self.version}"
            raise WinnowError(f"{said}; install the same one everywhere")
        if not landing.reachable(item.files):
            said = f"the worker on {socket.gethostname()} does not see the raw dumps, {item.files[0].place} among them"
            raise WinnowError(f"{said}; mount their disk there at the same path")
        if self.prefix is None:
            return self.work(item, last_try=last_try, folder=str(self._folder_of_this_try()))
        return self._sent(item, self.prefix, last_try=last_try)

    def back(self, staged: Staged) -> Staged:
        """Brings what a worker put into the object store to the staging folder of the run."""
        if self.prefix is None:
            return staged
        own = self.shared / f"{TRY}{uuid4().hex}"
        with staging.told(own):
            own.mkdir()
            mirror.fetch_all(staged.folder, own)
        return replace(staged, folder=str(own))

    def _sent(self, item: Batch, prefix: str, *, last_try: bool) -> Staged:
        with tempfile.TemporaryDirectory(prefix="winnow-") as own:
            with staging.told(prefix), suppress(FileNotFoundError):
                store.fetch(f"{prefix}/{FILE}", Path(own, FILE))
                Path(own, AGAIN).mkdir()
            staged = self.work(item, last_try=last_try, folder=own)
            to = f"{prefix}/{TRY}{uuid4().hex}"
            with staging.told(to):
                mirror.send_all(Path(staged.folder), to)
        return replace(staged, folder=to)

    def _folder_of_this_try(self) -> Path:
        """Makes it, with the orders that the work may follow; the staging folder itself must be there."""
        own = self.shared / f"{TRY}{uuid4().hex}"
        try:
            own.mkdir()
            if (self.shared / FILE).exists():
                (own / FILE).symlink_to(Path("..") / FILE)
                (own / AGAIN).mkdir()
        except OSError as error:
            said = f"the worker on {socket.gethostname()} can't write in the staging folder {self.shared}"
            raise WinnowError(
                f"{said} ({error.strerror}); let the warehouse lie on a disk that all workers share"
            ) from error
        return own
