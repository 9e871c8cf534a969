"""A run is killed (SIGKILL) anywhere; after the next one DHIS2 holds what it would hold anyway.

Each case says at which point, and in which order of runs. The chapter's own run goes on where it
stopped; a run of another name first settles it, then takes its own snapshot.
"""

from collections.abc import Iterator

import pytest

from tests.crashes.comparisons import (
    FirstLoad,
    assert_acknowledged_is_held,
    assert_acknowledged_is_wanted,
    assert_like_a_first_load,
    first_load_of_today,
)
from tests.crashes.driver import KILLED
from tests.crashes.points import Point
from tests.crashes.story import CHANGES, FIRST_LOAD, Story

ANOTHER = "another-run"
START, MIDDLE, END = 0.0, 0.5, 1.0
PARTS = 16

# Chapter, kind of point, which of its kind, the run that follows.
CASES = (
    (FIRST_LOAD, "before snapshot", MIDDLE, FIRST_LOAD),
    (FIRST_LOAD, "before desired", MIDDLE, ANOTHER),
    (FIRST_LOAD, "after changes", MIDDLE, FIRST_LOAD),
    (FIRST_LOAD, "before outbox manifest", START, FIRST_LOAD),
    (FIRST_LOAD, "after 5-people sent", START, ANOTHER),
    (FIRST_LOAD, "after request: bundle", MIDDLE, FIRST_LOAD),
    (FIRST_LOAD, "after request: marker", START, ANOTHER),
    (FIRST_LOAD, "before current.json", END, FIRST_LOAD),
    (CHANGES, "after desired manifest", START, ANOTHER),
    (CHANGES, "after rejects of rules", MIDDLE, CHANGES),
    (CHANGES, "after run", START, ANOTHER),
    (CHANGES, "after 6-events bundle", MIDDLE, CHANGES),
    (CHANGES, "after question", MIDDLE, CHANGES),
    (CHANGES, "after request: metadata", MIDDLE, ANOTHER),
    (CHANGES, "after current.json", START, ANOTHER),
    (CHANGES, "after rejects of metadata", START, CHANGES),
    (CHANGES, "after 3-delete-tracked-entities receipt", END, ANOTHER),
    (CHANGES, "before 4-release receipt", START, ANOTHER),
    (CHANGES, "before 5-people receipt", MIDDLE, CHANGES),
    (CHANGES, "after request: bundle", MIDDLE, ANOTHER),
    (CHANGES, "after request: transfer", MIDDLE, CHANGES),
    (CHANGES, "after outcomes", START, CHANGES),
    (CHANGES, "before acknowledged", MIDDLE, ANOTHER),
    (CHANGES, "before acknowledged kept", START, ANOTHER),
    (CHANGES, "after rejects of DHIS2", MIDDLE, CHANGES),
    (CHANGES, "before current.json", END, ANOTHER),
    (CHANGES, "before acknowledged version swept", MIDDLE, CHANGES),
)
MORE_CASES = (
    (FIRST_LOAD, "after snapshot manifest", START, ANOTHER),
    (FIRST_LOAD, "before 6-events receipt", MIDDLE, ANOTHER),
    (CHANGES, "before changes manifest", START, CHANGES),
    (CHANGES, "before request: metadata", MIDDLE, CHANGES),
    (CHANGES, "before request: bundle", START, ANOTHER),
    (CHANGES, "before 2-delete-enrollments receipt", START, CHANGES),
    (CHANGES, "after 4-release receipt", END, ANOTHER),
    (CHANGES, "before request: transfer", MIDDLE, ANOTHER),
    (CHANGES, "before request: marker", START, CHANGES),
    (CHANGES, "after acknowledged", END, CHANGES),
    (CHANGES, "after 1-delete-events receipt", MIDDLE, ANOTHER),
)


@pytest.mark.parametrize(
    ("chapter", "kind", "share", "next_run"),
    [*CASES, *(pytest.param(*case, marks=pytest.mark.large) for case in MORE_CASES)],
)
def test_a_run_that_was_killed_leaves_no_trace(
    story: Story, chapter: str, kind: str, share: float, next_run: str
) -> None:
    story.begin(chapter, kind)

    assert story.killed(chapter, story.point(chapter, kind, share)) == KILLED
    story.scheme.bring(next_run)

    story.assert_as_if_nothing_had_happened(chapter, f"{kind} ({share:.0%}), then {next_run}")


# What kills each of the runs that follow one another; the last one is left alone.
SEQUENCES = {
    "twice while posting": (
        (CHANGES, "after request: bundle", 0.2),
        (CHANGES, "after request: bundle", 0.2),
        (CHANGES, "", 0.0),
    ),
    "while settling the run before": (
        (CHANGES, "after request: bundle", MIDDLE),
        (ANOTHER, "before request: bundle", START),
        ("a-third-run", "", 0.0),
    ),
    "while folding, then while folding for it": (
        (CHANGES, "before acknowledged", MIDDLE),
        (ANOTHER, "after acknowledged", MIDDLE),
        ("a-third-run", "", 0.0),
    ),
    "then another, then that one goes on": (
        (CHANGES, "after 1-delete-events receipt", START),
        (ANOTHER, "after request: bundle", MIDDLE),
        (ANOTHER, "", 0.0),
    ),
}


