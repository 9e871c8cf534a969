"""A scheme that is brought to DHIS2 by the steps, and can be put back to an earlier moment."""

import pickle
import shutil
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from flows.steps.set_up.set_up_run import set_up_run
from flows.steps.set_up.users_and_server import give_access
from flows.steps.shared.decisions import read_decisions
from flows.steps.target.as_of import ENTRY
from staging.current import Current, read_current
from staging.layout import Run, Target
from tests.support.loader import LOADER_USER
from tests.support.loader import NAME as LOADER_NAME
from tests.support.sandbox import ADMIN, Sandbox, running_sandbox
from tests.support.scheme.job import PARTITIONS, Job, bring, cut_short, extract, stage, withdraw
from tests.support.scheme.sources import Source, SqliteSource, Tables
from transforms.changes.guards.permissions import Allow, Permissions
from transforms.changes.objects.phases import Phase
from transforms.core.fields import Treatment
from transforms.model.selected_columns import selected_for_set_up
from transforms.openimis.country import Country, Guards, country_of

DAY_ONE = date(2026, 1, 1)
FEW_QUESTIONS = Guards(delete_count=100_000)
COUNTRY = """
[root]
uid = "ImspTQPwCqd"
name = "Country"
short_name = "Country"
code = "ROOT"

[waiting]
hours = 0
"""


@dataclass(frozen=True)
class Moment:
    """How everything was at a moment: the folder of the scheme, the day, and what DHIS2 held.

    That lies beside the folder: a failed law prints a moment.
    """

    folder: Path
    day: date

    @property
    def held(self) -> Path:
        """The file of what DHIS2 held."""
        return self.folder.with_suffix(".dhis2")


