"""The scheme of the demo database: openIMIS in PostgreSQL, read through ODBC, and a DHIS2."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import psycopg

from staging.rejects import read_rejects
from tests.support.databases import Database
from tests.support.loader import LOADER_USER
from tests.support.sandbox import Sandbox, running_sandbox
from tests.support.scheme import COUNTRY, KEY, PostgresqlSource
from tests.support.scheme.by_flows import BlockNames, FlowScheme
from tests.system.demo_database.changes import Statements
from tests.system.demo_database.comparison import Line, Rows, compared
from tests.system.demo_database.dhis2 import held
from tests.system.demo_database.openimis import wanted
from transforms.changes.answers.reject_rows import COUNTED_ONLY, UNREADABLE_ROWS

LEVELS = ("1.4", "1.11")
ASKING = f"contributions = true\nfunding = true\n{COUNTRY}"
"""A country file that asks for all that openIMIS has."""
COUNTED = {"resource": pl.String(), "stage": pl.String(), "reason": pl.String()}


class DemoScheme(FlowScheme):
    """A scheme whose openIMIS is the demo database, in PostgreSQL."""

    def __init__(self, folder: Path, openimis: Database, sandbox: Sandbox, country: str) -> None:
        name = openimis.name.replace("_", "-")
        blocks = BlockNames(source=name, target=name, administrator=f"{name}-administrator")
        super().__init__(folder, sandbox, PostgresqlSource(openimis), country, blocks)
        self.openimis = openimis

    def summary(self, run_id: str) -> dict[str, Any]:
        """What the run says of itself."""
        found: dict[str, Any] = orjson.loads(self.run(run_id).summary.read_bytes())
        return found

    def rejects(self, run_id: str) -> pl.DataFrame:
        """What the run held back, DHIS2 refused, or was only counted."""
        listed = read_rejects(self.run(run_id)).collect()
        counted = [
            {"resource": resource, "stage": COUNTED_ONLY, "reason": reason}
            for (resource, reason), count in self.counted_only(run_id).items()
            if resource != UNREADABLE_ROWS
            for _ in range(count)
        ]
        return pl.concat([listed, pl.DataFrame(counted, schema=COUNTED)], how="diagonal")

    def counted_only(self, run_id: str) -> dict[tuple[str, str], int]:
        """Resource and reason to what was counted only."""
        rows = self.summary(run_id)["rejects"]
        counted = [each for each in rows if each["stage"] == COUNTED_ONLY]
        return {(each["resource"], each["reason"]): each["count"] for each in counted}

    def wanted(self, run_id: str) -> Rows:
        """What DHIS2 should hold of the present openIMIS, by plain SQL, on the day of the run."""
        as_of = self.summary(run_id)["as_of"][:10]
        return wanted(self.openimis.conninfo, as_of=as_of, pseudonym_key=KEY)

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
    database: Database, folder: Path, version: str, country: str = ASKING
) -> Iterator[DemoScheme]:
    """A DHIS2 that is set up for the demo database, and holds no data yet."""
    folder.mkdir(exist_ok=True)
    with running_sandbox(version=version, users=[LOADER_USER]) as sandbox:
        scheme = DemoScheme(folder, database, sandbox, country)
        scheme.save_blocks()
        scheme.set_up()
        yield scheme
