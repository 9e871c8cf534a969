"""The set-up flow, from a sample openIMIS in PostgreSQL into a DHIS2."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from flows.prefect_support.dhis2_server import Dhis2Server
from flows.prefect_support.openimis_database import OpenimisDatabase
from flows.set_up_dhis2 import set_up_dhis2
from staging.layout import Run, Target
from staging.runs import at_work
from staging.snapshots import is_complete, read_snapshot
from staging.target_lock import locked
from tests.support.databases import Database
from tests.support.sandbox import ADMIN, Sandbox, running_sandbox
from transforms.openimis.tables.places import SETTLEMENT

COUNTRY = """
coordinates = "coordinates.csv"
place_groups = "place-groups.csv"

[root]
uid = "rootOrgUnit"
name = "Country"
short_name = "Country"

[service_groups.deliveries]
name = "Deliveries"
codes = ["S001", "NONE"]
"""


URBAN, RURAL = (group.uid for group in SETTLEMENT.groups)


@pytest.fixture
def server() -> Iterator[Sandbox]:
    with running_sandbox(version="2.42") as sandbox:
        yield sandbox


@pytest.fixture
def arguments(
    prefect_server: None, openimis: Database, server: Sandbox, tmp_path: Path
) -> dict[str, Any]:
    source = OpenimisDatabase(dialect="postgresql", connection_string=openimis.odbc)
    source.save("sample", overwrite=True)
    target = Dhis2Server(base_url=server.url, username=ADMIN[0], password=ADMIN[1])
    target.save("stand-in", overwrite=True)
    country = tmp_path / "country.toml"
    country.write_text(COUNTRY)
    region = code_of_a_region(openimis)
    (tmp_path / "coordinates.csv").write_text(f"code,longitude,latitude\n{region},36.8,-1.3\n")
    (tmp_path / "place-groups.csv").write_text(f"code,settlement\n{region},urban\nNONE,rural\n")
    return {
        "source": "sample",
        "target": "stand-in",
        "country": country,
        "staging_root": tmp_path / "staging",
    }


def code_of_a_region(openimis: Database) -> str:
    query = (
        'SELECT "LocationCode" FROM "tblLocations" '
        'WHERE "LocationType" = \'R\' AND "ValidityTo" IS NULL LIMIT 1'
    )
    with psycopg.connect(openimis.conninfo) as connection:
        return str(connection.execute(query).fetchone()[0])


def writes(server: Sandbox) -> list[str]:
    return [
        row["path"]
        for row in server.requests
        if row["method"] != "GET" and row["query"].get("importMode") != "VALIDATE"
    ]


def test_set_up_fills_an_empty_dhis2_and_a_second_one_writes_nothing(
    arguments: dict[str, Any], server: Sandbox
) -> None:
    set_up_dhis2(**arguments, run_id="first")
    before = writes(server)
    set_up_dhis2(**arguments, run_id="second")

    units = server.metadata("organisationUnits").values()
    assert len(units) > 30
    assert [unit["id"] for unit in units if not unit.get("parent")] == ["rootOrgUnit"]
    assert sum(1 for unit in units if unit.get("geometry")) == 1
    groups = server.metadata("organisationUnitGroups")
    assert [len(groups[uid].get("organisationUnits") or ()) for uid in (URBAN, RURAL)] == [1, 0]
    assert len(server.metadata("options")) > 100
    assert writes(server) == before


def test_a_plan_alone_writes_nothing(arguments: dict[str, Any], server: Sandbox) -> None:
    set_up_dhis2(**arguments, run_id="plan", apply=False)

    assert writes(server) == []


def test_the_plan_tells_of_service_groups_and_of_lines_of_a_file_that_reach_no_place(
    arguments: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    set_up_dhis2(**arguments, run_id="plan", apply=False)

    assert "Service group 'Deliveries' (deliveries): 4 figures of 1 services." in caplog.text
    assert "no service with the code NONE" in caplog.text
    assert "1 lines whose code openIMIS does not have" in caplog.text
    assert "the first is line 3" in caplog.text


def test_set_up_reads_places_and_lists_and_nothing_of_people_policies_or_claims(
    arguments: dict[str, Any],
) -> None:
    set_up_dhis2(**arguments, run_id="plan", apply=False)

    read = set(read_snapshot(Run(arguments["staging_root"], "plan")).frames)
    assert {"tblLocations", "tblHF", "tblICDCodes", "tblProduct"} <= read
    assert not read & {"tblInsuree", "tblFamilies", "tblPolicy", "tblInsureePolicy", "tblPremium"}
    assert [table for table in read if table.startswith("tblClaim")] == []


def test_set_up_takes_its_snapshot_only_while_nobody_else_writes_there(
    arguments: dict[str, Any],
) -> None:
    root = arguments["staging_root"]
    with locked(Target(root, "stand-in"), "nightly"):
        held = set_up_dhis2(**arguments, run_id="plan", return_state=True)
    with at_work(Run(root, "plan")):
        at_work_already = set_up_dhis2(**arguments, run_id="plan", return_state=True)

    assert "Run nightly is writing to this target" in str(held.message)
    assert "Run plan is at work already" in str(at_work_already.message)
    assert not is_complete(Run(root, "plan"))


def test_a_flow_that_must_stop_ends_with_the_sentence(
    arguments: dict[str, Any], server: Sandbox
) -> None:
    state = set_up_dhis2(**arguments, run_id="nobody", loader_user="nobody", return_state=True)

    assert state.is_failed()
    assert "loader_user" in str(state.message)
    assert "Traceback" not in str(state.message)
