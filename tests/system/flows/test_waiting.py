"""What time may cure is waited for: nobody has to press Retry for a server that was down.

The delays are tiny here; all else is as a data manager has it.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect import flow, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import LogFilter
from prefect.client.schemas.objects import State
from prefect.client.schemas.sorting import LogSort
from prefect.runtime import flow_run
from prefect.states import Cancelled, Completed, Crashed, Running

from flows.extract import extract
from flows.prefect_support.children import (
    NEW_PROCESSES,
    ChildFailedError,
    await_child,
    start_child,
)
from flows.prefect_support.openimis_database import OpenimisDatabase
from flows.prefect_support.pseudonym_key import PseudonymKey
from staging.current import read_current
from staging.layout import Run, Target
from staging.snapshots import PLACES, is_complete, read_manifest
from tests.support.cases import one_by_default
from tests.support.databases import Database
from tests.support.databases.lossy import Lossy, lossy
from tests.support.databases.odbc import postgresql_odbc
from tests.support.scheme.by_flows import COUNTRY, FlowScheme, save_servers
from tests.system.flows.conftest import AS_OF
from tests.system.flows.prefect_runs import runs_of_deployment
from transforms.core.errors import SourceError
from transforms.openimis.country import Retention, Waiting

ATTEMPTS = 3
A_MOMENT = f"""
[waiting]
every_minutes = 0.002
hours = {ATTEMPTS * 0.002 / 60:.6f}

[load]
attempts = 1

[guards]
delete_count = 100_000
"""
NOWHERE = "http://127.0.0.1:9"
NIGHTS = 21
EXTRACT = "extract/manual"
NEW = ("Scheduled", "Late", "Pending")


def patient(scheme: FlowScheme) -> FlowScheme:
    """Let a scheme wait for a moment."""
    scheme.country = COUNTRY.replace("\n[waiting]\nhours = 0\n", A_MOMENT)
    return scheme


def logs() -> list[str]:
    """What people read in Prefect's UI, the newest first."""
    newest = LogSort.TIMESTAMP_DESC
    with get_client(sync_client=True) as client:
        return [each.message for each in client.read_logs(LogFilter(), limit=200, sort=newest)]


def test_by_default_a_night_is_waited_for_and_not_the_next_one() -> None:
    usual = Waiting()

    assert usual.attempts * usual.seconds == 6 * 3600
    assert usual.seconds == 15 * 60
    with pytest.raises(ValueError, match="less than or equal to 7"):
        Waiting(hours=8)


@pytest.mark.longer
def test_a_dhis2_that_restarts_during_a_load_costs_nobody_anything(scheme: FlowScheme) -> None:
    patient(scheme)
    scheme.sandbox.cues.add(path="/api/tracker", method="POST", occurrences=[2, 3], status=503)

    state = scheme.sync(run_id="first")

    assert state.is_completed(), state.message
    bodies = [each for each in scheme.sandbox.posted() if each["status"] != 503]
    sent = [frozenset(map(str, each["objects"].items())) for each in bodies]
    assert sent
    mark = len(scheme.written())
    scheme.sync(run_id="second")
    assert scheme.written()[mark:] == []


@pytest.mark.longer
def test_what_is_waited_for_and_until_when_is_told_in_prefect(scheme: FlowScheme) -> None:
    patient(scheme)
    scheme.sandbox.cues.add(path="/api/system/info", status=500, occurrences=[1, 2])

    scheme.sync(run_id="first")

    refusal = "DHIS2 answered 500 to GET /api/system/info"
    told = eventually(lambda: [each for each in logs() if refusal in each])[0]
    assert "tried again at" in told
    assert "nobody has to do anything" in told
    assert "every 0.002 minutes until" in told


def eventually(find: Any) -> list[str]:
    """Logs reach the server a moment later."""
    moment = threading.Event()
    while not (found := find()):
        moment.wait(0.2)
    return list(found)


@pytest.mark.longer
def test_what_time_cannot_cure_is_not_waited_for(scheme: FlowScheme) -> None:
    patient(scheme)
    scheme.sandbox.cues.add(path="/api/tracker", method="POST", status=401)

    state = scheme.sync(run_id="first")

    assert state.is_failed()
    a_bundle_and_a_request_without_objects = 2
    assert len(scheme.sandbox.posted()) == a_bundle_and_a_request_without_objects


OUTAGES: dict[str, dict[str, Any]] = {
    "the webapp is not deployed": {"path": "/api/system/info", "status": 404},
    "DHIS2 begins": {"path": "/api/system/info", "status": 500},
    "DHIS2 migrates": {"path": "/api/system/info", "status": 409},
    "the database is down": {"path": "/api/me", "status": 500},
}


