"""Stages as deployment runs of their own, so that a failed one has a Retry in the Prefect UI.

sync (a worker's) ─► run_deployment(extract) ─► transform ─► load
    retried ───────► the same child: done ones are left, the failed one is scheduled again
"""

import time
from typing import Any, cast

from prefect import get_client, get_run_logger
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import run_deployment
from prefect.runtime import flow_run
from prefect.states import Scheduled

from transforms.errors import TerminalError

POLL_SECONDS = 2.0


class ChildFailedError(TerminalError):
    """A stage that ran as a deployment of its own did not complete."""


def run_child(deployment: str, parameters: dict[str, Any]) -> str | None:
    """Run a deployment as a child of this flow run; return the name of the state it ended in.

    A retried parent finds the child of its first attempt by the idempotency key: one that has
    completed is not run again, one that failed is scheduled once more.

    Args:
        deployment: `<flow>/<deployment>`, as in prefect.yaml.
        parameters: As JSON takes them.

    Raises:
        ChildFailedError: It ended otherwise than completed.
    """
    child = run_deployment(
        deployment,
        parameters=parameters,
        timeout=0,
        idempotency_key=f"{flow_run.id}:{deployment}",
        as_subflow=False,
    )
    # Typed as "maybe a coroutine"; it is none where it is called without an event loop.
    ended = _ended(_rescheduled_if_failed(cast("FlowRun", child)))
    if ended.state is None or not ended.state.is_completed():
        raise ChildFailedError(
            f"{deployment} ended as {ended.state_name}: {ended.state and ended.state.message} "
            f"Mend the cause, then press Retry on that flow run, or on this one: it goes on where "
            f"it stopped."
        )
    return ended.state_name


def _rescheduled_if_failed(child: FlowRun) -> FlowRun:
    failed = child.state is not None and child.state.is_final() and not child.state.is_completed()
    if failed:
        get_run_logger().info("Flow run %s is scheduled again", child.name)
        with get_client(sync_client=True) as client:
            client.set_flow_run_state(child.id, Scheduled(), force=True)
            return client.read_flow_run(child.id)
    return child


def _ended(child: FlowRun) -> FlowRun:
    with get_client(sync_client=True) as client:
        while True:
            found = client.read_flow_run(child.id)
            if found.state is not None and found.state.is_final():
                return found
            time.sleep(POLL_SECONDS)
