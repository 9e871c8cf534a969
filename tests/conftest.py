"""What all tests share: one Prefect server and one PostgreSQL a session, started when asked for."""

import os
from collections.abc import Generator, Iterator
from datetime import date

import pytest

from tests.support.databases import Database, PostgreSQL, postgresql, why_no_postgresql
from tests.support.openimis_sample import sample, write_postgresql
from tests.support.processor_time import ProcessorTime
from tests.support.tally import Tally, tried_within

pytest.register_assert_rewrite("tests.system.faults.endings", "tests.system.crashes.story")

# Read when Prefect is imported, by this process and by the server that it starts.
os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
os.environ["DO_NOT_TRACK"] = "1"
# Some modules are commands of their own, and silence Prefect where nobody has set this.
os.environ["PREFECT_LOGGING_LEVEL"] = "INFO"
os.environ["PREFECT_SERVER_LOGGING_LEVEL"] = "WARNING"
# As in life, the API asks for a login.
os.environ["PREFECT_SERVER_API_AUTH_STRING"] = "tests:a-word-for-tests"
os.environ["PREFECT_API_AUTH_STRING"] = "tests:a-word-for-tests"


def pytest_configure(config: pytest.Config) -> None:
    """Count what is tried, and what each test takes: continuous integration sets a limit to it."""
    config.pluginmanager.register(Tally())
    config.pluginmanager.register(ProcessorTime(is_enforced="CI" in os.environ))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Attach what a test tries to its report."""
    return (yield from tried_within(item))


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """A Prefect server of the session's own, so that flows run as in life."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgreSQL]:
    """A throw-away PostgreSQL."""
    if reason := why_no_postgresql():
        pytest.skip(reason)
    with postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def sample_template(postgresql_server: PostgreSQL) -> Database:
    """A sample openIMIS of the newer schema, to make copies of; nobody connects to it."""
    database = postgresql_server.create_database("sample_template")
    tables = sample(600, seed=1, level="1.11", as_of=date(2026, 1, 1))
    write_postgresql(tables, database.conninfo)
    return database


@pytest.fixture
def openimis(postgresql_server: PostgreSQL, sample_template: Database) -> Iterator[Database]:
    """A sample openIMIS in PostgreSQL, to be changed at will."""
    database = postgresql_server.create_database(like=sample_template)
    yield database
    postgresql_server.drop_database(database)
