"""One scheme as its data manager has it: blocks, a country file, a staging folder, and flows."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from prefect.client.schemas.objects import State

from flows.prefect_support.dhis2_server import Dhis2Server
from flows.prefect_support.openimis_database import OpenimisDatabase
from flows.prefect_support.pseudonym_key import PseudonymKey
from flows.set_up_dhis2 import set_up_dhis2
from flows.sync import sync
from tests.support.databases import sqlite_odbc
from tests.support.loader import LOGIN as LOADER_LOGIN
from tests.support.loader import NAME as LOADER_NAME
from tests.support.openimis_sample import next_day
from tests.support.sandbox import ADMIN, Sandbox

COUNTRY = """
[root]
uid = "ImspTQPwCqd"
name = "Country"
short_name = "Country"
code = "ROOT"

[waiting]
hours = 0
"""


def save_servers(url: str, load: str, administration: str) -> None:
    """Save a block for the user of the load, and one for the administrator, who sets up."""
    for name, login in ((load, LOADER_LOGIN), (administration, ADMIN)):
        block = Dhis2Server(base_url=url, username=login[0], password=login[1])
        block.save(name, overwrite=True)


def own_copy(sample: Path, folder: Path) -> Path:
    """Return a copy of a database in SQLite, to be changed."""
    path = folder / "openimis.sqlite"
    with closing(sqlite3.connect(sample)) as whole, closing(sqlite3.connect(path)) as own:
        whole.backup(own)
    return path


@dataclass
class Scheme:
    """A scheme of insurance."""

    folder: Path
    database: Path
    sandbox: Sandbox
    country: str = COUNTRY

    def save_blocks(self) -> None:
        """Save the blocks that the flows name."""
        connection = sqlite_odbc(self.database)
        OpenimisDatabase(dialect="sqlite", connection_string=connection).save(
            "scheme", overwrite=True
        )
        save_servers(self.sandbox.url, "ministry", "administrator")
        PseudonymKey(key="a key that is made for tests and nothing else").save(
            "scheme", overwrite=True
        )

    @property
    def country_file(self) -> Path:
        """The country file."""
        path = self.folder / "country.toml"
        path.write_text(self.country)
        return path

    @property
    def staging_root(self) -> Path:
        """Where runs and acknowledged state lie."""
        return self.folder / "area"

    def set_up(self) -> None:
        """Set DHIS2 up."""
        where = (self.country_file, self.staging_root)
        set_up_dhis2("scheme", "administrator", *where, loader_user=LOADER_NAME)

    def sync(self, **more: Any) -> State[Any]:
        """Bring DHIS2 up to date; return how that ended."""
        return sync(
            "scheme", "ministry", self.country_file, self.staging_root, return_state=True, **more
        )

    def written(self) -> list[dict[str, Any]]:
        """Return the requests that were made so far, but those that only read."""
        return [each for each in self.sandbox.requests if each["method"] != "GET"]

    def next_day(self, day: date) -> None:
        """Let a day pass in openIMIS."""
        with sqlite3.connect(self.database) as connection:
            next_day(connection, day=day, seed=day.toordinal())
