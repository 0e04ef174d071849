"""What happens when a tracked run ends without a commit: it becomes a row of `runs`.

A failed run records itself. Of a crashed or cancelled one, whose process is gone, the hooks are called by whoever
watched it: the process of `winnow serve`, or the worker.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

# Stands before Prefect, which reads the environment when it is imported.
from flows import tracked  # noqa: F401 - imported for what it sets

# isort: split
from prefect import Flow, get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.logging.loggers import flow_run_logger
from pydantic import ValidationError

from flows.api import FOREIGN
from flows.parameters import request_of, without_wait
from flows.recorded import ROW_WAITS, Status, Unfinished, record
from transforms.errors import WinnowError

# What Prefect puts before the message of an exception.
PREFACE: Final = re.compile(r"^Flow run encountered an exception: (?:\w+: )?")


def failed(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Records a run that ended with an error."""
    _record("failed", flow, flow_run, state)


def crashed(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Records a run whose process died."""
    _record("crashed", flow, flow_run, state)


def cancelled(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Records a run that somebody cancelled."""
    _record("cancelled", flow, flow_run, state)


def _record(status: Status, flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    why = PREFACE.sub("", state.message or "") or f"the run {status}"
    started, ended = _began(flow_run, state).astimezone(UTC), state.timestamp.astimezone(UTC)
    try:
        defaults = {name: field["default"] for name, field in flow.parameters.properties.items()}
        request = request_of(**without_wait(defaults | flow_run.parameters))
        run_id = record(request, Unfinished(status, why, started, max(started, ended)), ROW_WAITS)
    except (WinnowError, ValidationError, TypeError):  # the parameters themselves were what was wrong
        run_id = None
    said = f"the table runs has it as {run_id}" if run_id else "the table runs could not take it"
    flow_run_logger(flow_run, flow).info("This run %s: %s", status, said)


def _began(flow_run: FlowRun, state: State[Any]) -> datetime:
    """When a run began. Who watched it knows it as it was scheduled, long before: the API knows better."""
    if flow_run.start_time is None:
        with suppress(*FOREIGN), get_client(sync_client=True) as client:
            flow_run = client.read_flow_run(flow_run.id)
    return flow_run.start_time or state.timestamp
