"""The Prefect flow: what a tracked run does, says and leaves, against Prefect's own test server and a real one."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import conftest
import pytest
from api_here import talking_to
from conftest import free_port, wait_for
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError, DeltaError

from flows import ingest as module
from flows import landing, pipeline
from flows import tracked as tracking
from flows.batches import Batch
from flows.containers.found import Found
from flows.ingest import DELAYS, RUN_DELAYS, ingest, run_flow
from flows.landing import RawFile
from flows.lock import only_writer
from flows.pages import LISTED, TREND, summary_page
from flows.pipeline import Request, Summary, stage
from flows.staging import Staged
from flows.warehouse import Warehouse
from transforms.errors import PassingError, SourceError, TrackingError, UsageError
from transforms.split.fields import Asked

# isort: split
from prefect import get_client
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    FlowRunFilter,
    FlowRunFilterId,
    LogFilter,
    LogFilterFlowRunId,
)
from prefect.client.schemas.objects import Artifact, FlowRun, State, TaskRun
from prefect.settings import PREFECT_API_URL, temporary_settings

RAW = Path(__file__).parent.parent / "raw"
# Columns that name the run.
OF_THE_RUN = {"run_id", "first_run", "last_run"}
JSON = {"Content-Type": "application/json"}
BUSY = OSError(errno.EBUSY, "Device or resource busy")


@pytest.fixture(scope="module")
def _api(prefect_api: dict[str, str]) -> Iterator[None]:
    with talking_to(prefect_api):
        yield


tracked = pytest.mark.usefixtures("_api")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Three small dumps, one of which can't be read and has a name that would be markup."""
    folder = tmp_path / "dumps"
    folder.mkdir()
    for name in ("tidepool/2019-autumn.txt", "skylog/feed.xml"):
        (folder / Path(name).name).write_bytes((RAW / name).read_bytes())
    (folder / "odd `|\n# *name*.txt").write_bytes(b"")
    return folder


def flow_state(source: Path, warehouse: Path) -> State[Any]:
    return ingest((str(source),), str(warehouse), return_state=True)


def run_id(state: State[Any]) -> UUID:
    assert state.state_details.flow_run_id is not None
    return state.state_details.flow_run_id


def flow_run(state: State[Any]) -> FlowRun:
    with get_client(sync_client=True) as client:
        return client.read_flow_run(run_id(state))


def task_runs(state: State[Any], expected: int) -> list[TaskRun]:
    """The batches of a flow run, once the server knows that `expected` of them have ended."""
    chosen = FlowRunFilter(id=FlowRunFilterId(any_=[run_id(state)]))
    found: list[TaskRun] = []

    def ended() -> bool:
        with get_client(sync_client=True) as client:
            all_runs = client.read_task_runs(flow_run_filter=chosen)
        found[:] = [run for run in all_runs if run.name.startswith("batch")]
        return len([run for run in found if run.state and run.state.is_final()]) == expected

    wait_for(ended)
    return sorted(found, key=lambda run: run.name)


def artifacts(state: State[Any]) -> dict[str, Any]:
    chosen = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run_id(state)]))
    with get_client(sync_client=True) as client:
        found: list[Artifact] = client.read_artifacts(artifact_filter=chosen)
    return {str(artifact.key): artifact.data for artifact in found}


def tables(warehouse: Path) -> dict[str, list[str]]:
    """All rows without what names the run."""
    return {name: sorted(map(str, rows(warehouse, name))) for name in ("posts", "copies", "dumps", "residue")}


def rows(warehouse: Path, name: str) -> list[dict[str, Any]]:
    return [{key: row[key] for key in row if key not in OF_THE_RUN} for row in conftest.rows_of(warehouse, name)]


def failing(times: int, error: Exception, only: str = "") -> Callable[[RawFile], Iterator[Found]]:
    """`landing.members` that fails on its first calls."""
    left, members = [times], landing.members

    def fails(file: RawFile) -> Iterator[Found]:
        if only in file.path and left[0]:
            left[0] -= 1
            raise error
        return members(file)

    return fails


