"""The steps of `sync` one after another, without Prefect, on the day that one says."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import SecretStr

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.retry import Patience
from flows.connectors.openimis.sql_dialect import DialectName
from flows.prefect_support.dhis2_server import Dhis2Server
from flows.prefect_support.openimis_database import OpenimisDatabase
from flows.steps.compare.bundles import stage_bundles
from flows.steps.compare.changes import stage_changes
from flows.steps.compare.desired import Inputs, stage_desired
from flows.steps.extract.snapshot import copy_tables
from flows.steps.load.open_and_close import close_load, open_load
from flows.steps.load.post_run import Posting, stop_rule_of
from flows.steps.load.settle_open_run import keep_answers, settle_open_run
from flows.steps.shared.current_state import current_or_first
from staging.damage import in_words
from staging.layout import Run, Target
from staging.runs import at_work
from staging.snapshots import discard_incomplete, is_complete, read_manifest, write_manifest
from staging.target_lock import locked
from tests.support.loader import LOGIN as LOADER_LOGIN
from transforms.changes.permissions import Allow, Permissions
from transforms.changes.phases import Phase
from transforms.core.errors import SyncError
from transforms.model.privacy import selected_columns
from transforms.model.resources import Scope
from transforms.openimis.country import Country, Guards, country_of

PARTITIONS = 2
COUNTRY = {
    "root": {"uid": "ImspTQPwCqd", "name": "Country", "short_name": "Country", "code": "ROOT"},
    "load": {"in_flight": 3},
}
KEY = "a key that is made for tests and nothing else"
FEW_QUESTIONS = Guards(delete_count=100_000)


@dataclass(frozen=True)
class Job:
    """What one process has to do.

    Attributes:
        root: The staging folder.
        run_id: The run.
        url: Of DHIS2.
        connection: ODBC connection string of openIMIS.
        dialect: Its database.
        as_of: What the clock of openIMIS shows when it is read.
        bundle_size: Objects a bundle.
        scopes: What is posted.
        guards: What a run may do before it asks.
    """

    root: Path
    run_id: str
    url: str
    connection: str
    dialect: DialectName
    as_of: datetime
    bundle_size: int = 20
    scopes: tuple[Scope, ...] = (Scope.ALL,)
    guards: Guards = FEW_QUESTIONS

    @property
    def run(self) -> Run:
        """The run's files."""
        return Run(self.root, self.run_id)

    @property
    def target(self) -> Target:
        """The target's files."""
        return Target(self.root, "dhis2")

    @property
    def country(self) -> Country:
        """The country file."""
        country = country_of(COUNTRY, "country.toml")
        load = country.load.model_copy(update={"bundle_size": self.bundle_size})
        return country.model_copy(update={"load": load, "guards": self.guards})

    def client(self) -> Dhis2:
        """Return a client of DHIS2."""
        return self.client_of(LOADER_LOGIN)

    def client_of(self, login: tuple[str, str]) -> Dhis2:
        """Return a client of DHIS2 for a user, named with the password."""
        server = Dhis2Server(base_url=self.url, username=login[0], password=SecretStr(login[1]))
        return server.client(timeout_seconds=60, patience=Patience(longest_wait=0.05))


def bring(job: Job) -> None:
    """Bring DHIS2 up to date, as `flows.sync` does."""
    with in_words(), locked(job.target, job.run_id), at_work(job.run), job.client() as client:
        settle_open_run(job.target, job.run, client)
        extract(job)
        transform(job)
        load(job, client)


def extract(job: Job) -> None:
    """Take the snapshot, dated as the job says."""
    if not is_complete(job.run):
        discard_incomplete(job.run)
        openimis = OpenimisDatabase(
            dialect=job.dialect, connection_string=SecretStr(job.connection)
        )
        copy_tables(job.run, "openimis", openimis.client(), selected_columns(job.country))
    manifest = read_manifest(job.run)
    if manifest.as_of != job.as_of:
        write_manifest(job.run, manifest.model_copy(update={"as_of": job.as_of}))


def transform(job: Job, allow: Permissions = (Allow.DELETES,)) -> None:
    """Stage what will be posted."""
    inputs = Inputs(job.country, None, KEY, job.scopes, None)
    current = current_or_first(job.target, 0)
    stage_desired(job.run, inputs, current.partitions or PARTITIONS)
    stage_changes(job.run, job.target, current, inputs, allow)
    stage_bundles(job.run, job.bundle_size)


def load(job: Job, client: Dhis2) -> None:
    """Post it, and remember what DHIS2 confirmed."""
    opened = open_load(job.run, job.target, client, [Allow.DELETES])
    if opened.is_folded:
        return
    rule = stop_rule_of(job.run, opened.current.refused, job.country.guards)
    posting = Posting(job.run, client, opened.info, job.country.load, stop_rule=rule)
    try:
        for phase in Phase:
            for chunk in posting.chunks(phase):
                posting.post(phase, chunk)
    except SyncError as error:
        keep_answers(job.run, job.target, client, opened.current, error)
        raise
    close_load(job.run, job.target, client, opened.current)
