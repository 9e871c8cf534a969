"""An openIMIS, a DHIS2 and a staging folder, which can be put back to an earlier moment."""

import pickle
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Protocol

import polars as pl
import psycopg

from flows.connectors.openimis.sql_dialect import DialectName
from flows.steps.set_up.plan_and_write import set_up
from flows.steps.set_up.users_and_server import give_access
from staging.layout import Target
from staging.snapshots import read_snapshot
from tests.support.databases import Database, sqlite_odbc
from tests.support.loader import LOADER_USER
from tests.support.loader import NAME as LOADER_NAME
from tests.support.openimis_sample import next_day, write_postgresql, write_sqlite
from tests.support.sandbox import ADMIN, Sandbox, running_sandbox
from tests.system.crashes.loader import FEW_QUESTIONS, Job, bring, extract
from transforms.model.desired import desired_metadata
from transforms.model.resources import OPTIONS, ORG_UNITS
from transforms.openimis.register import register_of

Tables = dict[str, pl.DataFrame]

DAY_ONE = date(2026, 1, 1)


@dataclass(frozen=True)
class Moment:
    """How everything was at a moment: the folder of the scheme, the day, and what DHIS2 held."""

    folder: Path
    day: date
    held: bytes


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


class Scheme:
    """A scheme of insurance: its staging lies in `folder`, and its database, if that is a file.

    Args:
        folder: A folder of its own.
        sandbox: Its DHIS2.
        source: Its openIMIS; by default a file in the folder.
    """

    def __init__(self, folder: Path, sandbox: Sandbox, source: Source | None = None) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.source = source or SqliteSource(self.database)
        self.day = DAY_ONE
        self.guards = FEW_QUESTIONS
        self._moments = 0

    @property
    def database(self) -> Path:
        """The openIMIS database, where it is a file in the folder."""
        return self.folder / "scheme" / "openimis.sqlite"

    @property
    def area(self) -> Path:
        """The staging folder."""
        return self.folder / "scheme" / "area"

    @property
    def target(self) -> Target:
        """The target's files."""
        return self.job("any").target

    def job(self, run_id: str) -> Job:
        """Return a run of the present day."""
        return Job(
            root=self.area,
            run_id=run_id,
            url=self.sandbox.url,
            connection=self.source.connection,
            dialect=self.source.dialect,
            as_of=datetime.combine(self.day, time(12)),
            guards=self.guards,
        )

    def begin(self, tables: Tables) -> None:
        """Fill the openIMIS database, and set DHIS2 up for it."""
        self.source.write(tables)
        self.set_up()

    def set_up(self) -> None:
        """Set DHIS2 up for what openIMIS holds."""
        job = replace(self.job("set-up"), root=self.folder / "set-up")
        extract(job)
        register = register_of(read_snapshot(job.run).frames)
        wanted = desired_metadata(register, job.country, None)
        choices, units = wanted[OPTIONS].collect(), wanted[ORG_UNITS].collect()
        with job.client_of(ADMIN) as client:
            set_up(client, job.country, choices, units, loader_user=LOADER_NAME)
            give_access(client, job.country, ADMIN[0])  # who changes DHIS2 by hand

    def next_day(self, seed: int) -> None:
        """Let a day pass in openIMIS."""
        self.day += timedelta(days=1)
        self.source.next_day(self.day, seed)

    def bring(self, run_id: str) -> None:
        """Bring DHIS2 up to date, in this process."""
        bring(self.job(run_id))

    def moment(self) -> Moment:
        """Remember how everything is."""
        self._moments += 1
        folder = self.folder / f"moment {self._moments}"
        shutil.copytree(self.folder / "scheme", folder)
        state = self.sandbox.state
        with state.lock:
            held = pickle.dumps((state.tracker, state.metadata, state.data_store))
        return Moment(folder, self.day, held)

    def back_to(self, moment: Moment) -> None:
        """Put everything back."""
        self.day = moment.day
        shutil.rmtree(self.folder / "scheme")
        shutil.copytree(moment.folder, self.folder / "scheme")
        state = self.sandbox.state
        with state.lock:
            state.tracker, state.metadata, state.data_store = pickle.loads(moment.held)
            state.metadata_changed()

    def writes(self) -> int:
        """Return how many requests were made so far that do not only read."""
        return sum(self.sandbox.totals.values())


@contextmanager
def a_scheme(folder: Path, source: Source | None = None) -> Iterator[Scheme]:
    """A scheme with a DHIS2 of its own."""
    with running_sandbox(version="2.42", users=[LOADER_USER]) as sandbox:
        yield Scheme(folder, sandbox, source)
