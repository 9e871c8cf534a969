"""openIMIS is known again by a user who may do nothing but read."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import psycopg
import pytest

from flows.connectors.openimis.client import Openimis
from flows.connectors.openimis.postgresql import POSTGRESQL
from flows.steps.extract.snapshot import copy_tables
from staging.layout import Run
from staging.snapshots import SnapshotManifest
from tests.support.databases import Database
from transforms.openimis.tables.columns import TABLES

READER = "reader"
EVERYTHING = {name: table.columns for name, table in TABLES.items()}


@pytest.fixture
def reader(openimis: Database) -> Iterator[Database]:
    """The openIMIS of a user who may read it, and nothing else; nobody may ask for the cluster."""
    administer(
        openimis,
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC",
        f"CREATE ROLE {READER} LOGIN NOSUPERUSER NOINHERIT",
        f"GRANT USAGE ON SCHEMA public TO {READER}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {READER}",
    )
    yield replace(openimis, user=READER)
    administer(openimis, f"DROP OWNED BY {READER}", f"DROP ROLE {READER}")


def administer(database: Database, *statements: str) -> None:
    with closing(psycopg.connect(database.conninfo, autocommit=True)) as connection:
        for statement in statements:
            connection.execute(statement)


def manifest(run: Run, database: Database) -> SnapshotManifest:
    return copy_tables(run, "scheme", Openimis(POSTGRESQL, database.odbc), EVERYTHING)


def test_a_user_who_may_only_read_gets_the_same_oldest_rows_as_a_superuser(
    tmp_path, reader: Database, openimis: Database
) -> None:
    plain = manifest(Run(tmp_path, "plain"), reader)
    superuser = manifest(Run(tmp_path, "superuser"), openimis)

    assert plain.oldest_rows == superuser.oldest_rows
    assert set(plain.oldest_rows) == {"tblLocations", "tblHF", "tblFamilies", "tblInsuree"}


def test_a_user_who_may_only_read_tells_a_copy_apart_and_knows_the_database_again(
    tmp_path, reader: Database, openimis: Database, postgresql_server
) -> None:
    first = manifest(Run(tmp_path, "monday"), reader)
    again = manifest(Run(tmp_path, "tuesday"), reader)
    copy = postgresql_server.create_database(like=openimis)
    other = manifest(Run(tmp_path, "copy"), replace(copy, user=READER))
    postgresql_server.drop_database(copy)

    assert first.database == again.database
    assert first.database != other.database
    assert first.oldest_rows == other.oldest_rows


def test_where_the_cluster_may_be_asked_it_is_known_by_its_own_identifier(
    tmp_path, openimis: Database
) -> None:
    with Openimis(POSTGRESQL, openimis.odbc).transaction() as transaction:
        told = str(transaction._value(POSTGRESQL.database))
    with psycopg.connect(openimis.conninfo) as connection:
        [identifier] = connection.execute(
            "SELECT system_identifier FROM pg_control_system()"
        ).fetchone() or [None]

    assert told == f"{identifier}/{openimis.name}"
