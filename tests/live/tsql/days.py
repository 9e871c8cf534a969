"""First load, a day of changes, the same day again: from SQL Server and from PostgreSQL alike.

a sample ─► PostgreSQL ─► extract, sync ─► a stand-in DHIS2 ┐
         └► SQL Server ─► extract, sync ─► another one      ┴─► equal, byte for byte
"""

import hashlib
import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import pyarrow.parquet as pq

from flows.connectors.openimis.sql_dialect import DialectName
from flows.extract import extract
from staging.snapshots import read_snapshot
from tests.live.tsql.engine import Engine
from tests.live.tsql.report import Report
from tests.support.databases import Database, PostgreSQL
from tests.support.loader import LOADER_USER
from tests.support.openimis_sample import (
    next_day,
    sample,
    write_postgresql,
    write_sql_server,
)
from tests.support.sandbox import Sandbox, running_sandbox
from tests.support.scheme.by_flows import FlowScheme
from tests.support.scheme.contents import held
from transforms.openimis.tables.columns import TABLES

INSUREES = 300
DAY_ONE, DAY_TWO = date(2026, 1, 1), date(2026, 1, 2)
POSTGRESQL = "PostgreSQL"
FORCED = "what the types force aside: order of rows, 1/300 s, a blank for an empty nchar(1)"
"""What the two databases cannot have alike; both snapshots are brought to it before they are
compared: SQL Server's `datetime` counts three-hundredths of a second, `nchar` fills up with blanks,
and no database promises an order of rows."""


@dataclass(frozen=True)
class Filled:
    """An openIMIS that others fill and change.

    Attributes:
        name: Of the database, or of the driver.
        dialect: Kind of database.
        connection: ODBC connection string.
    """

    name: str
    dialect: DialectName
    connection: str


class SchemeOn(FlowScheme):
    """A scheme whose openIMIS lies in one of the databases."""

    def __init__(self, folder: Path, sandbox: Sandbox, source: Filled) -> None:
        super().__init__(folder, sandbox, source)
        self.name = source.name

    def extract(self, run_id: str) -> Any:
        """Take a snapshot; return how that ended."""
        self.save_blocks()
        return extract(
            "scheme", self.country_file, self.staging_root, run_id=run_id, return_state=True
        )

    def digests(self, run_id: str) -> dict[str, str]:
        """Table to the SHA-256 of its rows in the snapshot, as Parquet, in order of their keys."""
        frames = read_snapshot(self.run(run_id)).frames
        return {table: _digest(frame.sort(TABLES[table].key)) for table, frame in frames.items()}


def try_days(level: str, engine: Engine, server: PostgreSQL, folder: Path, report: Report) -> str:
    """Load, change, load and load again at one schema level; returns the database's name."""
    tables = sample(INSUREES, seed=1, level=level, as_of=DAY_ONE)
    database, postgresql = engine.create_database(level), server.create_database()
    connection = engine.connection(database)
    write_sql_server(tables, connection)
    connection.close()
    engine.allow_snapshot(database, allowed=True)
    write_postgresql(tables, postgresql.conninfo)
    with _schemes(engine, database, postgresql, folder) as schemes:
        for scheme in schemes:
            scheme.save_blocks()
            scheme.set_up()
        _load(level, "first load", "day-1", schemes, report)
        _a_day_passes(engine, database, postgresql)
        _load(level, "a day of changes", "day-2", schemes, report)
        _load_again(level, schemes, report)
    return database


@contextmanager
def _schemes(
    engine: Engine, database: str, postgresql: Database, folder: Path
) -> Iterator[list[SchemeOn]]:
    """A scheme on PostgreSQL first, then one a driver, each with a DHIS2 of its own."""
    wanted = [Filled(POSTGRESQL, DialectName.POSTGRESQL, postgresql.odbc)]
    wanted += [
        Filled(driver.name, DialectName.SQLSERVER, driver.odbc(database))
        for driver in engine.drivers
    ]
    with ExitStack() as stack:
        schemes = []
        for number, source in enumerate(wanted):
            own = folder / f"{database}-{number}"
            own.mkdir()
            sandbox = stack.enter_context(running_sandbox(version="2.42", users=[LOADER_USER]))
            schemes.append(SchemeOn(own, sandbox, source))
        yield schemes