class Scheme:
    """A scheme of insurance: staging and database lie in `folder`/scheme, if that is a file.

    Args:
        folder: A folder of its own.
        sandbox: Its DHIS2.
        source: Its openIMIS; by default a file in the folder.
        country: The text of its country file.

    Attributes:
        day: Of which openIMIS is, and of which runs are.
        guards: What a run may do before it asks.
        allow: What runs are permitted, where nothing else is said.
        bundle_size: Objects a bundle.
        privacy: What a run does with fields, where the country file says nothing.
        pause_seconds: About how long a run waits before it makes a failed request once more.
        partitions: Into how many parts people are divided by the first run.
    """

    def __init__(
        self, folder: Path, sandbox: Sandbox, source: Source | None = None, country: str = COUNTRY
    ) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.source = source or SqliteSource(self.database)
        self.country = country
        self.day = DAY_ONE
        self.guards = FEW_QUESTIONS
        self.allow: Permissions = (Allow.DELETES,)
        self.bundle_size = 20
        self.privacy: dict[str, Treatment] = {}
        self.pause_seconds = 2.0
        self.partitions = PARTITIONS
        self._moments = 0

    @property
    def database(self) -> Path:
        """The openIMIS database, where it is a file in the folder."""
        return self.folder / "scheme" / "openimis.sqlite"

    @property
    def staging_root(self) -> Path:
        """Where runs and acknowledged state lie."""
        return self.folder / "scheme" / "area"

    @property
    def target(self) -> Target:
        """The target's files."""
        return self.job("any").target

    @property
    def current(self) -> Current:
        """What is acknowledged of the target."""
        current = read_current(self.target)
        assert current is not None
        return current

    @property
    def settings(self) -> Country:
        """The country file, as runs by the steps are given it: small bundles, three at a time."""
        country = country_of(tomllib.loads(self.country), "country.toml")
        load = {"bundle_size": self.bundle_size, "in_flight": 3}
        return country.model_copy(
            update={
                "load": country.load.model_copy(update=load),
                "guards": self.guards,
                "privacy": {**country.privacy, **self.privacy},
            }
        )

    def job(self, run_id: str, **changes: Any) -> Job:
        """Return a run of the present day."""
        job = Job(
            root=self.staging_root,
            run_id=run_id,
            url=self.sandbox.url,
            connection=self.source.connection,
            dialect=self.source.dialect,
            as_of=datetime.combine(self.day, time(12)),
            country=self.settings,
            allow=self.allow,
            pause_seconds=self.pause_seconds,
            partitions=self.partitions,
        )
        return replace(job, **changes)

    def run(self, run_id: str) -> Run:
        """Return a run's files."""
        return Run(self.staging_root, run_id)

    def begin(self, tables: Tables) -> None:
        """Fill the openIMIS database, and set DHIS2 up for it."""
        self.source.write(tables)
        self.set_up()

    def set_up(self) -> None:
        """Set DHIS2 up for what openIMIS holds."""
        job = self.job("set-up", root=self.folder / "set-up")
        shutil.rmtree(job.run.folder, ignore_errors=True)  # openIMIS may have changed since
        extract(job, selected_for_set_up(job.country))
        with job.client_of(ADMIN) as client:
            decisions = read_decisions(self.target, job.country)
            set_up_run(
                job.run, client, job.country, None, loader_user=LOADER_NAME, decisions=decisions
            )
            give_access(client, job.country, ADMIN[0])  # who changes DHIS2 by hand

    def next_day(self, seed: int | None = None, day: date | None = None) -> None:
        """Let a day pass in openIMIS."""
        self.day = day or self.day + timedelta(days=1)
        self.source.next_day(self.day, self.day.toordinal() if seed is None else seed)

    def bring(self, run_id: str, **changes: Any) -> str | None:
        """Bring DHIS2 up to date, in this process; return what is odd.

        Args:
            run_id: The run.
            changes: What is asked for besides; see `Job`.
        """
        return " ".join(bring(self.job(run_id, **changes))) or None

    def plan(self, run_id: str) -> None:
        """Say what openIMIS has; nothing is posted."""
        stage(self.job(run_id))

    def cut_short(self, run_id: str, last: Phase) -> None:
        """Post a run up to a phase, and do not fold it."""
        cut_short(self.job(run_id), last)

    def withdraw(self, allow: Permissions, size: int = 100) -> None:
        """Delete all that is ours from DHIS2."""
        withdraw(self.job("withdrawal", allow=allow), size)

    def moment(self) -> Moment:
        """Remember how everything is."""
        self._moments += 1
        folder = self.folder / f"moment {self._moments}"
        shutil.copytree(self.folder / "scheme", folder)
        state = self.sandbox.state
        moment = Moment(folder, self.day)
        with state.lock:
            moment.held.write_bytes(pickle.dumps((state.tracker, state.metadata, state.data_store)))
        return moment

    def back_to(self, moment: Moment) -> None:
        """Put everything back."""
        self.day = moment.day
        shutil.rmtree(self.folder / "scheme")
        shutil.copytree(moment.folder, self.folder / "scheme")
        self.restore_dhis2(moment)

    def restore_dhis2(self, moment: Moment, sandbox: Sandbox | None = None) -> None:
        """Put DHIS2 alone, this or another, back to an earlier moment, as from a backup."""
        state = (sandbox or self.sandbox).state
        with state.lock:
            state.tracker, state.metadata, state.data_store = pickle.loads(moment.held.read_bytes())
            state.metadata_changed()

    def writes(self) -> int:
        """Return how many requests were made so far that do not only read, but for *as of*."""
        totals = self.sandbox.totals.items()
        return sum(count for name, count in totals if not name.endswith(f" {ENTRY}"))

    def written(self) -> list[dict[str, Any]]:
        """Return the requests that were made so far, but those that only read, and *as of*."""
        writes = (each for each in self.sandbox.requests if each["method"] != "GET")
        return [each for each in writes if each["path"] != ENTRY]


@contextmanager
def a_scheme(folder: Path, source: Source | None = None) -> Iterator[Scheme]:
    """A scheme with a DHIS2 of its own."""
    with running_sandbox(version="2.42", users=[LOADER_USER]) as sandbox:
        yield Scheme(folder, sandbox, source)
