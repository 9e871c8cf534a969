"""One scheme, told once, to be put back to any of its moments."""

from collections.abc import Iterator

import pytest

from tests.crashes.scheme import Scheme
from tests.crashes.story import Story
from tests.sandbox import running_sandbox


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """What happens if nothing is killed."""
    with running_sandbox(version="2.42") as sandbox:
        story = Story(Scheme(tmp_path_factory.mktemp("story"), sandbox))
        story.tell()
        yield story
