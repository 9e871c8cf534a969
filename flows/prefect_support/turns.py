"""The turn of a run of sync: that of the schedule waits, and gives way to a newer one."""

from contextlib import suppress
from datetime import UTC, datetime

import httpx
from prefect import get_client, get_run_logger
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.context import FlowRunContext
from prefect.states import Cancelled, Completed

from flows.prefect_support.allowed import is_scheduled
from flows.steps.shared.turn import BY_HAND, AlreadyLoadedError, NeedlessRunError, Turn

ALREADY_LOADED = "CompletedAlready"


def turn_of_this_run() -> Turn:
    """Return how this flow run waits: one that a person has started does not."""
    context = FlowRunContext.get()
    if context is None or context.flow_run is None or not is_scheduled():
        return BY_HAND
    run = context.flow_run
    due = run.expected_start_time or datetime.now(UTC)
    return Turn(due, lambda: _is_newer_due(run, due), get_run_logger().info)


def needless_state(error: NeedlessRunError, run_id: str) -> State[str]:
    """Return the end of a run that was late: a success only if DHIS2 has what it was to bring."""
    get_run_logger().info("%s", error)
    if isinstance(error, AlreadyLoadedError):
        return Completed(name=ALREADY_LOADED, message=str(error), data=run_id)
    return Cancelled(message=str(error))


def _is_newer_due(run: FlowRun, due: datetime) -> bool:
    """Whether a newer run of the schedule is due or at work.

    One that is *Pending* is not counted: the worker that took it may be gone. A server that is away
    is asked again later.
    """
    if run.deployment_id is None:
        return False
    begun = FlowRunFilterStateType(any_=[StateType.SCHEDULED, StateType.RUNNING])
    with suppress(httpx.HTTPError), get_client(sync_client=True) as client:
        found = client.read_flow_runs(
            deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[run.deployment_id])),
            flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=begun)),
            sort=FlowRunSort.EXPECTED_START_TIME_ASC,
        )
        return any(each.auto_scheduled and _is_due_after(each, due) for each in found)
    return False


def _is_due_after(run: FlowRun, due: datetime) -> bool:
    return run.expected_start_time is not None and due < run.expected_start_time < datetime.now(UTC)
