"""`new-country` writes a country file with which a set-up begins; both systems are only read."""

import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from flows.commands.new_country import main
from flows.steps.shared.country_file import read_country
from tests.support.openimis_sample import sample
from tests.support.scheme.by_flows import FlowScheme, a_flow_scheme


@pytest.fixture
def scheme(prefect_server: None, tmp_path: Path) -> Iterator[FlowScheme]:
    with a_flow_scheme(tmp_path) as scheme:
        scheme.source.write(sample(60, seed=7, level="1.4", as_of=date(2026, 1, 1)))
        yield scheme


def reads_every_org_unit(request: dict[str, Any]) -> bool:
    query, is_list = request["query"], request["path"] == "/api/organisationUnits"
    return is_list and query.get("paging") == "false" and "filter" not in query


def test_the_file_names_what_is_there_and_set_up_takes_it(
    scheme: FlowScheme, capsys: pytest.CaptureFixture[str]
) -> None:
    out = scheme.folder / "new" / "country.toml"
    with closing(sqlite3.connect(scheme.source.path)) as openimis, openimis:
        openimis.execute("""UPDATE "tblHF" SET "LegalForm" = 'X' WHERE "HfID" = 1""")
    before = len(scheme.written())

    assert main(["scheme", "ministry", "--out", str(out)]) == 0

    page = out.read_text()
    assert "Nothing says what" in page
    assert "regions, those of a pilot" in page
    assert len(scheme.written()) == before
    scheme.country = page
    scheme.set_up()
    assert read_country(out).root.uid == tomllib.loads(page)["root"]["uid"]


@pytest.mark.longer
def test_root_levels_and_org_units_that_dhis2_has_are_named(
    scheme: FlowScheme, capsys: pytest.CaptureFixture[str]
) -> None:
    scheme.set_up()
    there = len(scheme.sandbox.metadata("organisationUnits"))
    out = scheme.folder / "country-of-today.toml"
    level = scheme.sandbox.metadata("organisationUnitLevels")
    named = {each["level"]: each["name"] for each in level.values()}
    before = len(scheme.sandbox.requests)

    assert main(["scheme", "ministry", "--out", str(out)]) == 0

    page = out.read_text()
    said = tomllib.loads(page)
    assert said["root"] == {
        "uid": "ImspTQPwCqd", "name": "Country", "short_name": "Country", "code": "ROOT",
    }  # fmt: skip
    assert [*said["levels"].values()] == [named[number] for number in sorted(named)]
    assert there > 1
    assert f"DHIS2 has {there} org units already" in page
    assert not [each for each in scheme.sandbox.requests[before:] if reads_every_org_unit(each)]


def test_a_file_that_is_there_stays_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "country.toml"
    out.write_text("mine")

    assert main(["scheme", "ministry", "--out", str(out)]) == 1

    assert out.read_text() == "mine"
    assert "Nothing was written." in capsys.readouterr().err
