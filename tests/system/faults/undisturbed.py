"""A scheme whose runs go wrong, beside what DHIS2 holds if they do not."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl
from polars.testing import assert_frame_equal
from pydantic import SecretStr

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.retry import Patience
from flows.prefect_support.dhis2_server import Dhis2Server
from staging.rejects import read_rejects
from tests.support.loader import LOGIN as LOADER_LOGIN
from tests.support.openimis_sample import sample
from tests.support.tally import tried
from tests.system.crashes.comparisons import assert_acknowledged_is_held, settle_what_is_in_doubt
from tests.system.crashes.contents import (
    Content,
    confirmed,
    differences,
    held,
    lost_and_double,
)
from tests.system.crashes.loader import Job, bring, extract, transform
from tests.system.crashes.scheme import DAY_ONE, Moment, Scheme
from tests.system.crashes.story import CHANGES, FIRST_LOAD
from tests.system.faults.server import Server
from transforms.core.errors import SyncError

SECONDS = 2.0
ATTEMPTS = 40  # where every second request fails, one of several threads may be unlucky long
WHILE_IT_RESTARTS = 2_000
SAID_OF_WHAT_DID_NOT_HAPPEN = ("othing", "No data were posted", "settled by the next run")


@dataclass(frozen=True)
class ImpatientJob(Job):
    """A run that asks many times, with hardly a pause.

    Only where a test is about it does the run not wait for an answer: a busy machine is no fault.

    Attributes:
        login: User and password.
        token: A token, instead of them.
        seconds: For how long it waits for an answer.
        attempts: How often it asks.
    """

    login: tuple[str, str] = LOADER_LOGIN
    token: str | None = None
    seconds: float = 60.0
    attempts: int = ATTEMPTS

    def client(self) -> Dhis2:
        """Return a client of DHIS2."""
        patience = Patience(attempts=self.attempts, longest_wait=0.05)
        return self._server().client(timeout_seconds=self.seconds, patience=patience)

    def _server(self) -> Dhis2Server:
        if self.token is not None:
            return Dhis2Server(base_url=self.url, token=SecretStr(self.token))
        user, password = self.login
        return Dhis2Server(base_url=self.url, username=user, password=SecretStr(password))


def impatient(job: Job, **changes: Any) -> ImpatientJob:
    """Return the same run with little patience."""
    return replace(ImpatientJob(**vars(job)), **changes)


def hurried(job: Job) -> ImpatientJob:
    """Return the same run, which does not wait for an answer that comes late."""
    return impatient(job, seconds=SECONDS, attempts=4)


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
    bundle_size: int = 20

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
        self.bundle_size = 500
        self.scheme.begin(sample(insurees, seed=7, level="1.4", as_of=DAY_ONE))
        self._tell(FIRST_LOAD)

    def job(self, run_id: str) -> Job:
        """Return a run of the present day."""
        return replace(self.scheme.job(run_id), bundle_size=self.bundle_size)

    def bring(self, run_id: str) -> None:
        """Bring DHIS2 up to date."""
        bring(self.job(run_id))

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
        job = self.job(chapter)
        extract(job)
        transform(job)
        staged = self.scheme.moment()
        bring(job)
        content, known = held(self.scheme.sandbox), confirmed(self.scheme.target)
        self.chapters[chapter] = Chapter(staged, content, known)
