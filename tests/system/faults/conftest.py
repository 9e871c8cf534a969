"""One scheme, told once without faults, to be put back to any of its moments."""

from collections.abc import Iterator

import pytest

from tests.support.scheme import Scheme
from tests.system.faults.server import a_server
from tests.system.faults.undisturbed import Disturbed


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Disturbed]:
    """A first load, and a day of changes."""
    with a_server() as server:
        told = Disturbed(Scheme(tmp_path_factory.mktemp("faults"), server.sandbox), server)
        told.tell()
        yield told


@pytest.fixture
def disturbed(told: Disturbed) -> Iterator[Disturbed]:
    """The same, without the faults of the test before."""
    yield told
    told.scheme.sandbox.cues.clear()
