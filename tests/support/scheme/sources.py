"""The openIMIS of a scheme."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

import polars as pl
import psycopg

from flows.connectors.openimis.sql_dialect import DialectName
from tests.support.databases import Database, sqlite_odbc
from tests.support.openimis_sample import next_day, write_postgresql, write_sqlite

Tables = dict[str, pl.DataFrame]


class Source(Protocol):
    """An openIMIS database."""

    dialect: DialectName

    @property
    def connection(self) -> str:
        """Its ODBC connection string."""

    def write(self, tables: Tables) -> None:
        """Fill it."""

    def next_day(self, day: date, seed: int) -> None:
        """Let a day pass."""


@dataclass
class SqliteSource:
    """One in a file."""

    path: Path
    dialect: DialectName = DialectName.SQLITE

    @property
    def connection(self) -> str:
        """Its ODBC connection string."""
        return sqlite_odbc(self.path)

    def write(self, tables: Tables) -> None:
        """Fill it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_sqlite(tables, self.path)

    def copy(self, other: Path) -> None:
        """Let it hold what another one holds."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(other)) as whole, closing(sqlite3.connect(self.path)) as own:
            whole.backup(own)

    def next_day(self, day: date, seed: int) -> None:
        """Let a day pass."""
        with closing(sqlite3.connect(self.path)) as connection:
            next_day(connection, day=day, seed=seed)


@dataclass
class PostgresqlSource:
    """One on a server."""

    database: Database
    dialect: DialectName = DialectName.POSTGRESQL

    @property
    def connection(self) -> str:
        """Its ODBC connection string."""
        return self.database.odbc

    def write(self, tables: Tables) -> None:
        """Fill it."""
        write_postgresql(tables, self.database.conninfo)

    def next_day(self, day: date, seed: int) -> None:
        """Let a day pass."""
        with closing(psycopg.connect(self.database.conninfo)) as connection:
            next_day(connection, day=day, seed=seed)