def _load(level: str, what: str, run: str, schemes: list[SchemeOn], report: Report) -> None:
    postgresql, *others = schemes
    expected = _loaded(postgresql, run)
    for scheme in others:
        began = len(scheme.written())
        digests = _loaded(scheme, run)
        differ = [table for table in expected if digests.get(table) != expected[table]]
        seen = f"{len(digests)} tables alike; {FORCED}" if not differ else f"differ: {differ}"
        step = f"{what}: the snapshot is PostgreSQL's, byte for byte"
        report.add(
            level, scheme.name, step, ok=digests.keys() == expected.keys() and not differ, seen=seen
        )
        content, wanted = held(scheme.sandbox), held(postgresql.sandbox)
        counts = ", ".join(f"{len(rows):,} {kind}" for kind, rows in content.items())
        step = f"{what}: DHIS2 holds what it holds from PostgreSQL"
        ok = content == wanted and len(scheme.written()) > began
        report.add(level, scheme.name, step, ok=ok, seen=counts)


def _loaded(scheme: SchemeOn, run: str) -> dict[str, str]:
    """Extract twice, then sync; the digests of the extracts, which a load would remove."""
    first, second = (_extracted(scheme, f"{run}-{name}") for name in ("extract", "twice"))
    _must_complete(scheme, run, scheme.sync(run_id=run))
    if first != second:
        raise RuntimeError(f"{scheme.name}, {run}: two snapshots of the same rows differ.")
    return second


def _extracted(scheme: SchemeOn, run: str) -> dict[str, str]:
    _must_complete(scheme, run, scheme.extract(run))
    return scheme.digests(run)


def _must_complete(scheme: SchemeOn, run: str, state: Any) -> None:
    if not state.is_completed():
        raise RuntimeError(f"{scheme.name}, {run}: {state.message}")


def _load_again(level: str, schemes: list[SchemeOn], report: Report) -> None:
    for scheme in schemes[1:]:
        scheme.save_blocks()
        before = [each for each in scheme.written() if each["path"] == "/api/tracker"]
        state = scheme.sync(run_id="day-2-again")
        after = [each for each in scheme.written() if each["path"] == "/api/tracker"]
        ok = state.is_completed() and len(after) == len(before)
        seen = f"{len(after) - len(before)} requests to /api/tracker; {state.name}"
        report.add(level, scheme.name, "the same day again: nothing is written", ok=ok, seen=seen)


def _a_day_passes(engine: Engine, database: str, postgresql: Database) -> None:
    connection = engine.connection(database, autocommit=False)
    next_day(connection, day=DAY_TWO, seed=2)
    connection.close()
    with psycopg.connect(postgresql.conninfo, options="-c TimeZone=UTC") as own:
        next_day(own, day=DAY_TWO, seed=2)


def _digest(frame: pl.LazyFrame) -> str:
    forced = frame.with_columns(
        _as_datetime(pl.selectors.datetime()),
        pl.selectors.string().replace(" ", ""),
    )
    written = io.BytesIO()
    pq.write_table(forced.collect().to_arrow(), written, compression="zstd")
    return hashlib.sha256(written.getvalue()).hexdigest()


def _as_datetime(stamp: pl.Expr) -> pl.Expr:
    """The stamp as `datetime` holds it: whole three-hundredths, shown in milliseconds."""
    ticks = (stamp.dt.epoch("us") * 3 + 5_000) // 10_000
    return ((ticks * 10 + 1) // 3 * 1_000).cast(pl.Datetime("us"))
