"""Deployments of the Prefect flow: served from this process, handed to a work pool, or written as `prefect.yaml`."""

from __future__ import annotations

import asyncio
import difflib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from flows.api import reached
from flows.ingest import ingest, refuse_what_json_cannot_hold
from flows.objects.mirror import place_of
from flows.objects.store import is_address
from flows.parameters import WAIT, parameters_of
from flows.pipeline import Request
from flows.timing import Timing
from transforms.addresses import without_login
from transforms.errors import UsageError

# isort: split
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import DeploymentApplyError, RunnerDeployment
from prefect.exceptions import ObjectNotFound
from prefect.schedules import Schedule
from prefect.server.schemas.schedules import CronSchedule
from prefect.settings import PREFECT_API_URL, PREFECT_UI_URL
from prefect.types.entrypoint import EntrypointType

# Where a runner or worker finds the flow: winnow is installed wherever one runs, so no code is fetched.
ENTRYPOINT: Final = "flows.ingest.ingest"
# What Prefect takes in no name.
BANNED: Final = "/%&<>"
# The runs of a deployment write to one warehouse: one that comes too early waits in the queue of the server.
ONE_AT_A_TIME: Final = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.ENQUEUE)
TAG: Final = "winnow"
NO_API: Final = (
    "no Prefect API is set; start one with `prefect server start` and set PREFECT_API_URL=http://127.0.0.1:4200/api"
)
WAY_OUT: Final = "start it or correct PREFECT_API_URL"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to run, and when. `planned` makes one that is sound."""

    name: str
    request: Request
    timing: Timing
    wait: float = WAIT

    @property
    def full_name(self) -> str:
        """The name of the deployment as `prefect deployment run` wants it."""
        return f"{ingest.name}/{self.name}"


def planned(request: Request, timing: Timing, wait: float = WAIT, name: str | None = None) -> Plan:
    """A plan whose paths hold wherever a run starts, named after the warehouse where no name is given.

    Raises `UsageError` where the schedule means nothing or Prefect would not take a name.
    """
    whole = replace(
        request,
        sources=tuple(map(_whole, request.sources)),
        warehouse=request.warehouse.absolute(),
    )
    names = [name for names in request.fields.given().values() for name in names]
    refuse_what_json_cannot_hold((*whole.sources, str(whole.warehouse), *request.include, *request.exclude, *names))
    name = whole.warehouse.name or "warehouse" if name is None else name
    if not name.strip() or set(BANNED) & set(name):
        raise UsageError(f"{name!r} can't name a deployment; give --name without any of {' '.join(BANNED)}")
    next_run(timing)
    return Plan(name, whole, timing, wait)


def _whole(source: str) -> str:
    """A source that is the same wherever a run starts. An empty one is refused later."""
    return source if not source.strip() or is_address(source) else str(Path(source).absolute())


def next_run(timing: Timing) -> datetime | None:
    """The next moment that a cron expression means, None where there is none. Raises `UsageError` for nonsense."""
    if timing.cron is None:
        return None
    try:
        (found,) = asyncio.run(CronSchedule(cron=timing.cron, timezone=timing.timezone or "UTC").get_dates(1))
    except ValueError as error:  # what croniter and pydantic raise
        said = "give minute hour day-of-month month day-of-week, as in '0 * * * *' for every hour"
        raise UsageError(f"the cron expression {timing.cron!r} means no moment; {said}") from error
    return found


def serve(plan: Plan, tell: Callable[[str], object]) -> None:
    """Registers the deployment and runs it from this process until it is stopped, then pauses its schedule.

    Raises `UsageError` and `TrackingError`; then nothing was registered.
    """
    _insist_on_api()
    with reached("run `winnow serve` again", WAY_OUT):
        with get_client(sync_client=True) as client:
            _insist_on_own_name(client, plan)
        for line in _announced(plan):
            tell(line)
        ingest.serve(
            name=plan.name,
            schedule=_schedule(plan.timing),
            parameters=parameters_of(plan.request, plan.wait),
            tags=[TAG],
            global_limit=ONE_AT_A_TIME,
            entrypoint_type=EntrypointType.MODULE_PATH,
            print_starting_message=False,
        )


def deploy(plan: Plan, pool: str) -> None:
    """Registers the deployment for the workers of a pool. Raises as `serve` does, also where there is no such pool."""
    _insist_on_api()
    with reached("run `winnow deploy` again", WAY_OUT):
        with get_client(sync_client=True) as client:
            _insist_on_pool(client, pool)
            _insist_on_own_name(client, plan)
        made = RunnerDeployment.from_flow(
            ingest,
            name=plan.name,
            schedule=_schedule(plan.timing),
            parameters=parameters_of(plan.request, plan.wait),
            tags=[TAG],
            concurrency_limit=ONE_AT_A_TIME,
            work_pool_name=pool,
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        try:
            made.apply()
        except DeploymentApplyError as error:
            raise UsageError(f"Prefect does not take the deployment {plan.full_name}: {error}") from error


def as_yaml(plan: Plan, pool: str) -> str:
    """The same deployment as a `prefect.yaml`, for `prefect deploy --all`. Its values are JSON, which YAML holds."""
    timing = plan.timing
    when: dict[str, Any] = {"cron": timing.cron} if timing.cron else {"interval": timing.interval}
    when["timezone"] = timing.timezone or "UTC"
    schedules = [] if timing == Timing() else [when]
    limit = {"limit": ONE_AT_A_TIME.limit, "collision_strategy": ONE_AT_A_TIME.collision_strategy.value}
    values = {
        "entrypoint": ENTRYPOINT,
        "description": ingest.description,
        "tags": [TAG],
        "concurrency_limit": limit,
        "schedules": schedules,
        "work_pool": {"name": pool},
        "parameters": parameters_of(plan.request, plan.wait),
        "pull": [],
    }
    lines = [f"    {key}: {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    head = ["# Written by `winnow deploy --yaml`; `prefect deploy --all` registers it.", "name: winnow", "deployments:"]
    return "\n".join([*head, f"  - name: {json.dumps(plan.name, ensure_ascii=False)}", *lines, ""])


def _schedule(timing: Timing) -> Schedule | None:
    if timing == Timing():
        return None
    interval = None if timing.interval is None else timedelta(seconds=timing.interval)
    return Schedule(cron=timing.cron, interval=interval, timezone=timing.timezone or "UTC")


def _announced(plan: Plan) -> list[str]:
    said = [f"serving {plan.full_name}: {plan.timing}"]
    moment = next_run(plan.timing)
    said += [f"next run at {moment:%Y-%m-%d %H:%M:%S %Z}"] if moment else []
    said += [f"its runs are shown at {without_login(PREFECT_UI_URL.value())}"] if PREFECT_UI_URL.value() else []
    return [*said, "Ctrl-C stops it and pauses the schedule"]


def _insist_on_api() -> None:
    if not PREFECT_API_URL.value():
        raise UsageError(NO_API)


def _insist_on_own_name(client: SyncPrefectClient, plan: Plan) -> None:
    """Refuses to take the name of a deployment that fills another warehouse."""
    try:
        known = client.read_deployment_by_name(plan.full_name)
    except ObjectNotFound:
        return
    other = known.parameters.get("warehouse")
    if other != place_of(plan.request.warehouse):
        raise UsageError(f"the deployment {plan.full_name} fills the warehouse {other}; give this one another --name")


def _insist_on_pool(client: SyncPrefectClient, pool: str) -> None:
    try:
        client.read_work_pool(pool)
    except ObjectNotFound as error:
        known = sorted(one.name for one in client.read_work_pools())
        near = difflib.get_close_matches(pool, known, 1, 0.5)
        hint = f"did you mean {near[0]}?" if near else f"make it with `prefect work-pool create {pool} --type process`"
        raise UsageError(f"there is no work pool {pool!r}; {hint}") from error
