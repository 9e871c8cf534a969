"""A DHIS2 of each supported version, freshly installed for each test."""

import pickle
from collections.abc import Iterator

import pytest

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.retry import Patience
from flows.prefect_support.dhis2_server import Dhis2Server
from flows.steps.set_up.plan_and_write import set_up
from tests.support.cases import VERSIONS
from tests.support.sandbox import ADMIN, Sandbox, running_sandbox
from tests.system.set_up.a_country import GENDERS, a_country, choices, places

PATIENCE = Patience(attempts=3, longest_wait=0.0)


@pytest.fixture(scope="session", params=VERSIONS)
def installed(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with running_sandbox(version=request.param) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(installed: Sandbox) -> Sandbox:
    installed.reset()
    return installed


@pytest.fixture
def dhis2(sandbox: Sandbox) -> Iterator[Dhis2]:
    with _client(sandbox) as client:
        yield client


@pytest.fixture(scope="session")
def _as_set_up(installed: Sandbox) -> bytes:
    installed.reset()
    with _client(installed) as client:
        set_up(client, a_country(), choices(tblGender=GENDERS), places())
    return pickle.dumps((installed.state.metadata, installed.state.output_period_types))


@pytest.fixture
def ready(sandbox: Sandbox, _as_set_up: bytes) -> Sandbox:
    """The same DHIS2, set up for the small country: put back for each test, not done again."""
    with sandbox.state.lock:
        sandbox.state.metadata, sandbox.state.output_period_types = pickle.loads(_as_set_up)
        sandbox.state.metadata_changed()
    return sandbox


def _client(sandbox: Sandbox) -> Dhis2:
    username, password = ADMIN
    server = Dhis2Server(base_url=sandbox.url, username=username, password=password)
    return server.client(timeout_seconds=60, patience=PATIENCE)
