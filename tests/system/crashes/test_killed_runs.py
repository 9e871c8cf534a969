"""A run is killed (SIGKILL) anywhere; after the next one DHIS2 holds what it would hold anyway.

Each case says at which point, and in which order of runs. The chapter's own run goes on where it
stopped; a run of another name first settles it, then takes its own snapshot.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

import pytest

from tests.support.scheme.comparisons import (
    FirstLoad,
    assert_acknowledged_is_held,
    assert_acknowledged_is_wanted,
    assert_like_a_first_load,
    first_load_of_today,
    settle_what_is_in_doubt,
)
from tests.system.crashes.driver import KILLED
from tests.system.crashes.points import KNOWN_AND_TRIED, Point, without_phase
from tests.system.crashes.story import CHANGES, FIRST_LOAD, Story

ANOTHER, THIRD = "another-run", "a-third-run"
START, MIDDLE, END = 0.0, 0.5, 1.0
PARTS, PARTS_OF_ALL = 16, 64

# Chapter, kind of point, which of its kind, the run that follows.
CASES = (
    (FIRST_LOAD, "before snapshot", MIDDLE, FIRST_LOAD),
    (FIRST_LOAD, "before desired", MIDDLE, ANOTHER),
    (FIRST_LOAD, "after changes", MIDDLE, FIRST_LOAD),
    (FIRST_LOAD, "before outbox manifest", START, FIRST_LOAD),
    (FIRST_LOAD, "after 5-people sent", START, ANOTHER),
    (FIRST_LOAD, "after request: bundle of 6-events", MIDDLE, FIRST_LOAD),
    (FIRST_LOAD, "after request: marker", START, ANOTHER),
    (FIRST_LOAD, "before current.json", END, FIRST_LOAD),
    (CHANGES, "after desired manifest", START, ANOTHER),
    (CHANGES, "after rejects of rules", MIDDLE, CHANGES),
    (CHANGES, "after run", START, ANOTHER),
    (CHANGES, "before what-leaves", START, CHANGES),
    (CHANGES, "after 6-events bundle", MIDDLE, CHANGES),
    (CHANGES, "after question", MIDDLE, CHANGES),
    (CHANGES, "after request: metadata", MIDDLE, ANOTHER),
    (CHANGES, "after current.json", START, ANOTHER),
    (CHANGES, "after rejects of metadata", START, CHANGES),
    (CHANGES, "after 3-delete-tracked-entities receipt", END, ANOTHER),
    (CHANGES, "before 4-release receipt", START, ANOTHER),
    (CHANGES, "before 5-people receipt", MIDDLE, CHANGES),
    (CHANGES, "after request: bundle of 6-events", START, ANOTHER),
    (CHANGES, "after request: transfer", MIDDLE, CHANGES),
    (CHANGES, "after outcomes", START, CHANGES),
    (CHANGES, "before acknowledged", MIDDLE, ANOTHER),
    (CHANGES, "before acknowledged kept", START, ANOTHER),
    (CHANGES, "after rejects of DHIS2", MIDDLE, CHANGES),
    (CHANGES, "before current.json", END, ANOTHER),
    (CHANGES, "before acknowledged version swept", MIDDLE, CHANGES),
    (CHANGES, "before request: moment", START, CHANGES),
)


DEFAULT, EXHAUSTIVE = (), (pytest.mark.exhaustive,)
LONGER, LARGE = (pytest.mark.longer,), (pytest.mark.large,)
MARKS = (DEFAULT, EXHAUSTIVE, LARGE, EXHAUSTIVE, LONGER, EXHAUSTIVE, LARGE, EXHAUSTIVE)


def in_turn(cases: Iterable[Sequence[object]]) -> list[object]:
    """Return cases, each with the next of `MARKS`: one in eight is tried by default."""
    return [
        pytest.param(*case, marks=marks) for case, marks in zip(cases, cycle(MARKS), strict=False)
    ]


@pytest.mark.parametrize(("chapter", "kind", "share", "next_run"), in_turn(CASES))
def test_a_run_that_was_killed_leaves_no_trace(
    story: Story, chapter: str, kind: str, share: float, next_run: str
) -> None:
    story.begin(chapter, kind)

    assert story.killed(chapter, story.point(chapter, kind, share)) == KILLED
    story.scheme.bring(next_run)

    story.assert_undisturbed(chapter, f"{chapter}: {kind} ({share:.0%}), then {next_run}")


# What is killed and where, one after another; the last run is let be.
SEQUENCES = {
    "twice while posting": (
        (CHANGES, "after request: bundle of 2-delete-enrollments", START),
        (CHANGES, "after request: bundle of 6-events", START),
        (CHANGES, "", START),
    ),
    "while settling the run before": (
        (CHANGES, "after request: bundle of 6-events", START),
        (ANOTHER, "before request: bundle of 6-events", START),
        (THIRD, "", START),
    ),
    "while folding, then while folding for it": (
        (CHANGES, "before acknowledged", MIDDLE),
        (ANOTHER, "after acknowledged", MIDDLE),
        (THIRD, "", START),
    ),
    "then another, then that one goes on": (
        (CHANGES, "after 1-delete-events receipt", START),
        (ANOTHER, "after request: bundle of 6-events", START),
        (ANOTHER, "", START),
    ),
    "three times while posting": (
        (CHANGES, "after request: bundle of 1-delete-events", START),
        (CHANGES, "after 4-release sent", START),
        (CHANGES, "before 6-events receipt", START),
        (CHANGES, "", START),
    ),
    "three times while posting, then another run": (
        (CHANGES, "after request: bundle of 4-release", START),
        (CHANGES, "after request: bundle of 5-people", START),
        (CHANGES, "after request: transfer", START),
        (ANOTHER, "", START),
    ),
    "a run, the one that settles it, and a third one that folds for both": (
        (CHANGES, "after request: bundle of 6-events", START),
        (ANOTHER, "after request: bundle of 6-events", START),
        (THIRD, "before acknowledged", MIDDLE),
        ("a-fourth-run", "", START),
    ),
    "three runs while folding": (
        (CHANGES, "before acknowledged", MIDDLE),
        (ANOTHER, "after acknowledged", MIDDLE),
        (THIRD, "before rejects of DHIS2", END),
        (THIRD, "", START),
    ),
}


@pytest.mark.parametrize("name", in_turn([name] for name in SEQUENCES))
def test_runs_that_were_killed_twice_or_three_times_in_a_row_leave_no_trace_either(
    story: Story, name: str
) -> None:
    *killed, (last, _, _) = SEQUENCES[name]
    story.begin(CHANGES, killed[0][1])

    for run_id, kind, share in killed:
        assert story.killed(run_id, story.point(CHANGES, kind, share)) == KILLED
    story.scheme.bring(last)

    story.assert_undisturbed(CHANGES, f"{CHANGES}: {name}")


# Kind of point and which of its kind, while changes are posted.
IN_DOUBT = (
    ("after request: metadata", MIDDLE),
    ("after 1-delete-events sent", START),
    ("after request: bundle of 2-delete-enrollments", START),
    ("after 4-release receipt", END),
    ("after 5-people sent", START),
    ("after request: bundle of 6-events", START),
    ("before 6-events receipt", END),
    ("after request: transfer", MIDDLE),
    ("before acknowledged", END),
)


@pytest.mark.large
@pytest.mark.parametrize(("kind", "share"), IN_DOUBT)
def test_what_was_in_doubt_is_taken_back_when_openimis_is_restored_from_its_backup(
    story: Story, eve: FirstLoad, kind: str, share: float
) -> None:
    """What DHIS2 has deleted unseen needs two runs: one is refused, the next has another UID."""
    story.begin(CHANGES, kind)

    assert story.killed(CHANGES, story.point(CHANGES, kind, share)) == KILLED
    story.restore_openimis()
    story.scheme.bring(ANOTHER)
    story.scheme.bring(THIRD)
    settle_what_is_in_doubt(story.scheme)

    assert_acknowledged_is_held(story.scheme)
    assert_acknowledged_is_wanted(story.scheme, THIRD)
    assert_like_a_first_load(story.scheme, eve)


@pytest.mark.large
def test_what_was_in_doubt_is_known_on_the_next_day(story: Story) -> None:
    kind = "after request: bundle of 6-events"
    story.begin(FIRST_LOAD, kind)

    assert story.killed(FIRST_LOAD, story.point(FIRST_LOAD, kind, MIDDLE)) == KILLED
    story.scheme.next_day(seed=9)
    story.scheme.bring(ANOTHER)
    settle_what_is_in_doubt(story.scheme)

    assert_acknowledged_is_held(story.scheme)
    assert_acknowledged_is_wanted(story.scheme, ANOTHER)
    assert_like_a_first_load(story.scheme, first_load_of_today(story.scheme))


def test_there_is_a_case_for_every_kind_of_point(story: Story) -> None:
    passed = {kind for chapter in story.chapters.values() for kind in chapter.passed}

    assert {what(kind) for kind in passed} == {what(kind) for _, kind, _, _ in CASES}


def what(kind: str) -> str:
    """Return what is written or asked at a kind of point, in whichever phase or stage."""
    return without_phase(kind).split()[-1]


@dataclass(frozen=True)
class Kill:
    """A run that is killed, and what follows.

    Attributes:
        chapter: The run.
        point: Where it is killed.
        name: What is written or asked there.
        number: Of this kill: every second one is followed by a run of another name.
        again: Every so many of the runs that follow are killed too, and followed by one more.
    """

    chapter: str
    point: Point
    name: str
    number: int
    again: int

    @property
    def next_run(self) -> str:
        """The run that follows."""
        return (self.chapter, ANOTHER)[self.number % 2]

    @property
    def last_run(self) -> str:
        """The run that follows the one that follows, if that is killed too."""
        return (self.next_run, THIRD)[self.number // self.again % 2]

    @property
    def next_kill(self) -> Point | None:
        """Where the run that follows is killed, if it comes there; None if it is let be."""
        turn, rest = divmod(self.number // 2, self.again)
        kinds = (self.point.kind, *KILLED_AGAIN)
        return None if rest else Point(kinds[turn % len(kinds)], 1)


KILLED_AGAIN = (
    "before current.json",
    "after request: bundle of 6-events",
    "before 6-events receipt",
    "after acknowledged",
)


def every_point(story: Story) -> Iterator[tuple[str, Point, str]]:
    """Yield all points of all chapters."""
    for name, chapter in story.chapters.items():
        for kind, passed in chapter.passed.items():
            for number in range(1, len(passed) + 1):
                yield name, Point(kind, number), str(number)


def every_kind_of_point(story: Story) -> Iterator[tuple[str, Point, str]]:
    """Yield the first and the last point of every kind, of every resource, of every chapter.

    Before the first of its kind, with half of it done, and after the last; where changes leave for
    DHIS2, before and after both. What both chapters pass is divided: before and after.
    """
    both = set[str].intersection(*(set(each.passed) for each in story.chapters.values()))
    for name, chapter in story.chapters.items():
        for kind, passed in chapter.passed.items():
            when = kind.split()[0]
            leaves = name == CHANGES and "request" in kind
            is_elsewhere = when != {FIRST_LOAD: "before", CHANGES: "after"}[name] and kind in both
            if is_elsewhere and not leaves:
                continue
            for of in dict.fromkeys(passed if kind != "after snapshot" else passed[-1:]):
                for number in ends(passed, of, when, both=leaves):
                    yield name, Point(kind, number), f"{of} {number}".strip()


def ends(passed: Sequence[str], of: str, when: str, *, both: bool) -> list[int]:
    """Return the number of the first or the last point that is of something, or of both."""
    numbers = [number for number, each in enumerate(passed, 1) if each == of]
    if both:
        return sorted({numbers[0], numbers[-1]})
    return numbers[:1] if when == "before" else numbers[-1:]


def kills(
    points: Callable[[Story], Iterable[tuple[str, Point, str]]], story: Story, again: int
) -> list[Kill]:
    """Return the kills at all these points, in order."""
    return [Kill(*each, number, again) for number, each in enumerate(points(story))]


def made_good(story: Story, kill: Kill) -> str | None:
    """Kill a run at a point, let one follow, and return what is amiss, or None."""
    story.begin(kill.chapter, kill.point.kind)
    assert story.killed(kill.chapter, kill.point) == KILLED
    name, last = f"{kill.point.kind} {kill.name}", kill.next_run
    if kill.next_kill and story.killed(kill.next_run, kill.next_kill) == KILLED:
        name, last = f"{name}, then the next run {kill.next_kill}", kill.last_run
    story.scheme.bring(last)
    try:
        story.assert_undisturbed(kill.chapter, f"{kill.chapter}: {name}")
    except AssertionError as error:
        return f"{kill.chapter}: {name}, then {last}: {error}"
    return None


@pytest.mark.exhaustive
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(PARTS))
def test_no_kind_of_point_of_any_resource_leaves_a_trace(
    story: Story, part: int, record_property: Callable[[str, object], None]
) -> None:
    every_kill = kills(every_kind_of_point, story, again=12)
    record_property(KNOWN_AND_TRIED, [len(list(every_point(story))), len(every_kill)])

    traces = [made_good(story, kill) for kill in every_kill[part::PARTS]]

    assert list(filter(None, traces)) == []


@pytest.mark.hours
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(PARTS_OF_ALL))
def test_no_point_at_all_leaves_a_trace(story: Story, part: int) -> None:
    every_kill = kills(every_point, story, again=2)

    traces = [made_good(story, kill) for kill in every_kill[part::PARTS_OF_ALL]]

    assert list(filter(None, traces)) == []
