"""Databases that hold the same openIMIS, and what is read of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl
import psycopg
import pytest

from flows.connectors.openimis.client import Openimis
from flows.connectors.openimis.postgresql import POSTGRESQL
from flows.connectors.openimis.sql_dialect import DialectName
from flows.connectors.openimis.sql_dialects import SQL_DIALECTS
from flows.steps.extract.snapshot import copy_tables
from staging.layout import Run
from staging.snapshots import Snapshot, read_snapshot
from tests.support.databases import Database
from tests.support.databases.odbc import ends_with_a_lost_connection
from transforms.openimis.tables.column_types import UNREADABLE, Column
from transforms.openimis.tables.columns import TABLES

Wanted = Mapping[str, Sequence[Column]]
EVERYTHING: Wanted = {name: table.columns for name, table in TABLES.items()}
Take = Callable[..., Snapshot]


@pytest.fixture
def take(tmp_path: Path) -> Take:
    """Takes a snapshot of a database and reads it."""

    def taken(
        odbc: str, dialect: DialectName = DialectName.POSTGRESQL, wanted: Wanted = EVERYTHING
    ):
        run = Run(tmp_path / "staging", dialect)
        copy_tables(run, "sample", Openimis(SQL_DIALECTS[dialect], odbc), wanted)
        return read_snapshot(run)

    return taken


@pytest.fixture
def client(openimis: Database) -> Openimis:
    return Openimis(POSTGRESQL, openimis.odbc)


@pytest.fixture
def administrator(openimis: Database) -> Iterator[psycopg.Connection]:
    """Changes the openIMIS database."""
    with psycopg.connect(openimis.conninfo, autocommit=True) as connection:
        yield connection


def skip_where_the_process_ends(odbc: str) -> None:
    """Skip a test of a connection that is lost between rows, which a psqlodbc cannot survive."""
    if ends_with_a_lost_connection(odbc):
        pytest.skip("This psqlodbc ends a process that loses the connection between rows.")


def wanted_of(table: str, *names: str) -> Wanted:
    """The keys, the UUIDs and the named columns of a table."""
    kept = {TABLES[table].key, TABLES[table].uuid, *names}
    return {table: [column for column in TABLES[table].columns if column.name in kept]}


def rows_of(snapshot: Snapshot, table: str) -> pl.DataFrame:
    """The rows of a snapshot's table, in order of their keys."""
    return snapshot.frames[table].collect().sort(TABLES[table].key)


def unread(snapshot: Snapshot, table: str) -> dict[int, str]:
    """The key of each row of which something could not be read, and the names of its columns."""
    rows = rows_of(snapshot, table)
    if UNREADABLE not in rows.columns:
        return {}
    marked = rows.select(TABLES[table].key, UNREADABLE).drop_nulls(UNREADABLE)
    return dict(marked.iter_rows())
