"""Stages as deployment runs of their own, so that a failed one has a Retry in the Prefect UI.

sync (a worker's) ─► run_deployment(extract) ─► transform ─► load
    retried ───────► the same child: done ones are left, the failed one is scheduled again
    crashed child ─► scheduled again: a killed process, or a driver that ended it, is no failure

A child that no worker takes is cancelled after a while, so that it cannot begin when nobody waits
for it any more; one that runs is waited for much longer, but not for ever: its process may be gone.
"""

import time
from typing import Any, cast

from prefect import get_client, get_run_logger
from prefect.client.schemas.objects import FlowRun, State
from prefect.deployments import run_deployment
from prefect.runtime import flow_run
from prefect.states import Cancelled, Scheduled

from transforms.core.errors import TerminalError
from transforms.openimis.country import Waiting

POLL_SECONDS = 2.0
NOT_TAKEN = "no worker took it in time"
NEW_PROCESSES = 2
"""How often a child gets another process: what still ends it then needs a person."""
STAGE_QUEUE = "stages"
"""Of the work pool: a worker that takes this queue alone has no slot for what waits for a stage."""


class ChildFailedError(TerminalError):
    """A stage that ran as a deployment of its own did not complete."""


def start_child(deployment: str, parameters: dict[str, Any], name: str) -> FlowRun:
    """Start a deployment as a child of this flow run, which links to it; return its run.

    A retried parent finds the child of its first attempt by the idempotency key: one that has
    completed is not run again, one that failed is scheduled once more.

    Args:
        deployment: `<flow>/<deployment>`, as in prefect.yaml.
        parameters: As JSON takes them.
        name: What the child's run is called.
    """
    child = run_deployment(
        deployment,
        parameters=parameters,
        timeout=0,
        idempotency_key=f"{flow_run.id}:{deployment}",
        flow_run_name=name,
    )
    # Typed as "maybe a coroutine"; it is none where it is called without an event loop.
    return _reschedule_if_failed(cast("FlowRun", child))


def await_child(child: FlowRun, deployment: str, waiting: Waiting) -> FlowRun:
    """Wait for the end of a child, and return its run, which completed.

    One whose process is gone gets another, which goes on where it stopped.

    Args:
        child: As `start_child` returned it.
        deployment: Its deployment, for what is reported.
        waiting: How long it may wait for a worker, and how long it may run.

    Raises:
        ChildFailedError: It ended otherwise than completed, no worker took it, or it did not end.
    """
    ended = _await_end(child, deployment, waiting)
    for _ in range(NEW_PROCESSES):
        if ended.state is None or not ended.state.is_crashed():
            break
        get_run_logger().warning("The process of %s is gone: %s", ended.name, ended.state.message)
        ended = _await_end(_reschedule_if_failed(ended), deployment, waiting)
    if ended.state is None or not ended.state.is_completed():
        raise ChildFailedError(
            f"{deployment} ended as {ended.state_name}: {ended.state and ended.state.message} "
            f"Mend the cause, then press Retry on that flow run, or on this one: it goes on where "
            f"it stopped."
        )
    return ended


def _reschedule_if_failed(child: FlowRun) -> FlowRun:
    failed = child.state is not None and child.state.is_final() and not child.state.is_completed()
    if failed:
        get_run_logger().info("Flow run %s is scheduled again", child.name)
        with get_client(sync_client=True) as client:
            client.set_flow_run_state(child.id, Scheduled(), force=True)
            return client.read_flow_run(child.id)
    return child


def _await_end(child: FlowRun, deployment: str, waiting: Waiting) -> FlowRun:
    seen = time.monotonic()
    began: float | None = None
    with get_client(sync_client=True) as client:
        while True:
            found = client.read_flow_run(child.id)
            if found.state is not None and found.state.is_final():
                return found
            began = (began or time.monotonic()) if _is_at_work(found) else None
            if began is None and time.monotonic() - seen > waiting.worker_minutes * 60:
                cancelled: State[Any] = Cancelled(message=NOT_TAKEN)
                client.set_flow_run_state(child.id, cancelled, force=True)
                raise _not_taken(deployment, waiting)
            if began is not None and time.monotonic() - began > waiting.stage_hours * 3600:
                raise _not_ended(deployment, waiting)
            time.sleep(POLL_SECONDS)


def _is_at_work(child: FlowRun) -> bool:
    waits = child.state is None or child.state.is_scheduled() or child.state.is_pending()
    return not waits


def _not_taken(deployment: str, waiting: Waiting) -> ChildFailedError:
    return ChildFailedError(
        f"No worker took {deployment} within {waiting.worker_minutes:g} minutes. Look whether one "
        f"runs for the stages of its work pool (prefect worker start --work-queue {STAGE_QUEUE}), "
        f"with as many slots as there are targets; and whether pool and deployment are there and "
        f"not paused. The run of {deployment} was cancelled. Then press "
        f"Retry on this flow run. Nothing was done by it."
    )


def _not_ended(deployment: str, waiting: Waiting) -> ChildFailedError:
    return ChildFailedError(
        f"{deployment} has been running for {waiting.stage_hours:g} hours without an end: its "
        f"process may be gone. Look at the worker; if it is at work, let it end, or raise "
        f"waiting.stage_hours in the country file; then press Retry on this flow run, which goes "
        f"on where it stopped."
    )
