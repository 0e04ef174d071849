"""The Prefect flow: the same pipeline as the command line, with each batch of dumps a tracked task."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, Final

# Stands before Prefect, which reads the environment when it is imported.
from flows import tracked  # noqa: F401 - imported for what it sets

# isort: split
import httpx
from prefect import flow, get_client, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.exceptions import PrefectException
from prefect.futures import wait
from prefect.runtime import flow_run, task_run
from prefect.settings import PREFECT_API_URL, PREFECT_CLIENT_MAX_RETRIES, temporary_settings
from prefect.task_runners import ProcessPoolTaskRunner
from prefect.tasks import Task

from flows.landing import EXCLUDED
from flows.pipeline import Batch, Request, Summary, Work, run
from flows.runners import WORKER_DIED, WORTH_A_PROCESS
from flows.staging import Staged
from flows.summary import figures
from flows.terminal import plain
from flows.warehouse import Warehouse
from transforms.errors import PassingError, TrackingError, UsageError, WinnowError
from transforms.repair_steps import USUAL, chosen
from transforms.split.fields import Asked

# Seconds before each further try at a batch that met a failure which may pass. A tracked run has nobody waiting.
DELAYS: Final = (1.0, 5.0, 25.0)
# Entries of each artifact that lists dumps; the table `dumps` has them all.
LISTED: Final = 500
# Sources in the name of a flow run; a shell may well have made hundreds of one glob.
NAMED: Final = 3
# Seconds for the first answer of the API. The client connects up to four times, so it is given up after about 14.
PATIENCE: Final = httpx.Timeout(8.0, connect=3.0)

# What a client of the API raises when the API, or the way to it, fails.
FOREIGN: Final = (httpx.HTTPError, httpx.InvalidURL, PrefectException)


def may_pass(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Whether a failed task is worth another try."""
    return isinstance(state.result(raise_on_failure=False), PassingError)


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
def read_batch(work: Work, item: Batch) -> Staged:
    """Reads one batch of dumps into the staging folder; paths and counts come back, never texts."""
    return work(item, last_try=task_run.run_count > len(DELAYS))


def each(work: Work, batches: Sequence[Batch]) -> Iterable[Staged]:
    """Prefect's `each`: a task a batch, in processes where there is enough to do."""
    if len(batches) == 1 or sum(batch.bytes for batch in batches) < WORTH_A_PROCESS:
        return [read_batch(work, batch) for batch in batches]
    futures = [read_batch.submit(work, batch) for batch in batches]
    try:
        # All of them end before a failure ends the run: the staging folder must not go while one still writes there.
        wait(futures)
        return [future.result() for future in futures]
    except BrokenProcessPool as error:
        raise WinnowError(WORKER_DIED) from error


def run_name() -> str:
    """The name of a flow run: what it reads and where it writes."""
    sources = flow_run.parameters["sources"]
    more = f" and {len(sources) - NAMED} more" if len(sources) > NAMED else ""
    return f"{', '.join(sources[:NAMED])}{more} into {flow_run.parameters['warehouse']}"


@flow(
    name="winnow ingest",
    flow_run_name=run_name,
    task_runner=ProcessPoolTaskRunner(),  # type: ignore[arg-type]  # a narrower future than Prefect's own type allows
    persist_result=False,
    description="Reads new dumps and brings the tables of a warehouse up to date.",
)
def ingest(  # noqa: PLR0913, PLR0917 - each is a field of the form that Prefect makes
    sources: tuple[str, ...] = ("raw",),
    warehouse: str = "warehouse",
    include: tuple[str, ...] = (),
    exclude: tuple[str, ...] = EXCLUDED,
    fields: dict[str, list[str]] | None = None,
    repair_steps: tuple[str, ...] = USUAL,
) -> Summary:
    """Reads new dumps and brings the tables of a warehouse up to date. Prefect makes a form of the lines below.

    Args:
        sources: Folders of dumps, or single files.
        warehouse: The folder that holds the tables.
        include: Globs; where there are any, only files whose path or name matches one are read.
        exclude: Globs; files whose path or name matches one are passed over.
        fields: Names of the fields of rows, in order of preference, under text, title, author, published, url, tags,
            id; they go before the names that are known.
        repair_steps: What is repaired: encoding, entities, controls, accents, quotes, ligatures, widths; or nothing.

    """
    request = Request(sources, Path(warehouse), include, exclude, Asked.of(fields or {}), chosen(repair_steps))
    summary = run(request, each)
    create_markdown_artifact(summary_page(summary), key="winnow-summary", description="What the run did")
    create_table_artifact(_new_dumps(summary, request), key="winnow-dumps", description="The dumps that were new")
    return summary


