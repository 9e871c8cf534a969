"""What holds of every run: faults on the way change nothing, and no two runs meet."""

import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from staging.outbox import bundles
from tests.support.cases import one_by_default
from tests.system.crashes.driver import FINISHED, forks, run
from tests.system.crashes.story import CHANGES, FIRST_LOAD, Story
from transforms.core.errors import StagingError

ANOTHER = "another-run"
STAGED = "request"
EVERY_SECOND = list(range(1, 100, 2))

FAULTS: dict[str, dict[str, Any]] = {
    "busy": {"status": 503},
    "asked to come back": {"status": 429, "headers": {"Retry-After": "0"}},
    "a proxy gives up, DHIS2 does not": {"status": 504, "commit": True},
    "cut off before it is done": {"drop": "before"},
    "cut off after it is done": {"drop": "after"},
}


@contextmanager
def fault(story: Story, **settings: Any) -> Iterator[None]:
    """A fault of DHIS2, for a while; it has to be met."""
    cue = story.scheme.sandbox.cues.add(**settings)
    try:
        yield
    finally:
        story.scheme.sandbox.cues.clear()
    assert cue.met >= max(settings["occurrences"])


@pytest.mark.longer
@pytest.mark.parametrize("name", one_by_default(FAULTS))
def test_requests_that_fail_once_change_nothing(story: Story, name: str) -> None:
    story.begin(CHANGES, STAGED)

    with fault(story, path="/api/", occurrences=EVERY_SECOND, **FAULTS[name]):
        story.scheme.bring(CHANGES)

    story.assert_undisturbed(CHANGES)


@pytest.mark.large
def test_bundles_that_fail_as_a_whole_once_change_nothing(story: Story) -> None:
    story.begin(CHANGES, STAGED)

    with fault(
        story,
        path="/api/tracker",
        method="POST",
        occurrences=[1, 5, 9, 13],
        status=500,
        commit=True,
    ):
        story.scheme.bring(CHANGES)

    story.assert_undisturbed(CHANGES)


@pytest.mark.parametrize("chapter", [FIRST_LOAD, CHANGES])
def test_nothing_changed_so_nothing_is_written(story: Story, chapter: str) -> None:
    story.begin(chapter, STAGED)
    story.scheme.bring(chapter)
    before = story.scheme.writes()

    story.scheme.bring(ANOTHER)

    assert story.scheme.writes() == before
    story.assert_undisturbed(chapter)


@pytest.mark.longer
def test_a_run_that_compared_before_the_last_fold_is_refused(story: Story) -> None:
    story.begin(CHANGES, STAGED)
    story.scheme.bring(ANOTHER)
    before = story.scheme.writes()

    with pytest.raises(StagingError, match=r"has moved on to state 3 .* start a new run"):
        story.scheme.bring(CHANGES)

    assert story.scheme.writes() == before
    story.assert_undisturbed(CHANGES)


def test_a_run_that_compared_before_a_run_without_changes_is_refused(story: Story) -> None:
    story.begin(CHANGES, STAGED)
    today = story.scheme.day
    story.restore_openimis()
    story.scheme.day = today - timedelta(1)
    story.scheme.bring("without-changes")
    story.scheme.day = today
    before = story.scheme.writes()

    with pytest.raises(StagingError, match=r"moved on to state \d+ \(run without-changes\)"):
        story.scheme.bring(CHANGES)

    assert bundles(story.scheme.job("without-changes").run) == []
    assert story.scheme.writes() == before


def test_a_run_that_is_folded_does_nothing_when_it_is_started_again(story: Story) -> None:
    story.begin(CHANGES, STAGED)
    story.scheme.bring(CHANGES)
    before = story.scheme.writes()

    story.scheme.bring(CHANGES)

    assert story.scheme.writes() == before
    story.assert_undisturbed(CHANGES)


def test_of_two_runs_at_once_the_second_is_refused(story: Story) -> None:
    story.begin(CHANGES, STAGED)
    refused = threading.Event()
    with fault(story, path="/api/tracker", method="POST", occurrences=[1], until=refused):
        first = forks.Process(target=run, args=(story.scheme.job(CHANGES), None, None))
        first.start()
        wait_until_it_posts(story)

        with pytest.raises(StagingError, match=rf"Run {CHANGES} is writing .* Nothing was posted"):
            story.scheme.bring(ANOTHER)

        refused.set()
        first.join()

    assert first.exitcode == FINISHED
    story.assert_undisturbed(CHANGES)


def wait_until_it_posts(story: Story) -> None:
    """Wait until the other process has begun its first bundle."""
    outbox = story.scheme.job(CHANGES).run.folder / "outbox"
    deadline = time.monotonic() + 60
    while not any(outbox.rglob("*.sent")):
        assert time.monotonic() < deadline, "The other process never posted."
        time.sleep(0.02)


@pytest.mark.longer
def test_importing_the_flow_starts_no_threads_of_polars() -> None:
    names = (
        "import pathlib, tests.system.crashes.driver; "
        "print([each.read_text() for each in pathlib.Path('/proc/self/task').glob('*/comm')])"
    )

    told = subprocess.run([sys.executable, "-c", names], capture_output=True, text=True, check=True)

    assert not re.search(r"polars-\d", told.stdout), "A process that forks now would hang."
