"""A real Prefect server, a real worker, the deployments of prefect.yaml: Retry goes on."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prefect import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.deployments import run_deployment
from prefect.settings import PREFECT_API_URL

from tests.support.scheme.by_flows import FlowScheme

pytestmark = [pytest.mark.large, pytest.mark.timeout(900)]
PROJECT = Path(__file__).parents[3]
PREFECT = Path(sys.executable).with_name("prefect")
POOL = "openimis-to-dhis2"
DEADLINE_SECONDS = 400


def prefect(*arguments: str) -> None:
    """Run a command of Prefect against the session's server."""
    environment = os.environ | {"PREFECT_API_URL": str(PREFECT_API_URL.value())}
    subprocess.run([PREFECT, *arguments], cwd=PROJECT, env=environment, check=True, timeout=120)


@pytest.fixture
def worker(scheme: FlowScheme) -> Iterator[None]:
    """A worker with room for sync and a stage of it, and all deployments."""
    prefect("work-pool", "create", POOL, "--type", "process", "--overwrite")
    prefect("--no-prompt", "deploy", "--all")
    environment = os.environ | {"PREFECT_API_URL": str(PREFECT_API_URL.value())}
    command = [PREFECT, "worker", "start", "--pool", POOL, "--limit", "3"]
    process = subprocess.Popen(command, cwd=PROJECT, env=environment)
    yield
    process.terminate()
    process.wait(30)


def start_sync(scheme: FlowScheme) -> FlowRun:
    parameters: dict[str, Any] = {
        "source": "scheme",
        "target": "ministry",
        "country": str(scheme.country_file),
        "staging_root": str(scheme.staging_root),
        "as_deployments": True,
    }
    return run_deployment("sync/daily", parameters=parameters, timeout=DEADLINE_SECONDS)


def runs_of(flow: str) -> list[FlowRun]:
    with get_client(sync_client=True) as client:
        found = {each.id: each.name for each in client.read_flows()}
        return [run for run in client.read_flow_runs() if found[run.flow_id] == flow]


def ended(run: FlowRun) -> FlowRun:
    until = time.monotonic() + DEADLINE_SECONDS
    with get_client(sync_client=True) as client:
        while time.monotonic() < until:
            found = client.read_flow_run(run.id)
            if found.state and found.state.is_final() and found.run_count > run.run_count:
                return found
            time.sleep(1)
    raise AssertionError(f"{run.name} did not end")


def test_a_failed_load_is_retried_where_it_stopped(scheme: FlowScheme, worker: None) -> None:
    scheme.sandbox.cues.add(path="/api/tracker", method="POST", occurrences=[3], status=401)
    failed = start_sync(scheme)
    [load] = runs_of("load")
    settled = len(list(scheme.staging_root.glob("runs/*/outbox/*/*.receipt.json")))
    assert failed.state_name == "Failed"
    assert load.state_name == "Failed"

    prefect("flow-run", "retry", str(load.id))
    again = ended(load)

    assert again.state_name == "CompletedWithRejects"
    assert settled > 0
    assert len(runs_of("load")) == 1
    mark = len(scheme.written())
    scheme.sync(run_id="afterwards")
    assert scheme.written()[mark:] == []


def test_a_retried_sync_runs_only_the_stage_that_failed(scheme: FlowScheme, worker: None) -> None:
    scheme.sandbox.cues.add(path="/api/tracker", method="POST", occurrences=[3], status=401)
    before = {run.id for flow in ("sync", "extract", "load") for run in runs_of(flow)}
    failed = start_sync(scheme)

    prefect("flow-run", "retry", str(failed.id))
    again = ended(failed)

    assert again.state_name == "CompletedWithRejects"
    new = {
        flow: [run for run in runs_of(flow) if run.id not in before]
        for flow in ("extract", "transform", "load")
    }
    assert [run.run_count for run in new["extract"]] == [1]
    assert [run.run_count for run in new["load"]] == [2]
