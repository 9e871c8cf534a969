"""`make package`: what set-up writes into an empty DHIS2 of each version, as files.

    <version>.json              POST /api/metadata?importStrategy=CREATE_AND_UPDATE&atomicMode=ALL
    <version>.maps.json         then each of the list: POST /api/maps
    <version>.dashboards.json   then POST /api/metadata as before: what shows maps or event reports

What depends on a country (its products, services, diagnoses …) is the sample's. Org units, and what
is assigned to them, are no part of it.
"""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from flows.connectors.dhis2.client import Dhis2
from flows.prefect_support.dhis2_server import Dhis2Server
from tests.support.openimis_sample import sample
from tests.support.package_plan import package_plan
from tests.support.sandbox import ADMIN, SUPPORTED, Sandbox, running_sandbox
from transforms.dhis2.analytical_objects import map_body
from transforms.dhis2.metadata_plan import DASHBOARDS, MAPS
from transforms.model.options import options
from transforms.openimis.country import Country, country_of
from transforms.openimis.register import register_of
from transforms.openimis.tables.columns import TABLES

PROJECT = Path(__file__).parents[2]
FOLDER = PROJECT / "build" / "package"

Files = dict[str, Any]  # what a file's name ends in → its content


def main() -> None:
    """Write the package for each supported version."""
    choices = sample_options()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for version in SUPPORTED:
        with running_sandbox(version=version) as empty, _client(empty) as client:
            files = package_files(client, example_country(), choices)
        for ending, content in files.items():
            path = FOLDER / f"{version}{ending}"
            path.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2))
            print(path.relative_to(PROJECT))


def package_files(client: Dhis2, country: Country, choices: pl.DataFrame) -> Files:
    """Return what set-up plans to write into a DHIS2, in the order in which it can be imported."""
    plan = package_plan(client, country, choices)
    maps = [map_body(each) for each in plan.create[MAPS]]
    dashboards = [each for each in plan.create[DASHBOARDS] if _comes_last(each)]
    return {
        ".json": plan.checkable,
        ".maps.json": maps,
        ".dashboards.json": {DASHBOARDS: dashboards},
    }


def sample_options() -> pl.DataFrame:
    """Return the options of the sample openIMIS."""
    frames = sample(300, seed=1, level="1.11", as_of=date(2026, 1, 1), defects=False)
    read = {
        name: frames[name]
        .lazy()
        .select(pl.col(row.name).cast(row.dtype) for row in table.columns if not row.of)
        for name, table in TABLES.items()
    }
    return options(register_of(read)).collect()


def example_country() -> Country:
    """Return what the example of a country file says."""
    name = "country.example.toml"
    return country_of(tomllib.loads((PROJECT / name).read_text()), name)


def _client(sandbox: Sandbox) -> Dhis2:
    username, password = ADMIN
    server = Dhis2Server(base_url=sandbox.url, username=username, password=password)
    return server.client(timeout_seconds=60)


def _comes_last(board: dict[str, Any]) -> bool:
    return any(item.keys() & {"map", "eventReport"} for item in board["dashboardItems"])


if __name__ == "__main__":
    main()
