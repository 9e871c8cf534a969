"""What is wrong with the source is said in one sentence, before anything is written."""

import pytest

from flows.connectors.openimis.client import Openimis
from flows.connectors.openimis.connection_strings import complete
from flows.connectors.openimis.postgresql import POSTGRESQL
from flows.connectors.openimis.sqlite import SQLITE
from flows.prefect_support.openimis_database import OpenimisDatabase
from flows.steps.extract.snapshot import copy_tables
from staging.layout import Run
from tests.support.databases import sqlite_odbc
from tests.system.extract.conftest import (
    EVERYTHING,
    rows_of,
    skip_where_the_process_ends,
    wanted_of,
)
from transforms.core.errors import SourceBusyError, SourceError, SyncError

PASSWORD = "open-sesame"
LOST = r"^Could not read tblClaim: [^\n]* Nothing was sent"


@pytest.fixture
def run(tmp_path):
    return Run(tmp_path / "staging", "monday")


@pytest.fixture
def refusal(run):
    """Tries to take a snapshot of everything; returns the sentence and holds it to be one."""

    def of(client: Openimis, wanted=EVERYTHING) -> str:
        with pytest.raises(SyncError) as error:
            copy_tables(run, "sample", client, wanted)
        sentence = str(error.value)
        assert not run.folder.exists(), "something was written"
        assert "\n" not in sentence
        assert PASSWORD not in sentence
        return sentence

    return of


def test_a_required_column_that_is_missing_is_named_with_what_was_found(
    refusal, client, administrator
):
    administrator.execute('ALTER TABLE "tblClaim" RENAME "DateClaimed" TO "ClaimDate"')

    sentence = refusal(client)

    assert "tblClaim has no column DateClaimed (it has: " in sentence
    assert "ClaimDate" in sentence


def test_all_that_is_missing_is_named_at_once(refusal, client, administrator):
    administrator.execute('ALTER TABLE "tblClaim" DROP "DateClaimed", DROP "DateFrom"')
    administrator.execute('ALTER TABLE "tblHF" DROP "HFCode"')
    administrator.execute('DROP TABLE "tblICDCodes"')

    sentence = refusal(client)

    assert "tblClaim has no column DateFrom, DateClaimed" in sentence
    assert "tblHF has no column HFCode" in sentence
    assert "tblICDCodes is not there" in sentence


def test_a_database_older_than_the_uuids_is_told_from_which_release_on_it_can_be_read(
    refusal, client, administrator
):
    administrator.execute('ALTER TABLE "tblInsuree" DROP "InsureeUUID"')

    sentence = refusal(client)

    assert "tblInsuree has no column InsureeUUID" in sentence
    assert "openIMIS's database 1.4.0, the oldest that can be read" in sentence


def test_an_optional_column_that_is_missing_is_null(take, openimis, administrator):
    administrator.execute('ALTER TABLE "tblClaimItems" DROP "ExceedCeilingAmountCategory"')

    snapshot = take(openimis.odbc)

    assert snapshot.manifest.tables["tblClaimItems"].missing == ["ExceedCeilingAmountCategory"]
    column = rows_of(snapshot, "tblClaimItems")["ExceedCeilingAmountCategory"]
    assert column.null_count() == column.len() > 0


@pytest.mark.parametrize(
    ("column", "type_name"),
    [("ClaimStatus", "text"), ("DateFrom", "varchar(20)"), ("InsureeID", "double precision")],
)
def test_a_type_that_does_not_fit_is_named(refusal, client, administrator, column, type_name):
    administrator.execute(f'ALTER TABLE "tblClaim" ALTER "{column}" TYPE {type_name}')

    assert f"tblClaim.{column} is of type" in refusal(client)


def test_an_amount_of_inexact_type_is_refused(refusal, client, administrator):
    administrator.execute('ALTER TABLE "tblPolicy" ALTER "PolicyValue" TYPE double precision')

    assert "tblPolicy.PolicyValue is of type float8; expected an exact number" in refusal(client)


