"""A disk that is full or read-only, a clock that is set back, two runs at once: the next run heals.

Each ends in one sentence. What is left behind is whole, and is settled or done again.
"""

from datetime import UTC, datetime, timedelta

import pytest

from staging.retention import thin_runs
from tests.support.cases import first_in_ci
from tests.support.scheme.comparisons import (
    FirstLoad,
    assert_acknowledged_is_held,
    assert_acknowledged_is_wanted,
    assert_like_a_first_load,
    count_beside_a_first_load,
    first_load_of_today,
)
from tests.support.scheme.contents import differences, held
from tests.support.tally import FAULTS
from tests.system.crashes.disk import (
    ending_in_a_process,
    endings_at_once,
    make_room,
    open_again,
    read_only,
    small_disk,
)
from tests.system.crashes.driver import KILLED
from tests.system.crashes.points import Point
from tests.system.crashes.story import CHANGES, FIRST_LOAD, Story
from tests.system.faults.endings import is_for_people

pytestmark = pytest.mark.large

ANOTHER = "another-run"
NOT_WRITTEN = ("question", "request: ", "swept")

# The kind of file after which the disk is full, of a day of changes; the run that follows.
FULL_AFTER = (
    ("after snapshot", CHANGES),
    ("after changes", ANOTHER),
    ("after 1-delete-events bundle", CHANGES),
    ("after 5-people sent", ANOTHER),
    ("after 6-events receipt", CHANGES),
    ("after acknowledged", ANOTHER),
)


def assert_told(sentence: str | None, what: str) -> None:
    assert sentence is not None
    assert what in sentence
    assert is_for_people(sentence)


@pytest.mark.parametrize(("kind", "next_run"), first_in_ci(FULL_AFTER))
def test_a_run_whose_disk_is_full_ends_in_a_sentence_and_is_made_good(
    story: Story, kind: str, next_run: str
) -> None:
    story.begin(CHANGES, kind)

    sentence = ending_in_a_process(story.scheme.job(CHANGES), full=Point(kind, 1))
    story.scheme.bring(next_run)

    assert_told(sentence, "could not be read or written")
    story.count(CHANGES, f"disk full {kind}", FAULTS)
    story.assert_undisturbed(CHANGES)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("chapter", [pytest.param(FIRST_LOAD, marks=pytest.mark.hours), CHANGES])
def test_wherever_the_disk_is_full_the_next_run_makes_it_good(story: Story, chapter: str) -> None:
    kinds = [
        kind
        for kind in story.chapters[chapter].passed
        if kind.startswith("after") and not any(other in kind for other in NOT_WRITTEN)
    ]
    silent = []
    for number, kind in enumerate(kinds):
        story.begin(chapter, kind)
        sentence = ending_in_a_process(story.scheme.job(chapter), full=Point(kind, 1))
        story.scheme.bring((chapter, ANOTHER)[number % 2])

        story.count(chapter, f"{chapter}: disk full {kind}", FAULTS)
        story.assert_undisturbed(chapter)
        if sentence is None:
            silent.append(kind)
        else:
            print(kind, sentence, flush=True)
            assert_told(sentence, "could not be read or written")

    assert set(silent) <= {"after current.json", "after acknowledged kept"}


@pytest.mark.parametrize("chapter", [FIRST_LOAD, CHANGES])
def test_a_staging_folder_that_may_not_be_written_to_is_named_and_nothing_is_posted(
    story: Story, chapter: str
) -> None:
    story.begin(chapter, "request")
    before = story.scheme.writes()

    with read_only(story.scheme.staging_root):
        sentence = ending_in_a_process(story.scheme.job(chapter))
    posted = story.scheme.writes() - before
    story.scheme.bring(ANOTHER)

    assert_told(sentence, str(story.scheme.staging_root))
    assert "Permission denied" in str(sentence)
    assert posted == 0
    story.count(chapter, f"{chapter}: staging folder read-only", FAULTS)
    story.assert_undisturbed(chapter)


# Where the run begins, bytes of room on the disk, the run that follows.
ROOM = (
    ("snapshot", 50_000, ANOTHER),
    ("snapshot", 300_000, CHANGES),
    ("request", 30_000, CHANGES),
    ("request", 150_000, ANOTHER),
)


