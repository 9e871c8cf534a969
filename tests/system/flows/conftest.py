"""A scheme of our own: a sample openIMIS in SQLite, a stand-in DHIS2, blocks, a country file."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from tests.support.loader import LOADER_USER
from tests.support.openimis_sample import sample, write_sqlite
from tests.support.sandbox import running_sandbox
from tests.support.sandbox.state import State
from tests.support.scheme import SqliteSource
from tests.support.scheme.by_flows import COUNTRY, FlowScheme, a_flow_scheme

AS_OF = date(2026, 1, 1)
INSUREES = 120


@pytest.fixture(scope="session")
def sample_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample openIMIS that nobody changes."""
    path = tmp_path_factory.mktemp("openimis") / "sample.sqlite"
    write_sqlite(sample(INSUREES, seed=7, level="1.4", as_of=AS_OF), path)
    return path


@pytest.fixture(scope="session")
def ministry(
    prefect_server: None, sample_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> State:
    """What a DHIS2 holds that was set up for the sample, to make copies of."""
    with running_sandbox(version="2.42", users=[LOADER_USER]) as sandbox:
        source = SqliteSource(sample_database)
        scheme = FlowScheme(tmp_path_factory.mktemp("ministry"), sandbox, source)
        scheme.save_blocks()
        scheme.set_up()
        return sandbox.state


@pytest.fixture
def scheme(ministry: State, sample_database: Path, tmp_path: Path) -> Iterator[FlowScheme]:
    """A sample openIMIS to be changed, and a DHIS2 that is set up for it."""
    with a_filled_scheme(tmp_path, ministry, sample_database) as scheme:
        yield scheme


@contextmanager
def a_filled_scheme(
    folder: Path, ministry: State, sample_database: Path, country: str = COUNTRY
) -> Iterator[FlowScheme]:
    """A scheme with copies of the sample and of a DHIS2 that is set up for it."""
    with a_flow_scheme(folder, country=country) as scheme:
        fill(scheme.sandbox.state, ministry)
        scheme.source.copy(sample_database)
        yield scheme


def fill(state: State, template: State) -> None:
    """Let a server hold what another one holds."""
    with state.lock:
        for name, content in vars(template).items():
            if name != "lock":
                setattr(state, name, copy.deepcopy(content))