def test_columns_are_found_whatever_their_case(take, openimis, administrator):
    administrator.execute('ALTER TABLE "tblInsureePolicy" RENAME "LegacyID" TO "LegacyId"')
    administrator.execute('ALTER TABLE "tblInsureePolicy" RENAME "InsureeID" TO "InsureeId"')
    administrator.execute('ALTER TABLE "tblGender" RENAME TO "tblgender"')

    snapshot = take(openimis.odbc)

    assert rows_of(snapshot, "tblInsureePolicy")["InsureeID"].null_count() == 0
    assert rows_of(snapshot, "tblGender").height > 0


def test_a_user_who_may_not_read_a_table_is_told_which(refusal, openimis, administrator):
    administrator.execute(f"CREATE ROLE clerk LOGIN PASSWORD '{PASSWORD}'")
    try:
        administrator.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO clerk")
        administrator.execute('REVOKE SELECT ON "tblPolicy" FROM clerk')
        odbc = openimis.odbc.replace(f"Uid={openimis.user}", f"Uid=clerk;Pwd={PASSWORD}")

        sentence = refusal(Openimis(POSTGRESQL, odbc))

        assert "the user may not read tblPolicy" in sentence
        assert "tblClaim" not in sentence
    finally:
        administrator.execute("DROP OWNED BY clerk; DROP ROLE clerk")


@pytest.mark.parametrize(
    ("said", "instead", "told"),
    [
        ("Server=127.0.0.1", "Server=no-such-host.invalid", "the connection could not be made"),
        ("Driver={PostgreSQL Unicode}", "Driver={Oracle 7}", "driver or data source name"),
        ("Database=", "Database=not_", "does not exist"),
        ("Uid=", f"Pwd={PASSWORD};Uid=nobody_", "does not exist"),
    ],
)
def test_a_connection_that_cannot_be_made_is_told_in_one_sentence(
    refusal, openimis, said, instead, told
):
    client = Openimis(POSTGRESQL, openimis.odbc.replace(said, instead))

    assert told in refusal(client)


def test_a_connection_that_is_lost_while_reading_is_told_in_one_sentence(
    client, administrator, openimis
):
    skip_where_the_process_ends(openimis.odbc)
    (claims,) = client.check(wanted_of("tblClaim"))

    with client.transaction() as transaction:
        administrator.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
        with pytest.raises(SourceBusyError, match=LOST):
            list(transaction.batches(claims))


def test_a_table_that_goes_while_reading_is_told_in_one_sentence(client, administrator):
    (claims,) = client.check(wanted_of("tblClaim"))
    administrator.execute('DROP TABLE "tblClaim"')

    with (
        client.transaction() as transaction,
        pytest.raises(SourceError, match="Could not read tblClaim: a table is not there"),
    ):
        list(transaction.batches(claims))


def test_a_sqlite_file_that_is_not_there_is_not_made(refusal, tmp_path):
    path = tmp_path / "nowhere.db"

    assert "connect to openIMIS" in refusal(Openimis(SQLITE, sqlite_odbc(path)))
    assert not path.exists()


def test_openimis_is_never_written_to(client, administrator):
    (claims,) = client.check(wanted_of("tblClaim"))
    with client.transaction() as transaction:
        list(transaction.batches(claims))
        read_only = administrator.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE backend_xid IS NOT NULL"
            " AND datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()

    assert read_only == (0,)


def test_settings_that_the_operator_made_are_kept():
    made = complete(
        "Driver={PostgreSQL Unicode};pwd={a;Fetch=1}};b};fetch=500", POSTGRESQL.settings
    )

    assert made.startswith("Driver={PostgreSQL Unicode};pwd={a;Fetch=1}};b};fetch=500;")
    assert "Fetch=5000" not in made
    assert "BoolsAsChar=0;" in made


@pytest.mark.parametrize("missing", ["dialect", "connection_string"])
def test_the_block_has_no_default_for_where_the_data_comes_from(missing):
    assert OpenimisDatabase.model_fields[missing].is_required()


def test_a_copy_of_the_database_is_told_apart_and_recognised(take, openimis, postgresql_server):
    copy = postgresql_server.create_database(like=openimis)

    original, moved = take(openimis.odbc).manifest, take(copy.odbc).manifest

    assert original.database != moved.database
    assert original.oldest_rows == moved.oldest_rows
