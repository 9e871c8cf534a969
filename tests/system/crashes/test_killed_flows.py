"""The same with the flows themselves: killed in an interpreter of their own, and run once more.

`sync` passes points that its steps alone do not: the summary, and the old runs that it thins out.
"""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from prefect.settings import PREFECT_API_URL

from flows.steps.load.post_bundle import PARAMETERS
from staging.layout import Run
from tests.support.loader import LOGIN
from tests.support.openimis_sample import sample
from tests.support.sandbox import Sandbox
from tests.support.sandbox.restarting import a_server
from tests.support.scheme import COUNTRY, DAY_ONE, Moment, Scheme
from tests.support.scheme.by_flows import FlowScheme
from tests.support.scheme.comparisons import settle_what_is_in_doubt
from tests.support.scheme.contents import (
    Content,
    as_claimed,
    claimed,
    confirmed,
    differences,
    held,
    lost_and_double,
    tracker,
)
from tests.support.tally import CRASH_POINTS, tried
from tests.system.crashes.driver import FINISHED, KILLED, FlowJob, flow_in_a_process, run_flow
from tests.system.crashes.points import Point, without_phase
from tests.system.crashes.story import CHANGES, Story

pytestmark = pytest.mark.large

SETTINGS = """
[load]
bundle_size = 20
in_flight = 3

[retention]
whole_runs = 1
reject_days = 30
"""
DAY = 24 * 3600
AGES = {"first": 100, "second": 2}  # days ago
ANOTHER = "another"
REMOVALS = ("removed", "swept")
SYNC, RECONCILE = "sync", "reconcile"

# Points that the steps pass too, tried with the flow itself.
OF_ITS_STEPS = (Point("before run", 1), Point("after 6-events receipt", 5))
OF_A_REPAIR = ("before acknowledged", "before current.json", "after current.json")


@dataclass
class Flows:
    """A scheme whose flows are killed, and what they leave if they are not.

    Attributes:
        scheme: The scheme.
        begun: How everything was before the day of changes was brought in.
        chapters: Flow to how everything was before it, what it passed, and what was left.
    """

    scheme: FlowScheme
    begun: Moment = field(init=False)
    chapters: dict[str, "FlowChapter"] = field(default_factory=dict)

    def run(self, flow: str, run_id: str) -> None:
        """Run a flow in this process."""
        state = run_flow(flow, self.scheme.country_file, self.scheme.staging_root, run_id)
        assert state.is_completed(), state.message

    def in_a_process(self, flow: str, run_id: str, **more: Any) -> int:
        """Run a flow in a process of its own; return its exit code."""
        where = (str(self.scheme.country_file), str(self.scheme.staging_root))
        job = FlowJob(flow, *where, run_id, **more)
        return flow_in_a_process(job, str(PREFECT_API_URL.value()))

    def old_runs(self) -> set[Path]:
        """Return the files that are left of the runs of before."""
        folders = (Run(self.scheme.staging_root, run_id).folder for run_id in AGES)
        return {path for folder in folders for path in folder.rglob("*") if path.is_file()}

    def tell(self, flow: str, befall: Callable[[Sandbox], object] = lambda _: None) -> None:
        """Let a flow run to its end, after something has befallen DHIS2; put everything back."""
        self.scheme.back_to(self.begun)
        befall(self.scheme.sandbox)
        before, passed = self.scheme.moment(), self.scheme.folder / f"{flow}.json"
        assert self.in_a_process(flow, CHANGES, passed=str(passed)) == FINISHED
        points = json.loads(passed.read_text())
        if flow == RECONCILE:
            self.run(SYNC, ANOTHER)
        after = held(self.scheme.sandbox), confirmed(self.scheme.target), self.old_runs()
        self.chapters[flow] = FlowChapter(before, points, *after)
        self.scheme.back_to(before)

    def killed(self, flow: str, point: Point, next_runs: Sequence[tuple[str, str]]) -> None:
        """Kill a flow at a point, let others follow, and compare and count what is left."""
        chapter = self.chapters[flow]
        self.scheme.back_to(chapter.before)
        died = self.in_a_process(flow, CHANGES, kind=point.kind, number=point.number)
        for name, run_id in next_runs:
            self.run(name, run_id)
        found = held(self.scheme.sandbox)
        lost, double = lost_and_double(chapter.held, found)
        tried(CRASH_POINTS, f"flow {flow}: {point}", lost=lost, double=double)
        assert died == KILLED
        assert differences(found, chapter.held) == []
        assert self.old_runs() == chapter.old_runs
        settle_what_is_in_doubt(self.scheme, lambda run_id: self.run(SYNC, run_id))
        assert differences(held(self.scheme.sandbox), chapter.held) == []
        now = as_claimed(tracker(self.scheme.sandbox))
        assert differences(now, claimed(self.scheme.target)) == []
        for name, rows in confirmed(self.scheme.target).items():
            assert_frame_equal(rows, chapter.confirmed[name])