@pytest.mark.parametrize("outage", one_by_default(OUTAGES))
def test_a_part_of_an_outage_is_waited_for_as_the_whole_is(scheme: FlowScheme, outage: str) -> None:
    patient(scheme)
    cue = scheme.sandbox.cues.add(**OUTAGES[outage], occurrences=[1, 2])

    state = scheme.sync(run_id="first")

    assert cue.met > 2
    assert state.is_completed(), state.message


@pytest.mark.longer
def test_a_database_that_is_down_behind_dhis2_is_waited_for(scheme: FlowScheme) -> None:
    patient(scheme)
    scheme.sandbox.cues.add(path="/api/tracker", method="POST", status=500)
    clear_after(scheme, 500)

    state = scheme.sync(run_id="first")

    assert state.is_completed(), state.message


NEW_NAME = "A village by another name"
OUTAGES_OF_WRITING: dict[str, dict[str, Any]] = {
    "the database is down for places": {"path": r"^/api/metadata\?", "occurrences": [1, 2]},
    "the database is down for the marker": {"path": r"^/api/dataStore", "occurrences": [1]},
}


@pytest.mark.longer
@pytest.mark.parametrize("outage", one_by_default(OUTAGES_OF_WRITING))
def test_a_database_that_goes_down_before_or_after_the_bundles_is_waited_for(
    scheme: FlowScheme, outage: str
) -> None:
    patient(scheme)
    rename_a_village(scheme)
    cue = scheme.sandbox.cues.add(**OUTAGES_OF_WRITING[outage], method="POST", status=500)

    state = scheme.sync(run_id="first")

    assert state.is_completed(), state.message
    assert cue.met > 1
    places = scheme.sandbox.metadata("organisationUnits").values()
    assert any(each["name"].endswith(NEW_NAME) for each in places)


def rename_a_village(scheme: FlowScheme) -> None:
    """Let a village have another name than set-up knew."""
    first = """(SELECT MIN("LocationId") FROM "tblLocations"
        WHERE "ValidityTo" IS NULL AND "LocationType" = 'V')"""
    with closing(sqlite3.connect(scheme.database)) as database:
        database.execute(
            f"""UPDATE "tblLocations" SET "LocationName" = ? WHERE "LocationId" = {first}""",
            (NEW_NAME,),
        )
        database.commit()


@pytest.mark.large
def test_an_outage_while_a_sample_is_judged_is_waited_for(scheme: FlowScheme) -> None:
    patient(scheme)
    sample_and_control = {"path": "/api/tracker", "method": "POST", "occurrences": [1, 2]}
    cue = scheme.sandbox.cues.add(**sample_and_control, status=503)

    state = scheme.sync(run_id="first", until="validate")

    assert state.is_completed(), state.message
    assert cue.met > 2


@pytest.mark.large
def test_an_outage_that_lasts_ends_with_the_sentence_of_before(scheme: FlowScheme) -> None:
    patient(scheme)
    scheme.sandbox.cues.add(path="/api/system/info", status=404)

    state = scheme.sync(run_id="first")

    assert state.is_failed()
    assert "DHIS2 has no /api/system/info" in str(state.message)


def clear_after(scheme: FlowScheme, status: int) -> None:
    """End an outage as soon as a request without objects has met it."""
    seen = scheme.sandbox.app.log

    def watch() -> None:
        moment = threading.Event()
        while not any(_is_control(each, status) for each in list(seen)):
            moment.wait(0.002)
        scheme.sandbox.cues.clear()

    threading.Thread(target=watch, daemon=True).start()


def _is_control(request: dict[str, Any], status: int) -> bool:
    is_tracker = (request["method"], request["path"]) == ("POST", "/api/tracker")
    return is_tracker and request["status"] == status and not any(request["objects"].values())


@pytest.mark.longer
def test_a_policy_that_is_tightened_while_a_run_waits_holds_at_once(scheme: FlowScheme) -> None:
    """The bundles were made before: they are not posted any more; the next run compares anew."""
    patient(scheme)
    before = scheme.country
    scheme.sandbox.cues.add(path="/api/tracker", method="POST", status=503)
    tightened = f'{before}\n[privacy]\n"Gender" = "drop"\n'

    state = scheme.sync(run_id="first", **changing(scheme, tightened))

    assert state.is_failed()
    assert "was begun with privacy" in str(state.message)
    assert {each["status"] for each in scheme.sandbox.posted()} == {503}


