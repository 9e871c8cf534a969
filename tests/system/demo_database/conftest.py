"""The demo database at both schema levels, loaded once, and schemes that read copies of it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.databases import Database, PostgreSQL, load_demo
from tests.system.demo_database.changes import PAYMENTS_BECOME_FUNDING, Statements
from tests.system.demo_database.demo_scheme import (
    ASKING,
    LEVELS,
    DemoScheme,
    NewScheme,
    change,
    set_up_scheme,
)


@pytest.fixture(scope="session")
def demo_templates(postgresql_server: PostgreSQL) -> Callable[[str], Database]:
    """Schema level to the demo database, loaded when first asked for; nobody connects to it."""
    loaded: dict[str, Database] = {}

    def template(level: str) -> Database:
        if level not in loaded:
            database = postgresql_server.create_database(f"demo_{level.replace('.', '_')}")
            load_demo(database.conninfo, level)
            loaded[level] = database
        return loaded[level]

    return template


@pytest.fixture(scope="module")
def new_scheme(
    prefect_server: None,
    postgresql_server: PostgreSQL,
    demo_templates: Callable[[str], Database],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[NewScheme]:
    """Makes schemes, each with a copy of the demo database and a DHIS2 that is set up for it."""
    with ExitStack() as opened:

        def made(
            level: str = "1.4",
            version: str = "2.42",
            changes: Statements = (),
            country: str = ASKING,
        ) -> DemoScheme:
            database = postgresql_server.create_database(like=demo_templates(level))
            opened.callback(postgresql_server.drop_database, database)
            change(database, changes)
            folder: Path = tmp_path_factory.mktemp("scheme")
            return opened.enter_context(set_up_scheme(database, folder, version, country))

        yield made


@pytest.fixture(
    scope="module",
    params=[LEVELS[-1], *(pytest.param(each, marks=pytest.mark.longer) for each in LEVELS[:-1])],
)
def brought_in(request: pytest.FixtureRequest, new_scheme: NewScheme) -> DemoScheme:
    """A scheme after its first run; not to be changed."""
    scheme = new_scheme(request.param, changes=PAYMENTS_BECOME_FUNDING)
    state = scheme.sync(run_id="first")
    assert state.is_completed(), state.message
    return scheme
