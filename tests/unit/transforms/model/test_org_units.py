"""Org units: what openIMIS calls locations and health facilities."""

import datetime as dt
from typing import Any

import polars as pl
import pytest

from tests.support.builders import PLACES, REPLACED, deleted, history_of, org_unit, register, uuid
from transforms.core.errors import CountryError
from transforms.model.org_units import org_units
from transforms.model.selected_columns import selected_columns, selected_for_set_up
from transforms.openimis.country import Country, Root, country_of
from transforms.openimis.tables.places import GROUP_SETS

COUNTRY = Country(root=Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha"))
GROUPS = {group.key: group.uid for group_set in GROUP_SETS for group in group_set.groups}


def made(
    coordinates: pl.DataFrame | None = None, country: Country = COUNTRY, **changes: Any
) -> pl.DataFrame:
    return org_units(register(**changes), country=country, coordinates=coordinates).collect()


def a_country(**settings: Any) -> Country:
    root = {"uid": "ImspTQPwCqd", "name": "Ultha", "short_name": "Ultha"}
    return country_of({"root": root} | settings, "country.toml")


def unit(units: pl.DataFrame, table: str, number: int) -> dict[str, Any]:
    return units.row(by_predicate=pl.col("key") == uuid(table, number), named=True)


def test_a_village_is_under_its_ward_and_so_up_to_the_root():
    units = made()

    parents = [unit(units, "tblLocations", number)["parentUid"] for number in (1, 2, 3, 4)]

    assert parents == ["ImspTQPwCqd", *(org_unit("tblLocations", above) for above in (1, 2, 3))]


def test_parents_come_before_their_children():
    assert made()["level"].to_list() == [2, 3, 4, 4, 5, 5]


def test_an_org_unit_is_known_by_the_uuid_of_openimis():
    village = unit(made(), "tblLocations", 4)

    assert village["code"] == uuid("tblLocations", 4)
    assert village["uid"] == org_unit("tblLocations", 4)
    assert village["name"] == "R1D1M1V1 Rachla"


def test_a_health_facility_is_under_its_district():
    facility = unit(made(), "tblHF", 1)

    assert facility["parentUid"] == org_unit("tblLocations", 2)
    assert facility["level"] == 4
    assert facility["name"] == "RAHOS001 Rapta District Hospital"


@pytest.mark.parametrize(
    ("level", "kind", "groups"),
    [
        ("H", "H", [GROUPS["hospital"]]),
        ("C", "C", [GROUPS["health_centre"]]),
        ("D", "X", [GROUPS["dispensary"]]),
        ("P", "F", []),
    ],
)
def test_a_health_facility_is_in_the_group_of_its_level(level: str, kind: str, groups: list[str]):
    facility = unit(made(HF=[{"HFLevel": level}]), "tblHF", 1)

    assert facility["kind"] == kind
    assert facility["groups"] == groups


def test_a_location_is_in_the_group_of_its_type():
    units = made()

    groups = [unit(units, "tblLocations", number)["groups"] for number in (1, 2, 3, 4)]

    assert groups == [[GROUPS[name]] for name in ("region", "district", "ward", "village")]


@pytest.mark.parametrize(
    ("legal_form", "groups"),
    [
        ("G", ["public"]),
        ("D", ["public"]),
        ("P", ["private"]),
        ("C", ["private"]),
        ("X", []),
        (None, []),
    ],
)
def test_a_health_facility_is_public_or_private_by_its_legal_form(
    legal_form: str | None, groups: list[str]
):
    facility = unit(made(HF=[{"LegalForm": legal_form}]), "tblHF", 1)

    assert facility["groups"] == [GROUPS["hospital"], *(GROUPS[name] for name in groups)]


@pytest.mark.parametrize(
    ("section", "status", "groups"),
    [
        ({}, "AC", ["active"]),
        ({}, "IN", ["inactive"]),
        ({}, "ID", ["idle"]),
        ({}, "DE", ["delisted"]),
        ({"active": ["AC", "XX"]}, "XX", ["active"]),
        pytest.param({}, None, [], id="of an openIMIS before 1.11"),
        pytest.param(None, "DE", [], id="where the country file has no such section"),
    ],
)
def test_a_health_facility_is_in_the_group_of_its_status_where_the_country_file_asks(
    section: dict[str, list[str]] | None, status: str | None, groups: list[str]
):
    country = a_country(**({} if section is None else {"facility_status": section}))

    facility = unit(made(country=country, HF=[{"status": status, "HFLevel": "P"}]), "tblHF", 1)

    assert facility["groups"] == [GROUPS[name] for name in groups]
    assert facility["closedDate"] is None


def test_the_status_of_facilities_is_read_only_where_the_country_file_asks():
    def read(country: Country) -> list[bool]:
        selections = (selected_columns(country), selected_for_set_up(country))
        return ["status" in {column.name for column in each["tblHF"]} for each in selections]

    assert read(a_country(facility_status={})) == [True, True]
    assert read(COUNTRY) == [False, False]


def test_the_country_file_says_which_legal_forms_and_levels_are_in_a_group():
    country = a_country(
        facility_ownership={"public": ["G"], "private": ["P", "D"]},
        facility_level={"hospital": ["H", "T"]},
    )

    facility = unit(made(country=country, HF=[{"HFLevel": "T", "LegalForm": "D"}]), "tblHF", 1)
    charity = unit(made(country=country, HF=[{"LegalForm": "C"}]), "tblHF", 1)

    assert facility["groups"] == [GROUPS["hospital"], GROUPS["private"]]
    assert facility["kind"] == "H"
    assert charity["groups"] == [GROUPS["hospital"]]


def test_a_legal_form_in_two_groups_is_refused():
    with pytest.raises(CountryError, match="C is in two groups"):
        a_country(facility_ownership={"public": ["G", "D", "C"]})


def test_a_group_that_is_none_is_refused_with_those_that_are():
    with pytest.raises(CountryError, match="no clinic; its groups are hospital, health_centre"):
        a_country(facility_level={"clinic": ["K"]})


@pytest.mark.parametrize(("level", "number"), [("region", 1), ("district", 2), ("village", 4)])
def test_population_is_counted_at_the_level_that_the_country_file_names(level: str, number: int):
    units = made(country=a_country(population={"level": level}))

    counted = units.filter("in_population_set")["key"].to_list()
    assert uuid("tblLocations", number) in counted
    assert set(units.filter("in_population_set")["kind"]) == {level[0].upper()}


def test_a_deleted_location_stays_and_is_closed_on_the_day_of_its_deletion():
    village = unit(made(Locations=[*PLACES[:3], deleted()]), "tblLocations", 4)

    assert village["openingDate"] == "2000-01-01"
    assert village["closedDate"] == REPLACED.date().isoformat()
    assert village["faults"] == []


def test_a_location_deleted_before_the_opening_day_opens_no_later_than_it_closes():
    long_ago = dt.datetime.fromisoformat("1999-05-06")

    village = unit(made(Locations=[*PLACES[:3], {"ValidityTo": long_ago}]), "tblLocations", 4)

    assert village["openingDate"] == village["closedDate"] == "1999-05-06"


def test_a_history_row_is_no_org_unit():
    units = made(Locations=[*PLACES, history_of(4)], HF=[{"LegacyID": 1}, history_of(1)])

    assert units.height == len(PLACES) + 1


def test_a_deleted_row_that_names_itself_is_no_history_row():
    # Databases born in SQL Server have such rows.
    facility = unit(made(HF=[deleted(LegacyID=1)]), "tblHF", 1)

    assert facility["closedDate"] == REPLACED.date().isoformat()


def test_a_parent_named_by_a_history_row_is_the_parent_that_lives():
    units = made(Locations=[*PLACES[:3], {"ParentLocationId": 5}, history_of(3)])

    assert unit(units, "tblLocations", 4)["parentUid"] == org_unit("tblLocations", 3)


@pytest.mark.parametrize(
    "parent", [pytest.param(99, id="missing"), pytest.param(4, id="itself"), None]
)
def test_a_location_without_a_way_up_to_a_region_is_held_back(parent: int | None):
    units = made(Locations=[*PLACES[:3], {"ParentLocationId": parent}])

    assert unit(units, "tblLocations", 4)["faults"] == ["location_without_region"]


def test_a_circle_of_parents_ends():
    circle = [*PLACES[:3], {"ParentLocationId": 5}, {"ParentLocationId": 4}]

    units = made(Locations=circle)

    assert unit(units, "tblLocations", 4)["faults"] == ["location_without_region"]
    assert unit(units, "tblLocations", 5)["faults"] == ["location_without_region"]


def test_a_location_of_an_unknown_type_is_held_back():
    units = made(Locations=[*PLACES[:3], {"LocationType": "Z"}])

    assert unit(units, "tblLocations", 4)["faults"] == ["location_type_unknown"]


@pytest.mark.parametrize("district", [None, 99])
def test_a_health_facility_without_a_district_is_held_back(district: int | None):
    facility = unit(made(HF=[{"LocationId": district}]), "tblHF", 1)

    assert facility["faults"] == ["health_facility_without_district"]


def test_a_long_name_is_cut_to_what_dhis2_takes():
    village = unit(made(Locations=[*PLACES[:3], {"LocationName": "x" * 300}]), "tblLocations", 4)

    assert len(village["name"]) == 230
    assert len(village["shortName"]) == 50


@pytest.mark.parametrize(
    ("code", "name", "expected"),
    [
        (None, "Rachla", "Rachla"),
        ("V1", " ", "V1"),
        (" V1 ", " Rach\nla\t", "V1 Rach la"),
        (None, None, uuid("tblLocations", 4)),
    ],
)
def test_a_name_is_in_one_line_and_never_empty(code: str | None, name: str | None, expected: str):
    change = {"LocationCode": code, "LocationName": name}

    assert unit(made(Locations=[*PLACES[:3], change]), "tblLocations", 4)["name"] == expected


def test_claims_go_to_facilities_and_people_to_villages():
    units = made()

    to_claims = units.filter("in_claim_program")["key"].to_list()
    to_insurees = units.filter("in_insuree_program")["kind"].unique().to_list()

    assert to_claims == [uuid("tblHF", 1)]
    assert to_insurees == ["V"]


def test_a_ward_or_facility_where_a_person_is_takes_people_as_well():
    units = made(Insuree=[{"CurrentVillage": 3}, {"FamilyID": None}], Claim=[{"InsureeID": 2}])

    assert unit(units, "tblLocations", 3)["in_insuree_program"]
    assert unit(units, "tblHF", 1)["in_insuree_program"]
    assert not unit(units, "tblLocations", 2)["in_insuree_program"]


def test_the_fallback_place_takes_people_if_somebody_is_there():
    country = a_country(fallback_place="R1")

    for family, is_taken in ((None, True), (1, False)):
        units = made(country=country, Insuree=[{}, {"FamilyID": family}])
        assert unit(units, "tblLocations", 1)["in_insuree_program"] is is_taken


def test_a_place_with_coordinates_is_a_point_on_the_map():
    coordinates = pl.DataFrame(
        {"code": ["R1D1M1V1", "RAHOS001"], "longitude": [29.5, 30], "latitude": [-1.25, 0]}
    )

    units = made(coordinates)

    assert unit(units, "tblLocations", 4)["geometry"] == (
        '{"type":"Point","coordinates":[29.5,-1.25]}'
    )
    assert unit(units, "tblHF", 1)["geometry"] == '{"type":"Point","coordinates":[30.0,0.0]}'
    assert unit(units, "tblLocations", 5)["geometry"] is None


@pytest.mark.parametrize(
    "coordinates",
    [
        pytest.param({"code": ["A"], "longitude": [1.0]}, id="column missing"),
        pytest.param({"code": ["A"], "longitude": [181], "latitude": [0]}, id="out of range"),
        pytest.param({"code": ["A"], "longitude": ["x"], "latitude": [0]}, id="no number"),
        pytest.param(
            {"code": ["A", "A "], "longitude": [1, 2], "latitude": [1, 2]}, id="code twice"
        ),
    ],
)
def test_coordinates_that_cannot_be_used_stop_the_run(coordinates: dict[str, list[Any]]):
    with pytest.raises(CountryError, match="Nothing was done"):
        made(pl.DataFrame(coordinates))


def test_set_up_assigns_villages_and_the_fallback_place_and_a_daily_run_where_people_are():
    def assigned(country: Country, *, has_people: bool) -> set[str]:
        source = register(Families=[{"LocationId": 2}])
        units = org_units(source, country=country, has_people=has_people).collect()
        return set(units.filter("in_insuree_program")["key"])

    villages = {uuid("tblLocations", 4), uuid("tblLocations", 5)}
    district, ward = uuid("tblLocations", 2), uuid("tblLocations", 3)
    assert assigned(COUNTRY, has_people=False) == villages
    assert assigned(a_country(fallback_place="R1D1M1"), has_people=False) == {*villages, ward}
    assert assigned(COUNTRY, has_people=True) == {*villages, district}