def changing(scheme: FlowScheme, text: str) -> dict[str, Any]:
    """Let the country file be another as soon as DHIS2 is asked to take the first bundle."""
    file = scheme.country_file
    seen = scheme.sandbox.app.log

    def watch() -> None:
        moment = threading.Event()
        while not any(each["status"] == 503 for each in list(seen)):
            moment.wait(0.002)
        file.write_text(text)

    threading.Thread(target=watch, daemon=True).start()
    return {}


def a_day_passes(scheme: FlowScheme) -> None:
    """Let all that was written be a day older."""
    for path in [*scheme.staging_root.rglob("*")]:
        then = path.stat().st_mtime - timedelta(days=1).total_seconds()
        os.utime(path, (then, then))


def with_people(scheme: FlowScheme) -> list[str]:
    """The runs whose snapshot holds insurance numbers in clear."""
    folders = (scheme.staging_root / "runs").glob("*/snapshot")
    return [
        folder.parent.name
        for folder in folders
        if any(file.stem not in PLACES for file in folder.glob("*.parquet"))
    ]


@pytest.mark.large
@pytest.mark.timeout(1_800)
def test_three_weeks_without_dhis2_keep_few_snapshots_and_one_night_brings_all(
    scheme: FlowScheme,
) -> None:
    patient(scheme)
    scheme.sync(run_id="before")
    save_servers(NOWHERE)
    day = AS_OF

    for night in range(NIGHTS):
        day += timedelta(days=1)
        scheme.next_day(day=day)
        a_day_passes(scheme)
        state = scheme.sync(run_id=f"night-{night}")
        assert state.is_failed()
        assert "is cut off" in str(state.message)
        assert len(with_people(scheme)) <= 2

    outboxes = (scheme.staging_root / "runs").glob("*/outbox")
    whole = [each for each in outboxes if list(each.glob("*/*.json"))]
    assert len(whole) <= Retention().whole_runs + 2  # the last that was loaded, and this night's
    save_servers(scheme.sandbox.url)
    a_day_passes(scheme)
    state = scheme.sync(run_id="afterwards")
    assert state.is_completed(), state.message
    known = read_current(Target(scheme.staging_root, "ministry"))
    assert known is not None
    assert (known.last_run, known.open_run) == ("afterwards", None)
    mark = len(scheme.written())
    scheme.sync(run_id="nothing-left")
    assert scheme.written()[mark:] == []


@pytest.fixture
def before_postgresql(openimis: Database) -> Iterator[Lossy]:
    """An openIMIS on PostgreSQL whose connection may be lost."""
    with lossy(openimis.port) as proxy:
        yield proxy


@pytest.fixture
def extracted(
    prefect_server: None, before_postgresql: Lossy, openimis: Database, tmp_path: Path
) -> Any:
    """Takes a snapshot through it."""
    odbc = postgresql_odbc(before_postgresql.port, openimis.name, openimis.user)
    OpenimisDatabase(dialect="postgresql", connection_string=odbc).save("lossy", overwrite=True)
    PseudonymKey(key="a key that is made for tests and nothing else").save("lossy", overwrite=True)
    country = tmp_path / "country.toml"
    country.write_text(COUNTRY.replace("\n[waiting]\nhours = 0\n", A_MOMENT))

    def taken() -> State[Any]:
        return extract("lossy", country, tmp_path / "area", "monday", return_state=True)

    return taken


@pytest.mark.parametrize("table", one_by_default(["tblInsuree", "tblLocations", "tblClaimItems"]))
def test_a_database_that_loses_the_connection_is_read_again_from_the_beginning(
    extracted: Any, before_postgresql: Lossy, tmp_path: Path, table: str
) -> None:
    before_postgresql.words = f'FROM "public"."{table}"'.encode()
    before_postgresql.losses = 2

    state = extracted()

    run = Run(tmp_path / "area", "monday")
    assert state.is_completed(), state.message
    assert before_postgresql.cut == 2
    assert is_complete(run)
    assert read_manifest(run).tables[table].rows > 0


def test_a_database_that_does_not_come_back_ends_the_run_with_one_sentence(
    extracted: Any, before_postgresql: Lossy, tmp_path: Path
) -> None:
    before_postgresql.words, before_postgresql.losses = b'"tblInsuree"', 100

    state = extracted()

    assert state.is_failed()
    assert "Could not" in str(state.message)
    assert "Nothing was sent to DHIS2." in str(state.message)
    assert before_postgresql.cut == 1 + ATTEMPTS
    assert not is_complete(Run(tmp_path / "area", "monday"))


