"""Where the dumps are read: in processes of this machine, or by the workers of a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console

from transforms.errors import UsageError

if TYPE_CHECKING:
    from flows.pipeline import Each, Request, Summary
    from flows.runners import Heard

WITHOUT_EXTRA: Final = "--dask needs more than was installed ({}); pip install 'winnow-corpus[cluster]'"
DaskOption = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Read the dumps with the workers of this Dask scheduler (tcp://HOST:PORT).",
        show_default=False,
    ),
]


@contextmanager
def shown(console: Console, dask: str | None = None, request: Request | None = None) -> Iterator[Each]:
    """What applies work to batches, with a bar that shows how far it is. Raises `WinnowError`.

    Says so where loops have to be compiled first. What a `request` names is looked at, to have processes ready for it.
    """
    from flows import compiling, progress  # noqa: PLC0415 - the imports behind these take a second

    if compiling.to_come():  # making processes ready compiles already
        console.print(compiling.COMPILING)
    with _runner(dask, request) as runner, progress.shown(console, runner) as each:
        yield each


def run_flow(request: Request, wait: float, dask: str | None) -> Summary:
    """A tracked flow run, in processes of this machine or on a cluster. Raises `WinnowError`."""
    if dask is None:
        from flows.ingest import run_flow as run_here  # noqa: PLC0415 - importing Prefect takes a second

        return run_here(request, wait)
    try:
        from flows.cluster.flow import run_flow_on  # noqa: PLC0415 - as above, and not everybody has Dask
    except ModuleNotFoundError as error:
        raise UsageError(WITHOUT_EXTRA.format(error)) from error
    return run_flow_on(dask, request, wait)


@contextmanager
def _runner(dask: str | None, request: Request | None) -> Iterator[Callable[[Heard], Each]]:
    if dask is None:
        from flows.ready import standing  # noqa: PLC0415 - the imports behind it take a second
        from flows.runners import local  # noqa: PLC0415

        with standing(request.sources, request.warehouse) if request else nullcontext(local) as runner:
            yield runner
        return
    try:
        from flows.cluster.scheduler import connected  # noqa: PLC0415 - not everybody has Dask
    except ModuleNotFoundError as error:
        raise UsageError(WITHOUT_EXTRA.format(error)) from error
    with connected(dask) as runner:
        yield runner
