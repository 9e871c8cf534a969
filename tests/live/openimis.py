"""The openIMIS of the story: the project's sample in PostgreSQL, or any, read as it is.

A sample is ours to change. Of another openIMIS nothing is changed, and figures are asked of it in
SQL only where it is in PostgreSQL.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime

import psycopg

from flows.connectors.openimis.sql_dialect import DialectName
from tests.live.outcomes import NotDoneError
from tests.support.databases import load_demo, postgresql
from tests.support.openimis_sample import next_day, sample, write_postgresql
from tests.support.openimis_sample.database import OpenImis
from tests.support.openimis_sample.operations import OPERATIONS

AS_OF = date(2026, 1, 1)
LEVEL = "1.11"
RESTORING = "restored_claims"
"""The sample is one in which rejected claims were entered again: figures count a bill once."""


@dataclass(frozen=True)
class Source:
    """One openIMIS.

    Attributes:
        dialect: Kind of database.
        odbc: ODBC connection string.
        conninfo: For psycopg; None where the database is none of PostgreSQL's.
        is_sample: Whether it may be changed.
        name: What the page of tested servers calls it.
    """

    dialect: DialectName
    odbc: str = field(repr=False)
    conninfo: str | None = field(repr=False)
    is_sample: bool
    name: str = "another openIMIS"

    @contextmanager
    def changing(self) -> Iterator[OpenImis]:
        """Give the database to be changed, and commit."""
        if not self.is_sample or self.conninfo is None:
            raise NotDoneError("this openIMIS is not ours to change")
        with psycopg.connect(self.conninfo, options="-c TimeZone=UTC") as connection:
            yield OpenImis(connection, seed=1)

    def let_a_day_pass(self, day: date) -> dict[str, int]:
        """Change as much as a day brings."""
        with self.changing() as imis:
            return next_day(imis.connection, day=day, seed=day.toordinal())

    def do(self, operation: str, key: int, now: datetime) -> None:
        """Let one operation of openIMIS happen to a row."""
        with self.changing() as imis:
            OPERATIONS[operation].apply(imis, key, now)


@contextmanager
def sample_source(insurees: int, as_of: date = AS_OF) -> Iterator[Source]:
    """Write the sample into a throw-away PostgreSQL."""
    with postgresql() as server:
        database = server.create_database("openimis")
        tables = sample(
            insurees, seed=1, level=LEVEL, as_of=as_of, defects=False, country=RESTORING
        )
        write_postgresql(tables, database.conninfo)
        yield Source(DialectName.POSTGRESQL, database.odbc, database.conninfo, is_sample=True)


@contextmanager
def demo_source() -> Iterator[Source]:
    """Write openIMIS's demo database into a throw-away PostgreSQL."""
    with postgresql() as server:
        database = server.create_database("openimis")
        load_demo(database.conninfo, LEVEL)
        yield Source(
            DialectName.POSTGRESQL, database.odbc, database.conninfo, is_sample=False,
            name=f"openIMIS's demo database at level {LEVEL}",
        )  # fmt: skip


@contextmanager
def given_source(odbc: str) -> Iterator[Source]:
    """Read the openIMIS that an ODBC connection string names."""
    dialect = dialect_of(odbc)
    conninfo = conninfo_of(odbc) if dialect is DialectName.POSTGRESQL else None
    yield Source(dialect, odbc, conninfo, is_sample=False)


def dialect_of(odbc: str) -> DialectName:
    """Return the kind of database that a connection string's driver is for."""
    driver = _settings(odbc).get("driver", "").lower()
    if "sqlite" in driver:
        return DialectName.SQLITE
    return DialectName.SQLSERVER if "sql server" in driver else DialectName.POSTGRESQL


def conninfo_of(odbc: str) -> str:
    """Return what psycopg needs of an ODBC connection string of PostgreSQL."""
    names = {
        "host": ("server", "servername"),
        "port": ("port",),
        "dbname": ("database",),
        "user": ("uid", "username"),
        "password": ("pwd", "password"),
        "sslmode": ("sslmode",),
    }
    given = _settings(odbc)
    found = {
        name: given[each] for name, spelled in names.items() for each in spelled if each in given
    }
    return psycopg.conninfo.make_conninfo(**found)


def _settings(odbc: str) -> dict[str, str]:
    pairs = re.findall(r"\s*([^=;]+)=(\{[^}]*\}|[^;]*)", odbc)
    return {name.strip().lower(): value.strip("{} ") for name, value in pairs}
