"""The stages of a run of sync: each a flow run of its own, and how it ended.

in this process     the stage's flow is called, and is a subflow
as deployments      a worker takes it; it is a subflow too, and has a Retry of its own
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast
from uuid import UUID

from prefect import Flow
from prefect.client.schemas.objects import State
from prefect.utilities.urls import url_for

from flows.prefect_support.children import await_child, start_child
from flows.prefect_support.run_names import run_name
from staging.requests import SyncRequest
from transforms.openimis.country import Waiting
from transforms.reports.run_result import StageEnding

COMPLETED, FAILED = "Completed", "Failed"


@dataclass(frozen=True)
class SyncStage:
    """A stage of sync that is a flow.

    Attributes:
        run: The flow, in this process.
        deployment: Its deployment, for a worker.
        parameters: What it takes of the request.
        subject: The parameter that names its runs.
    """

    run: Flow[..., Any]
    deployment: str
    parameters: tuple[str, ...]
    subject: str = "target"


class StageRuns:
    """Runs the stages of one request, and keeps how each ended."""

    def __init__(
        self, request: SyncRequest, waiting: Waiting | None, log: Callable[..., None]
    ) -> None:
        """Begin with no stage.

        Args:
            request: What each stage takes its parameters of.
            waiting: How long a worker is waited for; None runs the stages in this process.
            log: Logs a message with its values.
        """
        self._request = request
        self._waiting = waiting
        self._log = log
        self._endings: dict[str, StageEnding] = {}

    @property
    def endings(self) -> Sequence[StageEnding]:
        """How each stage ended that was begun, in their order."""
        return list(self._endings.values())

    def run(self, stage: SyncStage) -> None:
        """Run a stage that is a flow, wait for its end, and log how it ended and where it is."""
        name = run_name(stage.run.name, getattr(self._request, stage.subject))
        self._begin(stage.run.name, name)
        try:
            if self._waiting is None:
                self._run_here(stage)
            else:
                self._run_as_deployment(stage, name, self._waiting)
        finally:
            ending = self._endings[stage.run.name]
            self._log("%s: %s %s", ending.name, ending.state, ending.link or "")

    def run_step(self, name: str, act: Callable[[], None]) -> None:
        """Run a stage that is a step of the flow itself."""
        self._begin(name)
        act()
        self._note(name, COMPLETED, None)

    def _begin(self, name: str, run_name: str | None = None) -> None:
        """Take a stage for failed until it ends otherwise: what fails raises."""
        self._endings[name] = StageEnding(name, FAILED, run_name)

    def _run_here(self, stage: SyncStage) -> None:
        parameters = self._request.parameters(stage.parameters, as_json=False)
        call = cast("Callable[..., State[Any]]", stage.run)
        state = call(**parameters, return_state=True)
        self._note(stage.run.name, state.name, state.state_details.flow_run_id)
        if not state.is_completed():  # a server that is slow may give back a state without its data
            state.result()

    def _run_as_deployment(self, stage: SyncStage, name: str, waiting: Waiting) -> None:
        parameters = self._request.parameters(stage.parameters, as_json=True)
        child = start_child(stage.deployment, parameters, name)
        self._note(stage.run.name, FAILED, child.id)
        ended = await_child(child, stage.deployment, waiting)
        self._note(stage.run.name, ended.state_name, child.id)

    def _note(self, name: str, state: str | None, flow_run_id: UUID | None) -> None:
        link = url_for("flow-run", obj_id=flow_run_id) if flow_run_id else None
        self._endings[name] = replace(self._endings[name], state=state or FAILED, link=link)
