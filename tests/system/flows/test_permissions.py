"""What a run is permitted: shown as a list to choose from, for one run, never by a schedule."""

from pathlib import Path
from typing import Any

import pytest
from prefect import Flow, flow
from prefect.context import FlowRunContext
from prefect.utilities.callables import parameter_schema

from flows.load import load
from flows.prefect_support.allowed import record_permissions
from flows.sync import sync
from flows.transform import transform
from staging.layout import Run
from staging.runs import recall
from tests.support.scheme.by_flows import FlowScheme
from transforms.changes.guards.permissions import Allow


@pytest.mark.parametrize("each", [sync, transform, load], ids=lambda each: each.name)
def test_prefects_form_shows_the_permissions_as_a_list_to_choose_from(each: Flow[..., Any]) -> None:
    schema = parameter_schema(each.fn)

    assert schema.properties["allow"]["type"] == "array"
    assert schema.properties["allow"]["items"] == {"$ref": "#/definitions/Allow"}
    assert schema.definitions["Allow"]["enum"] == [each.value for each in Allow]


@pytest.mark.large
def test_what_was_permitted_is_written_down_with_the_run_and_holds_for_no_other(
    scheme: FlowScheme,
) -> None:
    scheme.sync(run_id="first", allow=["creates"], until="transform")
    scheme.sync(run_id="first", allow=["deletes"], until="transform")
    scheme.sync(run_id="second", until="transform")

    assert recall(Run(scheme.staging_root, "first")).allow == ("creates", "deletes")
    assert recall(Run(scheme.staging_root, "second")).allow == ()


@flow(name="nightly")
def nightly(folder: Path, *, by_schedule: bool) -> list[str]:
    """A flow that says what it is permitted; Prefect marks the runs of a schedule so."""
    context = FlowRunContext.get()
    assert context is not None
    assert context.flow_run is not None
    context.flow_run.auto_scheduled = by_schedule
    return sorted(record_permissions(Run(folder, "nightly"), ["deletes"]))


@pytest.mark.parametrize(("by_schedule", "permitted"), [(True, []), (False, ["deletes"])])
def test_a_run_that_the_schedule_starts_is_permitted_nothing(
    prefect_server: None, tmp_path: Path, *, by_schedule: bool, permitted: list[str]
) -> None:
    assert nightly(tmp_path, by_schedule=by_schedule) == permitted
