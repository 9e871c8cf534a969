"""All tables are of one moment, whatever openIMIS writes while they are read."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

import psycopg

from flows.connectors.openimis.client import Openimis
from flows.connectors.openimis.sqlite import SQLITE
from flows.steps.extract.snapshot import copy_tables
from staging.layout import Run
from staging.snapshots import read_snapshot
from tests.support.databases import Database, sqlite_odbc
from tests.support.sandbox.restarting import wait_until
from tests.system.extract.conftest import rows_of, wanted_of

NEW_CLAIM = (
    'INSERT INTO "tblClaim" ("ClaimID", "ClaimUUID", "ValidityFrom", "ClaimCode", "DateFrom",'
    ' "ClaimStatus", "DateClaimed", "Feedback", "AuditUserID", "HFID", "ICDID", "InsureeID")'
    " VALUES ({claim}, '{claim}', now(), 'new', '2026-01-01', 2, '2026-01-01', false, 1, 1, 1, 1)"
)
NEW_LINE = (
    'INSERT INTO "tblClaimItems" ("ClaimItemID", "ClaimID", "ItemID", "ValidityFrom",'
    ' "ClaimItemStatus", "Availability", "QtyProvided", "PriceAsked", "AuditUserID")'
    " VALUES ({claim}, {claim}, 1, now(), 1, true, 1, 100, 1)"
)
OTHERS = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
FIRST_NEW = 1_000_000
LINES = wanted_of("tblClaimItems", "ClaimID")
CLAIMS = wanted_of("tblClaim", "ClaimUUID")


def enter_claim(connection: psycopg.Connection, claim: int) -> None:
    with connection.transaction():
        connection.execute(NEW_CLAIM.format(claim=claim))
        connection.execute(NEW_LINE.format(claim=claim))


def keys(transaction, selection, column: str) -> set[int]:
    return {key for batch in transaction.batches(selection) for key in batch[column].to_pylist()}


@contextmanager
def a_clerk_who_enters_claims(database: Database, first: int) -> Iterator[None]:
    done = threading.Event()

    def work() -> None:
        with psycopg.connect(database.conninfo, autocommit=True) as connection:
            claim = first
            while not done.is_set():
                enter_claim(connection, claim)
                claim += 1

    clerk = threading.Thread(target=work)
    clerk.start()
    try:
        yield
    finally:
        done.set()
        clerk.join()


def test_a_claim_that_is_entered_between_two_tables_is_in_neither(client, administrator):
    lines, claims = client.check({**LINES, **CLAIMS})
    with client.transaction() as transaction:
        with_lines = keys(transaction, lines, "ClaimID")
        enter_claim(administrator, FIRST_NEW)
        read = keys(transaction, claims, "ClaimID")

    assert FIRST_NEW not in with_lines
    assert FIRST_NEW not in read


def test_a_claim_never_lacks_its_lines_while_clerks_enter_claims(tmp_path, client, openimis):
    for attempt in range(3):
        run = Run(tmp_path, f"run-{attempt}")
        with a_clerk_who_enters_claims(openimis, FIRST_NEW * (attempt + 1)):
            copy_tables(run, "sample", client, {**LINES, **CLAIMS})

        snapshot = read_snapshot(run)
        claims = set(rows_of(snapshot, "tblClaim")["ClaimID"])
        lines = set(rows_of(snapshot, "tblClaimItems")["ClaimID"])
        assert {claim for claim in claims if claim >= FIRST_NEW} == {
            claim for claim in lines if claim >= FIRST_NEW
        }


def test_nothing_is_locked_while_openimis_is_read(client, administrator):
    (claims,) = client.check(CLAIMS)
    administrator.execute("SET lock_timeout = '5s'")

    with client.transaction() as transaction:
        before = keys(transaction, claims, "ClaimID")
        administrator.execute('UPDATE "tblClaim" SET "ClaimStatus" = 16')
        administrator.execute('DELETE FROM "tblClaim"')
        after = keys(transaction, claims, "ClaimID")

    assert before == after


def test_no_connection_stays_open_once_openimis_is_read(tmp_path, client, administrator):
    copy_tables(Run(tmp_path, "read"), "scheme", client, CLAIMS)

    wait_until(lambda: administrator.execute(OTHERS).fetchone() == (0,))


def test_the_snapshot_is_dated_by_the_clock_of_the_source(client):
    with client.transaction() as transaction:
        now = datetime.now(UTC).replace(tzinfo=None)

        assert abs(transaction.as_of - now) < timedelta(minutes=1)


def test_time_stamps_are_utc_whatever_zone_the_database_is_set_to(take, openimis, administrator):
    administrator.execute(f"ALTER DATABASE {openimis.name} SET timezone TO 'Asia/Kathmandu'")
    administrator.execute(
        'UPDATE "tblHF" SET "ValidityFrom" = \'2025-12-31T23:30:00.123456+00:00\''
    )
    odbc = openimis.odbc.replace("ConnSettings={SET TIME ZONE 'UTC'};", "")

    snapshot = take(odbc, wanted=wanted_of("tblHF", "ValidityFrom"))

    moments = set(rows_of(snapshot, "tblHF")["ValidityFrom"])
    assert moments == {datetime.fromisoformat("2025-12-31T23:30:00.123456")}
    assert abs(snapshot.as_of - datetime.now(UTC).replace(tzinfo=None)) < timedelta(minutes=1)


def test_a_sqlite_file_that_is_written_to_is_read_as_of_one_moment(tmp_path):
    path = tmp_path / "openimis.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute('CREATE TABLE "tblClaim" ("ClaimID" INTEGER, "ClaimUUID" TEXT)')
        writer.execute('CREATE TABLE "tblClaimItems" ("ClaimItemID" INTEGER, "ClaimID" INTEGER)')
        client = Openimis(SQLITE, sqlite_odbc(path))
        lines, claims = client.check({**LINES, **CLAIMS})
        with client.transaction() as transaction:
            with_lines = keys(transaction, lines, "ClaimID")
            writer.execute("INSERT INTO \"tblClaim\" VALUES (1, 'a')")
            writer.execute('INSERT INTO "tblClaimItems" VALUES (1, 1)')
            read = keys(transaction, claims, "ClaimID")

    assert with_lines == read == set()