def test_a_wrong_password_is_told_at_once(
    extracted: Any, before_postgresql: Lossy, openimis: Database
) -> None:
    odbc = postgresql_odbc(before_postgresql.port, "no_such_database", openimis.user)
    OpenimisDatabase(dialect="postgresql", connection_string=odbc).save("lossy", overwrite=True)

    state = extracted()

    with pytest.raises(SourceError):
        state.result()


@pytest.fixture
def nobody_works(prefect_server: None) -> None:
    """A deployment that no worker is there for."""
    with get_client(sync_client=True) as client:
        pool = WorkPoolCreate(name="nobody", type="process")
        client.create_work_pool(pool, overwrite=True)
        client.create_deployment(
            client.create_flow_from_name("extract"), "manual", work_pool_name=pool.name
        )


def test_a_stage_that_no_worker_takes_is_cancelled_and_told(nobody_works: None) -> None:
    @flow(name="a-parent")
    def parent() -> None:
        child = start_child(EXTRACT, {}, "extract scheme")
        await_child(child, EXTRACT, Waiting(worker_minutes=0.01))

    with pytest.raises(ChildFailedError) as refusal:
        parent()

    assert "No worker took extract/manual within 0.01 minutes" in str(refusal.value)
    assert "with as many slots as there are targets" in str(refusal.value)
    assert [run.state_name for run in runs_of_deployment(EXTRACT)] == ["Cancelled"]


def test_the_run_of_a_stage_has_its_name_at_once_and_is_a_subflow_of_the_run_that_started_it(
    nobody_works: None,
) -> None:
    @flow(name="a-parent")
    def parent() -> list[UUID]:
        children = [start_child(EXTRACT, {}, "extract scheme") for _ in range(2)]
        return [UUID(str(flow_run.id)), *(each.id for each in children)]

    [parent_id, child, again] = parent()

    assert child == again
    with get_client(sync_client=True) as client:
        run = client.read_flow_run(child)
        link = client.read_task_run(run.parent_task_run_id)
        client.set_flow_run_state(child, Cancelled(), force=True)
    assert run.name == "extract scheme"
    assert link.flow_run_id == parent_id


def test_a_stage_that_never_ends_is_not_waited_for_for_ever(nobody_works: None) -> None:
    """A worker took it, and was killed: for Prefect it is running still."""

    @flow(name="a-parent")
    def parent() -> None:
        child = start_child(EXTRACT, {}, "extract scheme")
        await_child(child, EXTRACT, Waiting(stage_hours=0.001))

    taker = threading.Thread(target=taken_by_somebody, daemon=True)
    taker.start()
    with pytest.raises(ChildFailedError, match=r"has been running for 0\.001 hours without an end"):
        parent()
    taker.join()


@pytest.mark.parametrize("crashes", [1, NEW_PROCESSES])
def test_a_stage_whose_process_is_gone_gets_another(nobody_works: None, crashes: int) -> None:
    """A machine without memory kills it, or an ODBC driver ends it with the lost connection."""
    taker = threading.Thread(target=take_in_turn, args=([Crashed] * crashes + [Completed],))
    taker.start()

    ended = a_parent_of_one_stage()

    taker.join()
    assert ended.is_completed(), ended.message
    assert [run.state_name for run in runs_of_deployment(EXTRACT)[:1]] == ["Completed"]


def test_a_stage_whose_process_is_always_gone_ends_the_run(nobody_works: None) -> None:
    taker = threading.Thread(target=take_in_turn, args=([Crashed] * (NEW_PROCESSES + 1),))
    taker.start()

    ended = a_parent_of_one_stage()

    taker.join()
    assert ended.is_failed()
    assert "extract/manual ended as Crashed" in str(ended.message)


def a_parent_of_one_stage() -> State[Any]:
    @flow(name="a-parent")
    def parent() -> None:
        await_child(start_child(EXTRACT, {}, "extract scheme"), EXTRACT, Waiting())

    return parent(return_state=True)


def take_in_turn(ends: list[Callable[[], State[Any]]]) -> None:
    """Be the worker: take the run as often as it is scheduled, and let it end so."""
    for end in ends:
        taken = taken_by_somebody()
        with get_client(sync_client=True) as client:
            client.set_flow_run_state(taken, end(), force=True)


def taken_by_somebody() -> UUID:
    """Let the run that waits for a worker be running, as one says who then dies."""
    moment = threading.Event()
    while not (waiting := [run for run in runs_of_deployment(EXTRACT) if run.state_name in NEW]):
        moment.wait(0.2)
    with get_client(sync_client=True) as client:
        client.set_flow_run_state(waiting[0].id, Running(), force=True)
    return waiting[0].id