@pytest.mark.parametrize("name", SEQUENCES)
def test_two_runs_that_were_killed_leave_no_trace_either(story: Story, name: str) -> None:
    *killed, (last, _, _) = SEQUENCES[name]
    story.begin(CHANGES, killed[0][1])

    for run_id, kind, share in killed:
        assert story.killed(run_id, story.point(CHANGES, kind, share)) == KILLED
    story.scheme.bring(last)

    story.assert_as_if_nothing_had_happened(CHANGES, name)


# Kind of point and which of its kind, while changes are posted.
IN_DOUBT = (
    ("after request: metadata", MIDDLE),
    ("after 1-delete-events sent", START),
    ("after request: bundle", 0.15),
    ("after 4-release receipt", END),
    ("after 5-people sent", START),
    ("after request: bundle", 0.5),
    ("before 6-events receipt", END),
    ("after request: transfer", MIDDLE),
    ("before acknowledged", END),
)


@pytest.fixture(scope="module")
def eve(story: Story) -> FirstLoad:
    """What a first load brings, once openIMIS is as it was before the changes."""
    story.begin(CHANGES, "snapshot")
    story.restore_openimis()
    return first_load_of_today(story.scheme)


@pytest.mark.large
@pytest.mark.parametrize(("kind", "share"), IN_DOUBT)
def test_what_was_in_doubt_is_taken_back_when_openimis_is_restored_from_its_backup(
    story: Story, eve: FirstLoad, kind: str, share: float
) -> None:
    story.begin(CHANGES, kind)

    assert story.killed(CHANGES, story.point(CHANGES, kind, share)) == KILLED
    story.restore_openimis()
    story.scheme.bring(ANOTHER)

    assert_acknowledged_is_held(story.scheme)
    assert_acknowledged_is_wanted(story.scheme, ANOTHER)
    assert_like_a_first_load(story.scheme, eve)


def test_what_was_in_doubt_is_known_on_the_next_day(story: Story) -> None:
    kind = "after request: bundle"
    story.begin(FIRST_LOAD, kind)

    assert story.killed(FIRST_LOAD, story.point(FIRST_LOAD, kind, MIDDLE)) == KILLED
    story.scheme.next_day(seed=9)
    story.scheme.bring(ANOTHER)

    assert_acknowledged_is_held(story.scheme)
    assert_acknowledged_is_wanted(story.scheme, ANOTHER)
    assert_like_a_first_load(story.scheme, first_load_of_today(story.scheme))


def test_there_is_a_case_for_every_kind_of_point(story: Story) -> None:
    passed = {kind for chapter in story.chapters.values() for kind in chapter.passed}

    assert {what(kind) for kind in passed} == {what(kind) for _, kind, _, _ in CASES}


def what(kind: str) -> str:
    """Return what is written or asked at a kind of point, in whichever phase or stage."""
    return kind.split()[-1]


def every_point(story: Story) -> Iterator[tuple[str, Point]]:
    """Yield all points of all chapters."""
    for name, chapter in story.chapters.items():
        for kind, passed in chapter.passed.items():
            for number in range(1, len(passed) + 1):
                yield name, Point(kind, number)


def every_kind_of_point(story: Story) -> Iterator[tuple[str, Point, str]]:
    """Yield the first point of every kind, of every resource, of every chapter; with the resource.

    After a file of one resource comes the one of the next: the points after files are counted for
    the first resource alone.
    """
    for name, chapter in story.chapters.items():
        for kind, passed in chapter.passed.items():
            for resource in dict.fromkeys(passed) if kind.startswith("before") else passed[:1]:
                yield name, Point(kind, passed.index(resource) + 1), resource


def made_good(story: Story, number: int, chapter: str, point: Point, resource: str) -> str | None:
    """Kill a run at a point, let one follow, and return what is amiss, or None."""
    story.begin(chapter, point.kind)
    assert story.killed(chapter, point) == KILLED
    story.scheme.bring((chapter, ANOTHER)[number % 2])
    try:
        story.assert_as_if_nothing_had_happened(chapter, f"{point.kind} {resource}".strip())
    except AssertionError as error:
        return f"{chapter}: {point}: {error}"
    return None


@pytest.mark.large
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(PARTS))
def test_no_kind_of_point_of_any_resource_leaves_a_trace(story: Story, part: int) -> None:
    points = list(enumerate(every_kind_of_point(story)))

    traces = [made_good(story, number, *point) for number, point in points[part::PARTS]]

    assert list(filter(None, traces)) == []


@pytest.mark.large
@pytest.mark.hours
@pytest.mark.timeout(8 * 3600)
def test_no_point_at_all_leaves_a_trace(story: Story) -> None:
    points = enumerate(every_point(story))

    traces = [
        made_good(story, number, chapter, point, str(point.number))
        for number, (chapter, point) in points
    ]

    assert list(filter(None, traces)) == []
