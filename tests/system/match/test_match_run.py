"""Matching on the stand-in: DHIS2 is only read, and what a person decided stays."""

import copy
import json

import polars as pl
import pytest

from flows.steps.match.match_run import Beside
from staging.matches import write_matches
from tests.support.national_tree import ROOT
from tests.system.match.conftest import LEVELS, MATCH, Ministry
from transforms.core.errors import CountryError, StagingError, TargetError
from transforms.matching.decisions import BY_RULE
from transforms.openimis.country import country_of


def edit(ministry: Ministry, key: str, **values: str) -> None:
    """Change cells of the file, as a spreadsheet does."""
    is_row = pl.col("openimis_uuid") == key
    ministry.rows.with_columns(
        pl.when(is_row).then(pl.lit(value)).otherwise(name).alias(name)
        for name, value in values.items()
    ).write_csv(ministry.target.matches, separator=";", include_bom=True)


def test_nothing_is_written_to_dhis2_and_its_tree_is_read_once(ministry: Ministry) -> None:
    state = ministry.sandbox.state
    before = copy.deepcopy(state.metadata)

    ministry.match()

    asked = ministry.sandbox.requests
    assert {(row["method"], row["path"]) for row in asked} == {("GET", "/api/organisationUnits")}
    assert len(asked) == 2
    assert state.metadata == before


def test_only_places_of_openimis_are_read(ministry: Ministry) -> None:
    ministry.match()

    tables = {path.stem for path in (ministry.run.folder / "snapshot").glob("*.parquet")}
    assert tables == {"tblLocations", "tblHF"}


def test_the_file_has_a_row_for_each_place_and_is_right(ministry: Ministry) -> None:
    done = ministry.match()

    rows = ministry.rows
    truth = ministry.made.truth
    assert set(rows["openimis_uuid"]) == set(truth)
    accepted = rows.filter(decision="accepted")
    assert accepted.height > 50
    assert [truth[key] for key in accepted["openimis_uuid"]] == accepted["dhis2_uid"].to_list()
    assert accepted["who"].unique().to_list() == [BY_RULE]
    assert done.open == rows.filter(decision="to decide").height > 0


def test_the_page_counts_and_lists_what_is_open(ministry: Ministry) -> None:
    page = ministry.match().page

    assert "| facility |" in page
    assert "## To decide:" in page
    assert "nothing was written to DHIS2" in page
    assert page == ministry.run.matches.with_suffix(".md").read_text()


def test_run_again_it_keeps_the_file_and_has_no_news(ministry: Ministry) -> None:
    ministry.match()
    before = ministry.target.matches.read_bytes()

    page = ministry.match().page

    assert ministry.target.matches.read_bytes() == before
    assert "of which 0 new or changed" in page


def test_a_persons_decision_stays_and_opens_what_lies_below(ministry: Ministry) -> None:
    ministry.match()
    key = ministry.rows.filter(decision="to decide")["openimis_uuid"][0]
    uid = next(row["id"] for row in ministry.made.units if row["id"] != ROOT)
    edit(ministry, key, dhis2_uid=uid)

    for _ in range(2):
        ministry.match(who="Asha")

    [row] = ministry.rows.filter(openimis_uuid=key).to_dicts()
    assert (row["decision"], row["dhis2_uid"], row["who"]) == ("accepted", uid, "Asha")
    assert row["when"] == "2026-01-05 08:00"


def test_each_run_keeps_a_copy_of_the_file(ministry: Ministry) -> None:
    ministry.match()

    assert ministry.run.matches.read_bytes() == ministry.target.matches.read_bytes()


def test_a_file_that_changes_while_a_run_is_at_work_is_not_overwritten(ministry: Ministry) -> None:
    ministry.match()

    with pytest.raises(StagingError, match="was changed while this run was at work"):
        write_matches(ministry.run, ministry.target, ministry.rows, "another checksum")


def test_a_file_that_is_damaged_is_not_overwritten(ministry: Ministry) -> None:
    ministry.match()
    edit(ministry, ministry.rows["openimis_uuid"][0], decision="maybe")
    before = ministry.target.matches.read_bytes()

    with pytest.raises(StagingError, match="a decision is none of"):
        ministry.match()

    assert ministry.target.matches.read_bytes() == before


def test_where_no_level_is_named_the_levels_of_dhis2_are_told(ministry: Ministry) -> None:
    with pytest.raises(CountryError, match=r"level 2: 2 org units; level 3: \d+ org units"):
        ministry.match(country_of(MATCH | {"match": {}}, "country.toml"))

    assert not ministry.target.matches.exists()


def test_a_level_that_dhis2_has_not_is_refused(ministry: Ministry) -> None:
    levels = LEVELS | {"village": [6]}

    with pytest.raises(CountryError, match="levels 6"):
        ministry.match(country_of(MATCH | {"match": {"levels": levels}}, "country.toml"))


def test_a_root_that_dhis2_has_not_is_refused(ministry: Ministry) -> None:
    root = MATCH["root"] | {"uid": "AnotherRoot"}

    with pytest.raises(TargetError, match="no org unit AnotherRoot"):
        ministry.match(country_of(MATCH | {"root": root}, "country.toml"))


def test_codes_in_an_attribute_and_where_org_units_lie_are_used(ministry: Ministry) -> None:
    key, uid = next(
        (row["key"], ministry.made.truth[row["key"]])
        for row in ministry.made.places
        if row["kind"] == "facility" and ministry.made.truth[row["key"]]
    )
    code = next(row["code"] for row in ministry.made.places if row["key"] == key)
    held = ministry.sandbox.state.metadata["organisationUnits"]
    for unit in held.values():
        unit.pop("code", None)
        unit["geometry"] = {"type": "Point", "coordinates": [30.0, -5.0]}
    held[uid]["attributeValues"] = [{"value": code, "attribute": {"id": "AttributeU1"}}]
    held[uid]["geometry"] = {"type": "Point", "coordinates": [36.8, -1.3]}
    settings = {"levels": LEVELS, "code_attribute": "AttributeU1"}
    here = pl.DataFrame({"code": [code], "longitude": [36.801], "latitude": [-1.3]})

    ministry.match(
        country_of(MATCH | {"match": settings}, "country.toml"), beside=Beside(coordinates=here)
    )

    [row] = ministry.rows.filter(openimis_uuid=key).to_dicts()
    assert (row["how"], row["dhis2_uid"], row["km"]) == ("attribute", uid, "0.1")
    drawn = json.loads(ministry.run.matches.with_suffix(".geojson").read_text())["features"]
    assert [36.801, -1.3] in [each["geometry"]["coordinates"] for each in drawn]


def test_a_persons_own_table_is_kept_to(ministry: Ministry) -> None:
    place = next(row for row in ministry.made.places if row["kind"] == "village")
    table = pl.DataFrame({"code": [place["code"]], "kind": ["village"], "uid": [ROOT]})
    uid = str(ministry.made.units[5]["id"])

    ministry.match(beside=Beside(table=table.with_columns(uid=pl.lit(uid))))

    [row] = ministry.rows.filter(openimis_uuid=place["key"]).to_dicts()
    assert (row["decision"], row["how"], row["dhis2_uid"]) == ("accepted", "table", uid)
