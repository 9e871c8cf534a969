"""What Prefect has: it gives 200 of a list at most, so each question names what it is of."""

from typing import Any

from prefect import get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    DeploymentFilter,
    DeploymentFilterId,
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterParentFlowRunId,
)
from prefect.client.schemas.objects import Artifact, FlowRun, State
from prefect.client.schemas.sorting import FlowRunSort

NEWEST_FIRST = FlowRunSort.EXPECTED_START_TIME_DESC


def runs_of_flow(name: str) -> list[FlowRun]:
    """Return the runs of a flow, the newest first."""
    of_flow = FlowFilter(name=FlowFilterName(any_=[name]))
    with get_client(sync_client=True) as client:
        return client.read_flow_runs(flow_filter=of_flow, sort=NEWEST_FIRST)


def runs_of_deployment(name: str) -> list[FlowRun]:
    """Return the runs of a deployment, the newest first."""
    with get_client(sync_client=True) as client:
        found = client.read_deployment_by_name(name)
        of_deployment = DeploymentFilter(id=DeploymentFilterId(any_=[found.id]))
        return client.read_flow_runs(deployment_filter=of_deployment, sort=NEWEST_FIRST)


def subflows_of(parent: FlowRun) -> list[FlowRun]:
    """Return the runs that the page of a run links to, in the order of their start."""
    of_parent = FlowRunFilter(parent_flow_run_id=FlowRunFilterParentFlowRunId(any_=[parent.id]))
    with get_client(sync_client=True) as client:
        found = client.read_flow_runs(flow_run_filter=of_parent)
    return sorted(found, key=lambda run: run.created)


def artifact_of(run: FlowRun, key: str) -> Artifact:
    """Return what the page of a run shows under a key: there is one."""
    of_run = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run.id]))
    with get_client(sync_client=True) as client:
        found = client.read_artifacts(artifact_filter=of_run)
    [artifact] = [each for each in found if each.key == key]
    return artifact


def run_of(state: State[Any]) -> FlowRun:
    """Return the run that ended in a state."""
    with get_client(sync_client=True) as client:
        return client.read_flow_run(state.state_details.flow_run_id)