def run_flow(request: Request) -> Summary:
    """Runs a request as a flow run of the configured Prefect API. Raises `WinnowError`, `TrackingError` among them."""
    fields = request.fields.given()
    names = (*request.include, *request.exclude, *chain.from_iterable(fields.values()))
    _refuse_what_json_cannot_hold((*request.sources, str(request.warehouse), *names))
    for handler in logging.getLogger().handlers:
        handler.addFilter(_worth_telling)
    with _translated():
        return ingest(
            request.sources, str(request.warehouse), request.include, request.exclude, fields, request.repair_steps
        )


def summary_page(summary: Summary) -> str:
    """What a run did, as Markdown. Paths and reasons stand in it as they are, whatever characters they hold."""
    lines = [f"- **{figure}** {meaning}" for figure, meaning in figures(summary)]
    if summary.run_id is None:
        lines = [f"Nothing was new: {summary.files:,} files, {summary.unchanged:,} of them unchanged."]
    rejected = sorted(summary.rejected.items())
    if rejected:
        lines += ["", "## Rejected", "", *(f"- {_code(path)}: {_prose(reason)}" for path, reason in rejected[:LISTED])]
    if len(rejected) > LISTED:
        lines += [f"- and {len(rejected) - LISTED:,} more, which the table `dumps` lists"]
    uncertain = sorted(summary.doubtful.items())
    if uncertain:
        lines += ["", "## In an encoding that is doubtful", ""]
        lines += [f"- {_code(path)}: {_prose(how)}" for path, how in uncertain[:LISTED]]
    return "\n".join(["# winnow ingest", "", *lines, ""])


def _new_dumps(summary: Summary, request: Request) -> list[dict[str, Any]]:
    if summary.run_id is None:
        return []
    columns = ["path", "format", "encoding", "n_chars", "n_copies", "n_residue", "status", "error"]
    rows = Warehouse.open(request.warehouse).read("dumps", columns, ("run_id", [summary.run_id]))
    return rows.sort_by("path").slice(0, LISTED).to_pylist()  # type: ignore[no-any-return]


def _code(text: str) -> str:
    r"""Text as a code span, on one line, fenced by more backticks than it holds in a row.

    >>> print(_code("notes/a`b\nc.txt"))
    `` notes/a`b\nc.txt ``
    """
    text = plain(text)
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence} {text} {fence}" if "`" in text or text.strip() != text else f"{fence}{text}{fence}"


def _prose(text: str) -> str:
    r"""Text in which no character is markup.

    >>> print(_prose("`a|b` is <b>no</b> file\n# here"))
    \`a\|b\` is \<b\>no\</b\> file\\n\# here
    """
    return re.sub(r"([\\`*_\[\]<>&|~#$!])", r"\\\1", plain(text))


def _refuse_what_json_cannot_hold(names: Iterable[str]) -> None:
    for name in names:
        try:
            name.encode()
        except UnicodeEncodeError as error:
            said = f"Prefect takes no name that is not UTF-8: {name!a}; rename it, or unset PREFECT_API_URL"
            raise UsageError(said) from error


@contextmanager
def _translated() -> Iterator[None]:
    """Says failures of Prefect in winnow's own words: what failed, the address, the way out."""
    api = re.sub("//[^/@]*@", "//", PREFECT_API_URL.value() or "")  # a password is not shown
    once, way_out = {PREFECT_CLIENT_MAX_RETRIES: 0}, "start it, correct PREFECT_API_URL, or unset it to run without"
    try:
        with temporary_settings(once), get_client({"timeout": PATIENCE}, sync_client=True) as client:
            client.raise_for_api_version_mismatch()
    except (RuntimeError, *FOREIGN) as error:
        raise TrackingError(f"the Prefect API at {api} can't be used: {_reason(error)}; {way_out}") from error
    try:
        yield
    except FOREIGN as error:
        said = f"the Prefect API at {api} failed during the run: {_reason(error)}"
        raise TrackingError(f"{said}; what was committed stands, run again") from error


def _reason(error: BaseException) -> str:
    cause = error.__cause__ or error
    if isinstance(cause, httpx.HTTPStatusError):
        return f"it answers {cause.response.status_code} {cause.response.reason_phrase}"
    return str(cause) or type(cause).__name__


def _worth_telling(record: logging.LogRecord) -> bool:
    """Whether a log line goes to the terminal. The command itself says what stopped it."""
    known = record.exc_info is not None and isinstance(record.exc_info[1], (WinnowError, *FOREIGN))
    # Prefect warns so whenever a process ends while events are on their way, which then do arrive.
    return not known and not str(record.msg).startswith("Still processing items")
