"""The scheme that is brought into DHIS2: blocks, a country file, staging folders, the flows."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import polars as pl
from prefect.client.schemas.objects import State
from prefect.settings import PREFECT_API_URL

from flows.extract import extract
from flows.import_population import import_population
from flows.load import load
from flows.prefect_support.openimis_database import OpenimisDatabase
from flows.prefect_support.pseudonym_key import PseudonymKey, new_key
from flows.reconcile import reconcile
from flows.run_analytics import run_analytics
from flows.set_up_dhis2 import set_up_dhis2
from flows.steps.shared.country_file import read_country
from flows.sync import sync
from flows.transform import transform
from flows.withdraw import withdraw
from staging.acknowledged import scan
from staging.current import Current, read_current
from staging.files import read_json
from staging.layout import Run, Target
from staging.rejects import read_rejects
from staging.snapshots import is_complete, read_snapshot
from tests.live.openimis import Source
from tests.live.outcomes import Counts, must
from tests.live.proxy import Exchange, Proxy
from tests.live.server import Login
from tests.system.crashes.driver import FlowJob
from transforms.changes.objects.schemas import acknowledged_schema
from transforms.changes.reconciliation.findings import FindingKind
from transforms.model.chosen_resources import is_of_asked, resources_had_by
from transforms.model.resources import ALL_FIELDS, RESOURCES, Resource
from transforms.openimis.country import Country
from transforms.openimis.rows import Tables

SOURCE, TARGET = "scheme", "ministry"
PROJECT = Path(__file__).parents[2]
COUNTRY = """
[root]
uid = "ImspTQPwCqd"
name = "Country"
short_name = "Country"
code = "ROOT"

[load]
bundle_size = 100
attempts = 4
longest_wait_seconds = 5

[waiting]
hours = 0

[guards]
delete_count = 1000000
shrink_count = 1000000
create_count = 1000000
change_count = 1000000
empty_count = 1000000

