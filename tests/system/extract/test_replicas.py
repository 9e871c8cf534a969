"""A replica says which moment it shows, and what it cannot go on with it says in one sentence."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from flows.connectors.openimis.client import Openimis
from flows.connectors.openimis.postgresql import POSTGRESQL
from flows.steps.extract.snapshot import take_snapshot, warn_of_another_moment
from flows.steps.shared.runner import Runner
from staging.layout import Run
from staging.snapshots import SnapshotManifest
from tests.support.databases import (
    REPLICATION,
    Database,
    PostgreSQL,
    postgresql,
    replica,
    why_no_postgresql,
)
from tests.support.sandbox.restarting import wait_until
from tests.system.extract.conftest import skip_where_the_process_ends, wanted_of
from transforms.core.errors import SourceBusyError

NAMES = wanted_of("tblHF", "HFName")


class Pair:
    """A primary, and a replica that follows it."""

    def __init__(self, primary: PostgreSQL, standby: PostgreSQL) -> None:
        self.primary = primary
        self.standby = standby
        self.odbc = self._database(standby).odbc
        self.client = Openimis(POSTGRESQL, self.odbc)

    def _database(self, server: PostgreSQL) -> Database:
        return Database(server.port, "postgres", server.user)

    def write(self, statement: str) -> None:
        """Change the primary."""
        _ask(self._database(self.primary), statement)

    def read(self, query: str) -> Any:
        """Ask the replica."""
        return _ask(self._database(self.standby), query)

    def catch_up(self) -> None:
        """Wait until the replica has all that the primary has."""
        [there] = _ask(self._database(self.primary), "SELECT pg_current_wal_lsn()")
        wait_until(lambda: self._has_replayed(there))

    def _has_replayed(self, there: str) -> bool:
        """Whether the replica has got to a place; what it ends to catch up may be this question."""
        try:
            return bool(self.read(f"SELECT pg_last_wal_replay_lsn() >= '{there}'") == [True])
        except psycopg.OperationalError:
            return False


def _ask(database: Database, statement: str) -> list[Any]:
    with psycopg.connect(database.conninfo, autocommit=True) as connection:
        done = connection.execute(statement.encode())
        return [value for (value,) in done.fetchall()] if done.description else []


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    if reason := why_no_postgresql():
        pytest.skip(reason)
    with (
        postgresql(**REPLICATION) as primary,
        replica(primary, max_standby_streaming_delay="0") as standby,
    ):
        both = Pair(primary, standby)
        both.write('CREATE TABLE "tblHF" ("HfID" int, "HfUUID" text, "HFName" text)')
        both.write("""INSERT INTO "tblHF" SELECT n, n, 'Clinic' FROM generate_series(1, 20000) n""")
        both.catch_up()
        yield both


def now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def snapshot(pair: Pair, folder: Path) -> tuple[Any, list[str]]:
    """Take a snapshot of the replica; return its manifest, and of what it warns."""
    told: list[str] = []

    class Warnings(Runner):
        def warning(self, message: str, *values: Any) -> None:
            told.append(message % values)

    run = Run(folder, "monday")
    return take_snapshot(run, "sample", lambda: pair.client, NAMES, runner=Warnings()), told


def test_a_replica_that_is_up_to_date_shows_this_moment(pair: Pair, tmp_path: Path) -> None:
    pair.catch_up()

    manifest, told = snapshot(pair, tmp_path)

    assert abs(manifest.as_of - now()) < timedelta(seconds=10)
    assert not manifest.is_behind
    assert told == []


def test_a_replica_that_is_behind_shows_the_moment_that_it_has_got_to(
    pair: Pair, tmp_path: Path
) -> None:
    pair.write("""INSERT INTO "tblHF" VALUES (0, 'old', 'Old')""")
    pair.catch_up()
    pair.read("SELECT pg_wal_replay_pause()")
    try:
        wait_until(lambda: pair.read("SELECT pg_get_wal_replay_pause_state()") == ["paused"])
        last = pair.read("SELECT pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC'")
        pair.write("""INSERT INTO "tblHF" VALUES (-1, 'new', 'New')""")
        wait_until(
            lambda: (
                pair.read("SELECT pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()") == [True]
            )
        )

        manifest, told = snapshot(pair, tmp_path)
    finally:
        pair.read("SELECT pg_wal_replay_resume()")

    assert [manifest.as_of] == last
    assert manifest.is_behind
    assert told == []


def test_a_replica_that_is_behind_by_more_than_a_moment_is_told() -> None:
    told: list[str] = []

    class Warnings:
        def warning(self, message: str, *values: Any) -> None:
            told.append(message % values)

    noon = datetime.fromisoformat("2026-01-01T12:00")
    for seconds in (0, 60, 61):
        manifest = SnapshotManifest(
            source="scheme",
            as_of=noon - timedelta(seconds=seconds),
            is_behind=True,
            taken_at=noon.replace(tzinfo=UTC),
            database="",
            oldest_rows={},
            tables={},
        )
        warn_of_another_moment(manifest, Warnings())

    assert ["read as of 2026-01-01 11:58:59" in each for each in told] == [True]


def test_a_reading_that_the_replica_ends_to_catch_up_is_told_and_may_succeed_later(
    pair: Pair,
) -> None:
    skip_where_the_process_ends(pair.odbc)
    (facilities,) = pair.client.check(NAMES)

    with pair.client.transaction() as transaction:
        batches = transaction.batches(facilities)
        next(batches)
        pair.write('DELETE FROM "tblHF" WHERE "HfID" > 10')
        pair.write('VACUUM (FREEZE) "tblHF"')
        pair.catch_up()
        with pytest.raises(SourceBusyError, match="hot_standby_feedback") as told:
            list(batches)

    assert "Could not read tblHF" in str(told.value)


def test_a_replica_that_has_lost_its_primary_shows_the_moment_that_it_has_got_to(
    pair: Pair, tmp_path: Path
) -> None:
    pair.catch_up()
    pair.primary.stop()
    wait_until(lambda: pair.read("SELECT count(*) FROM pg_stat_wal_receiver") == [0])
    [last] = pair.read("SELECT pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC'")

    manifest, _ = snapshot(pair, tmp_path)

    assert manifest.as_of == last
    assert manifest.is_behind
