"""Artifacts of a flow run: one of a key, which is brought up to date where it is there already."""

from uuid import UUID

from prefect import get_client
from prefect.client.schemas.actions import ArtifactCreate, ArtifactUpdate
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    ArtifactFilterKey,
)


def put_artifact(flow_run_id: UUID, key: str, kind: str, data: str, description: str) -> UUID:
    """Show something on the page of a flow run, instead of what has its key there.

    Args:
        flow_run_id: The flow run; it may be another one than that which is at work.
        key: Of which Prefect's list of artifacts shows the newest.
        kind: markdown or table.
        data: The Markdown, or the rows as JSON.
        description: What it is.

    Returns:
        Its id.
    """
    of_run = ArtifactFilter(
        flow_run_id=ArtifactFilterFlowRunId(any_=[flow_run_id]), key=ArtifactFilterKey(any_=[key])
    )
    with get_client(sync_client=True) as client:
        if found := client.read_artifacts(artifact_filter=of_run):
            client.update_artifact(found[0].id, ArtifactUpdate(data=data, description=description))
            return found[0].id
        artifact = ArtifactCreate(
            key=key, type=kind, data=data, description=description, flow_run_id=flow_run_id
        )
        return client.create_artifact(artifact).id
