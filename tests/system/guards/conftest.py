"""One scheme after two days of loads, put back to that moment before every test."""

from collections.abc import Iterator

import pytest

from tests.support.loader import LOADER_USER
from tests.support.sandbox import running_sandbox
from tests.system.guards.guarded import GuardedScheme


@pytest.fixture(scope="session", params=["2.42"])
def guarded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GuardedScheme]:
    """A scheme after two loads."""
    with running_sandbox(version=request.param, users=[LOADER_USER]) as sandbox:
        yield GuardedScheme(tmp_path_factory.mktemp("guarded"), sandbox)


@pytest.fixture
def scheme(guarded: GuardedScheme) -> GuardedScheme:
    """The scheme, as it was after two loads."""
    guarded.begin_again()
    return guarded
