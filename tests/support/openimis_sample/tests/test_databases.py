"""SQLite and PostgreSQL hold the same sample, and the real demo database can be loaded."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import psycopg
import pyodbc
import pytest

from tests.support.databases import Database, PostgreSQL, demo_folder, load_demo, sqlite_odbc
from tests.support.openimis_sample import (
    LEVELS,
    __main__,
    next_day,
    schema,
    write_postgresql,
    write_sqlite,
)
from tests.support.openimis_sample.tests.conftest import AS_OF, Tables
from tests.support.openimis_sample.tests.contents import through_odbc

needs_demo = pytest.mark.skipif(
    demo_folder() is None,
    reason="The real demo database is not there: no ../shared/openimis-demo beside the checkout.",
)


@pytest.fixture(scope="module")
def sample_database(server: PostgreSQL, tables: Tables) -> Database:
    database = server.create_database()
    write_postgresql(tables, database.conninfo)
    return database


def test_both_databases_hold_the_same(
    sample_database: Database, sqlite_file: Path, level: str
) -> None:
    in_postgresql = through_odbc(sample_database.odbc, level)
    in_sqlite = through_odbc(sqlite_odbc(sqlite_file), level)

    for table in schema.tables(level):
        assert in_postgresql[table] == in_sqlite[table], table


def test_both_hold_what_the_frames_hold(sqlite_file: Path, tables: Tables, level: str) -> None:
    rows = through_odbc(sqlite_odbc(sqlite_file), level)

    for table, frame in tables.items():
        key = schema.key(table)
        assert rows[table] == {row[key]: row for row in frame.iter_rows(named=True)}, table


def test_a_day_does_the_same_in_both(
    server: PostgreSQL, sample_database: Database, sqlite_file: Path, level: str, tmp_path: Path
) -> None:
    copy, path = server.create_database(like=sample_database), tmp_path / "copy.db"
    path.write_bytes(sqlite_file.read_bytes())
    day = AS_OF + timedelta(days=1)

    with (
        psycopg.connect(copy.conninfo) as in_postgresql,
        closing(sqlite3.connect(path)) as in_sqlite,
    ):
        done = [next_day(connection, day=day, seed=2) for connection in (in_postgresql, in_sqlite)]

    assert done[0] == done[1]
    assert through_odbc(copy.odbc, level) == through_odbc(sqlite_odbc(path), level)


def test_amounts_of_sixteen_digits_and_trailing_noughts_survive_sqlite(tmp_path: Path) -> None:
    path, amounts = tmp_path / "money.db", ["9999999999999999.99", "-0.10", "1460.00", "0.00"]
    with closing(sqlite3.connect(path)) as connection:
        declared = next(
            c for c in schema.columns("tblClaim", "1.4") if c.name == "Claimed"
        ).kind.sqlite
        connection.execute(f"CREATE TABLE money (amount {declared})")
        connection.executemany("INSERT INTO money VALUES (?)", [[amount] for amount in amounts])
        connection.commit()

    with closing(pyodbc.connect(sqlite_odbc(path))) as connection:
        read = [row[0] for row in connection.execute("SELECT amount FROM money")]

    assert [Decimal(value) for value in read] == [Decimal(amount) for amount in amounts]
    assert read == amounts


def test_a_sample_is_not_written_over_a_file(tables: Tables, tmp_path: Path) -> None:
    path = tmp_path / "there.db"
    path.write_text("precious")

    with pytest.raises(FileExistsError, match="nothing was written"):
        write_sqlite(tables, path)

    assert path.read_text() == "precious"


def test_blanks_and_nulls_stay_apart_in_postgresql(
    sample_database: Database, tables: Tables
) -> None:
    phones = tables["tblInsuree"]["Phone"]

    with psycopg.connect(sample_database.conninfo) as connection:
        found = connection.execute(
            'SELECT count(*) FILTER (WHERE "Phone" = \'\'), count(*) FILTER (WHERE "Phone" IS NULL)'
            ' FROM "tblInsuree"'
        ).fetchone()

    assert found == ((phones == "").sum(), phones.null_count())
    assert 0 not in found


def test_the_command_writes_a_sample_and_lets_a_day_pass(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "sample.db"
    size = ["--insurees", "150", "--seed", "1", "--level", "1.4", "--as-of", "2024-06-30"]

    assert __main__.main([*size, "--sqlite", str(path)]) == 0
    assert __main__.main([*size, "--sqlite", str(path), "--next-day"]) == 0

    assert "submit_claim" in capsys.readouterr().out


@needs_demo
@pytest.mark.demo_database
@pytest.mark.parametrize("level", LEVELS)
def test_the_demo_database_has_its_rows_and_types(server: PostgreSQL, level: str) -> None:
    folder, database = demo_folder(), server.create_database()
    assert folder is not None

    load_demo(database.conninfo, level)

    with closing(pyodbc.connect(database.odbc)) as connection:
        for table in schema.tables(level):
            path = folder / f"{table}.parquet"
            rows = pl.scan_parquet(path).select(pl.len()).collect().item() if path.exists() else 0
            assert connection.execute(f'SELECT count(*) FROM "{table}"').fetchval() == rows
    _check_types(database, level)


@needs_demo
@pytest.mark.demo_database
def test_the_newer_demo_database_has_what_the_migration_writes(server: PostgreSQL) -> None:
    database = server.create_database()
    load_demo(database.conninfo, "1.11")

    with psycopg.connect(database.conninfo) as connection:
        found = [
            connection.execute(query.encode()).fetchall()
            for query in (
                'SELECT DISTINCT "status" FROM "tblInsuree"',
                'SELECT DISTINCT "status" FROM "tblHF"',
                'SELECT count(*) FROM "tblInsuree" WHERE "CurrentVillage" IS NULL',
                'SELECT count(*) FROM "tblInsuree" WHERE "CurrentVillage" = 0',
                'SELECT DISTINCT "manualPrice", "ServPackageType" FROM "tblServices"',
            )
        ]

    assert found == [[("AC",)], [("AC",)], [(137,)], [(0,)], [(False, "S")]]


@needs_demo
@pytest.mark.demo_database
@pytest.mark.parametrize("level", LEVELS)
def test_a_day_may_pass_in_the_demo_database(server: PostgreSQL, level: str) -> None:
    database = server.create_database()
    load_demo(database.conninfo, level)

    with psycopg.connect(database.conninfo) as connection:
        done = next_day(connection, day=AS_OF, seed=1)

    assert sum(done.values()) > 30


def _check_types(database: Database, level: str) -> None:
    """The demo's columns are those of the sample's table of truth, and the other way round."""
    with psycopg.connect(database.conninfo) as connection:
        found = connection.execute(
            "SELECT table_name, column_name, is_nullable = 'YES', data_type"
            " FROM information_schema.columns WHERE table_schema = 'public'"
        ).fetchall()
    for table in schema.tables(level):
        expected = {
            (column.name, column.nullable, column.kind.postgresql.split("(")[0])
            for column in schema.columns(table, level)
        }
        assert {row[1:] for row in found if row[0] == table} == expected, table
