"""`check` names what is wrong with a set-up and what to do, and finds the rest in order."""

# ruff: noqa: E501 - a table is read by its rows

import copy
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest
from prefect import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.client.schemas.objects import WorkPool
from prefect.settings import PREFECT_HOME, temporary_settings
from pydantic import SecretStr

from flows.check import WITH_FAULTS, check
from flows.connectors.openimis.sql_dialect import DialectName
from flows.prefect_support.command_line import main
from flows.prefect_support.dhis2_server import Dhis2Server
from flows.prefect_support.look_around import look_around
from flows.prefect_support.openimis_database import OpenimisDatabase
from tests.support.databases import Database, PostgreSQL
from tests.support.loader import LOADER_USER
from tests.support.loader import LOGIN as LOADER_LOGIN
from tests.support.sandbox import running_sandbox
from tests.support.sandbox.state import State
from tests.support.scheme import SqliteSource
from tests.support.scheme.by_flows import FlowScheme
from tests.system.crashes.disk import small_disk
from tests.system.flows.conftest import fill
from transforms.model.tables.claim import CLAIM_STATUS
from transforms.model.tables.programs import CLAIM_PROGRAM, INSUREE_PROGRAM
from transforms.requirements.check_rows import CheckRow, Standing
from transforms.requirements.tables.requirements import REQUIREMENTS

POOL, WORKER = "checked", "a worker"
TOKEN = "d2pat_checked_0123456789"
KNOWN_CODES = (
    'UPDATE "tblClaim" SET "ClaimStatus" = 16 WHERE "ClaimStatus" = 32',
    'UPDATE "tblClaim" SET "VisitType" = \'O\' WHERE "VisitType" = \'Z\'',
)
SECRETS = (LOADER_LOGIN[1], TOKEN, "wrong-word")


@pytest.fixture(scope="module")
def pool(prefect_server: None) -> str:
    """A work pool that a worker takes runs of."""
    with get_client(sync_client=True) as client:
        client.create_work_pool(WorkPoolCreate(name=POOL, type="process"), overwrite=True)
        client.send_worker_heartbeat(POOL, WORKER, heartbeat_interval_seconds=3600)
    return POOL


@pytest.fixture(scope="module")
def whole(
    ministry: State, sample_database: Path, tmp_path_factory: pytest.TempPathFactory, pool: str
) -> Iterator[FlowScheme]:
    """A set-up in which nothing is wrong."""
    folder = tmp_path_factory.mktemp("checked")
    with running_sandbox(version="2.42", users=[LOADER_USER]) as sandbox:
        fill(sandbox.state, ministry)
        scheme = FlowScheme(folder, sandbox, SqliteSource(folder / "openimis.sqlite"))
        put_back(scheme, sample_database)
        scheme.staging_root.mkdir(parents=True, exist_ok=True)
        with temporary_settings({PREFECT_HOME: folder / "prefect"}):
            yield scheme


@pytest.fixture
def scheme(whole: FlowScheme, sample_database: Path) -> Iterator[FlowScheme]:
    """The same, to be broken; it is mended afterwards."""
    whole.save_blocks()
    state = whole.sandbox.state
    before = copy.deepcopy(state.metadata)
    yield whole
    with state.lock:
        state.metadata = before
        state.metadata_changed()
    put_back(whole, sample_database)


def found_in(scheme: FlowScheme, pool: str = POOL, root: Path | None = None) -> list[CheckRow]:
    where = (scheme.country_file, root or scheme.staging_root)
    return look_around("scheme", "ministry", *where, "scheme", pool)


def put_back(scheme: FlowScheme, sample_database: Path) -> None:
    """Let openIMIS be the sample, without the codes of the sample that nobody knows."""
    scheme.source.copy(sample_database)
    execute(scheme, *KNOWN_CODES)


def spoil(scheme: FlowScheme, change: Callable[[State], object]) -> None:
    state = scheme.sandbox.state
    with state.lock:
        change(state)
        state.metadata_changed()


