"""Scheduled runs, as a user has them: the commands of the how-to against a real server, in processes of their own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from api_here import talking_to
from conftest import SERVER, background, environment, rows_of, wait_for, winnow

from flows.lock import Patience, only_writer
from flows.pipeline import Request
from flows.timing import Timing
from flows.tracked import SETTINGS
from flows.warehouse import Warehouse
from transforms.errors import UsageError

# isort: split
from flows.deployed import deploy, planned

# isort: split
from prefect import get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterId,
    LogFilter,
    LogFilterFlowRunId,
)
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelling

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/how-to-schedule.md").read_text(encoding="utf-8")
# These three are how `conftest.prefect_api` starts the server, with a port that is free.
QUIET = "export " + " ".join(f"{name}={value}" for name, value in SETTINGS.items() if "LOGGING" not in name)
START = SERVER.format(port=4200)
EXPORT = "export PREFECT_API_URL=http://127.0.0.1:4200/api"
SERVE = "winnow serve raw --interval 10s"
ASK = 'winnow query "SELECT run_id, status, error FROM runs ORDER BY run_id"'
HOURLY = 'winnow serve raw --cron "0 * * * *" --timezone Europe/Berlin --name hourly'
RUN_HOURLY = 'prefect deployment run "winnow ingest/hourly" --watch'
POOL = "prefect work-pool create winnow-pool --type process"
DEPLOY = 'winnow deploy raw --pool winnow-pool --cron "0 3 * * *" --name nightly'
WORKER = "prefect worker start --pool winnow-pool"
AS_FILE = DEPLOY + " --yaml > prefect.yaml"
FROM_FILE = "prefect --no-prompt deploy --all"
PATIENT = "winnow ingest raw --wait 10m"
COMMANDS = {QUIET, START, EXPORT, SERVE, ASK, HOURLY, RUN_HOURLY, POOL, DEPLOY, WORKER, AS_FILE, FROM_FILE, PATIENT}
# Seconds; a run takes five where nobody else needs the processor.
PATIENCE = 120


def test_each_command_of_the_page_is_run_here() -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert {line for block in blocks for line in block.splitlines()} == COMMANDS


@pytest.fixture(scope="module")
def settings(prefect_api: dict[str, str]) -> Iterator[dict[str, str]]:
    """The settings of commands; the client in this process has them too."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    with talking_to(prefect_api):
        yield prefect_api | {"PATH": path}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a reader of the page has it."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copytree(ROOT / "raw/notes", folder / "raw")
    return folder


@pytest.fixture(scope="module")
def served(desk: Path, settings: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with background("sh", "-c", f"exec {SERVE}", env=settings, log=desk / "serve.log", cwd=desk) as process:
        yield process


def ran(command: str, desk: Path, settings: dict[str, str]) -> str:
    """Runs a command of the page to its end."""
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=desk,
        env=environment(settings),
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def deployment(name: str) -> DeploymentResponse | None:
    try:
        with get_client(sync_client=True) as client:
            return client.read_deployment_by_name(f"winnow ingest/{name}")
    except ObjectNotFound:
        return None


def runs(name: str, *states: str) -> list[FlowRun]:
    """The runs of a deployment that are in one of the states, in the order in which they began."""
    found = deployment(name)
    if found is None:
        return []
    with get_client(sync_client=True) as client:
        chosen = FlowRunFilter(deployment_id=FlowRunFilterDeploymentId(any_=[found.id]))
        known = client.read_flow_runs(flow_run_filter=chosen, limit=200)
    return sorted((run for run in known if run.state_name in states), key=lambda run: str(run.start_time))


def said(run: FlowRun) -> str:
    """The log of a run, as the server has it."""
    with get_client(sync_client=True) as client:
        logs = client.read_logs(LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run.id])), limit=200)
    return "\n".join(log.message for log in logs)


def tries(run: FlowRun) -> list[int]:
    with get_client(sync_client=True) as client:
        found = client.read_task_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run.id])))
    return [task.run_count for task in found if task.name.startswith("bring the tables up to date")]


