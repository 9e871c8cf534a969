"""Deploy what `prefect.yaml` says; what an operator has paused stays paused.

`prefect deploy` makes the schedules of a deployment anew, each active as the file says.
"""

from dataclasses import dataclass
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import ObjectNotFound


@dataclass(frozen=True)
class Pause:
    """What of a deployment is paused.

    Attributes:
        deployment: Its id, which a new deploy keeps.
        is_whole: Whether the deployment itself is.
        schedules: The schedules that are, as text.
    """

    deployment: UUID
    is_whole: bool
    schedules: frozenset[str]


def make_work_pool(client: SyncPrefectClient, name: str) -> None:
    """Make a work pool of processes, unless it is there."""
    try:
        client.read_work_pool(name)
    except ObjectNotFound:
        client.create_work_pool(WorkPoolCreate(name=name, type="process"))


def read_pauses(client: SyncPrefectClient) -> list[Pause]:
    """Return what of each deployment is paused."""
    return [_pause_of(each) for each in client.read_deployments()]


def pause_again(client: SyncPrefectClient, pauses: list[Pause]) -> None:
    """Pause what was paused before."""
    for pause in pauses:
        if pause.is_whole:
            client.pause_deployment(pause.deployment)
        for schedule in client.read_deployment_schedules(pause.deployment):
            if str(schedule.schedule) in pause.schedules:
                client.update_deployment_schedule(pause.deployment, schedule.id, active=False)


def _pause_of(deployment: DeploymentResponse) -> Pause:
    inactive = frozenset(str(each.schedule) for each in deployment.schedules if not each.active)
    return Pause(deployment.id, deployment.paused, inactive)