def execute(scheme: FlowScheme, *statements: str) -> None:
    with closing(sqlite3.connect(scheme.source.path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def save_server(scheme: FlowScheme, **settings: object) -> None:
    login = {"username": LOADER_LOGIN[0], "password": SecretStr(LOADER_LOGIN[1])}
    block = Dhis2Server(**{"base_url": scheme.sandbox.url, **login, **settings})
    block.save("ministry", overwrite=True)


def save_openimis(connection: str, dialect: DialectName = DialectName.SQLITE) -> None:
    block = OpenimisDatabase(dialect=dialect, connection_string=SecretStr(connection))
    block.save("scheme", overwrite=True)


def with_token(scheme: FlowScheme, methods: list[str]) -> None:
    tokens = scheme.sandbox.state.tokens
    tokens[TOKEN], tokens.methods[TOKEN] = LOADER_USER.uid, methods
    save_server(scheme, username=None, password=None, token=SecretStr(TOKEN))


def without_authority(state: State) -> None:
    for role in state.metadata["userRoles"].values():
        held = role["authorities"]
        role["authorities"] = [each for each in held if each != "F_UNCOMPLETE_EVENT"]


def without_package(state: State) -> None:
    state.metadata["programs"].clear()


def of_another_release(state: State) -> None:
    state.metadata["optionSets"][CLAIM_STATUS.uid]["valueType"] = "LONG_TEXT"


def without_root(state: State) -> None:
    state.metadata["users"][LOADER_USER.uid]["organisationUnits"] = []
    state.metadata["users"][LOADER_USER.uid]["teiSearchOrganisationUnits"] = []


def without_assignments(state: State) -> None:
    for program in (INSUREE_PROGRAM, CLAIM_PROGRAM):
        state.metadata["programs"][program.uid]["organisationUnits"] = []


@dataclass(frozen=True)
class Broken:
    """A broken set-up.

    Attributes:
        key: Of the requirement that is not met.
        found: Part of what is found.
        make: Breaks it.
    """

    key: str
    found: str
    make: Callable[[FlowScheme], object]


BROKEN = {
    "a driver that is not there": Broken("openimis_driver", "names 'Oracle'", lambda _: save_openimis("Driver=Oracle;Pwd=wrong-word")),
    "a database file that is not there": Broken("openimis_login", "Could not connect to openIMIS", lambda s: save_openimis("Driver=SQLite3;Database=/nowhere/x.sqlite;Pwd=wrong-word")),
    "a table that is missing": Broken("openimis_tables", "tblClaimServices is not there", lambda s: execute(s, 'ALTER TABLE "tblClaimServices" RENAME TO "other"')),
    "an openIMIS without people": Broken("openimis_rows", "tblInsuree has no row", lambda s: execute(s, 'DELETE FROM "tblInsuree"')),
    "a code that nobody knows": Broken("openimis_codes", "tblClaim.ClaimStatus is 7 in 3 current rows", lambda s: execute(s, 'UPDATE "tblClaim" SET "ClaimStatus" = 7 WHERE "ClaimID" IN (SELECT "ClaimID" FROM "tblClaim" WHERE "ValidityTo" IS NULL LIMIT 3)')),
    "DHIS2 away": Broken("dhis2_address", "is cut off", lambda s: save_server(s, base_url="http://127.0.0.1:9")),
    "plain http to another machine": Broken("dhis2_address", "is plain http to another machine", lambda s: save_server(s, base_url="http://dhis2.example.org")),
    "a wrong password": Broken("dhis2_login", "does not know the login", lambda s: save_server(s, password=SecretStr("wrong-word"))),
    "a token without PUT": Broken("dhis2_methods", "limited to other HTTP methods", lambda s: with_token(s, ["GET", "POST"])),
    "an authority too few": Broken("dhis2_authorities", "has no F_UNCOMPLETE_EVENT", lambda s: spoil(s, without_authority)),
    "no package": Broken("dhis2_package", "'Family/Insuree' is not in DHIS2", lambda s: spoil(s, without_package)),
    "the package of another release": Broken("dhis2_package_version", "would make 0 objects, and change 1", lambda s: spoil(s, of_another_release)),
    "a loader without org units": Broken("dhis2_org_units", "capture org units are none", lambda s: spoil(s, without_root)),
    "programs that are assigned to nothing": Broken("dhis2_assignments", "is assigned to none of", lambda s: spoil(s, without_assignments)),
}  # fmt: skip


def refuse_secrets(findings: list[CheckRow]) -> None:
    text = " ".join(str(each) for each in findings)
    assert [each for each in SECRETS if each in text] == []


def only(findings: list[CheckRow], key: str) -> CheckRow:
    """Return the one finding that is not met; the rest is met, but for what stands on it."""
    [faulty] = [each for each in findings if each.standing is Standing.UNMET]
    unseen = {each.requirement.key for each in findings if each.standing is Standing.UNSEEN}
    assert faulty.requirement.key == key, faulty
    assert unseen == standing_on(key)
    return faulty


def standing_on(key: str) -> set[str]:
    found = {key}
    for each in REQUIREMENTS:
        if found & {*each.after}:
            found.add(each.key)
    return found - {key}


def test_a_set_up_in_which_nothing_is_wrong_meets_all_and_is_not_written_to(
    scheme: FlowScheme,
) -> None:
    before, files = scheme.sandbox.content(), sorted(scheme.staging_root.rglob("*"))

    findings = found_in(scheme)

    assert [each for each in findings if each.standing is not Standing.MET] == []
    assert [each.requirement for each in findings] == list(REQUIREMENTS)
    assert scheme.sandbox.content() == before
    assert sorted(scheme.staging_root.rglob("*")) == files


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(each, marks=pytest.mark.longer if number % 2 else ())
        for number, each in enumerate(BROKEN)
    ],
)
def test_the_check_names_what_is_wrong_and_what_to_do(scheme: FlowScheme, name: str) -> None:
    broken = BROKEN[name]
    broken.make(scheme)

    findings = found_in(scheme)

    faulty = only(findings, broken.key)
    assert broken.found in " ".join(faulty.found)
    assert faulty.mend().endswith(".")
    refuse_secrets(findings)


