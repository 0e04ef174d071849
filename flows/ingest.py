"""The Prefect flow: the same pipeline as the command line, with each batch of dumps a tracked task.

Annotations are evaluated here: a served flow is pickled, and where they are strings their names are lost on the way.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures.process import BrokenProcessPool
from itertools import chain
from typing import Any, Final

# Stands before Prefect, which reads the environment when it is imported.
from flows import tracked  # noqa: F401 - imported for what it sets

# isort: split
from prefect import Flow, flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.context import FlowRunContext
from prefect.futures import wait as wait_for_all
from prefect.runtime import flow_run, task_run
from prefect.task_runners import ProcessPoolTaskRunner
from prefect.tasks import Task

from flows import hooks, pages
from flows.api import FOREIGN, keep_tracebacks_from_the_terminal, reached
from flows.batches import Batch
from flows.cluster.tries import Apart
from flows.landing import EXCLUDED
from flows.lock import Patience
from flows.parameters import (
    NONE_NAMED,
    WAIT,
    Folder,
    Globs,
    NamedFields,
    Seconds,
    Sources,
    Steps,
    parameters_of,
    request_of,
)
from flows.pipeline import Request, Summary, Work, run
from flows.runners import WORKER_DIED, WORTH_A_PROCESS
from flows.staging import Staged
from flows.warehouse import Warehouse
from transforms.addresses import without_login
from transforms.errors import PassingError, StorageError, UsageError, WinnowError
from transforms.repair_steps import USUAL

# Seconds before each further try at a batch that met a failure which may pass. A tracked run has nobody waiting.
DELAYS: Final = (1.0, 5.0, 25.0)
# The same for the run as a whole, which begins anew: disks are emptied and shares come back in minutes.
RUN_DELAYS: Final = (10.0, 60.0, 300.0)
# Sources in the name of a flow run; a shell may well have made hundreds of one glob.
NAMED: Final = 3


def may_pass(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Whether a failed task is worth another try."""
    return isinstance(state.result(raise_on_failure=False), PassingError | StorageError)


def batch_name() -> str:
    """The name of a task run: which batch, and how much."""
    batch: Batch = task_run.parameters["item"]
    return f"batch {batch.number}: {len(batch.files):,} files, {batch.bytes / 1e6:,.1f} MB"


@task(
    name="read dumps",
    task_run_name=batch_name,
    retries=len(DELAYS),
    retry_delay_seconds=list(DELAYS),
    retry_condition_fn=may_pass,
    # What has been done stands in the warehouse; a second memory of it could only disagree.
    cache_policy=NO_CACHE,
    persist_result=False,
)
def read_batch(work: Work | Apart, item: Batch) -> Staged:
    """Reads one batch of dumps into the staging folder; paths and counts come back, never texts."""
    return work(item, last_try=task_run.run_count > len(DELAYS))


def each(work: Work, batches: Sequence[Batch]) -> Iterable[Staged]:
    """Prefect's `each`: a task a batch, in processes where there is enough to do, or wherever another runner does it.

    On machines of their own two tries may overlap, so that each has a folder to itself.
    """
    context = FlowRunContext.get()
    elsewhere = context is not None and not isinstance(context.task_runner, ProcessPoolTaskRunner)
    small = len(batches) == 1 or sum(batch.bytes for batch in batches) < WORTH_A_PROCESS
    if small and not elsewhere:
        return [read_batch(work, batch) for batch in batches]
    apart = Apart.of(work) if elsewhere else None
    futures = [read_batch.submit(apart or work, batch) for batch in batches]
    try:
        # All of them end before a failure ends the run: the staging folder must not go while one still writes there.
        wait_for_all(futures)
        found = [future.result() for future in futures]
        return map(apart.back, found) if apart else found
    except BrokenProcessPool as error:
        raise WinnowError(WORKER_DIED) from error


