"""Worker, flow and server are killed while a run is scheduled, pending or running: the next runs.

What a kill leaves in Prefect is a run without a process. It holds nothing up, and an automation
lets it crash. What it leaves in staging is the matter of `tests/system/crashes`.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from prefect.client.schemas.actions import DeploymentUpdate
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterExpectedStartTime
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.states import Cancelling

from flows.prefect_support.service.automations import Limits, make_automations
from flows.prefect_support.service.home import ServiceHome
from flows.prefect_support.service.processes import stop
from flows.prefect_support.service.up_and_down import start_server, start_workers
from tests.support.cases import first_in_ci
from tests.support.sandbox.cues import Cue
from tests.support.scheme.by_flows import FlowScheme
from tests.support.service import (
    TAKEN,
    a_service,
    client_of,
    flow_processes,
    found,
    is_over,
    kill_group,
    pid_of,
    settings_of,
    start_sync,
    state_of,
    wait_until,
)
from tests.system.flows.prefect_runs import subflows_of

pytestmark = [pytest.mark.large, pytest.mark.timeout(2400)]
SOON = Limits(silent=timedelta(seconds=90), pending=timedelta(seconds=60))
SUCCESS = {"Completed", "CompletedWithRejects"}
Kill = Callable[[ServiceHome], None]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceHome]:
    with a_service(tmp_path_factory.mktemp("killed") / "home") as home:
        crash_soon(home)
        yield home


@pytest.fixture
def night(service: ServiceHome, scheme: FlowScheme) -> FlowScheme:
    """A scheme whose blocks the service has."""
    with settings_of(service):
        scheme.save_blocks()
    return scheme


def crash_soon(home: ServiceHome) -> None:
    with client_of(home) as client:
        make_automations(client, None, SOON)


def begin(home: ServiceHome, scheme: FlowScheme, name: str, **more: object) -> FlowRun:
    return start_sync(home, name, **{**parameters_of(scheme), **more})


def parameters_of(scheme: FlowScheme) -> dict[str, object]:
    return {
        "country": str(scheme.country_file),
        "staging_root": str(scheme.staging_root),
        "as_deployments": False,
    }


@contextmanager
def held_up(scheme: FlowScheme) -> Iterator[Cue]:
    """DHIS2 takes its time with the first request that writes."""
    release = threading.Event()
    cue = scheme.sandbox.cues.add(
        path="/api/tracker", method="POST", occurrences=[1], until=release
    )
    try:
        yield cue
    finally:
        release.set()
        scheme.sandbox.cues.clear()


def kill_worker(home: ServiceHome) -> None:
    kill_group(pid_of(home, "worker"))


def kill_flow(home: ServiceHome) -> None:
    for pid in flow_processes(home):
        kill_group(pid)


def kill_server(home: ServiceHome) -> None:
    kill_group(pid_of(home, "server"))


def kill_all(home: ServiceHome) -> None:
    """As if the power went."""
    for kill in (kill_worker, kill_flow, kill_server):
        kill(home)


KILLS = pytest.mark.parametrize(
    "kill",
    first_in_ci([kill_worker, kill_flow, kill_server, kill_all]),
    ids=lambda kill: kill.__name__,
)


def the_next_run_succeeds(home: ServiceHome, scheme: FlowScheme, first: FlowRun) -> None:
    start_server(home)
    start_workers(home)
    wait_until(lambda: is_over(home, first), f"{state_of(home, first)}: it never ended")
    second = begin(home, scheme, "the next one")
    wait_until(lambda: is_over(home, second), "the next run did not end")
    assert state_of(home, second) in SUCCESS


@pytest.mark.parametrize("is_all", [False, True], ids=["worker", "worker and server"])
def test_a_kill_while_a_run_is_scheduled(
    service: ServiceHome, night: FlowScheme, *, is_all: bool
) -> None:
    kill_worker(service)
    first = begin(service, night, "scheduled")
    if is_all:
        kill_server(service)

    the_next_run_succeeds(service, night, first)

    assert state_of(service, first) in SUCCESS


@KILLS
def test_a_kill_while_a_run_is_pending(service: ServiceHome, night: FlowScheme, kill: Kill) -> None:
    first = begin(service, night, "pending")
    wait_until(lambda: state_of(service, first) in TAKEN, "it was not taken")
    wait_until(lambda: bool(flow_processes(service)), "it has no process")
    kill(service)

    the_next_run_succeeds(service, night, first)


@KILLS
def test_a_kill_while_a_run_is_running(service: ServiceHome, night: FlowScheme, kill: Kill) -> None:
    with held_up(night) as cue:
        first = begin(service, night, "running")
        wait_until(lambda: cue.has_come, "it did not post")
        kill(service)

    the_next_run_succeeds(service, night, first)


def test_a_cancelled_sync_ends_its_stage_and_the_next_run_goes_on(
    service: ServiceHome, night: FlowScheme
) -> None:
    with held_up(night) as cue:
        first = begin(service, night, "cancelled", as_deployments=True)
        wait_until(lambda: cue.has_come, "it did not post")
        with client_of(service) as client:
            client.set_flow_run_state(first.id, Cancelling())
        with settings_of(service):
            wait_until(
                lambda: (
                    {each.state_name for each in subflows_of(found(service, first))}
                    == {"Completed", "Cancelled"}
                ),
                "the run of the stage was not cancelled",
            )
        wait_until(lambda: not flow_processes(service), "its process went on")
        assert state_of(service, first) == "Cancelled"

    the_next_run_succeeds(service, night, first)


def let_it_be_due_often(home: ServiceHome, scheme: FlowScheme) -> UUID:
    """Let a schedule of `sync/daily` make runs; return its id."""
    every = IntervalSchedule(interval=timedelta(seconds=15), anchor_date=datetime.now(UTC))
    with client_of(home) as client:
        daily = client.read_deployment_by_name("sync/daily")
        parameters = {**daily.parameters, **parameters_of(scheme)}
        client.update_deployment(daily.id, DeploymentUpdate(parameters=parameters))
        return client.create_deployment_schedules(daily.id, [(every, True)])[0].id


def runs_that_were_due(home: ServiceHome) -> list[FlowRun]:
    due = FlowRunFilter(
        expected_start_time=FlowRunFilterExpectedStartTime(before_=datetime.now(UTC))
    )
    with client_of(home) as client:
        return [each for each in client.read_flow_runs(flow_run_filter=due) if each.auto_scheduled]


def test_after_nights_without_a_worker_the_newest_run_loads_and_the_others_give_way(
    service: ServiceHome, night: FlowScheme
) -> None:
    stop(service.process_file("worker"))
    schedule = let_it_be_due_often(service, night)
    wait_until(lambda: len(runs_that_were_due(service)) >= 5, "the schedule made no runs")
    with client_of(service) as client:
        daily = client.read_deployment_by_name("sync/daily")
        client.update_deployment_schedule(daily.id, schedule, active=False)
    runs = runs_that_were_due(service)

    start_workers(service)
    wait_until(lambda: all(is_over(service, each) for each in runs), "they did not end")

    ended = [state_of(service, each) for each in runs]
    assert set(ended) & SUCCESS
    assert set(ended) <= SUCCESS | {"Cancelled", "CompletedAlready"}
    assert len([each for each in ended if each in SUCCESS]) <= 2, ended
