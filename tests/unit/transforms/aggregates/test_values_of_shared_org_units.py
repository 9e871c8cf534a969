"""What several places have that share one org unit, and how many people are behind it."""

import datetime as dt

import polars as pl

from transforms.aggregates.data_values import DesiredValues, desired_values
from transforms.aggregates.figures.compute import VALUES
from transforms.openimis.country import country_of

PLACES = ("0b9f6c4e-0000", "f3986c4e-0000")
COUNTRY = country_of(
    {
        "root": {"uid": "ImspTQPwCqd", "name": "Country", "short_name": "Country"},
        "mode": "aggregate",
        "aggregates": {"figures": ["claims", "home_claims"]},
    },
    "the test",
)


def of_both(figure: str, value: int, persons: int) -> DesiredValues:
    """The values of two places of one org unit that have the same of a figure."""
    rows = [
        {"figure": figure, "period": "202512", "place": place, "value": value, "persons": persons}
        for place in PLACES
    ]
    codes = {"product": "P1", "claim_status": "entered"} if figure == "claims" else {}
    cells = pl.DataFrame([{**dict.fromkeys(VALUES), **row, **codes} for row in rows], schema=VALUES)
    at = pl.DataFrame({"place": PLACES, "orgUnit": ["DiszpKrYNg8"] * 2, "district": ["d"] * 2})
    return desired_values(cells, at, dt.date(2026, 1, 5), COUNTRY)


def test_values_of_places_that_share_an_org_unit_are_added_up() -> None:
    assert of_both("claims", 7, 6).desired["figure_value"].to_list() == ["14"]


def test_the_same_three_people_at_two_facilities_are_few() -> None:
    found = of_both("claims", 6, 3)

    assert found.desired.is_empty()
    assert found.counted == {"small_cell": 1}


def test_three_people_of_each_of_two_districts_are_six() -> None:
    assert of_both("home_claims", 6, 3).desired["figure_value"].to_list() == ["12"]
