"""The way to a Dask scheduler: `each` over its workers, and what goes wrong on the way in winnow's own words."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import Final
from uuid import uuid4

from distributed import Client, Future, as_completed
from distributed.client import FutureCancelledError
from distributed.scheduler import KilledWorker

from flows.batches import Batch
from flows.cluster.tries import Apart
from flows.pipeline import Each, Work
from flows.runners import Heard, patiently
from flows.staging import Staged
from transforms import PIPELINE_VERSION
from transforms.errors import UsageError, WinnowError

# What the client itself would only find out after it has begun to connect.
ADDRESS: Final = re.compile(r"(?:tcp|tls|wss?)://(?:\[[^\]@]+\]|[^:/@\s\[\]]+):\d{1,5}/?")
# Seconds for the scheduler to answer.
CONNECTS: Final = 10
# Seconds for the first worker to do something: a cluster that grows on demand starts one only now.
FIRST_WORKER: Final = 120
NOTHING: Final = "nothing was committed"


@contextmanager
def connected(address: str, first_worker: float = FIRST_WORKER) -> Iterator[Callable[[Heard], Each]]:
    """A runner over the workers of the scheduler at `address`, once one of them has answered.

    Raises `UsageError` where there is no such scheduler, `WinnowError` where it has no worker that could do the work.
    """
    if not ADDRESS.fullmatch(address):
        raise UsageError(f"{address!r} is no address of a Dask scheduler; give --dask tcp://HOST:PORT")
    # What it says line by line ends up in one error.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=CONNECTS, set_as_default=False)
    except (OSError, ValueError, RuntimeError) as error:
        said = f"no Dask scheduler answers at {address!r} ({_line(error)})"
        raise UsageError(f"{said}; start one (`dask scheduler`), or correct --dask (tcp://HOST:PORT)") from error
    with client:
        _greet(client, address, first_worker)
        yield lambda heard: _over(client, address, heard)


def _greet(client: Client, address: str, first_worker: float) -> None:
    """Makes sure that there is a worker and that it has the same winnow."""
    try:
        version = client.submit(_version, key=f"winnow-{uuid4().hex}").result(timeout=first_worker)
    except TimeoutError as error:
        said = f"the Dask scheduler at {address} has no worker that answers within {first_worker:,.0f} seconds"
        raise WinnowError(f"{said}; start some (`dask worker {address} --nthreads 1`)") from error
    except Exception as error:  # whatever a worker without winnow raises while it loads the function
        raise _failed(address, error) from error
    if version != PIPELINE_VERSION:
        raise WinnowError(f"the workers of {address} have winnow {version}, this is {PIPELINE_VERSION}; install one")


def _version() -> str:
    return PIPELINE_VERSION


def _over(client: Client, address: str, heard: Heard) -> Each:
    def each(work: Work, batches: Sequence[Batch]) -> Iterable[Staged]:
        run, apart = uuid4().hex, Apart.of(work)
        running = {
            client.submit(patiently, apart, batch, key=f"winnow-{run}-{batch.number}", pure=False): batch
            for batch in batches
        }
        for future in _done(client, address, running):
            staged = apart.back(future.result())
            heard(running.pop(future), staged)
            future.release()
            yield staged

    return each


def _done(client: Client, address: str, running: dict[Future[Staged], Batch]) -> Iterator[Future[Staged]]:
    """The futures of finished batches. Where one failed, the others are called off, and it is said why."""
    try:
        for future in as_completed(list(running), loop=client.loop):
            if future.status != "finished":
                future.result()
            yield future
    except WinnowError:
        raise
    except Exception as error:  # whatever a worker raised
        raise _failed(address, error) from error
    finally:
        for future in running:
            future.cancel()


def _failed(address: str, error: Exception) -> WinnowError:
    if isinstance(error, KilledWorker):
        said = "several workers died on the same batch of dumps (out of memory, or killed)"
        return WinnowError(f"{said}; {NOTHING}, give each worker more memory and run again")
    if isinstance(error, CancelledError | FutureCancelledError | OSError):
        return WinnowError(f"the Dask scheduler at {address} was lost: {_line(error)}; {NOTHING}, run again")
    said = f"a worker of {address} failed: {type(error).__name__}: {_line(error)}"
    return WinnowError(f"{said}; {NOTHING}, install the same winnow on all workers and run again")


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