@pytest.fixture
def guarded(openimis: Database, postgresql_server: PostgreSQL) -> Iterator[Database]:
    """An openIMIS in PostgreSQL, which asks its reader for a password."""
    rules = postgresql_server.home / "data" / "pg_hba.conf"
    usual = rules.read_text()
    rules.write_text(f"host all guarded 127.0.0.1/32 scram-sha-256\n{usual}")
    administer(
        openimis,
        *KNOWN_CODES,
        "SELECT pg_reload_conf()",
        "CREATE ROLE guarded LOGIN PASSWORD 'right-word'",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO guarded",
    )
    yield replace(openimis, user="guarded")
    rules.write_text(usual)
    administer(openimis, "DROP OWNED BY guarded", "DROP ROLE guarded", "SELECT pg_reload_conf()")


def administer(database: Database, *statements: str) -> None:
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def test_openimis_in_postgresql_is_read_only_for_a_reader_who_knows_the_password(
    scheme: FlowScheme, guarded: Database, openimis: Database
) -> None:
    def found_by(connection: str) -> list[CheckRow]:
        save_openimis(connection, DialectName.POSTGRESQL)
        return found_in(scheme)

    met = found_by(f"{guarded.odbc}Pwd=right-word;")
    wrong = only(found_by(f"{guarded.odbc}Pwd=wrong-word;"), "openimis_login")
    writes = only(found_by(openimis.odbc), "openimis_read_only")

    assert [each for each in met if each.standing is not Standing.MET] == []
    assert "password" in wrong.found[0]
    assert "wrong-word" not in wrong.found[0]
    assert "The user may write tblLocations" in writes.found[0]


def test_a_faulty_patch_is_named_with_the_one_that_mends_it(
    whole: FlowScheme, ministry: State
) -> None:
    whole.save_blocks()
    with running_sandbox("2.42", users=[LOADER_USER], release="2.42.4") as sandbox:
        dialect = sandbox.state.dialect
        fill(sandbox.state, ministry)
        sandbox.state.dialect = dialect
        save_server(whole, base_url=sandbox.url)

        faulty = only(found_in(whole), "dhis2_patch")

    assert "Upgrade DHIS2 to 2.42.5 or later" in " ".join(faulty.found)


def test_a_staging_root_that_is_not_there(scheme: FlowScheme, tmp_path: Path) -> None:
    assert "is no folder" in only(found_in(scheme, root=tmp_path / "no"), "staging_root").found[0]


def test_a_group_of_dhis2s_own_that_is_not_there(scheme: FlowScheme) -> None:
    before = scheme.country
    scheme.country = (
        f'{before}\n[existing.org_unit_groups.facility_level]\nhospital = "NotThereGrp"\n'
    )
    try:
        faulty = only(found_in(scheme), "dhis2_existing")
    finally:
        scheme.country = before

    assert "The org unit group NotThereGrp is not in DHIS2" in faulty.found[0]


def test_a_disk_without_room(scheme: FlowScheme, tmp_path: Path) -> None:
    root = tmp_path / "staging"
    root.mkdir()
    with small_disk(root, 1_000_000):
        assert "a run may take 1,024 MiB" in only(found_in(scheme, root=root), "disk_room").found[0]


def test_no_worker_and_no_pool(scheme: FlowScheme) -> None:
    with get_client(sync_client=True) as client:
        idle = WorkPoolCreate(name="idle", type="process")
        made: WorkPool = client.create_work_pool(idle, overwrite=True)

    assert "No worker takes runs" in only(found_in(scheme, made.name), "prefect_worker").found[0]
    assert "no work pool gone" in only(found_in(scheme, "gone"), "prefect_worker").found[0]


def test_the_flow_leaves_a_table_as_an_artifact(scheme: FlowScheme) -> None:
    save_server(scheme, password=SecretStr("wrong-word"))
    where = (scheme.country_file, scheme.staging_root)

    state = check("scheme", "ministry", *where, work_pool=POOL, return_state=True)

    by_key = ArtifactFilter(key=ArtifactFilterKey(any_=["check-ministry"]))
    with get_client(sync_client=True) as client:
        page = str(client.read_artifacts(artifact_filter=by_key)[-1].data)
    assert state.name == WITH_FAULTS
    assert "not met (DHIS2: Login)" in str(state.message)
    assert "| ✘ | DHIS2 | Login |" in page
    assert "| ✱ | DHIS2 | Version | not looked at, because of DHIS2: Login |" in page
    assert "Correct user and password, or the token" in page


def test_the_command_prints_the_table_and_ends_with_1_if_something_is_wrong(
    scheme: FlowScheme, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--country", str(scheme.country_file), "--staging-root", str(scheme.staging_root)]
    names = ["check", "scheme", "ministry", *where, "--work-pool", POOL]

    assert main(names) == 0
    assert "✔ Login: DHIS2 knows the login" in capsys.readouterr().out

    save_server(scheme, password=SecretStr("wrong-word"))
    assert main(names) == 1
    told = capsys.readouterr().out
    assert "✘ Login: GET /api/system/info was answered 401" in told
    assert "→ Correct user and password" in told
