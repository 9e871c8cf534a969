"""openIMIS keeps its funds as insurees and places: they are in no frame, and counted."""

import datetime as dt
from typing import Any

import polars as pl
import pytest

from tests.support.builders import PLACES, deleted, history_of, register, snapshot, uuid
from transforms.model.desired import desired
from transforms.model.org_units import org_units
from transforms.model.resources import FUNDING as GIVEN
from transforms.model.resources import RESOURCES
from transforms.model.selected_columns import selected_columns
from transforms.openimis.country import Country, Root
from transforms.openimis.register import Register, register_of

COUNTRY = Country(
    root=Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha"), contributions=True, funding=True
)
KEY = "a key of the ministry that is long enough"
FUNDING: list[dict[str, Any]] = [
    {"LocationName": "Funding", "LocationCode": f"F{kind}", "LocationType": kind, **above}
    for kind, above in (
        ("R", {}),
        ("D", {"ParentLocationId": 6}),
        ("W", {"ParentLocationId": 7}),
        ("V", {"ParentLocationId": 8}),
    )
]
FUNDING[0]["ParentLocationId"] = None
FUND = {"IsExcluded": 1, "LastName": "Funding", "OtherNames": "Funding", "Gender": None}


def openimis(**tables: Any) -> Register:
    """An insuree, and two funds: one of a product of a district, one of a product of no place."""
    rows: dict[str, Any] = {
        "Locations": [*PLACES, *FUNDING],
        "Families": [{}, {"InsureeID": 2, "LocationId": 2}, {"InsureeID": 3, "LocationId": None}],
        "Insuree": [{}, FUND | {"FamilyID": 2}, FUND | {"FamilyID": None}, history_of(2, **FUND)],
        "Policy": [{}, {"FamilyID": 2}, {"FamilyID": 3, "PolicyStage": None}],
        "InsureePolicy": [{}, {"InsureeID": 2, "PolicyId": 2}, {"InsureeID": 3, "PolicyId": 3}],
        "Premium": [{}, {"PolicyID": 2, "PayType": "F"}, {"PolicyID": 3, "PayType": "F"}],
        "Claim": [{}, {"InsureeID": 2}],
        "ClaimServices": [{}, {"ClaimID": 2}],
        "ClaimItems": [{}, {"ClaimID": 2}],
    }
    return register_of(snapshot(**(rows | tables)))


def made(source: Register) -> dict[str, pl.DataFrame]:
    today = dt.date(2023, 6, 30)
    found = desired(source, as_of=today, country=COUNTRY, pseudonym_key=KEY, window=None)
    return {name: frame.collect() for name, frame in found.items()}


def test_a_fund_is_no_person_and_has_no_policy_and_no_claim():
    found = made(openimis())

    given = found.pop(GIVEN.name)
    assert set(given["person"]) == {uuid("tblPremium", 2), uuid("tblPremium", 3)}
    for resource in RESOURCES:
        if resource is GIVEN:
            continue
        assert set(found[resource.name]["person"]) == {uuid("tblInsuree", 1)}
        assert found[resource.name]["faults"].list.len().sum() == 0


def test_the_places_of_funds_are_no_org_units_and_the_place_of_a_product_takes_nobody():
    units = org_units(openimis(), country=COUNTRY).collect()

    names = {uuid("tblLocations", number) for number in range(1, 6)} | {uuid("tblHF", 1)}
    assert set(units["key"]) == names
    assert set(units.filter("in_insuree_program")["kind"]) == {"V"}


@pytest.mark.parametrize(
    "other", [{"LocationCode": "R2"}, {"LocationName": "Funding Hills"}, {"LocationType": "D"}]
)
def test_a_place_that_is_only_called_like_one_of_funds_stays(other: dict[str, Any]):
    source = openimis(Locations=[*PLACES, FUNDING[0] | other])

    assert uuid("tblLocations", 6) in source.places.collect()["location_uuid"].to_list()


def test_what_is_current_of_them_is_counted():
    assert openimis().counted_only() == {"insuree_excluded": 2, "place_of_funds": 4}
    gone = openimis(Insuree=[{}, FUND | deleted()], Locations=PLACES)
    assert gone.counted_only() == {}


def test_who_had_such_a_number_once_is_a_person():
    source = register(Insuree=[{}, {}, history_of(2, IsExcluded=1)])

    assert source.people.current.collect().height == 2
    assert source.counted_only() == {}


def test_a_snapshot_of_an_earlier_release_says_of_nobody_that_he_is_a_fund():
    before = snapshot()
    before["tblInsuree"] = before["tblInsuree"].drop("IsExcluded")

    assert register_of(before).people.current.collect().height == 1


def test_the_database_says_who_is_excluded_by_the_numbers_of_the_country_file():
    country = COUNTRY.model_copy(update={"excluded_insurance_numbers": ["0", "00"]})

    for each, numbers in ((COUNTRY, ("999999999",)), (country, ("0", "00"))):
        [column] = [column for column in selected_columns(each)["tblInsuree"] if column.of]
        assert (column.of, column.among) == ("CHFID", numbers)
