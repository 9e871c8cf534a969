"""After Retry on a load alone: result and state of its run of sync tell the truth again.

the run of sync is at work          it publishes its result itself
it is over and completed            its result is true
it is over, and did not complete    the load that completes publishes the result in its place
"""

from uuid import UUID

from prefect import get_client, get_run_logger
from prefect.client.schemas.objects import FlowRun, State
from prefect.runtime import flow_run
from prefect.states import Completed
from prefect.utilities.urls import url_for

from flows.prefect_support.rejects_event import REJECTS_SHARE, emit_many_rejects
from flows.prefect_support.result import SyncOutcome, publish, tried
from flows.prefect_support.summary import rejects_of
from staging.layout import Run, Target
from staging.reports import read_stages
from transforms.reports.run_result import StageEnding

SYNC, LOAD = "sync", "load"
WITHOUT_ANALYTICS = (
    "Its load was started again alone, and has completed. DHIS2 was not asked to build its "
    "analytics tables after that: start run-analytics. Until then dashboards show what was before."
)


def tell_sync(run: Run, target: Target, ended: State[str]) -> None:
    """Bring the run of sync up to date that has started this load, if it is over in vain.

    Args:
        run: The run, which is loaded.
        target: The target's files.
        ended: How the load ends.
    """
    with tried("result of sync"):
        if sync := _sync_that_ended_in_vain():
            _publish(sync, run, target, str(ended.name))
            if not _asked_for_analytics(sync):
                _complete(sync, ended)


def _sync_that_ended_in_vain() -> FlowRun | None:
    parent = flow_run.parent_flow_run_id
    if parent is None:
        return None
    with get_client(sync_client=True) as client:
        found = client.read_flow_run(UUID(parent))
        state = found.state
        if state is None or not state.is_final() or state.is_completed():
            return None
        return found if client.read_flow(found.flow_id).name == SYNC else None


def _publish(sync: FlowRun, run: Run, target: Target, state: str) -> None:
    """Publish the result of a run of sync, with how its load ended in the end."""
    link = url_for("flow-run", obj_id=flow_run.id)
    load = StageEnding(LOAD, state, str(flow_run.name), link)
    stages = [each for each in read_stages(run) if each.name != LOAD]
    failure = WITHOUT_ANALYTICS if _asked_for_analytics(sync) else None
    publish(SyncOutcome(run, target, [*stages, load], failure), sync.id)
    share = float(sync.parameters.get("rejects_share", REJECTS_SHARE))
    emit_many_rejects(run, target.name, rejects_of(run), share)


def _asked_for_analytics(sync: FlowRun) -> bool:
    return bool(sync.parameters.get("analytics"))


def _complete(sync: FlowRun, ended: State[str]) -> None:
    """Let a run of sync end as its load did: its own process is gone, and waits for nothing."""
    message = f"Its load was started again alone, and has completed. {ended.message or ''}".strip()
    state: State[str] = Completed(name=ended.name, message=message)
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(sync.id, state, force=True)
    get_run_logger().info("%s is %s now: %s", sync.name, ended.name, url_for(sync))