@pytest.fixture
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries again without delay."""
    monkeypatch.setattr(module, "read_batch", module.read_batch.with_options(retry_delay_seconds=[0.0] * len(DELAYS)))


@tracked
def test_a_tracked_run_gives_the_tables_of_a_direct_one(tmp_path: Path) -> None:
    conftest.ingest(RAW, tmp_path / "direct")
    state = flow_state(RAW, tmp_path / "tracked")
    assert state.is_completed(), state.message
    assert tables(tmp_path / "tracked") == tables(tmp_path / "direct")


@tracked
def test_named_fields_reach_the_tasks(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "rows.jsonl").write_text(
        '{"story": "High water at the weir.", "text": "no", "head": "Weir"}\n' * 2
    )
    summary = run_flow(Request((str(tmp_path / "s"),), tmp_path / "w", fields=Asked(("story",), ("head",))))
    assert summary.counts["copies"] == 2
    (post,) = conftest.rows_of(tmp_path / "w", "posts")
    assert (post["title"], post["text"]) == ("Weir", "High water at the weir.")


@tracked
def test_names_and_artifacts_of_a_run(source: Path, tmp_path: Path) -> None:
    state = flow_state(source, tmp_path / "w")
    assert flow_run(state).name == f"{source} into {tmp_path / 'w'}"
    (task,) = task_runs(state, 1)
    assert re.fullmatch(r"batch 0: 3 files, 0\.\d MB", task.name)
    assert task.run_count == 1
    left = artifacts(state)
    assert left.keys() == {"winnow-summary", "winnow-dumps", "winnow-duplicates", "winnow-trend"}
    assert "**3** dumps new in 3 files (0 unchanged, 1 rejected)" in left["winnow-summary"]
    assert r"- `` odd `|\n# *name*.txt ``: " in left["winnow-summary"]
    assert [(row["path"], row["status"]) for row in table(left["winnow-dumps"])] == [
        ("2019-autumn.txt", "ingested"),
        ("feed.xml", "ingested"),
        ("odd `|\n# *name*.txt", "rejected"),
    ]


@tracked
def test_a_run_without_news_says_so(source: Path, tmp_path: Path) -> None:
    flow_state(source, tmp_path / "w")
    state = flow_state(source, tmp_path / "w")
    assert state.is_completed()
    left = artifacts(state)
    assert "Nothing was new: 3 files, 3 of them unchanged." in left["winnow-summary"]
    assert table(left["winnow-dumps"]) == []


@tracked
def test_a_run_without_sources_fails_and_says_why(tmp_path: Path) -> None:
    state = flow_state(tmp_path / "nowhere", tmp_path / "w")
    run = flow_run(state)
    assert run.state is not None
    assert run.state.is_failed()
    assert f"there is no source {tmp_path / 'nowhere'}; give a folder of dumps or a file" in str(run.state.message)


@tracked
def test_a_passing_failure_is_tried_again(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "raw_file", busy_once(landing.raw_file))
    started = time.monotonic()
    state = flow_state(source, tmp_path / "w")
    assert time.monotonic() - started >= DELAYS[0]
    assert state.is_completed(), state.message
    assert [run.run_count for run in task_runs(state, 1)] == [2]
    assert "dumps new in 3 files (0 unchanged, 1 rejected)" in artifacts(state)["winnow-summary"]


def busy_once(open_file: Callable[..., Any]) -> Callable[..., Any]:
    """How raw files are opened on a disk that is busy the first time."""
    failures = [BUSY]

    def fails(place: str) -> Any:
        if place.endswith("/feed.xml") and failures:
            raise failures.pop()
        return open_file(place)

    return fails


@tracked
@pytest.mark.usefixtures("_at_once")
def test_a_failure_that_does_not_pass_costs_the_dump_alone(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landing, "members", failing(99, PassingError("busy"), "feed.xml"))
    state = flow_state(source, tmp_path / "w")
    assert state.is_completed(), state.message
    assert [run.run_count for run in task_runs(state, 1)] == [1 + len(DELAYS)]
    status = {row["path"]: (row["status"], row["error"]) for row in conftest.rows_of(tmp_path / "w", "dumps")}
    assert status["feed.xml"] == ("rejected", "busy")
    assert status["2019-autumn.txt"] == ("ingested", None)


@tracked
@pytest.mark.usefixtures("_at_once")
@pytest.mark.parametrize("error", [SourceError("final"), OSError(errno.ENOSPC, "no space")], ids=repr)
def test_a_final_failure_is_not_tried_again(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(landing, "members", failing(1, error))
    state = flow_state(source, tmp_path / "w")
    assert state.is_failed()
    assert type(error).__name__ in str(state.message)
    assert [run.run_count for run in task_runs(state, 1)] == [1]
    assert conftest.snapshot(tmp_path / "w") == {}


def writes_fail_once(error: Exception) -> Callable[..., None]:
    """What adds to the log of a table, on a disk that fails the first time."""
    failures, add = [error], DeltaTable.create_write_transaction

    def fails(*arguments: Any, **options: Any) -> None:
        if failures:
            raise failures.pop()
        add(*arguments, **options)

    return fails


def updates(state: State[Any]) -> list[int]:
    """How often the run as a whole was tried."""
    found: list[TaskRun] = []

    def known() -> bool:
        chosen = FlowRunFilter(id=FlowRunFilterId(any_=[run_id(state)]))
        with get_client(sync_client=True) as client:
            found[:] = client.read_task_runs(flow_run_filter=chosen)
        return any(run.name.startswith("bring") and run.state and run.state.is_final() for run in found)

    wait_for(known)
    return [run.run_count for run in found if run.name.startswith("bring")]


@pytest.mark.parametrize(
    ("error", "tried"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), 2),
        (DeltaError("Generic LocalFileSystem error: Unable to write: Stale file handle (os error 116)"), 2),
        (CommitFailedError("a concurrent transaction"), 2),
        (OSError(errno.EACCES, "Permission denied"), 1),
        (DeltaError("Schema error: no field x"), 1),
    ],
    ids=repr,
)
@tracked
def test_a_run_is_tried_again_where_the_disk_may_be_back(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, tried: int
) -> None:
    monkeypatch.setattr(module, "update", module.update.with_options(retry_delay_seconds=[0.0] * len(RUN_DELAYS)))
    monkeypatch.setattr(DeltaTable, "create_write_transaction", writes_fail_once(error))
    state = flow_state(source, tmp_path / "w")
    assert updates(state) == [tried]
    assert state.is_completed() == (tried == 2)
    (row,) = Warehouse.open(tmp_path / "w").read("runs").to_pylist()
    if tried == 2:
        conftest.ingest(source, tmp_path / "direct")
        assert tables(tmp_path / "w") == tables(tmp_path / "direct")
        assert (row["status"], row["error"]) == ("completed", None)
    else:
        assert row["status"] == "failed"
        assert str(error) in row["error"]
        assert f"the table runs has it as {row['run_id']}" in told(state)


def told(state: State[Any]) -> str:
    """The log of a run, once the server knows the last line of its hooks."""
    chosen, found = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run_id(state)])), [""]

    def known() -> bool:
        with get_client(sync_client=True) as client:
            found[0] = "\n".join(log.message for log in client.read_logs(chosen))
        return "finished running successfully" in found[0]

    wait_for(known)
    return found[0]


@tracked
def test_a_held_warehouse_is_waited_for_no_longer_than_told(source: Path, tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    with only_writer(tmp_path / "w", "somebody"):
        state = ingest([str(source)], str(tmp_path / "w"), wait=0.2, return_state=True)
    assert state.is_failed()
    assert "held by another run (somebody, process" in str(state.message)
    assert updates(state) == [1]


@tracked
def test_the_artifacts_show_duplicates_and_the_last_runs(tmp_path: Path) -> None:
    conftest.ingest(RAW / "notes", tmp_path / "w")
    failed = flow_state(tmp_path / "nowhere", tmp_path / "w")
    assert failed.is_failed()
    left = artifacts(flow_state(RAW / "tidepool", tmp_path / "w"))
    copied = {row["post"]: row for row in table(left["winnow-duplicates"])}
    tide = copied["What the tide left on Tuesday"]
    assert {name: tide[name] for name in ("copies", "dumps", "identical", "excerpt")} == {
        "copies": 3, "dumps": 2, "identical": 1, "excerpt": 1,
    }  # fmt: skip
    lines = left["winnow-trend"].splitlines()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line.startswith("|")][2:]
    assert [row[1] for row in rows] == ["completed", "failed", "completed"]
    assert rows[1][-1].startswith("there is no source ")
    assert int(rows[0][4]) == sum(
        row["dump_path"].startswith("2019") for row in conftest.rows_of(tmp_path / "w", "copies")
    )
    assert sum(line.startswith("- `") for line in lines) == len(TREND)


def marked(item: Batch, *, last_try: bool, folder: str, **options: Any) -> Staged:
    """`stage` that notes which process worked, and meets a busy disk the first time in each batch."""
    marks = Path(folder).parent.parent / "marks"
    marks.mkdir(exist_ok=True)
    first = not list(marks.glob(f"{item.number}-*"))
    (marks / f"{item.number}-{time.monotonic_ns()}").write_text(str(os.getpid()))
    if first:
        raise PassingError("busy")
    return stage(item, last_try=last_try, folder=folder, **options)


def killed(item: Batch, *, last_try: bool, **options: Any) -> Staged:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError((item, last_try, options))


@pytest.fixture
def _processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch a file, and processes for however little."""
    monkeypatch.setattr(pipeline, "BATCH_FILES", 1)
    monkeypatch.setattr(module, "WORTH_A_PROCESS", 0)


