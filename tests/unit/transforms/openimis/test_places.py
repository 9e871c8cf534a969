"""Where a person is: the first place that openIMIS knows of, in a fixed order."""

import datetime as dt
from typing import Any

import polars as pl
import pytest

from tests.support.builders import PLACES, deleted, history_of, org_unit, register

FAMILY_VILLAGE = org_unit("tblLocations", 4)
OTHER_VILLAGE = org_unit("tblLocations", 5)
FACILITY = org_unit("tblHF", 1)
NOWHERE = {"LocationId": None}
LATER = dt.datetime.fromisoformat("2024-01-01")


def place_of_insuree_1(**changes: Any) -> dict[str, Any]:
    found = register(**changes).homes.collect()
    return found.row(by_predicate=pl.col("insuree_id") == 1, named=True)


def test_a_person_is_in_the_current_village():
    place = place_of_insuree_1(Insuree=[{"CurrentVillage": 5}])

    assert place["place"] == place["place_village"] == OTHER_VILLAGE
    assert place["place_source"] == "current_village"


@pytest.mark.parametrize("nothing", [None, 0])
def test_a_person_without_a_current_village_is_in_the_village_of_the_family(nothing: int | None):
    place = place_of_insuree_1(Insuree=[{"CurrentVillage": nothing}])

    assert place["place"] == FAMILY_VILLAGE
    assert place["place_source"] == "family"


def test_a_current_village_that_openimis_does_not_have_is_as_good_as_none():
    assert place_of_insuree_1(Insuree=[{"CurrentVillage": 99}])["place"] == FAMILY_VILLAGE


def test_a_village_named_by_a_history_row_is_the_village_that_lives():
    villages = [*PLACES, history_of(5)]

    place = place_of_insuree_1(Locations=villages, Insuree=[{"CurrentVillage": 6}])

    assert place["place"] == OTHER_VILLAGE


def test_a_deleted_village_is_a_place_like_any_other():
    assert place_of_insuree_1(Locations=[*PLACES[:3], deleted()])["place"] == FAMILY_VILLAGE


def test_else_in_the_current_village_of_the_newest_history_row_that_has_one():
    versions = [
        {},
        history_of(1, CurrentVillage=4),
        history_of(1, CurrentVillage=5, ValidityTo=LATER),
        history_of(1, CurrentVillage=0, ValidityTo=LATER),
    ]

    place = place_of_insuree_1(Families=[NOWHERE], Insuree=versions)

    assert place["place"] == OTHER_VILLAGE
    assert place["place_source"] == "history"


def test_the_newest_history_row_is_the_one_that_was_replaced_last_whatever_its_number():
    versions = [
        {},
        history_of(1, CurrentVillage=5, ValidityTo=LATER),
        history_of(1, CurrentVillage=4),
    ]

    place = place_of_insuree_1(Families=[NOWHERE], Insuree=versions)

    assert place["place"] == OTHER_VILLAGE


@pytest.mark.parametrize("nothing", [None, 0])
def test_else_in_the_village_of_the_family_that_was_left(nothing: int | None):
    versions = [{"FamilyID": nothing}, history_of(1, FamilyID=1)]

    place = place_of_insuree_1(Insuree=versions)

    assert place["place"] == FAMILY_VILLAGE
    assert place["place_source"] == "former_family"
    assert place["family_id"] is None


def test_else_in_the_village_of_the_familys_newest_history_row_that_has_one():
    families = [
        NOWHERE,
        history_of(1, LocationId=4),
        history_of(1, LocationId=5, ValidityTo=LATER),
        history_of(1, LocationId=None, ValidityTo=LATER),
    ]

    place = place_of_insuree_1(Families=families)

    assert place["place"] == OTHER_VILLAGE
    assert place["place_source"] == "family_history"


@pytest.mark.parametrize(
    "versions",
    [
        pytest.param([{}], id="still named by the person"),
        pytest.param([{"FamilyID": None}, history_of(1)], id="named by a history row"),
    ],
)
def test_else_in_the_village_of_the_deleted_family(versions: list[dict[str, Any]]):
    place = place_of_insuree_1(Families=[deleted()], Insuree=versions)

    assert place["place"] == FAMILY_VILLAGE
    assert place["place_source"] == "deleted_family"


def test_else_at_the_facility_of_the_earliest_current_claim():
    claims = [
        {"DateFrom": dt.date(2023, 2, 1), "HFID": 2},
        {"DateFrom": dt.date(2023, 1, 1), "HFID": 1},
        {"DateFrom": dt.date(2023, 1, 1), "HFID": 2},
        deleted(DateFrom=dt.date(2022, 1, 1), HFID=2),
    ]

    place = place_of_insuree_1(Families=[NOWHERE], HF=[{}, {}], Claim=claims)

    assert place["place"] == FACILITY
    assert place["place_village"] is None
    assert place["place_source"] == "facility"


def test_a_claim_and_a_facility_named_by_history_rows_count_for_the_rows_that_live():
    place = place_of_insuree_1(
        Families=[NOWHERE],
        Insuree=[{}, history_of(1)],
        HF=[{}, history_of(1)],
        Claim=[{"InsureeID": 2, "HFID": 2}],
    )

    assert place["place"] == FACILITY


def test_a_claim_moves_nobody_who_has_a_village():
    assert place_of_insuree_1(Claim=[{}])["place"] == FAMILY_VILLAGE


def test_a_person_of_whom_nothing_is_known_is_nowhere():
    place = place_of_insuree_1(Families=[NOWHERE])

    assert place["place"] is None
    assert place["place_source"] is None


@pytest.mark.parametrize(
    "villages",
    [
        pytest.param([*PLACES[:3], {"ParentLocationId": 5}, {"ParentLocationId": 4}], id="circle"),
        pytest.param([*PLACES[:3], {"ParentLocationId": 4}], id="its own parent"),
        pytest.param([*PLACES[:3], {"ParentLocationId": 99}], id="parent missing"),
    ],
)
def test_a_village_without_a_way_up_to_a_region_is_no_place(villages: list[dict[str, Any]]):
    assert place_of_insuree_1(Locations=villages)["place"] is None


def test_a_deleted_person_has_a_place_too():
    assert place_of_insuree_1(Insuree=[deleted()])["place"] == FAMILY_VILLAGE


def test_every_person_has_one_row():
    people = [{}, {}, history_of(1), history_of(1), deleted()]

    found = register(Insuree=people, Claim=[{}, {}]).homes.collect()

    assert sorted(found["insuree_id"]) == [1, 2, 5]