@pytest.mark.parametrize(("begins", "room", "next_run"), ROOM)
def test_a_run_on_a_small_disk_ends_in_a_sentence_and_is_made_good_once_there_is_room(
    story: Story, begins: str, room: int, next_run: str
) -> None:
    story.begin(CHANGES, begins)

    with small_disk(story.scheme.staging_root, room):
        sentence = ending_in_a_process(story.scheme.job(CHANGES))
        make_room(story.scheme.staging_root)
        story.scheme.bring(next_run)

    assert_told(sentence, "could not be read or written")
    story.count(CHANGES, f"a small disk: {room // 1000} kB of room at {begins}", FAULTS)
    story.assert_undisturbed(CHANGES)


# What may not be written to any more, and after what.
CLOSED = (
    ("run", "after snapshot", CHANGES),
    ("outbox", "after 1-delete-events receipt", ANOTHER),
    ("outbox", "after 6-events sent", CHANGES),
    ("acknowledged", "after request: bundle of 5-people", ANOTHER),
    ("acknowledged", "after outcomes manifest", CHANGES),
)


@pytest.mark.parametrize(("folder", "kind", "next_run"), CLOSED)
def test_a_folder_that_may_not_be_written_to_any_more_is_named_and_the_next_run_makes_it_good(
    story: Story, folder: str, kind: str, next_run: str
) -> None:
    story.begin(CHANGES, kind)

    sentence = ending_in_a_process(story.scheme.job(CHANGES), **{folder: Point(kind, 1)})
    open_again(story.scheme.staging_root)
    story.scheme.bring(next_run)

    assert_told(sentence, f"/{CHANGES}" if folder != "acknowledged" else "/acknowledged/")
    assert "Permission denied" in str(sentence)
    story.count(CHANGES, f"{folder} read-only {kind}", FAULTS)
    story.assert_undisturbed(CHANGES)


@pytest.fixture(scope="module")
def first_load(story: Story) -> FirstLoad:
    """What a first load brings, on the day of the changes."""
    story.begin(CHANGES, "snapshot")
    return first_load_of_today(story.scheme)


@pytest.mark.parametrize("days", [1, 400])
def test_a_clock_that_was_set_back_is_made_good_by_the_next_run(
    story: Story, first_load: FirstLoad, days: int
) -> None:
    story.begin(CHANGES, "snapshot")
    scheme, today = story.scheme, story.scheme.day

    scheme.day = today - timedelta(days)
    scheme.bring("while-the-clock-is-wrong")
    scheme.day = today
    scheme.bring(ANOTHER)

    count_beside_a_first_load(scheme, first_load, f"clock set back by {days} days", FAULTS)
    assert_acknowledged_is_held(scheme)
    assert_acknowledged_is_wanted(scheme, ANOTHER)
    assert_like_a_first_load(scheme, first_load)


@pytest.mark.parametrize("years", [-2, 100])
def test_a_worker_whose_clock_is_years_wrong_removes_no_run_that_is_needed(
    story: Story, years: int
) -> None:
    kind = "after request: bundle of 6-events"
    story.begin(CHANGES, kind)
    scheme = story.scheme

    assert story.killed(CHANGES, story.point(CHANGES, kind, 0.0)) == KILLED
    clock = datetime.now(UTC) + timedelta(days=365 * years)
    done = thin_runs(scheme.staging_root, clock, whole_runs=1, reject_days=0)
    scheme.bring(ANOTHER)

    assert CHANGES not in [*done.thinned, *done.removed]
    assert bool(done.removed) == (years > 0)
    story.count(CHANGES, f"the worker's clock is wrong by {years} years", FAULTS)
    story.assert_undisturbed(CHANGES)


@pytest.mark.parametrize("run_ids", [(CHANGES, CHANGES), (CHANGES, ANOTHER)])
def test_of_two_runs_that_start_at_once_one_does_everything(
    story: Story, run_ids: tuple[str, str]
) -> None:
    story.begin(CHANGES, "snapshot")

    endings = endings_at_once(story.scheme.sandbox, *map(story.scheme.job, run_ids))

    (refused,) = [sentence for sentence in endings if sentence is not None]
    assert_told(refused, "is writing to this target")
    story.count(CHANGES, f"two runs at once: {' and '.join(run_ids)}", FAULTS)
    assert differences(held(story.scheme.sandbox), story.chapters[CHANGES].held) == []
    story.scheme.bring("a-third-run")
    story.assert_undisturbed(CHANGES)
