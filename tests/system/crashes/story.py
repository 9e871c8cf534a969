"""What happens to a scheme if nothing is killed, and every moment that it can be put back to.

first-load    DHIS2 is set up and empty
changes       after the second day: claims were processed, people moved, policies were renewed …
"""

import json
import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
from polars.testing import assert_frame_equal

from tests.support.openimis_sample import sample
from tests.support.sandbox.restarting import Server
from tests.support.scheme import DAY_ONE, Moment, Scheme
from tests.support.scheme.comparisons import assert_acknowledged_is_held, settle_what_is_in_doubt
from tests.support.scheme.contents import (
    Content,
    confirmed,
    differences,
    held,
    lost_and_double,
)
from tests.support.tally import CRASH_POINTS, tried
from tests.system.crashes.driver import FINISHED, KILLED, bring_in_a_process, killed_when
from tests.system.crashes.points import Point

FIRST_LOAD, CHANGES = "first-load", "changes"
STAGING = (
    *("snapshot", "desired", "changes", "rejects of rules", "rejects manifest", "bundle", "outbox"),
    *("parts", "before run", "after run", "what-leaves"),
)


@dataclass(frozen=True)
class Chapter:
    """One run, undisturbed; its id is the chapter's name.

    Attributes:
        before: How everything was before it.
        staged: How everything was before its first request.
        passed: Kind of point to the resources of those that it passed.
        held: What DHIS2 held afterwards.
        confirmed: What was acknowledged afterwards.
    """

    before: Moment
    staged: Moment
    passed: Mapping[str, list[str]]
    held: Content
    confirmed: Mapping[str, pl.DataFrame]


@dataclass
class Story:
    """The chapters of a scheme.

    Attributes:
        scheme: The scheme.
        server: Of its DHIS2.
        chapters: By name.
    """

    scheme: Scheme
    server: Server
    chapters: dict[str, Chapter] = field(default_factory=dict)

    def tell(self) -> None:
        """Let everything happen once."""
        self.scheme.begin(sample(60, seed=7, level="1.4", as_of=DAY_ONE))
        self._tell(FIRST_LOAD)
        self.scheme.next_day(seed=1)
        self.scheme.bring("second-load")
        shutil.copy(self.scheme.database, self._backup)
        self.scheme.next_day(seed=2)
        self._tell(CHANGES)

    def tell_of_many(self, insurees: int) -> None:
        """Let a first load happen, in bundles as large as in life."""
        self.scheme.bundle_size = 500
        self.scheme.begin(sample(insurees, seed=7, level="1.4", as_of=DAY_ONE))
        self._tell(FIRST_LOAD)

    def restore_openimis(self) -> None:
        """Put openIMIS, and nothing else, back to before the changes."""
        shutil.copy(self._backup, self.scheme.database)

    @property
    def _backup(self) -> Path:
        return self.scheme.folder / "backup.sqlite"

    def begin(self, name: str, kind: str = "request") -> None:
        """Put everything back to before the points of a kind in a chapter."""
        chapter = self.chapters[name]
        self.server.wait_until_idle()
        self.scheme.back_to(chapter.before if is_staging(kind) else chapter.staged)

    def point(self, name: str, kind: str, share: float) -> Point:
        """Return the point of a kind that lies at a share of those of the undisturbed run."""
        passed = len(self.chapters[name].passed[kind])
        return Point(kind, 1 + min(int(share * passed), passed - 1))

    def killed(self, run_id: str, point: Point) -> int:
        """Let a run go up to a point; return how its process ended."""
        return bring_in_a_process(self.scheme.job(run_id), point)

    def killed_while_asking(self, run_id: str, **request: Any) -> threading.Event:
        """Kill a run while DHIS2 has a whole request of it; DHIS2 goes on when the event is set.

        Args:
            run_id: The run.
            request: Which request; see `tests.support.sandbox.cues.Cue`.
        """
        goes_on = threading.Event()
        cue = self.scheme.sandbox.cues.add(until=goes_on, **{"occurrences": [1], **request})
        assert killed_when(self.scheme.job(run_id), lambda: cue.has_come) == KILLED
        return goes_on

    def let_dhis2_go_on(self, goes_on: threading.Event) -> None:
        """Let DHIS2 do what it was asked by a run that was killed; return when it is done."""
        goes_on.set()
        self.server.wait_until_idle()
        self.scheme.sandbox.cues.clear()

    def write_marker(self, counter: int, run_id: str) -> None:
        """Let the marker in DHIS2 be that of some run."""
        staging = str(self.scheme.current.staging_id)
        marker = {"staging": staging, "run": run_id, "counter": counter}
        state = self.scheme.sandbox.state
        with state.lock:
            state.data_store["openimis-to-dhis2"][staging] = marker

    def assert_undisturbed(self, name: str, tried_what: str = "", kind: str = CRASH_POINTS) -> None:
        """Count what was tried, and compare everything with the undisturbed run."""
        if tried_what:
            self.count(name, tried_what, kind)
        expected = self.chapters[name]
        assert differences(held(self.scheme.sandbox), expected.held) == []
        settle_what_is_in_doubt(self.scheme)
        assert differences(held(self.scheme.sandbox), expected.held) == []
        assert_acknowledged_is_held(self.scheme)
        for frame, rows in confirmed(self.scheme.target).items():
            assert_frame_equal(rows, expected.confirmed[frame])

    def count(self, name: str, tried_what: str, kind: str = CRASH_POINTS) -> None:
        """Count what DHIS2 lacks of what it would hold undisturbed, and what it has besides."""
        lost, double = lost_and_double(self.chapters[name].held, held(self.scheme.sandbox))
        tried(kind, tried_what, lost=lost, double=double)

    def _tell(self, name: str) -> None:
        scheme = self.scheme
        before = scheme.moment()
        passed = scheme.folder / "passed.json"
        assert bring_in_a_process(scheme.job(name), passed=passed) == FINISHED
        after = scheme.moment()
        content, known = held(scheme.sandbox), confirmed(scheme.target)
        scheme.back_to(before)
        scheme.plan(name)
        points = json.loads(passed.read_text())
        self.chapters[name] = Chapter(before, scheme.moment(), points, content, known)
        scheme.back_to(after)


def is_staging(kind: str) -> bool:
    """Say whether a point lies before the first request."""
    return not kind.endswith("question") and any(
        stage in kind and "request" not in kind for stage in STAGING
    )