@dataclass(frozen=True)
class FlowChapter:
    """A flow that nobody killed; see `Flows`."""

    before: Moment
    passed: Mapping[str, list[str]]
    held: Content
    confirmed: Mapping[str, pl.DataFrame]
    old_runs: set[Path]


@pytest.fixture(scope="module")
def flows(prefect_server: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flows]:
    """A scheme after two loads; the third is one of changes, and thins out the first and second."""
    with a_server() as server:
        folder = tmp_path_factory.mktemp("flows")
        scheme = FlowScheme(folder, server.sandbox, country=COUNTRY + SETTINGS)
        flows = Flows(scheme)
        scheme.source.write(sample(60, seed=7, level="1.4", as_of=DAY_ONE))
        Scheme.set_up(scheme)  # by the steps: the only runs are those that are told here
        scheme.save_blocks()
        for seed, run_id in enumerate(AGES, 1):
            flows.run(SYNC, run_id)
            scheme.next_day(seed)
        for run_id, days in AGES.items():
            make_old(Run(scheme.staging_root, run_id), days)
        flows.begun = scheme.moment()
        yield flows


def make_old(run: Run, days: int) -> None:
    """Let a run have ended so many days ago."""
    then = time.time() - days * DAY
    for path in run.folder.rglob("*"):
        os.utime(path, (then, then))


def firsts(passed: Mapping[str, list[str]], kinds: Callable[[str], bool]) -> list[Point]:
    """Return the first point of each kind, in whichever phase, for which `kinds` holds."""
    found = {without_phase(kind): Point(kind, 1) for kind in reversed(passed) if kinds(kind)}
    return list(found.values())


def tells_most(kind: str) -> bool:
    """Whether a point is after the removal of one file of many, or has something half done."""
    return kind.startswith("after" if kind.endswith(REMOVALS) else "before")


def after(number: int) -> list[tuple[str, str]]:
    """Return what follows a `sync` that was killed: itself, or a run of another name."""
    return [(SYNC, (CHANGES, ANOTHER)[number % 2])]


@pytest.mark.timeout(1200)
def test_a_flow_that_was_killed_where_its_steps_do_not_come_leaves_no_trace(
    story: Story, flows: Flows
) -> None:
    flows.tell(SYNC)
    passed = flows.chapters[SYNC].passed
    known = {without_phase(kind) for chapter in story.chapters.values() for kind in chapter.passed}
    its_own = firsts(passed, lambda kind: without_phase(kind) not in known and tells_most(kind))
    removals = [point for point in its_own if point.kind.endswith(REMOVALS)]
    others = [point for point in its_own if point not in removals]
    assert Point("before summary", 1) in others

    for number, point in enumerate((*others, *removals[::12], *removals[-1:], *OF_ITS_STEPS)):
        flows.killed(SYNC, point, after(number))


@pytest.mark.hours
@pytest.mark.timeout(7200)
def test_a_flow_that_was_killed_at_any_kind_of_point_leaves_no_trace(flows: Flows) -> None:
    flows.tell(SYNC)

    for number, point in enumerate(every_first_and_last(flows.chapters[SYNC].passed)):
        flows.killed(SYNC, point, after(number))


def every_first_and_last(passed: Mapping[str, list[str]]) -> Iterator[Point]:
    """Yield the first and the last point of every kind."""
    for kind, names in passed.items():
        for number in sorted({1, len(names)}):
            yield Point(kind, number)


def lose_an_event(sandbox: Sandbox) -> None:
    """Let somebody delete an event in DHIS2."""
    answer = httpx.post(
        f"{sandbox.url}/api/tracker",
        params=PARAMETERS | {"importStrategy": "DELETE"},
        json={"events": [{"event": min(sandbox.events())}]},
        auth=LOGIN,
    )
    assert answer.json()["status"] == "OK", answer.text


@pytest.mark.timeout(1200)
@pytest.mark.ci
def test_a_repair_that_was_killed_and_done_again_is_a_repair(flows: Flows) -> None:
    flows.tell(RECONCILE, lose_an_event)
    passed = flows.chapters[RECONCILE].passed
    points = firsts(passed, lambda kind: kind in OF_A_REPAIR)
    assert len(points) == len(OF_A_REPAIR)

    for number, point in enumerate(points):
        again = (CHANGES, "another-repair")[number % 2]
        flows.killed(RECONCILE, point, [(RECONCILE, again), (SYNC, ANOTHER)])
