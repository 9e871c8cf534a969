"""What a first load of the story's scheme brings, and how many points the story has."""

import pytest

from tests.support.scheme.comparisons import FirstLoad, first_load_of_today
from tests.system.crashes.points import KNOWN_AND_TRIED
from tests.system.crashes.story import CHANGES, Story


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
