"""The service as an operator starts it, for tests: commands, a client, and kills."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import orjson
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from flows.prefect_support.service.home import ServiceHome

COMMAND = Path(sys.executable).with_name("openimis-dhis2")
DEADLINE_SECONDS = 600
TAKEN = {"Pending", "Submitting", "Running"}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_until(is_so: Callable[[], bool], what: str, seconds: float = DEADLINE_SECONDS) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, what
        time.sleep(0.5)


def run_command(home: ServiceHome, name: str, **settings: str) -> str:
    """Run `up` or `down` as an operator does, without the settings of the tests."""
    usual = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT_")}
    where = ["--home", str(home.folder), "--port", str(home.port)]
    done = subprocess.run(
        [COMMAND, name, *where],
        env=usual | settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def a_service(folder: Path, **settings: str) -> Iterator[ServiceHome]:
    """A service that runs."""
    home = ServiceHome(folder, free_port())
    try:
        assert "shown once" in run_command(home, "up", **settings)
        yield home
    finally:
        run_command(home, "down")


def client_of(home: ServiceHome) -> SyncPrefectClient:
    login = home.login_file.read_text()
    patient = {"timeout": DEADLINE_SECONDS}
    return SyncPrefectClient(home.api_url, auth_string=login, httpx_settings=patient)


@contextmanager
def settings_of(home: ServiceHome) -> Iterator[None]:
    """Let this process use the server of the service."""
    login = home.login_file.read_text()
    with temporary_settings({PREFECT_API_URL: home.api_url, PREFECT_API_AUTH_STRING: login}):
        yield


def start_sync(home: ServiceHome, name: str, **parameters: Any) -> FlowRun:
    with client_of(home) as client:
        daily = client.read_deployment_by_name("sync/daily")
        return client.create_flow_run_from_deployment(daily.id, name=name, parameters=parameters)


def found(home: ServiceHome, run: FlowRun) -> FlowRun:
    with client_of(home) as client:
        return client.read_flow_run(run.id)


def state_of(home: ServiceHome, run: FlowRun) -> str:
    return str(found(home, run).state_name)


def is_over(home: ServiceHome, run: FlowRun) -> bool:
    state = found(home, run).state
    return state is not None and state.is_final()


def pid_of(home: ServiceHome, name: str) -> int:
    """Return the process `server` or `worker`."""
    return int(orjson.loads(home.process_file(name).read_bytes())["pid"])


def kill_group(pid: int) -> None:
    """Kill a process with all that it has started, and wait until it is gone."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    wait_until(lambda: is_gone(pid), f"process {pid} does not end", seconds=60)


def is_gone(pid: int) -> bool:
    """Whether a process has ended; it may be listed until its parent has asked for it."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state in {"Z", "X"}


def flow_processes(home: ServiceHome) -> list[int]:
    """Return the processes that run flows of the service, which their environment names."""
    return [
        int(each.name)
        for each in Path("/proc").iterdir()
        if each.name.isdigit() and _runs_flow(each, home.api_url)
    ]


def _runs_flow(process: Path, api_url: str) -> bool:
    try:
        environment = (process / "environ").read_bytes()
        command = (process / "cmdline").read_bytes()
    except OSError:
        return False
    of_ours = f"PREFECT_API_URL={api_url}".encode() in environment
    return of_ours and b"PREFECT__FLOW_RUN_ID=" in environment and bool(command)
