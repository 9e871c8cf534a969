"""The scheme of the demo database: openIMIS in PostgreSQL, read through ODBC, and a DHIS2."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import psycopg
from prefect.client.schemas.objects import State

from flows.prefect_support.openimis_database import OpenimisDatabase
from flows.prefect_support.pseudonym_key import PseudonymKey
from flows.set_up_dhis2 import set_up_dhis2
from flows.sync import sync
from staging.layout import Run
from staging.rejects import read_rejects
from tests.support.databases import Database
from tests.support.loader import LOADER_USER, NAME
from tests.support.sandbox import running_sandbox
from tests.system.demo_database.changes import Statements
from tests.system.demo_database.comparison import Line, Rows, compared
from tests.system.demo_database.dhis2 import held
from tests.system.demo_database.openimis import wanted
from tests.system.flows.scheme import COUNTRY, Scheme, save_servers

KEY = "a key that is made for tests and nothing else"
LEVELS = ("1.4", "1.11")


@dataclass
class DemoScheme(Scheme):
    """A scheme whose openIMIS is a database of PostgreSQL."""

    database: Database

    @property
    def name(self) -> str:
        """Name of its blocks: several schemes share one Prefect server."""
        return self.database.name.replace("_", "-")

    def save_blocks(self) -> None:
        """Save the blocks that the flows name."""
        connection = self.database.odbc
        openimis = OpenimisDatabase(dialect="postgresql", connection_string=connection)
        openimis.save(self.name, overwrite=True)
        save_servers(self.sandbox.url, self.name, f"{self.name}-administrator")
        PseudonymKey(key=KEY).save(self.name, overwrite=True)

    def set_up(self) -> None:
        """Set DHIS2 up."""
        where = (self.country_file, self.staging_root)
        set_up_dhis2(self.name, f"{self.name}-administrator", *where, loader_user=NAME)

    def sync(self, **more: Any) -> State[Any]:
        """Bring DHIS2 up to date; return how that ended."""
        return sync(
            self.name, self.name, self.country_file, self.staging_root, return_state=True, **more
        )

    def summary(self, run_id: str) -> dict[str, Any]:
        """What the run says of itself."""
        found: dict[str, Any] = orjson.loads(self.run(run_id).summary.read_bytes())
        return found

    def rejects(self, run_id: str) -> pl.DataFrame:
        """What the run held back, DHIS2 refused, or was left out."""
        return read_rejects(self.run(run_id)).collect()

    def run(self, run_id: str) -> Run:
        """The run."""
        return Run(self.staging_root, run_id)

    def wanted(self, run_id: str) -> Rows:
        """What DHIS2 should hold of the present openIMIS, by plain SQL, on the day of the run."""
        as_of = self.summary(run_id)["as_of"][:10]
        return wanted(self.database.conninfo, as_of=as_of, pseudonym_key=KEY)

    def held(self) -> Rows:
        """What DHIS2 holds."""
        return held(self.sandbox)

    def table(self, run_id: str) -> list[Line]:
        """Both, counted, beside what the run held back."""
        return compared(self.wanted(run_id), self.held(), self.rejects(run_id))


NewScheme = Callable[..., DemoScheme]


def change(database: Database, statements: Statements) -> None:
    """Do to openIMIS what a clerk or the nightly job would."""
    with psycopg.connect(database.conninfo, options="-c TimeZone=UTC") as connection:
        for statement in statements:
            done = connection.execute(statement.encode())
            assert done.rowcount > 0, f"nothing was changed by {statement}"


@contextmanager
def set_up_scheme(
    database: Database, folder: Path, version: str, country: str = COUNTRY
) -> Iterator[DemoScheme]:
    """A DHIS2 that is set up for the demo database, and holds no data yet."""
    folder.mkdir(exist_ok=True)
    with running_sandbox(version=version, users=[LOADER_USER]) as sandbox:
        scheme = DemoScheme(folder, database, sandbox, country)
        scheme.save_blocks()
        scheme.set_up()
        yield scheme
