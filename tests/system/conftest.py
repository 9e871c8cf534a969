"""One scheme, told once, to be put back to any of its moments: for kills, and for faults."""

from collections.abc import Iterator

import pytest

from tests.support.sandbox.restarting import a_server
from tests.support.scheme import Scheme
from tests.system.crashes.story import Story


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """What happens if nothing is killed."""
    with a_server() as server:
        story = Story(Scheme(tmp_path_factory.mktemp("story"), server.sandbox), server)
        story.tell()
        yield story
