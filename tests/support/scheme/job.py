"""One run by the steps that the flows run, without Prefect, on the day that a test names.

What is a flow's own is not here: blocks by name, waiting, the summary, and old runs thinned out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from pydantic import SecretStr

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.retry import Patience
from flows.connectors.openimis.client import Openimis
from flows.connectors.openimis.sql_dialect import DialectName
from flows.prefect_support.dhis2_server import Dhis2Server
from flows.prefect_support.openimis_database import OpenimisDatabase
from flows.steps.compare.bundles import stage_bundles
from flows.steps.compare.changes import stage_withdrawal
from flows.steps.compare.inputs import Inputs
from flows.steps.compare.transform_run import transform_run, transforming
from flows.steps.extract.snapshot import Columns, take_snapshot
from flows.steps.load.load_run import (
    check_resumable,
    load_run,
    loading,
    open_run,
    post_phases,
    settle_first,
)
from flows.steps.load.post_run import Posting
from flows.steps.load.thread_state import LoadState
from flows.steps.shared.runner import PLAIN
from flows.steps.shared.stages import StageName, go_through
from staging.current import read_current
from staging.damage import in_words
from staging.layout import Run, Target
from staging.requests import SyncRequest, Until
from staging.runs import at_work
from staging.snapshots import read_manifest, write_manifest
from tests.support.loader import LOGIN as LOADER_LOGIN
from transforms.changes.guards.permissions import Allow, Permissions
from transforms.changes.objects.phases import Phase
from transforms.model.existing import in_use
from transforms.model.resources import Scope
from transforms.model.selected_columns import selected_columns
from transforms.openimis.country import Country

PARTITIONS = 2
KEY = "a key that is made for tests and nothing else"
SOURCE, TARGET = "scheme", "ministry"
A_LITTLE = Patience(longest_wait=0.05)


@dataclass(frozen=True)
class Job:
    """What one run is asked for.

    Only where a test is about it does a run not wait for an answer: a busy machine is no fault.

    Attributes:
        root: The staging folder.
        run_id: The run.
        url: Of DHIS2.
        connection: ODBC connection string of openIMIS.
        dialect: Its database.
        as_of: What the clock of openIMIS shows when it is read.
        country: What the country file says.
        scopes: What is posted.
        until: How far the run goes.
        allow: What it is permitted.
        key: The saved pseudonym key.
        login: User and password.
        token: A token, instead of them.
        seconds: For how long it waits for an answer.
        patience: How often it asks.
        pause_seconds: About how long it waits before it makes a failed request once more.
        partitions: Into how many parts people are divided by the first run.
    """

    root: Path
    run_id: str
    url: str
    connection: str
    dialect: DialectName
    as_of: datetime
    country: Country
    scopes: tuple[Scope, ...] = (Scope.ALL,)
    until: Until = Until.LOAD
    allow: Permissions = (Allow.DELETES,)
    key: str = KEY
    login: tuple[str, str] = LOADER_LOGIN
    token: str | None = None
    seconds: float = 60.0
    patience: Patience = A_LITTLE
    pause_seconds: float = 2.0
    partitions: int = PARTITIONS

    @property
    def run(self) -> Run:
        """The run's files."""
        return Run(self.root, self.run_id)

    @property
    def target(self) -> Target:
        """The target's files."""
        return Target(self.root, TARGET)

    @property
    def request(self) -> SyncRequest:
        """The run as `sync` is asked for it."""
        return SyncRequest(
            source=SOURCE,
            target=TARGET,
            country=Path("country.toml"),
            staging_root=self.root,
            run_id=self.run_id,
            pseudonym_key=SOURCE,
            scopes=self.scopes,
            until=self.until,
            allow=tuple(self.allow),
        )

    @property
    def inputs(self) -> Inputs:
        """What the run is made of."""
        return Inputs(self.country, None, self.key, self.scopes, None)

    def client(self) -> Dhis2:
        """Return a client of DHIS2."""
        user, password = self.login
        login = {"username": user, "password": SecretStr(password)}
        server = Dhis2Server(
            base_url=self.url,
            **(login if self.token is None else {"token": SecretStr(self.token)}),
        )
        return server.client(
            timeout_seconds=self.seconds,
            patience=self.patience,
            renaming=in_use(self.country).renaming,
        )

    def client_of(self, login: tuple[str, str]) -> Dhis2:
        """Return a client of DHIS2 for a user, named with the password."""
        return replace(self, login=login, token=None).client()

    def openimis(self) -> Openimis:
        """Return a client of openIMIS."""
        connection = SecretStr(self.connection)
        return OpenimisDatabase(dialect=self.dialect, connection_string=connection).client()


def bring(job: Job) -> Sequence[str]:
    """Bring DHIS2 up to date; return what is odd."""
    warnings: list[str] = []
    _go_through(job, lambda: warnings.extend(load(job)))
    return warnings


def stage(job: Job) -> None:
    """Stage what the run will post; nothing is posted."""
    bring(replace(job, until=Until.TRANSFORM))


def cut_short(job: Job, last: Phase) -> None:
    """Post a run up to a phase, and do not fold it."""
    _go_through(job, partial(_post_up_to, job, last))


def _go_through(job: Job, load_it: Callable[[], object]) -> None:
    stages: Mapping[StageName, Callable[[], object]] = {
        "settle": partial(settle_first, job.run, job.target, job.client, job.allow),
        "extract": partial(extract, job),
        "transform": partial(transform, job),
        "load": load_it,
    }
    with in_words():
        go_through(job.request, stages)


def extract(job: Job, wanted: Columns | None = None) -> None:
    """Take the snapshot, dated as the job says."""
    with at_work(job.run):
        columns = wanted or selected_columns(job.country)
        take_snapshot(job.run, SOURCE, job.openimis, columns, job.country.guards)
        manifest = read_manifest(job.run)
        if manifest.as_of != job.as_of:
            write_manifest(job.run, manifest.model_copy(update={"as_of": job.as_of}))


def transform(job: Job) -> None:
    """Compare, and stage what will be posted."""
    with transforming(job.request, job.country) as run:
        transform_run(run, job.target, job.inputs, job.allow, partitions=job.partitions)


def load(job: Job) -> Sequence[str]:
    """Post what is staged, and remember what DHIS2 confirmed; return what is odd."""
    with loading(job.run, job.target):
        check_resumable(job.run, job.country, lambda name, country: job.key)
        state = LoadState(pause_seconds=job.pause_seconds)
        with job.client() as client:
            opened = load_run(job.run, job.target, client, job.country, job.allow, state=state)
    return opened.warnings


def withdraw(job: Job, size: int) -> None:
    """Delete all that is ours, in bundles of a size."""
    current = read_current(job.target)
    assert current is not None
    with at_work(job.run):
        stage_withdrawal(job.run, job.target, current)
        stage_bundles(job.run, size)
    with loading(job.run, job.target), job.client() as client:
        load_run(job.run, job.target, client, job.country, job.allow)


def _post_up_to(job: Job, last: Phase) -> None:
    phases = list(Phase)[: list(Phase).index(last) + 1]
    with loading(job.run, job.target), job.client() as client:
        opened = open_run(PLAIN, job.run, job.target, client, job.allow)
        post_phases(Posting(job.run, client, opened.info, job.country.load), phases)
