"""A scheme after two days of loads, whose DHIS2 can be restored, moved, and closed to us."""

import pickle
from dataclasses import replace
from pathlib import Path

from flows.steps.load.open_and_close import close_load, open_load
from flows.steps.load.post_run import Posting, stop_rule_of
from flows.steps.load.settle_open_run import keep_answers, settle_open_run
from flows.steps.load.thread_state import LoadState
from staging.current import Current, read_current
from staging.target_lock import locked
from tests.support.openimis_sample import sample
from tests.support.sandbox import Sandbox
from tests.system.crashes.loader import FEW_QUESTIONS, Job, extract, transform
from tests.system.crashes.scheme import DAY_ONE, Moment, Scheme
from transforms.changes.permissions import NOTHING, Permissions
from transforms.changes.phases import Phase
from transforms.core.errors import SyncError

REFUSED = {"httpStatus": "Forbidden", "httpStatusCode": 403, "status": "ERROR"}


class GuardedScheme(Scheme):
    """A scheme of insurance."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        super().__init__(folder, sandbox)
        self.begin(sample(60, seed=7, level="1.4", as_of=DAY_ONE))
        self.before_first = self.moment()
        self.bring("first")
        self.after_first = self.moment()
        self.next_day(seed=1)
        self.bring("second")
        self.after_second = self.moment()

    def begin_again(self) -> None:
        """Put everything back to after the second load."""
        self.back_to(self.after_second)
        self.sandbox.cues.clear()
        self.guards = FEW_QUESTIONS

    @property
    def current(self) -> Current:
        """What is known of the target."""
        current = read_current(self.target)
        assert current is not None
        return current

    def restore_dhis2(self, moment: Moment, sandbox: Sandbox | None = None) -> None:
        """Put DHIS2, this or another, back to an earlier moment, as from a backup."""
        state = (sandbox or self.sandbox).state
        with state.lock:
            state.tracker, state.metadata, state.data_store = pickle.loads(moment.held)
            state.metadata_changed()

    def close_data_store(self) -> None:
        """Let DHIS2 refuse its data store to us."""
        self.sandbox.cues.add(path="/api/dataStore", status=403, body=REFUSED)

    def load(
        self, run_id: str, *, at: str | None = None, allow: Permissions = NOTHING
    ) -> str | None:
        """Bring DHIS2 up to date; return what is odd.

        Args:
            run_id: The run.
            at: Another address of DHIS2.
            allow: What is permitted.
        """
        job = replace(self.job(run_id), url=at or self.sandbox.url)
        with locked(job.target, run_id), job.client() as client:
            settle_open_run(job.target, job.run, client, allow)
            extract(job)
            transform(job, allow)
            opened = open_load(job.run, job.target, client, allow)
            rule = stop_rule_of(job.run, opened.current.refused, job.country.guards)
            posting = Posting(
                job.run, client, opened.info, job.country.load, LoadState(pause_seconds=0.01), rule
            )
            try:
                for phase in Phase:
                    for chunk in posting.chunks(phase):
                        posting.post(phase, chunk)
            except SyncError as error:
                keep_answers(job.run, job.target, client, opened.current, error)
                raise
            close_load(job.run, job.target, client, opened.current)
            return " ".join(opened.warnings) or None

    def cut_short(self, run_id: str, last: Phase) -> None:
        """Post a run up to a phase, and do not fold it."""
        cut_short(self.job(run_id), last)


def cut_short(job: Job, last: Phase) -> None:
    """Post a run up to a phase, and do not fold it."""
    with locked(job.target, job.run_id), job.client() as client:
        extract(job)
        transform(job)
        opened = open_load(job.run, job.target, client)
        posting = Posting(job.run, client, opened.info, job.country.load)
        for phase in list(Phase)[: list(Phase).index(last) + 1]:
            for chunk in posting.chunks(phase):
                posting.post(phase, chunk)
