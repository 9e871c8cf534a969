"""The databases of these tests: one small sample a level, copied for every test."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tests.support.databases import PostgreSQL, postgresql, why_no_postgresql
from tests.support.openimis_sample import LEVELS, sample, write_sqlite

AS_OF = date(2024, 6, 30)
INSUREES = 300

Tables = dict[str, pl.DataFrame]


@pytest.fixture(scope="session", params=LEVELS)
def level(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def tables(level: str) -> Tables:
    return sample(INSUREES, seed=7, level=level, as_of=AS_OF)


@pytest.fixture(scope="session")
def sound_tables(level: str) -> Tables:
    return sample(3000, seed=7, level=level, as_of=AS_OF, defects=False)


@pytest.fixture(scope="session")
def sqlite_file(tables: Tables, level: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / f"{level}.db"
    write_sqlite(tables, path)
    return path


@pytest.fixture
def openimis(sqlite_file: Path) -> Iterator[sqlite3.Connection]:
    """A copy in memory that a test may change."""
    with (
        closing(sqlite3.connect(sqlite_file)) as source,
        closing(sqlite3.connect(":memory:")) as copy,
    ):
        source.backup(copy)
        yield copy


@pytest.fixture(scope="session")
def server() -> Iterator[PostgreSQL]:
    reason = why_no_postgresql()
    if reason:
        pytest.skip(reason)
    with postgresql() as running:
        yield running
