"""A small nation: its openIMIS in SQLite, its ministry's DHIS2, and the truth."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.connectors.dhis2.client import Dhis2
from flows.connectors.dhis2.retry import Patience
from flows.prefect_support.dhis2_server import Dhis2Server
from flows.steps.match.match_run import Beside, Matched, match_run
from staging.layout import Run, Target
from staging.matches import read_matches
from tests.support.national_tree import ROOT, Nation, fill_dhis2, nation, openimis_tables
from tests.support.sandbox import ADMIN, Sandbox, running_sandbox
from tests.support.scheme.job import Job, extract
from tests.support.scheme.sources import SqliteSource
from transforms.model.selected_columns import selected_places
from transforms.openimis.country import Country, country_of

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
LEVELS = {"region": [2], "district": [3], "facility": [4]}
NATION = {"uid": ROOT, "name": "Nation", "short_name": "Nation"}
MATCH: dict[str, Any] = {"root": NATION, "match": {"levels": LEVELS}}


@dataclass
class Ministry:
    """A nation whose places are matched by the steps, run after run."""

    folder: Path
    sandbox: Sandbox
    job: Job
    made: Nation
    runs: int = 0

    @property
    def target(self) -> Target:
        return self.job.target

    def match(
        self, country: Country | None = None, who: str | None = None, beside: Beside | None = None
    ) -> Matched:
        """Match as the flow does."""
        self.runs += 1
        job = replace(self.job, run_id=f"run{self.runs}", country=country or self.job.country)
        extract(job, selected_places(job.country))
        with self.client() as client:
            return match_run(
                self.run, self.target, client, job.country, beside or Beside(), NOW, who
            )

    @property
    def run(self) -> Run:
        """The last run."""
        return Run(self.job.root, f"run{self.runs}")

    def client(self) -> Dhis2:
        server = Dhis2Server(base_url=self.sandbox.url, username=ADMIN[0], password=ADMIN[1])
        return server.client(timeout_seconds=60, patience=Patience(attempts=1, longest_wait=0.0))

    @property
    def rows(self) -> pl.DataFrame:
        """The file of matches as it is."""
        return read_matches(self.target)[0]


@pytest.fixture(scope="module")
def made() -> Nation:
    return nation(80, regions=2, districts=2, wards=1, seed=2)


@pytest.fixture(scope="module")
def openimis(made: Nation, tmp_path_factory: pytest.TempPathFactory) -> SqliteSource:
    source = SqliteSource(tmp_path_factory.mktemp("openimis") / "openimis.sqlite")
    source.write(openimis_tables(made))
    return source


@pytest.fixture(scope="module")
def dhis2(made: Nation) -> Iterator[Sandbox]:
    with running_sandbox(version="2.42") as sandbox:
        yield sandbox


@pytest.fixture
def ministry(made: Nation, openimis: SqliteSource, dhis2: Sandbox, tmp_path: Path) -> Ministry:
    dhis2.reset()
    fill_dhis2(dhis2.state, made)
    job = Job(
        root=tmp_path / "area", run_id="first", url=dhis2.url, connection=openimis.connection,
        dialect=openimis.dialect, as_of=NOW.replace(tzinfo=None),
        country=country_of(MATCH, "country.toml"),
    )  # fmt: skip
    return Ministry(tmp_path, dhis2, job, made)
