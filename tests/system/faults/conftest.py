"""The scheme of the crashes, told once without faults, to be put back to any of its moments."""

from collections.abc import Iterator

import pytest

from tests.system.crashes.story import Story


@pytest.fixture
def disturbed(story: Story) -> Iterator[Story]:
    """The story, without the faults of the test before."""
    yield story
    story.scheme.sandbox.cues.clear()
