"""An openIMIS of views, materialised views or foreign tables is read like one of tables."""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl
import psycopg
import pytest
from polars.testing import assert_frame_equal
from psycopg import sql

from flows.connectors.openimis.client import Openimis
from flows.connectors.openimis.postgresql import POSTGRESQL
from flows.steps.extract.snapshot import copy_tables, take_snapshot
from flows.steps.shared.runner import Runner
from staging.layout import Run
from tests.support.cases import one_by_default
from tests.support.databases import Database, PostgreSQL
from tests.system.extract.conftest import EVERYTHING, Take, Wanted, rows_of, wanted_of
from transforms.core.errors import SourceBusyError, SourceError, SyncError
from transforms.openimis.tables.column_types import UNREADABLE
from transforms.openimis.tables.columns import TABLES

FACILITIES = wanted_of("tblHF", "HFCode", "HFName", "LegalForm")
KINDS = {"VIEW": "VIEW", "MATERIALIZED VIEW": "MATVIEW"}
FACILITY = 3


class Warnings(Runner):
    """A runner that keeps what is odd."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def warning(self, message: str, *values: Any) -> None:
        self.given.append(message % values)


def replace_table(
    administrator: psycopg.Connection, table: str, kind: str, rows: str = "SELECT * FROM {}"
) -> None:
    """Put a view in place of a table, which goes on elsewhere."""
    administrator.execute("CREATE SCHEMA IF NOT EXISTS kept")
    administrator.execute(sql.SQL("ALTER TABLE {} SET SCHEMA kept").format(sql.Identifier(table)))
    made = sql.SQL(f"CREATE {kind} {{}} AS {rows}")
    names = sql.Identifier(table), *[sql.Identifier("kept", table)] * rows.count("{}")
    administrator.execute(made.format(*names))


def tables_of(administrator: psycopg.Connection) -> list[str]:
    rows = administrator.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    ).fetchall()
    return sorted({name for (name,) in rows} & TABLES.keys())


def content(snapshot: Any) -> dict[str, pl.DataFrame]:
    """All rows of a snapshot; the next one is written over its files."""
    return {table: rows_of(snapshot, table) for table in snapshot.frames}


def assert_same(found: Any, before: dict[str, pl.DataFrame]) -> None:
    assert before["tblInsuree"].height > 0
    for table, rows in before.items():
        assert_frame_equal(rows_of(found, table), rows)


@pytest.fixture
def linked(
    postgresql_server: PostgreSQL, openimis: Database
) -> Iterator[tuple[Database, psycopg.Connection]]:
    """A database that has all tables of an openIMIS as foreign tables, and who may change it."""
    database = postgresql_server.create_database()
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION postgres_fdw")
        connection.execute(
            f"CREATE SERVER openimis FOREIGN DATA WRAPPER postgres_fdw OPTIONS"
            f" (host '127.0.0.1', port '{openimis.port}', dbname '{openimis.name}')"
        )
        connection.execute("CREATE USER MAPPING FOR CURRENT_USER SERVER openimis")
        connection.execute("IMPORT FOREIGN SCHEMA public FROM SERVER openimis INTO public")
        yield database, connection
    postgresql_server.drop_database(database)


@pytest.mark.parametrize("kind", one_by_default(KINDS, "MATERIALIZED VIEW"))
def test_views_in_place_of_all_tables_give_the_same(
    take: Take, openimis: Database, administrator: psycopg.Connection, kind: str
) -> None:
    before = content(take(openimis.odbc))
    for table in tables_of(administrator):
        replace_table(administrator, table, kind)

    found = take(openimis.odbc)

    assert_same(found, before)
    assert found.manifest.tables["tblInsuree"].kind == KINDS[kind]


def test_foreign_tables_give_the_same(
    take: Take, openimis: Database, linked: tuple[Database, psycopg.Connection]
) -> None:
    before = content(take(openimis.odbc))

    found = take(linked[0].odbc)

    assert_same(found, before)
    assert found.manifest.tables["tblInsuree"].kind == "FOREIGN TABLE"


def test_a_table_is_read_rather_than_a_copy_of_it_elsewhere(
    take: Take, openimis: Database, administrator: psycopg.Connection
) -> None:
    administrator.execute("CREATE SCHEMA a_report")
    administrator.execute('CREATE MATERIALIZED VIEW a_report."tblHF" AS SELECT * FROM "tblHF"')
    administrator.execute("ALTER DATABASE " + openimis.name + " SET search_path = nowhere")

    assert take(openimis.odbc, wanted=FACILITIES).manifest.tables["tblHF"].kind == "TABLE"


def test_a_user_who_may_read_views_alone_is_enough(
    take: Take, openimis: Database, administrator: psycopg.Connection
) -> None:
    replace_table(administrator, "tblHF", "VIEW")
    administrator.execute("CREATE ROLE visitor LOGIN")
    try:
        administrator.execute('GRANT SELECT ON public."tblHF" TO visitor')
        visitor = openimis.odbc.replace(f"Uid={openimis.user}", "Uid=visitor")

        assert rows_of(take(visitor, wanted=FACILITIES), "tblHF").height > 0
    finally:
        administrator.execute("DROP OWNED BY visitor; DROP ROLE visitor")


def marked(snapshot: Any) -> list[str]:
    """Of each row of which something could not be read, what that is."""
    rows = rows_of(snapshot, "tblHF")
    return rows[UNREADABLE].drop_nulls().to_list()


@pytest.mark.parametrize("kind", KINDS)
def test_rows_that_a_view_has_twice_are_named_and_are_in_no_computation(
    take: Take, openimis: Database, administrator: psycopg.Connection, kind: str
) -> None:
    twice = f'SELECT * FROM {{}} UNION ALL SELECT * FROM {{}} WHERE "HfID" = {FACILITY}'
    replace_table(administrator, "tblHF", kind, twice)

    snapshot = take(openimis.odbc, wanted=FACILITIES)

    assert marked(snapshot) == ["HfID", "HfID"]
    assert FACILITY not in set(rows_of(snapshot, "tblHF")["HfID"])


def test_a_row_of_a_view_without_a_key_is_named(
    take: Take, openimis: Database, administrator: psycopg.Connection
) -> None:
    no_key = sql.SQL(", ").join(
        sql.SQL(f'NULLIF("HfID", {FACILITY}) AS "HfID"')
        if column == "HfID"
        else sql.Identifier(column)
        for column in ("HfID", "HfUUID", "HFCode", "HFName", "LegalForm")
    )
    rows = f"SELECT {no_key.as_string(administrator)} FROM {{}}"
    replace_table(administrator, "tblHF", "VIEW", rows)

    assert marked(take(openimis.odbc, wanted=FACILITIES)) == ["HfID"]


def refusal(run: Run, odbc: str, kind: type[SyncError], wanted: Wanted = FACILITIES) -> str:
    with pytest.raises(kind) as told:
        copy_tables(run, "sample", Openimis(POSTGRESQL, odbc), wanted)
    assert "\n" not in str(told.value)
    return str(told.value)


def test_a_view_without_the_uuid_is_no_openimis_that_is_too_old(
    tmp_path: Any, openimis: Database, administrator: psycopg.Connection
) -> None:
    replace_table(
        administrator, "tblHF", "VIEW", 'SELECT "HfID", "HFCode", "HFName", "LegalForm" FROM {}'
    )

    said = refusal(Run(tmp_path, "monday"), openimis.odbc, SourceError)

    assert "tblHF has no column HfUUID" in said
    assert "add it to the view" in said


WITHOUT_A_LOGIN = "DROP USER MAPPING FOR CURRENT_USER SERVER openimis"
AWAY = "ALTER SERVER openimis OPTIONS (SET port '1')"
NOT_THERE = """ALTER FOREIGN TABLE "tblHF" OPTIONS (SET table_name 'tblFacility')"""


@pytest.mark.parametrize(
    ("statement", "kind", "told"),
    [
        (WITHOUT_A_LOGIN, SourceError, "the user has no user mapping for its server"),
        (AWAY, SourceBusyError, "the database behind a foreign table cannot be reached"),
        (NOT_THERE, SourceError, "the database behind it does not give it"),
    ],
)
def test_what_is_wrong_behind_a_foreign_table_is_told(
    tmp_path: Any,
    linked: tuple[Database, psycopg.Connection],
    statement: str,
    kind: type[SyncError],
    told: str,
) -> None:
    database, connection = linked
    connection.execute(statement.encode())

    assert told in refusal(Run(tmp_path, "monday"), database.odbc, kind)


def test_a_view_that_takes_too_long_names_the_limit_of_the_database(
    tmp_path: Any, openimis: Database, administrator: psycopg.Connection
) -> None:
    replace_table(administrator, "tblHF", "VIEW", "SELECT kept.* FROM {} AS kept, pg_sleep(10)")
    administrator.execute(f"ALTER DATABASE {openimis.name} SET statement_timeout = '1500ms'")

    said = refusal(Run(tmp_path, "monday"), openimis.odbc, SourceBusyError)

    assert said.startswith("Could not read ")
    assert "statement_timeout" in said


def warnings_of(tmp_path: Any, database: Database, wanted: Mapping[str, Any]) -> list[str]:
    runner = Warnings()
    client = Openimis(POSTGRESQL, database.odbc)
    take_snapshot(Run(tmp_path, "monday"), "sample", lambda: client, wanted, runner=runner)
    return runner.given


def test_what_shows_another_moment_is_told_once(
    tmp_path: Any, openimis: Database, administrator: psycopg.Connection
) -> None:
    for table in ("tblHF", "tblClaim"):
        replace_table(administrator, table, "MATERIALIZED VIEW")

    [told] = warnings_of(tmp_path, openimis, EVERYTHING)

    assert told.startswith("tblHF, tblClaim: each materialised view shows")


def test_foreign_tables_beside_others_are_told_once(
    tmp_path: Any, linked: tuple[Database, psycopg.Connection]
) -> None:
    database, connection = linked
    connection.execute('CREATE TABLE kept AS SELECT * FROM "tblHF"')
    connection.execute('DROP FOREIGN TABLE "tblHF"; ALTER TABLE kept RENAME TO "tblHF"')

    [told] = warnings_of(tmp_path, database, FACILITIES | wanted_of("tblClaim", "ClaimCode"))

    assert told.startswith("tblClaim: these tables come from another database")


def test_tables_and_foreign_tables_alone_are_not_worth_a_word(
    tmp_path: Any, openimis: Database, linked: tuple[Database, psycopg.Connection]
) -> None:
    assert warnings_of(tmp_path / "own", openimis, EVERYTHING) == []
    assert warnings_of(tmp_path / "linked", linked[0], EVERYTHING) == []
