"""prefect.yaml says what the flows take: a mistyped parameter fails here, not at two at night."""

import inspect
from pathlib import Path
from typing import Any

import pytest
import yaml
from prefect.flows import Flow, load_flow_from_entrypoint

from flows.prefect_support.children import STAGE_QUEUE
from flows.prefect_support.service.up_and_down import STAGES, WORKER, WORKERS
from flows.sync import ANALYTICS, EXTRACT, LOAD, TRANSFORM

PROJECT = Path(__file__).parents[2]
DEPLOYMENTS: list[dict[str, Any]] = yaml.safe_load((PROJECT / "prefect.yaml").read_text())[
    "deployments"
]


def flow_of(deployment: dict[str, Any]) -> Flow[..., Any]:
    return load_flow_from_entrypoint(str(PROJECT / deployment["entrypoint"]))


def named(deployment: dict[str, Any]) -> str:
    return f"{flow_of(deployment).name}/{deployment['name']}"


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda each: each["entrypoint"])
def test_a_deployment_has_only_parameters_that_its_flow_takes(deployment: dict[str, Any]) -> None:
    parameters = inspect.signature(flow_of(deployment).fn).parameters

    assert set(deployment["parameters"]) <= set(parameters)


def test_the_stages_that_sync_starts_are_deployed() -> None:
    deployed = {named(deployment) for deployment in DEPLOYMENTS}

    stages = (EXTRACT, TRANSFORM, LOAD, ANALYTICS)
    assert {stage.deployment for stage in stages} <= deployed


def test_a_stage_never_waits_for_the_slot_of_a_sync_that_waits_for_it() -> None:
    """A worker has slots for stages alone, and nothing that waits for a stage is one of them."""
    of_stages = {
        named(each)
        for each in DEPLOYMENTS
        if each["work_pool"].get("work_queue_name") == STAGE_QUEUE
    }

    assert of_stages == {each.deployment for each in (EXTRACT, TRANSFORM, LOAD, ANALYTICS)}
    assert WORKERS[STAGES][-2:] == ("--work-queue", STAGE_QUEUE)
    assert "--work-queue" not in WORKERS[WORKER]


def test_the_daily_deployment_has_a_cron_with_a_time_zone() -> None:
    [daily] = [each for each in DEPLOYMENTS if named(each) == "sync/daily"]

    assert all(each["cron"] and each["timezone"] for each in daily["schedules"])


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda each: each["entrypoint"])
def test_nothing_that_says_where_data_go_has_a_default(deployment: dict[str, Any]) -> None:
    parameters = inspect.signature(flow_of(deployment).fn).parameters

    for name in ("source", "target", "country", "staging_root"):
        if name in parameters:
            assert parameters[name].default is inspect.Parameter.empty


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda each: each["entrypoint"])
def test_no_deployment_has_a_slot_that_a_kill_could_leave_taken(deployment: dict[str, Any]) -> None:
    assert "concurrency_limit" not in deployment
