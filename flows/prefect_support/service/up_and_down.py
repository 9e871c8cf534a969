"""Start and stop the service: server, blocks, work pool, deployments, automations, workers.

One worker takes every run. The other takes the stages of `sync` alone, so that none of them waits
for the slot of a `sync` that waits for it, however many targets there are.
"""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import UUID

import httpx
from prefect import get_client
from prefect.client.orchestration import SyncPrefectClient
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_HOME

from flows.prefect_support.blocks import register
from flows.prefect_support.children import STAGE_QUEUE
from flows.prefect_support.service.automations import (
    CHANNEL,
    USUAL_LIMITS,
    Limits,
    make_automations,
    save_channel,
)
from flows.prefect_support.service.deployments import make_work_pool, pause_again, read_pauses
from flows.prefect_support.service.home import ServiceHome
from flows.prefect_support.service.processes import ServiceError, is_running, start, stop
from transforms.requirements.tables.requirements import WORK_POOL

PROJECT = Path(__file__).parents[3]
PREFECT = str(Path(sys.executable).with_name("prefect"))
SERVER, WORKER, STAGES = "server", "worker", "stages"
TITLES = {STAGES: "worker for stages"}
START_SECONDS = 300.0
SLOTS = 4
ANY = (PREFECT, "worker", "start", "--pool", WORK_POOL, "--limit", str(SLOTS))
WORKERS: Mapping[str, Sequence[str]] = {WORKER: ANY, STAGES: (*ANY, "--work-queue", STAGE_QUEUE)}
"""What is noted of each worker → its command."""
OK = 200
NO_SETTINGS: Mapping[str, str] = {}


def bring_up(home: ServiceHome, channel: str | None, limits: Limits = USUAL_LIMITS) -> list[str]:
    """Start what does not run, and make what is not there; return what was done, in sentences.

    The settings of the home have to be those of this process.

    Args:
        home: The folder of the service.
        channel: Where operators are told, as an address of Apprise; None leaves it as it is.
        limits: For how long is waited until they are.

    Raises:
        ServiceError: A process does not start, or another one has its port.
    """
    started = start_server(home)
    sentence = make_contents(channel, limits, home.settings())
    at_work = start_workers(home)
    return [
        f"Prefect's server {'was started' if started else 'runs already'}: {home.api_url[:-4]}",
        f"The workers {'were started' if at_work else 'run already'}; logs are in {home.folder}",
        sentence,
    ]


def make_contents(
    channel: str | None, limits: Limits = USUAL_LIMITS, settings: Mapping[str, str] = NO_SETTINGS
) -> str:
    """Make what is not there in the server of this process's settings; return who is told.

    Args:
        channel: Where operators are told; None leaves it as it is.
        limits: For how long is waited until they are.
        settings: Environment variables of the command that deploys, besides those of this process.

    Raises:
        ServiceError: No server answers, or the deployments cannot be made.
    """
    _await_server()
    register()
    if channel:
        save_channel(channel)
    with get_client(sync_client=True) as client:
        make_work_pool(client, WORK_POOL)
        _deploy(client, settings)
        block = _channel(client)
        make_automations(client, block, limits)
    return "Operators are told by the saved channel." if block else _NOBODY


def _await_server() -> None:
    """Wait until the server answers, which somebody else may just have started."""
    until = time.monotonic() + START_SECONDS
    with get_client(sync_client=True) as client:
        while error := client.api_healthcheck():
            if time.monotonic() > until:
                raise ServiceError(
                    f"Prefect's server does not answer at {client.api_url} "
                    f"({type(error).__name__}). Start it, or correct PREFECT_API_URL. Nothing was "
                    f"made."
                )
            time.sleep(1)


_NOBODY = "Nobody is told when a run fails: set OPENIMIS_DHIS2_NOTIFY and run this again."


def bring_down(home: ServiceHome) -> list[str]:
    """Stop workers and server; return what was done, in sentences."""
    ran = {name: stop(home.process_file(name)) for name in (STAGES, WORKER, SERVER)}
    return [
        f"The {TITLES.get(name, name)} {'was stopped' if has_run else 'did not run'}."
        for name, has_run in ran.items()
    ]


def start_server(home: ServiceHome) -> bool:
    """Start the server, unless it runs; return, when it answers, whether it was started."""
    note, log = home.process_file(SERVER), home.log_file(SERVER)
    if not is_running(note) and _answers(home):
        raise ServiceError(
            f"Something else answers at {home.api_url}, and this folder ({home.folder}) has not "
            f"started it. Stop it, or name another port (PORT=…). Nothing was started."
        )
    started = start([PREFECT, "server", "start"], note, log, home.settings(), PROJECT)
    until = time.monotonic() + START_SECONDS
    while not _answers(home):
        if not is_running(note) or time.monotonic() > until:
            stop(note)
            raise ServiceError(f"Prefect's server did not start: see {log}. Nothing was made.")
        time.sleep(0.5)
    return started


def start_workers(home: ServiceHome) -> bool:
    """Start the workers that do not run; return whether one was started."""
    started = [_start_worker(home, name, command) for name, command in WORKERS.items()]
    return any(started)


def _start_worker(home: ServiceHome, name: str, command: Sequence[str]) -> bool:
    return start(command, home.process_file(name), home.log_file(name), home.settings(), PROJECT)


def _answers(home: ServiceHome) -> bool:
    try:
        return httpx.get(f"{home.api_url}/health", trust_env=False).status_code == OK
    except httpx.RequestError:
        return False


def _deploy(client: SyncPrefectClient, settings: Mapping[str, str]) -> None:
    """Deploy `prefect.yaml`, and pause again what was paused."""
    pauses = read_pauses(client)
    done = subprocess.run(  # noqa: S603
        [PREFECT, "--no-prompt", "deploy", "--all"],
        cwd=PROJECT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    pause_again(client, pauses)
    if done.returncode:
        log = PREFECT_HOME.value() / "deploy.log"
        log.write_text(done.stdout + done.stderr, encoding="utf-8")
        raise ServiceError(f"The deployments of prefect.yaml could not be made: see {log}.")


def _channel(client: SyncPrefectClient) -> UUID | None:
    """Return the id of the block of the operators' channel, if one is saved."""
    try:
        found = client.read_block_document_by_name(CHANNEL, "slack-webhook", include_secrets=False)
    except ObjectNotFound:
        return None
    return found.id