def ended(desk: Path, status: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = Warehouse.open(desk / "warehouse").read("runs").to_pylist()
    return [row for row in rows if row["status"] == status]


def until(true: Callable[[], Any]) -> Any:
    """What becomes true."""
    found: list[Any] = []
    wait_for(lambda: found.append(true()) or found[-1], PATIENCE)
    return found[-1]


def test_a_schedule_fires_and_its_rows_are_in_the_tables(
    served: subprocess.Popen[bytes], desk: Path, settings: dict[str, str]
) -> None:
    until(lambda: served.poll() is not None or runs("warehouse", "Completed"))
    assert served.poll() is None, (desk / "serve.log").read_text()
    assert {row["path"] for row in rows_of(desk / "warehouse", "dumps")} == {
        "copy-of-autumn.txt",
        "one-post.txt",
        "thread.txt",
    }
    shutil.copy(ROOT / "raw/tidepool/2019-winter.txt", desk / "raw")
    until(lambda: len(rows_of(desk / "warehouse", "dumps")) == 4)
    assert len(ended(desk, "completed")) == 2
    assert "completed" in ran(ASK, desk, settings)
    log = (desk / "serve.log").read_text()
    assert "serving winnow ingest/warehouse: every 10s\n" in log
    assert "Traceback" not in log


def test_overlapping_runs_queue_and_say_who_is_before_them(served: subprocess.Popen[bytes], desk: Path) -> None:
    with only_writer(desk / "warehouse", "somebody"):
        (running,) = until(lambda: runs("warehouse", "Running"))
        until(lambda: runs("warehouse", "AwaitingConcurrencySlot"))
        until(lambda: "held by another run (somebody, process" in said(running))
        assert len(runs("warehouse", "Running")) == 1
    before = len(runs("warehouse", "Completed"))
    until(lambda: len(runs("warehouse", "Completed")) >= before + 2)
    done = runs("warehouse", "Completed")
    assert running.id in {run.id for run in done}
    for first, second in pairwise(done):
        assert first.end_time is not None
        assert second.start_time is not None
        assert first.end_time <= second.start_time
    assert served.poll() is None


def test_a_final_failure_is_not_tried_again_and_is_recorded(served: subprocess.Popen[bytes], desk: Path) -> None:
    before = rows_of(desk / "warehouse", "posts")
    (desk / "raw").rename(desk / "away")
    try:
        failed = until(lambda: runs("warehouse", "Failed"))[0]
    finally:
        (desk / "away").rename(desk / "raw")
    until(lambda: tries(failed) == [1])
    (row,) = until(lambda: ended(desk, "failed"))[:1]
    assert row["error"] == f"there is no source {desk / 'raw'}; give a folder of dumps or a file"
    assert "the table runs has it as" in until(lambda: "the table runs" in said(failed) and said(failed))
    assert rows_of(desk / "warehouse", "posts") == before
    assert served.poll() is None


def test_a_crashed_run_is_recorded(served: subprocess.Popen[bytes], desk: Path) -> None:
    with only_writer(desk / "warehouse", "somebody"):
        (running,) = until(lambda: runs("warehouse", "Running"))
        until(lambda: "held by another run" in said(running))
        for pid in flow_processes(served.pid):
            os.kill(pid, signal.SIGKILL)
        until(lambda: runs("warehouse", "Crashed"))
    (row,) = until(lambda: ended(desk, "crashed"))
    assert "status code: -9" in row["error"]


def flow_processes(parent: int) -> list[int]:
    children = Path(f"/proc/{parent}/task/{parent}/children")
    if not children.exists():
        pytest.skip("this system does not tell the children of a process")
    tasks = Path(f"/proc/{parent}/task").iterdir()
    found = [int(pid) for task in tasks for pid in (task / "children").read_text().split()]
    return [pid for pid in found if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def test_a_cancelled_run_is_recorded(served: subprocess.Popen[bytes], desk: Path) -> None:
    # Another run may hold it for a moment, to record how one before it ended.
    with only_writer(desk / "warehouse", "somebody", Patience(PATIENCE)):
        (running,) = until(lambda: runs("warehouse", "Running"))
        until(lambda: "held by another run" in said(running))
        with get_client(sync_client=True) as client:
            client.set_flow_run_state(running.id, Cancelling())
        until(lambda: not flow_processes(served.pid) or runs("warehouse", "Cancelled"))
    until(lambda: running.id in {run.id for run in runs("warehouse", "Cancelled")})
    (row,) = until(lambda: ended(desk, "cancelled"))
    assert row["error"] == "Flow run was cancelled."


def test_when_it_is_stopped_the_schedule_is_paused(served: subprocess.Popen[bytes], desk: Path) -> None:
    served.send_signal(signal.SIGINT)
    assert served.wait(PATIENCE) == 0
    found = deployment("warehouse")
    assert found is not None
    assert found.paused
    assert "Traceback" not in (desk / "serve.log").read_text()


def test_a_cron_schedule_and_a_run_out_of_turn(desk: Path, settings: dict[str, str]) -> None:
    with background("sh", "-c", f"exec {HOURLY}", env=settings, log=desk / "hourly.log", cwd=desk):
        found = until(lambda: deployment("hourly"))
        (when,) = found.schedules
        assert (when.schedule.cron, when.schedule.timezone) == ("0 * * * *", "Europe/Berlin")
        assert found.parameters["sources"] == [str(desk / "raw")]
        assert found.global_concurrency_limit.limit == 1
        assert found.concurrency_options.collision_strategy.value == "ENQUEUE"
        assert found.parameter_openapi_schema["properties"]["wait"]["minimum"] == 0
        ran(RUN_HOURLY, desk, settings)
        assert len(runs("hourly", "Completed")) == 1
    log = (desk / "hourly.log").read_text()
    assert re.search(r'^serving winnow ingest/hourly: cron "0 \* \* \* \*" \(Europe/Berlin\)\nnext run at 20', log)


def test_a_worker_runs_what_was_deployed_to_its_pool(desk: Path, settings: dict[str, str]) -> None:
    ran(POOL, desk, settings)
    assert ran(DEPLOY, desk, settings).startswith("deployed winnow ingest/nightly to the pool winnow-pool: cron ")
    shutil.copy(ROOT / "raw/skylog/feed.xml", desk / "raw")
    ran('prefect deployment run "winnow ingest/nightly"', desk, settings)
    with background("sh", "-c", f"exec {WORKER}", env=settings, log=desk / "worker.log", cwd=desk):
        (run,) = until(lambda: runs("nightly", "Completed", "Failed", "Crashed"))
    assert run.state_name == "Completed", (desk / "worker.log").read_text()
    assert "feed.xml" in {row["path"] for row in rows_of(desk / "warehouse", "dumps")}
    by_command = deployment("nightly")
    ran(AS_FILE, desk, settings)
    ran(FROM_FILE, desk, settings)
    assert facts(deployment("nightly")) == facts(by_command)


def facts(found: DeploymentResponse | None) -> dict[str, Any]:
    """What a deployment says of itself, but for what names it and the moment."""
    assert found is not None
    whole = found.model_dump(mode="json")
    names = ["entrypoint", "parameters", "tags", "work_pool_name", "concurrency_options", "parameter_openapi_schema"]
    schedules = [(one["schedule"], one["active"]) for one in whole["schedules"]]
    return {name: whole[name] for name in [*names, "description", "paused"]} | {"schedules": schedules}


def test_a_patient_command(desk: Path, settings: dict[str, str]) -> None:
    without = {name: value for name, value in settings.items() if name != "PREFECT_API_URL"}
    assert "nothing new" in ran(PATIENT, desk, without)


def test_a_pool_that_is_not_there_is_one_line_and_changes_nothing(tmp_path: Path, settings: dict[str, str]) -> None:
    tried = winnow("deploy", "raw", "--pool", "winow-pool", "--name", "never", cwd=tmp_path, env=settings)
    assert (tried.code, tried.out) == (2, "")
    assert tried.err == "winnow: there is no work pool 'winow-pool'; did you mean winnow-pool?\n"
    assert not list(tmp_path.iterdir())
    assert deployment("never") is None


def test_the_name_of_another_warehouse_is_refused(desk: Path) -> None:
    """Here in this process: another command would only cost its seconds again."""
    before = facts(deployment("nightly"))
    with pytest.raises(UsageError, match=f"fills the warehouse {desk / 'warehouse'}; give this one another --name"):
        deploy(planned(Request(("raw",), Path("other")), Timing(), name="nightly"), "winnow-pool")
    assert facts(deployment("nightly")) == before
