"""A real Prefect server, a real worker, the deployments of prefect.yaml: Retry goes on."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect import get_client
from prefect.client.schemas.objects import Artifact, FlowRun
from prefect.deployments import run_deployment
from prefect.settings import PREFECT_API_URL

from tests.support.scheme.by_flows import FlowScheme
from tests.system.flows.prefect_runs import artifact_of, runs_of_flow, subflows_of

pytestmark = [pytest.mark.large, pytest.mark.timeout(900)]
PROJECT = Path(__file__).parents[3]
PREFECT = Path(sys.executable).with_name("prefect")
POOL = "openimis-to-dhis2"
STAGES = ("extract", "transform", "load")
DEADLINE_SECONDS = 400


def prefect(*arguments: str) -> None:
    """Run a command of Prefect against the session's server."""
    environment = os.environ | {"PREFECT_API_URL": str(PREFECT_API_URL.value())}
    subprocess.run([PREFECT, *arguments], cwd=PROJECT, env=environment, check=True, timeout=120)


@pytest.fixture
def worker(scheme: FlowScheme) -> Iterator[None]:
    """All deployments, a worker with room for sync alone, and one with room for a stage."""
    prefect("work-pool", "create", POOL, "--type", "process", "--overwrite")
    prefect("--no-prompt", "deploy", "--all")
    environment = os.environ | {"PREFECT_API_URL": str(PREFECT_API_URL.value())}
    command = [PREFECT, "worker", "start", "--pool", POOL, "--limit", "1"]
    commands = [command, [*command, "--work-queue", "stages"]]
    processes = [subprocess.Popen(each, cwd=PROJECT, env=environment) for each in commands]
    yield
    for process in processes:
        process.terminate()
        process.wait(30)


def start_sync(scheme: FlowScheme, **more: Any) -> FlowRun:
    parameters: dict[str, Any] = {
        "source": "scheme",
        "target": "ministry",
        "country": str(scheme.country_file),
        "staging_root": str(scheme.staging_root),
        "as_deployments": True,
        **more,
    }
    return run_deployment("sync/daily", parameters=parameters, timeout=DEADLINE_SECONDS)


def found(run: FlowRun) -> FlowRun:
    with get_client(sync_client=True) as client:
        return client.read_flow_run(run.id)


def ended(run: FlowRun) -> FlowRun:
    until = time.monotonic() + DEADLINE_SECONDS
    with get_client(sync_client=True) as client:
        while time.monotonic() < until:
            found = client.read_flow_run(run.id)
            if found.state and found.state.is_final() and found.run_count > run.run_count:
                return found
            time.sleep(1)
    raise AssertionError(f"{run.name} did not end")


def let_dhis2_forget_the_login(scheme: FlowScheme) -> None:
    """Let DHIS2 refuse the login from the third request with data on."""
    from_the_third = list(range(3, 1_000))
    scheme.sandbox.cues.add(
        path="/api/tracker", method="POST", occurrences=from_the_third, status=401
    )


def known_runs() -> set[UUID]:
    """Return the runs that other tests have left on the server."""
    return {run.id for flow in STAGES for run in runs_of_flow(flow)}


def new_runs_of(flow: str, before: set[UUID]) -> list[FlowRun]:
    return [run for run in runs_of_flow(flow) if run.id not in before]


def stages_on(page: Artifact) -> list[tuple[str, str]]:
    """Return name and end of each stage that a page of a result lists."""
    return re.findall(r"^\| (\w+) \| (Completed\w*|Failed) \|", str(page.data), re.MULTILINE)


def name_of(run: FlowRun) -> str:
    """Return the name of a run without its day."""
    return run.name.rpartition(" ")[0]


def test_a_failed_load_is_retried_where_it_stopped(scheme: FlowScheme, worker: None) -> None:
    before = known_runs()
    let_dhis2_forget_the_login(scheme)
    failed = start_sync(scheme)
    [load] = new_runs_of("load", before)
    settled = len(list(scheme.staging_root.glob("runs/*/outbox/*/*.receipt.json")))
    assert failed.state_name == "Failed"
    assert load.state_name == "Failed"
    scheme.sandbox.cues.clear()

    prefect("flow-run", "retry", str(load.id))
    again = ended(load)

    assert again.state_name == found(failed).state_name == "CompletedWithRejects"
    assert settled > 0
    assert len(new_runs_of("load", before)) == 1
    mark = len(scheme.written())
    scheme.sync(run_id="afterwards")
    assert scheme.written()[mark:] == []


def test_after_retry_on_the_load_alone_the_result_of_sync_is_that_of_a_run_that_loaded(
    scheme: FlowScheme, worker: None
) -> None:
    before = known_runs()
    let_dhis2_forget_the_login(scheme)
    failed = start_sync(scheme)
    page = artifact_of(failed, "result-ministry")
    assert str(page.data).startswith("# ministry is not up to date\n")
    scheme.sandbox.cues.clear()
    [load] = new_runs_of("load", before)

    prefect("flow-run", "retry", str(load.id))
    ended(load)

    again = artifact_of(failed, "result-ministry")
    assert again.id == page.id
    assert str(again.data).startswith("# ministry is up to date\n")
    assert "(loaded by this run)" in str(again.data)
    assert [state for _, state in stages_on(again)] == ["Completed"] * 3 + ["CompletedWithRejects"]
    [report] = scheme.staging_root.glob("runs/*/report.html")
    assert '<h1 class="good">ministry is up to date</h1>' in report.read_text()
    metrics = (scheme.staging_root / "metrics" / "ministry.prom").read_text()
    assert 'openimis_dhis2_last_run_succeeded{target="ministry"} 1\n' in metrics
    state = found(failed).state
    assert state is not None
    assert state.name == "CompletedWithRejects"
    assert str(state.message).startswith("Its load was started again alone, and has completed.")


def test_a_sync_that_was_to_build_analytics_tables_stays_failed_after_retry_on_its_load(
    scheme: FlowScheme, worker: None
) -> None:
    before = known_runs()
    let_dhis2_forget_the_login(scheme)
    failed = start_sync(scheme, analytics=True)
    scheme.sandbox.cues.clear()
    [load] = new_runs_of("load", before)

    prefect("flow-run", "retry", str(load.id))
    ended(load)

    page = str(artifact_of(failed, "result-ministry").data)
    assert page.startswith("# ministry is up to date\n")
    assert "start run-analytics" in page
    assert found(failed).state_name == "Failed"


@pytest.mark.ci
def test_a_retried_sync_runs_only_the_stage_that_failed(scheme: FlowScheme, worker: None) -> None:
    before = known_runs()
    let_dhis2_forget_the_login(scheme)
    failed = start_sync(scheme)
    scheme.sandbox.cues.clear()

    prefect("flow-run", "retry", str(failed.id))
    again = ended(failed)

    assert again.state_name == "CompletedWithRejects"
    assert [name_of(run) for run in subflows_of(again)] == [
        "extract scheme",
        "transform ministry",
        "load ministry",
    ]
    assert [run.run_count for run in new_runs_of("extract", before)] == [1]
    assert [run.run_count for run in new_runs_of("transform", before)] == [1]
    assert [run.run_count for run in new_runs_of("load", before)] == [2]
