"""A scheme whose runs go wrong, beside what DHIS2 holds if they do not."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl
from polars.testing import assert_frame_equal

from flows.connectors.dhis2.client import Patience
from staging.rejects import read_rejects
from tests.support.openimis_sample import sample
from tests.support.scheme import DAY_ONE, Job, Moment, Scheme, bring
from tests.support.tally import tried
from tests.system.crashes.comparisons import assert_acknowledged_is_held, settle_what_is_in_doubt
from tests.system.crashes.contents import (
    Content,
    confirmed,
    differences,
    held,
    lost_and_double,
)
from tests.system.crashes.story import CHANGES, FIRST_LOAD
from tests.system.faults.server import Server
from transforms.core.errors import SyncError

SECONDS = 2.0
ATTEMPTS = 40  # where every second request fails, one of several threads may be unlucky long
WHILE_IT_RESTARTS = 2_000
SAID_OF_WHAT_DID_NOT_HAPPEN = ("othing", "No data were posted", "settled by the next run")


def impatient(job: Job, attempts: int = ATTEMPTS, **changes: Any) -> Job:
    """Return the same run, which asks so often, with hardly a pause."""
    return replace(job, patience=Patience(attempts=attempts, longest_wait=0.05), **changes)


def hurried(job: Job) -> Job:
    """Return the same run, which does not wait for an answer that comes late."""
    return impatient(job, attempts=4, seconds=SECONDS)


def ending(job: Job) -> str | None:
    """Bring DHIS2 up to date; return the sentence with which that stops, or None."""
    try:
        bring(job)
    except SyncError as error:
        return str(error)
    return None


def is_for_people(sentence: str) -> bool:
    """Whether an ending is in one line, in words, and says what did not happen."""
    says_what_did_not_happen = any(words in sentence for words in SAID_OF_WHAT_DID_NOT_HAPPEN)
    return "\n" not in sentence and sentence.endswith(".") and says_what_did_not_happen


def rejects(scheme: Scheme, run_id: str) -> pl.DataFrame:
    """Return what a run left behind because DHIS2 refused it."""
    rows = read_rejects(scheme.job(run_id).run)
    return rows.filter(pl.col("stage") == "dhis2").collect()


@dataclass(frozen=True)
class Chapter:
    """One run; its id is the chapter's name.

    Attributes:
        staged: How everything was before its first request.
        held: What DHIS2 held after it.
        confirmed: What was acknowledged after it.
    """

    staged: Moment
    held: Content
    confirmed: Mapping[str, pl.DataFrame]


@dataclass
class Disturbed:
    """A scheme that can be put back to before its runs, and the server of its DHIS2."""

    scheme: Scheme
    server: Server
    chapters: dict[str, Chapter] = field(default_factory=dict)

    def tell(self) -> None:
        """Let everything happen once: a first load, and after some days one of changes."""
        self.scheme.begin(sample(60, seed=7, level="1.4", as_of=DAY_ONE))
        self._tell(FIRST_LOAD)
        self.scheme.next_day(seed=1)
        self.scheme.bring("second-load")
        self.scheme.next_day(seed=2)
        self._tell(CHANGES)

    def tell_of_many(self, insurees: int) -> None:
        """Let a first load happen, in bundles as large as in life."""
        self.scheme.bundle_size = 500
        self.scheme.begin(sample(insurees, seed=7, level="1.4", as_of=DAY_ONE))
        self._tell(FIRST_LOAD)

    def begin(self, chapter: str) -> None:
        """Put everything back to before the first request of a run."""
        self.scheme.back_to(self.chapters[chapter].staged)

    def assert_undisturbed(self, chapter: str, kind: str, name: str) -> None:
        """Count and compare what is held and acknowledged with that if nothing goes wrong."""
        expected = self.chapters[chapter].held
        self.count(chapter, kind, name)
        assert differences(expected, held(self.scheme.sandbox)) == []
        settle_what_is_in_doubt(self.scheme)
        assert differences(expected, held(self.scheme.sandbox)) == []
        assert_acknowledged_is_held(self.scheme)
        for frame, rows in confirmed(self.scheme.target).items():
            assert_frame_equal(rows, self.chapters[chapter].confirmed[frame])

    def count(self, chapter: str, kind: str, name: str) -> None:
        """Count what DHIS2 lacks of what it would hold undisturbed, and what it has besides."""
        found = held(self.scheme.sandbox)
        lost, double = lost_and_double(self.chapters[chapter].held, found)
        tried(kind, name, lost=lost, double=double)

    def _tell(self, chapter: str) -> None:
        self.scheme.plan(chapter)
        staged = self.scheme.moment()
        self.scheme.bring(chapter)
        content, known = held(self.scheme.sandbox), confirmed(self.scheme.target)
        self.chapters[chapter] = Chapter(staged, content, known)
