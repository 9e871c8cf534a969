"""What a run is permitted: what somebody has named when starting it, and nothing by a schedule."""

from collections.abc import Collection

from prefect import get_run_logger
from prefect.context import FlowRunContext

from staging.layout import Run
from staging.runs import note_permissions
from transforms.changes.guards.permissions import NOTHING, Permissions, permissions


def record_permissions(run: Run, allow: Collection[str]) -> Permissions:
    """Return what the run is permitted, and write it down with the run.

    A permission is one person's word about one run. One in the parameters of a schedule would hold
    every night, so a run that the schedule has started is permitted nothing.
    """
    allowed = permissions(allow)
    if allowed and is_scheduled():
        get_run_logger().warning(
            "A run that the schedule starts is permitted nothing: %s is ignored. Remove it from "
            "the parameters of the deployment, and name it when you start a run by hand.",
            ", ".join(sorted(allowed)),
        )
        return NOTHING
    note_permissions(run, allowed)
    return allowed


def is_scheduled() -> bool:
    """Whether Prefect's schedule has started this flow run, and no person."""
    context = FlowRunContext.get()
    return bool(context and context.flow_run and context.flow_run.auto_scheduled)
