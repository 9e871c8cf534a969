"""One scheme, told once, to be put back to any of its moments; and how many points it has."""

from collections.abc import Iterator

import pytest

from tests.support.scheme import Scheme
from tests.system.crashes.comparisons import FirstLoad, first_load_of_today
from tests.system.crashes.points import KNOWN_AND_TRIED
from tests.system.crashes.story import CHANGES, Story
from tests.system.faults.server import a_server


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """What happens if nothing is killed."""
    with a_server() as server:
        story = Story(Scheme(tmp_path_factory.mktemp("story"), server.sandbox), server)
        story.tell()
        yield story


@pytest.fixture(scope="session")
def eve(story: Story) -> FirstLoad:
    """What a first load brings, once openIMIS is as it was before the changes."""
    story.begin(CHANGES, "snapshot")
    story.restore_openimis()
    return first_load_of_today(story.scheme)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many points there are, and how many of them the kinds of points are."""
    properties = [
        value
        for report in (
            *terminalreporter.getreports("passed"),
            *terminalreporter.getreports("failed"),
        )
        for name, value in report.user_properties
        if name == KNOWN_AND_TRIED
    ]
    if properties:
        points, kinds = properties[0]
        terminalreporter.write_line(
            f"Of {points} points of two runs, {kinds} were tried: each kind, phase and resource; "
            f"make test-hours tries all."
        )