@tracked
@pytest.mark.usefixtures("_processes")
def test_batches_are_read_and_tried_again_in_processes(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    conftest.ingest(source, tmp_path / "direct")
    monkeypatch.setattr(pipeline, "stage", marked)
    state = flow_state(source, tmp_path / "w")
    assert state.is_completed(), state.message
    marks = [path.read_text() for path in (tmp_path / "w" / "marks").iterdir()]
    assert len(marks) == 6
    assert str(os.getpid()) not in marks
    runs = task_runs(state, 3)
    assert [run.run_count for run in runs] == [2, 2, 2]
    assert [run.name.split(":")[0] for run in runs] == ["batch 0", "batch 1", "batch 2"]
    assert tables(tmp_path / "w") == tables(tmp_path / "direct")


@tracked
@pytest.mark.usefixtures("_processes")
def test_a_killed_process_fails_the_run(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "stage", killed)
    state = flow_state(source, tmp_path / "w")
    assert state.is_failed()
    assert "a worker process died" in str(state.message)
    assert conftest.snapshot(tmp_path / "w") == {}


def test_the_form_of_the_flow_has_defaults_and_says_what_is_asked() -> None:
    fields = ingest.parameters.properties
    defaults = {name: field["default"] for name, field in fields.items()}
    assert not any(defaults.pop("fields").values())
    assert defaults == {
        "sources": ["raw"], "warehouse": "warehouse", "include": [], "exclude": ["README.md"], "wait": 3600.0,
        "repair_steps": ["encoding", "entities", "controls", "accents"],
    }  # fmt: skip
    assert all(field["description"] for field in fields.values())
    assert ingest.parameters.required == []


def test_nothing_is_cached_or_kept_by_prefect() -> None:
    assert ingest.persist_result is False
    assert module.read_batch.persist_result is False
    assert module.read_batch.cache_policy is NO_CACHE


def test_a_long_list_of_rejects_is_cut() -> None:
    page = summary_page(Summary("run", rejected={f"{number:06d}.txt": "empty" for number in range(LISTED + 3)}))
    assert page.count("`: empty") == LISTED
    assert page.endswith("- and 3 more, which the table `dumps` lists\n")


def test_prefect_phones_nobody(tmp_path: Path) -> None:
    code = """
import flows.ingest
from prefect.analytics import is_telemetry_enabled
from prefect.settings import PREFECT_SERVER_ANALYTICS_ENABLED
print(is_telemetry_enabled(), PREFECT_SERVER_ANALYTICS_ENABLED.value())
"""
    # Prefect keeps quiet in continuous integration and under its own switches: all of them are taken away.
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["False", "False"]


def test_an_api_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    place = f"127.0.0.1:{free_port()}/api"
    started = time.monotonic()
    env = {"PREFECT_API_URL": f"http://me:secret@{place}", "PREFECT_HOME": str(tmp_path / "home")}
    ran = conftest.winnow("ingest", RAW, cwd=tmp_path, env=env)
    assert time.monotonic() - started < 60
    assert ran.code == 2
    assert ran.out == ""
    (line,) = ran.err.splitlines()
    assert line.startswith(f"winnow: the Prefect API at http://{place} can't be used: ")
    assert "Connection refused; start it, correct PREFECT_API_URL, or unset it" in line
    assert not (tmp_path / "warehouse").exists()


def test_an_address_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with temporary_settings({PREFECT_API_URL: "nonsense"}), pytest.raises(TrackingError, match=r"nonsense.*protocol"):
        run_flow(Request((str(RAW),), tmp_path / "w"))
    monkeypatch.setenv("PREFECT_API_URL", "http://[::/api")
    with pytest.raises(UsageError, match="is no address"):
        tracking.wanted()


def test_another_kind_of_server_is_told_from_the_api(tmp_path: Path) -> None:
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as other:
        Thread(target=other.handle_request).start()
        address = f"http://127.0.0.1:{other.server_port}/api"
        with temporary_settings({PREFECT_API_URL: address}), pytest.raises(TrackingError, match="it answers 501"):
            run_flow(Request((str(RAW),), tmp_path / "w"))


def test_only_the_environment_decides_on_tracking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    assert not tracking.wanted()
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:4200/api")
    assert tracking.wanted()


def test_a_name_that_prefect_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"not UTF-8.*\\udce9"):
        run_flow(Request((os.fsdecode(b"dumps/\xe9"),), tmp_path / "w"))


