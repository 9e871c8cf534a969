"""The service as an operator starts it: twice is once, what is paused stays, and who is told."""

import http.server
import os
import signal
import socketserver
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import DeploymentSchedule, FlowRun
from prefect.states import Completed

from flows.prefect_support.rejects_event import are_many
from flows.prefect_support.service.automations import CHANNEL, Limits, make_automations
from flows.prefect_support.service.home import ServiceHome
from flows.prefect_support.service.processes import is_running, start, stop
from tests.support.service import (
    TAKEN,
    a_service,
    client_of,
    found,
    is_gone,
    run_command,
    start_sync,
    state_of,
    wait_until,
)

SOON = Limits(timedelta(seconds=30), timedelta(seconds=15), timedelta(seconds=90))

SOON_DELETED = {"PREFECT_SERVER_SERVICES_DB_VACUUM_LOOP_SECONDS": "5"}


class Sinks:
    """A mail server and a web server that keep what they are told."""

    def __init__(self) -> None:
        self.mails: list[str] = []
        self.posts: list[str] = []

    @contextmanager
    def listening(self) -> Iterator[str]:
        """Listen, and give the addresses as Apprise takes them."""
        mail = socketserver.ThreadingTCPServer(("127.0.0.1", 0), mail_handler(self.mails))
        web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), web_handler(self.posts))
        for server in (mail, web):
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()
        sender = "from=prefect@example.org&to=operators@example.org&mode=insecure"
        yield (
            f"mailto://127.0.0.1:{mail.server_address[1]}?{sender} "
            f"json://127.0.0.1:{web.server_address[1]}/told"
        )
        for server in (mail, web):
            server.shutdown()
            server.server_close()

    def were_told(self, what: str) -> bool:
        """Whether both were told something."""
        return all(any(what in each for each in told) for told in (self.mails, self.posts))


def mail_handler(mails: list[str]) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 here")
            while line := self.rfile.readline():
                command = line.decode().strip().upper()[:4]
                if command == "DATA":
                    self.say("354 go on")
                    mails.append(self.body())
                self.say("221 bye" if command == "QUIT" else "250 yes")
                if command == "QUIT":
                    return

        def body(self) -> str:
            lines: list[str] = []
            while (line := self.rfile.readline()).strip() != b".":
                lines.append(line.decode(errors="replace"))
            return "".join(lines)

        def say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    return Handler


def web_handler(posts: list[str]) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posts.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@pytest.fixture(scope="module")
def sinks() -> Iterator[tuple[Sinks, str]]:
    sinks = Sinks()
    with sinks.listening() as address:
        yield sinks, address


@pytest.fixture(scope="module")
def service(
    tmp_path_factory: pytest.TempPathFactory, sinks: tuple[Sinks, str]
) -> Iterator[ServiceHome]:
    """The service, which runs."""
    folder = tmp_path_factory.mktemp("service") / "home"
    with a_service(folder, OPENIMIS_DHIS2_NOTIFY=sinks[1], **SOON_DELETED) as home:
        yield home


def schedule_of(client: SyncPrefectClient) -> DeploymentSchedule:
    return client.read_deployment_by_name("sync/daily").schedules[0]


def test_the_processes_of_the_service_are_told_from_others_with_the_same_number(
    tmp_path: Path,
) -> None:
    note, log = tmp_path / "note.json", tmp_path / "log"
    command = [sys.executable, "-c", "import time; time.sleep(600)"]

    assert start(command, note, log, {}, tmp_path)
    assert not start(command, note, log, {}, tmp_path)
    kept = note.read_bytes()
    note.write_bytes(orjson.dumps(orjson.loads(kept) | {"began": "another time"}))
    assert not is_running(note)
    note.write_bytes(kept)
    assert stop(note)
    assert not stop(note)
    assert is_gone(orjson.loads(kept)["pid"])


def test_the_login_is_made_once_and_nobody_else_reads_it(tmp_path: Path) -> None:
    home = ServiceHome(tmp_path / "home")

    login = home.make()

    assert login is not None
    assert home.make() is None
    assert home.login_file.read_text() == login
    assert stat.S_IMODE(home.login_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.folder.stat().st_mode) == 0o700
    assert home.settings()["PREFECT_SERVER_API_AUTH_STRING"] == login
    assert home.settings()["PREFECT_SERVER_API_HOST"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("rejects", "compared", "are"), [(0, 0, False), (1, 100, False), (2, 100, True), (1, 0, True)]
)
def test_rejects_are_many_above_the_share(rejects: int, compared: int, are: bool) -> None:
    assert are_many(rejects, compared, 0.01) is are


