"""A DHIS2 of each supported version, freshly installed for each test."""

from collections.abc import Iterator

import pytest

from flows.connectors.dhis2 import Dhis2, Dhis2Server, Patience
from tests.sandbox import ADMIN, SUPPORTED, Sandbox, running_sandbox

PATIENCE = Patience(attempts=3, longest_wait=0.0)


@pytest.fixture(scope="session", params=SUPPORTED)
def installed(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with running_sandbox(version=request.param) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(installed: Sandbox) -> Sandbox:
    installed.reset()
    return installed


@pytest.fixture
def dhis2(sandbox: Sandbox) -> Iterator[Dhis2]:
    username, password = ADMIN
    server = Dhis2Server(base_url=sandbox.url, username=username, password=password)
    with server.client(timeout_seconds=60, patience=PATIENCE) as client:
        yield client
