"""The Prefect flow on a Dask cluster: each batch of dumps is a tracked task that one of its workers does.

`on_dask` makes it of the usual flow, for deployments of one's own too; its task runner needs an address then.
"""

# Stands before Prefect, which reads the environment when it is imported.
from flows import tracked  # noqa: F401 - imported for what it sets

# isort: split
from typing import Any

from prefect import Flow
from prefect_dask.task_runners import DaskTaskRunner

from flows.cluster.scheduler import connected
from flows.ingest import ingest, run_flow
from flows.pipeline import Request, Summary


def on_dask(address: str) -> Flow[..., Any]:
    """The flow `winnow ingest` with the workers of a Dask scheduler."""
    runner = DaskTaskRunner(address=address)
    return ingest.with_options(task_runner=runner)  # type: ignore[arg-type]  # its futures are narrower


def run_flow_on(address: str, request: Request, wait: float = 0.0) -> Summary:
    """Runs a request as a flow run on a cluster. Raises `WinnowError`, also where no scheduler or worker answers."""
    with connected(address):
        return run_flow(request, wait, on_dask(address))
