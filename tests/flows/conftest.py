"""A scheme of our own: a sample openIMIS in SQLite, a stand-in DHIS2, blocks, a country file."""

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.flows.scheme import Scheme
from tests.openimis_sample import sample, write_sqlite
from tests.sandbox import running_sandbox

AS_OF = date(2026, 1, 1)


@pytest.fixture(scope="session")
def sample_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample openIMIS that nobody changes."""
    path = tmp_path_factory.mktemp("openimis") / "sample.sqlite"
    write_sqlite(sample(120, seed=7, level="1.4", as_of=AS_OF), path)
    return path


@pytest.fixture
def scheme(prefect_server: None, sample_database: Path, tmp_path: Path) -> Iterator[Scheme]:
    """A sample openIMIS to be changed, and a DHIS2 that is set up for it."""
    database = tmp_path / "openimis.sqlite"
    with sqlite3.connect(sample_database) as whole, sqlite3.connect(database) as copy:
        whole.backup(copy)
    with running_sandbox(version="2.42") as sandbox:
        scheme = Scheme(tmp_path, database, sandbox)
        scheme.save_blocks()
        scheme.set_up()
        yield scheme