def test_the_command_is_tracked_by_a_real_server(prefect_api: dict[str, str], source: Path, tmp_path: Path) -> None:
    ran = conftest.winnow("ingest", source, cwd=tmp_path, env=prefect_api)
    assert ran.code == 1, ran.said
    assert ran.err == ""
    assert "dumps new in 3 files (0 unchanged, 1 rejected)" in ran.out
    wrong = conftest.winnow("ingest", "nowhere-at-all", cwd=tmp_path, env=prefect_api)
    assert wrong.code == 2
    assert wrong.err == "winnow: there is no source nowhere-at-all; give a folder of dumps or a file\n"
    asked = asking(prefect_api["PREFECT_API_URL"])
    names = {f"{source} into warehouse", "nowhere-at-all into warehouse"}
    runs = {run["name"]: run for run in asked("flow_runs") if run["name"] in names}
    assert {name: run["state_name"] for name, run in runs.items()} == {
        f"{source} into warehouse": "Completed",
        "nowhere-at-all into warehouse": "Failed",
    }
    assert "there is no source nowhere-at-all" in runs["nowhere-at-all into warehouse"]["state"]["message"]
    own = runs[f"{source} into warehouse"]["id"]

    def tasks() -> dict[str, str]:
        return {run["name"]: run["state_name"] for run in asked("task_runs") if run["flow_run_id"] == own}

    wait_for(lambda: list(tasks().values()) == ["Completed"] * 2)
    assert any(name.startswith("batch 0: 3 files") for name in tasks())
    left = {found["key"]: found["data"] for found in asked("artifacts") if found["flow_run_id"] == own}
    assert "**3** dumps new" in left["winnow-summary"]
    assert len(table(left["winnow-dumps"])) == 3


def asking(api: str) -> Callable[[str], list[dict[str, Any]]]:
    """Asks the API itself, without Prefect's client."""

    def asked(what: str) -> list[dict[str, Any]]:
        # An address on loopback, made above.
        request = urllib.request.Request(f"{api}/{what}/filter", b"{}", JSON)  # noqa: S310
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            found: list[dict[str, Any]] = json.loads(answer.read())
            return found

    return asked


def table(data: str) -> Sequence[dict[str, Any]]:
    """The rows of a table artifact, which Prefect keeps as JSON."""
    found: list[dict[str, Any]] = json.loads(data)
    return found