[retention]
whole_runs = 100
"""
OPTIONAL = sorted(
    {each.name for each in ALL_FIELDS if each.optional and not each.follows}
    - {each.name for each in ALL_FIELDS if is_of_asked(each)}
)
"""Values that a country file has to ask for; the story sends all of them."""
RECONCILED = tuple(kind.value for kind in FindingKind)


@dataclass
class Pilot:
    """One scheme of insurance, and the DHIS2 that it fills.

    Attributes:
        folder: Of the country file and the staging folders.
        source: openIMIS.
        proxy: Through which DHIS2 is asked.
        calendar: In which DHIS2 counts.
        area: Name of the staging folder; another one knows nothing of what was loaded.
        asked: All that the flows have asked of DHIS2.
    """

    folder: Path
    source: Source
    proxy: Proxy
    calendar: str = "iso8601"
    area: str = "area"
    key: str = field(default_factory=new_key, repr=False)
    asked: list[Exchange] = field(default_factory=list)

    def save_source(self) -> None:
        """Save the blocks of openIMIS."""
        OpenimisDatabase(dialect=self.source.dialect, connection_string=self.source.odbc).save(
            SOURCE, overwrite=True
        )
        PseudonymKey(key=self.key).save(SOURCE, overwrite=True)

    def log_in(self, login: Login) -> None:
        """Let the flows log in so from now on."""
        login.block(self.proxy.url).save(TARGET, overwrite=True)

    @property
    def country_file(self) -> Path:
        """The country file."""
        path = self.folder / "country.toml"
        if not path.exists():
            sent = "".join(f'"{name}" = "send"\n' for name in OPTIONAL)
            dhis2 = f'[dhis2]\ncalendar = "{self.calendar}"\n'
            path.write_text(f"{COUNTRY}\n{dhis2}\n[privacy]\n{sent}")
        return path

    @property
    def country(self) -> Country:
        """What it says."""
        return read_country(self.country_file)

    @property
    def root(self) -> Path:
        """The staging folder."""
        return self.folder / self.area

    @property
    def current(self) -> Current:
        """What is known of the target."""
        current = read_current(Target(self.root, TARGET))
        must(current is not None, "nothing is known of the target yet")
        assert current is not None
        return current

    def run(self, run_id: str) -> Run:
        """Return the files of a run."""
        return Run(self.root, run_id)

    # flows

    def _flow(self, flow: Callable[..., Any], *where: Any, **more: Any) -> "Flow":
        with self.proxy.watched() as seen:
            state = flow(*where, return_state=True, **more)
        self.asked.extend(seen)
        return Flow(state, seen)

    def set_up(self, run_id: str, **more: Any) -> "Flow":
        """Set DHIS2 up, or show the plan."""
        where = (SOURCE, TARGET, self.country_file, self.root)
        return self._flow(set_up_dhis2, *where, run_id=run_id, **more)

    def sync(self, run_id: str, **more: Any) -> "Flow":
        """Bring DHIS2 up to date."""
        where = (SOURCE, TARGET, self.country_file, self.root)
        return self._flow(sync, *where, run_id=run_id, **more)

    def transform(self, run_id: str, **more: Any) -> "Flow":
        """Stage the changes of a run whose snapshot is there."""
        where = (TARGET, self.country_file, self.root)
        return self._flow(transform, *where, run_id, SOURCE, **more)

    def load(self, run_id: str, **more: Any) -> "Flow":
        """Post what is staged."""
        return self._flow(load, TARGET, self.country_file, self.root, run_id, **more)

    def reconcile(self, run_id: str, **more: Any) -> "Flow":
        """Read DHIS2 back."""
        where = (TARGET, self.country_file, self.root)
        return self._flow(reconcile, *where, run_id=run_id, **more)

    def withdraw(self, run_id: str) -> "Flow":
        """Delete all that is ours."""
        where = (TARGET, self.country_file, self.root, TARGET)
        return self._flow(withdraw, *where, run_id=run_id)

    def import_population(self, file: Path, run_id: str) -> "Flow":
        """Bring population figures in."""
        where = (TARGET, self.country_file, self.root, file)
        return self._flow(import_population, *where, run_id=run_id)

    def run_analytics(self) -> "Flow":
        """Let DHIS2 build its analytics tables."""
        return self._flow(run_analytics, TARGET, self.country_file, self.root)

    def sync_that_is_killed(self, run_id: str, has_come: Callable[[], bool]) -> int:
        """Run sync in a process of its own, kill it once something has come; return its code."""
        job = FlowJob("sync", str(self.country_file), str(self.root), run_id)
        environment = os.environ | {"PREFECT_API_URL": str(PREFECT_API_URL.value())}
        command = [
            sys.executable,
            "-W",
            "ignore",
            "-m",
            "tests.system.crashes.driver",
            orjson.dumps(vars(job)).decode(),
        ]
        process = subprocess.Popen(command, cwd=PROJECT, env=environment)
        self.proxy.wait_until(lambda: has_come() or process.poll() is not None)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        return process.wait()

    # what is known

    def summary(self, run_id: str) -> dict[str, Any]:
        """Return what a run did, in numbers."""
        return read_json(self.run(run_id).summary)

    def rejects(self, run_id: str) -> pl.DataFrame:
        """Return what was held back or refused."""
        return read_rejects(self.run(run_id)).filter(pl.col("stage") != "note").collect()

    def reasons(self, run_id: str) -> str:
        """Return why objects were held back or refused, with counts."""
        counted = self.rejects(run_id).group_by("reason").len().sort("reason")
        return ", ".join(f"{reason} {count}" for reason, count in counted.rows())

    def snapshot(self, run_id: str) -> Tables:
        """Return openIMIS as it is since a run: a load keeps nothing of people that it has read."""
        again = self.run(f"{run_id}-again")
        if not is_complete(again):
            extract(SOURCE, self.country_file, self.root, again.run_id)
        return read_snapshot(again).frames

    def desired(self, run_id: str, name: str) -> pl.DataFrame:
        """Return what a run wants of a resource."""
        files = sorted((self.run(run_id).folder / "desired" / name).glob("*.parquet"))
        return pl.concat([pl.read_parquet(file) for file in files], how="diagonal")

    @property
    def resources(self) -> list[Resource]:
        """The resources of persons that the country has."""
        return resources_had_by(self.country, RESOURCES)

    def held(self, resource: Resource) -> pl.DataFrame:
        """Return what DHIS2 has confirmed of a resource, without what was deleted."""
        current, target = self.current, Target(self.root, TARGET)
        frames = [
            scan(target, current, resource.name, number, acknowledged_schema(resource))
            for number in range(current.partitions)
        ]
        return pl.concat(frames, how="diagonal").filter(state="held").collect()

    def held_counts(self) -> Counts:
        """Return how many objects DHIS2 has confirmed, by resource."""
        return {resource.name: self.held(resource).height for resource in RESOURCES}

    def findings(self, run_id: str) -> pl.DataFrame:
        """Return what a reconciliation has found."""
        return pl.read_parquet(self.run(run_id).reconciliation("findings"))

    def reconciled(self, run_id: str, **more: Any) -> Counts:
        """Read DHIS2 back; it must hold what it has confirmed, and nothing else."""
        done = self.reconcile(run_id, **more)
        done.must_complete()
        must(not done.writes, "a reconcile has asked DHIS2 to write")
        found = self.findings(run_id)
        by = found.group_by("resource", "kind", "detail").len().sort("resource", "kind", "detail")
        told = "; ".join(
            f"{count} {kind} {name} ({detail})" for name, kind, detail, count in by.rows()
        )
        must(found.is_empty(), f"DHIS2 holds otherwise: {told}")
        totals = pl.read_parquet(self.run(run_id).reconciliation("totals"))
        return {"objects compared": int(totals["DHIS2"].sum())} | dict.fromkeys(RECONCILED, 0)


@dataclass(frozen=True)
class Flow:
    """A flow that has ended.

    Attributes:
        state: How.
        exchanges: What it asked of DHIS2.
    """

    state: State[Any]
    exchanges: list[Exchange]

    @property
    def writes(self) -> list[Exchange]:
        """The requests that may have changed something."""
        return [each for each in self.exchanges if each.writes]

    @property
    def message(self) -> str:
        """The sentence with which it ended."""
        return str(self.state.message)

    def must_complete(self) -> "Flow":
        """Stop the step unless the flow completed."""
        must(self.state.is_completed(), f"The flow failed: {self.message}")
        return self

    def must_write_nothing(self) -> "Flow":
        """Stop the step if the flow has asked DHIS2 to write."""
        asked = sorted({f"{each.method} {each.path}" for each in self.writes})
        must(not asked, f"{len(self.writes)} requests that write were made: {', '.join(asked[:5])}")
        return self

    def counts(self) -> Counts:
        """Return how much it asked."""
        return {"requests": len(self.exchanges), "that write": len(self.writes)}