@task(
    name="bring the tables up to date",
    retries=len(RUN_DELAYS),
    retry_delay_seconds=list(RUN_DELAYS),
    retry_condition_fn=may_pass,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def update(request: Request, wait: float) -> Summary:
    """Does the whole run. It commits once or not at all, so that it can be tried again from its beginning."""
    return run(request, each, patience=Patience(wait, get_run_logger().warning))


def run_name() -> str:
    """The name of a flow run: what it reads and where it writes."""
    sources = flow_run.parameters["sources"]
    more = f" and {len(sources) - NAMED} more" if len(sources) > NAMED else ""
    return without_login(f"{', '.join(sources[:NAMED])}{more} into {flow_run.parameters['warehouse']}", "…@")


@flow(
    name="winnow ingest",
    flow_run_name=run_name,
    task_runner=ProcessPoolTaskRunner(),  # type: ignore[arg-type]  # a narrower future than Prefect's own type allows
    persist_result=False,
    on_failure=[hooks.failed],
    on_crashed=[hooks.crashed],
    on_cancellation=[hooks.cancelled],
    description="Reads new dumps and brings the tables of a warehouse up to date.",
)
def ingest(  # noqa: PLR0913, PLR0917 - each is a line of the form, and Prefect passes them by name
    sources: Sources = ("raw",),
    warehouse: Folder = "warehouse",
    include: Globs = (),
    exclude: Globs = EXCLUDED,
    fields: NamedFields = NONE_NAMED,
    wait: Seconds = WAIT,
    repair_steps: Steps = USUAL,
) -> Summary:
    """Reads new dumps and brings the tables of a warehouse up to date. Prefect makes a form of the lines below.

    Args:
        sources: Folders of dumps, or single files.
        warehouse: The folder that holds the tables.
        include: Globs; where there are any, only files whose path or name matches one are read.
        exclude: Globs; files whose path or name matches one are passed over.
        fields: Names of the fields of rows, in order of preference; they go before the names that are known.
        wait: Seconds to wait where another run holds the warehouse; with 0 the run fails at once and says who does.
        repair_steps: What is repaired: encoding, entities, controls, accents, quotes, ligatures, widths; or nothing.

    """
    keep_tracebacks_from_the_terminal()
    request = request_of(sources, warehouse, include, exclude, fields, repair_steps)
    summary = update(request, wait)
    try:
        leave_artifacts(request, summary)
    except (WinnowError, *FOREIGN) as error:
        get_run_logger().warning("What was done is committed, but its artifacts could not be made: %s", error)
    return summary


def leave_artifacts(request: Request, summary: Summary) -> None:
    """Leaves what a person reads in the Prefect UI: what the run did, its dumps, its duplicates, the last runs."""
    create_markdown_artifact(pages.summary_page(summary), key="winnow-summary", description="What the run did")
    warehouse = Warehouse.open(request.warehouse)
    new = pages.new_dumps(warehouse, summary.run_id) if summary.run_id else []
    copied = pages.duplicates(warehouse, summary.run_id) if summary.run_id else []
    create_table_artifact(new, key="winnow-dumps", description="The dumps that were new, and why some were rejected")
    create_table_artifact(copied, key="winnow-duplicates", description="Posts that it met again, most copies first")
    trend = pages.trend_page(warehouse.read("runs").to_pylist())
    create_markdown_artifact(trend, key="winnow-trend", description="The last runs")


def run_flow(request: Request, wait: float = 0.0, made: Flow[..., Any] = ingest) -> Summary:
    """Runs a request as a flow run of the configured Prefect API; `made` may be the flow with other options.

    Raises `WinnowError`, `TrackingError` among them.
    """
    parameters = parameters_of(request, wait)
    names = (*request.include, *request.exclude, *chain.from_iterable(parameters["fields"].values()))
    refuse_what_json_cannot_hold((*request.sources, str(request.warehouse), *names))
    with reached("what was committed stands, run again"):
        summary: Summary = made(**parameters)
    return summary


def refuse_what_json_cannot_hold(names: Iterable[str]) -> None:
    """Raises `UsageError` for a name that Prefect could not be told of."""
    for name in names:
        try:
            name.encode()
        except UnicodeEncodeError as error:
            said = f"Prefect takes no name that is not UTF-8: {name!a}; rename it, or unset PREFECT_API_URL"
            raise UsageError(said) from error