@pytest.mark.large
@pytest.mark.timeout(900)
def test_up_twice_gives_one_of_each_and_what_is_paused_stays_paused(service: ServiceHome) -> None:
    with client_of(service) as client:
        daily = client.read_deployment_by_name("sync/daily")
        client.update_deployment_schedule(daily.id, schedule_of(client).id, active=False)
        client.pause_deployment(client.read_deployment_by_name("extract/manual").id)
        off = client.read_automations_by_name("openIMIS to DHIS2: no success")[0]
        client.pause_automation(off.id)
        before = sorted(each.id for each in client.read_deployments())
        automations = sorted(each.id for each in client.read_automations())

    told = run_command(service, "up")

    with client_of(service) as client:
        assert "runs already" in told
        assert "shown once" not in told
        assert sorted(each.id for each in client.read_deployments()) == before
        assert sorted(each.id for each in client.read_automations()) == automations
        assert not schedule_of(client).active
        assert client.read_deployment_by_name("extract/manual").paused
        assert not client.read_automation(off.id).enabled
        client.update_deployment_schedule(daily.id, schedule_of(client).id, active=True)
        client.resume_automation(off.id)


@pytest.mark.large
@pytest.mark.timeout(900)
def test_the_schedule_makes_runs(service: ServiceHome) -> None:
    def has_runs() -> bool:
        with client_of(service) as client:
            daily = client.read_deployment_by_name("sync/daily")
            found = client.read_flow_runs()
            return any(each.deployment_id == daily.id and each.auto_scheduled for each in found)

    wait_until(has_runs, "the schedule made no run")


def run_that_ended(home: ServiceHome, days_ago: int) -> FlowRun:
    ended = datetime.now(UTC) - timedelta(days=days_ago)
    with client_of(home) as client:
        daily = client.read_deployment_by_name("sync/daily")
        run = client.create_flow_run_from_deployment(daily.id, state=Completed())
    with closing(sqlite3.connect(home.folder / "prefect" / "prefect.db", timeout=60)) as database:
        change = "UPDATE flow_run SET end_time = ? WHERE id = ?"
        database.execute(change, (f"{ended:%Y-%m-%d %H:%M:%S.%f}", str(run.id)))
        database.commit()
    return run


@pytest.mark.large
@pytest.mark.timeout(900)
def test_flow_runs_are_deleted_after_ninety_days_and_not_before(service: ServiceHome) -> None:
    old, young = run_that_ended(service, 91), run_that_ended(service, 89)

    def is_deleted() -> bool:
        with client_of(service) as client:
            return old.id not in {each.id for each in client.read_flow_runs()}

    wait_until(is_deleted, "the old run stays")
    assert found(service, young).state_name == "Completed"


@pytest.mark.large
@pytest.mark.timeout(900)
def test_operators_are_told_by_mail_and_web(service: ServiceHome, sinks: tuple[Sinks, str]) -> None:
    """No country file is there, so a sync fails at once."""
    with client_of(service) as client:
        block = client.read_block_document_by_name(CHANNEL, "slack-webhook")
        make_automations(client, block.id, SOON)
    sinks_of = sinks[0]

    start_sync(service, "one that fails")
    wait_until(lambda: sinks_of.were_told("failed"), "a failure was not told")
    wait_until(lambda: sinks_of.were_told("not up to date"), "no success was not told")
    stop(service.process_file("worker"))
    start_sync(service, "one that nobody takes")
    wait_until(lambda: sinks_of.were_told("does not begin"), "nobody was told of a waiting run")
    run_command(service, "up")


EMIT = """
from pathlib import Path
from flows.prefect_support.rejects_event import emit_many_rejects
from staging.files import write_json
from staging.layout import Run
run = Run(Path.cwd(), "night")
run.folder.mkdir(parents=True)
write_json(run.summary, {"compared": {"claim_events": 100}})
emit_many_rejects(run, "ministry", 7, 0.01)
"""


@pytest.mark.large
@pytest.mark.timeout(900)
def test_operators_are_told_of_many_rejects(
    service: ServiceHome, sinks: tuple[Sinks, str], tmp_path: Path
) -> None:
    settings = os.environ | service.settings()
    subprocess.run([sys.executable, "-c", EMIT], cwd=tmp_path, env=settings, check=True)

    wait_until(lambda: sinks[0].were_told("7 of 100 objects of ministry"), "it was not told")


@pytest.mark.large
@pytest.mark.timeout(900)
def test_a_worker_that_was_killed_holds_up_no_later_run(service: ServiceHome) -> None:
    first = start_sync(service, "one that is killed")
    wait_until(lambda: state_of(service, first) in TAKEN, "not taken")
    worker = orjson.loads(service.process_file("worker").read_bytes())["pid"]
    os.killpg(worker, signal.SIGKILL)

    run_command(service, "up")
    second = start_sync(service, "the next one")

    wait_until(lambda: state_of(service, second) == "Failed", "the next run did not run")
