"""How a stage ended is what its state says, with or without the data of a result."""

from pathlib import Path
from typing import Any, cast

import pytest
from prefect import Flow
from prefect.client.schemas.objects import State
from prefect.exceptions import FailedRun
from prefect.states import Completed, Failed

from flows.prefect_support.stage_runs import StageRuns, SyncStage
from staging.requests import SyncRequest


class Ended:
    """A flow that a slow server has given back without its data."""

    name = "extract"

    def __init__(self, state: State[Any]) -> None:
        self.state = state

    def __call__(self, **_: object) -> State[Any]:
        return self.state


def runs_of(folder: Path, logged: list[str]) -> StageRuns:
    request = SyncRequest(
        source="scheme", target="ministry", country=folder, staging_root=folder,
        run_id="monday", pseudonym_key="scheme",
    )  # fmt: skip
    return StageRuns(request, None, lambda text, *values: logged.append(text % values))


def stage_that(state: State[Any]) -> SyncStage:
    return SyncStage(cast("Flow[..., Any]", Ended(state)), "extract/manual", (), "source")


def test_a_stage_that_completed_is_done_also_without_the_data_of_its_result(tmp_path: Path) -> None:
    runs = runs_of(tmp_path, logged := [])

    runs.run(stage_that(Completed(name="CompletedWithRejects")))

    assert [each.state for each in runs.endings] == ["CompletedWithRejects"]
    assert logged == ["extract: CompletedWithRejects "]


def test_a_stage_that_failed_ends_the_run_with_what_its_state_says(tmp_path: Path) -> None:
    runs = runs_of(tmp_path, logged := [])

    with pytest.raises(FailedRun, match="the disk is full"):
        runs.run(stage_that(Failed(message="the disk is full")))
    assert logged == ["extract: Failed "]
