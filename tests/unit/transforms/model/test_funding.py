"""Funding: an event of nobody, at the place of the product, for each payment that a payer gives."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from tests.support.builders import PLACES, deleted, history_of, org_unit, register, uuid
from tests.support.reading import Row, read
from transforms.matching.placement import PLACEMENT
from transforms.model.desired import desired
from transforms.model.funding import funding
from transforms.model.placed import placed, with_root
from transforms.model.resources import FUNDING
from transforms.model.selected_columns import selected_columns
from transforms.openimis.country import Country, Root
from transforms.openimis.tables.field_reasons import hint_of
from transforms.openimis.windows import Window

COUNTRY = Country(root=Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha"), funding=True)
TODAY = dt.date(2023, 6, 30)
GIVEN = {"PayType": "F"}
OF_THE_DISTRICT = [{"LocationId": 2}]


def given(
    *premiums: Mapping[str, Any],
    window: Window | None = None,
    country: Country = COUNTRY,
    **tables: Any,
) -> list[Row]:
    """The events of what was given by policy 1."""
    payments = [GIVEN | each for each in premiums or ({},)]
    source = register(Premium=payments, **({"Policy": [{}], "Product": OF_THE_DISTRICT} | tables))
    return read(funding(source, country, as_of=TODAY, window=window), FUNDING)


def test_what_is_given_is_an_event_of_nobody_at_the_place_of_the_product():
    [event] = given({"Amount": Decimal("500000.00")})

    assert event["key"] == event["person"] == uuid("tblPremium", 1)
    assert event["parent"] is None
    assert event["orgUnit"] == org_unit("tblLocations", 2)
    assert event["occurredAt"] == "2023-01-02"
    assert event["Funding amount"] == "500000"
    assert event["Product"] == "BCUL0001"
    assert event["faults"] == event["notes"] == []


@pytest.mark.parametrize("location", [None, 0, 99])
def test_what_is_given_for_a_product_of_no_place_lies_at_the_root(location: int | None):
    [event] = given(Product=[{"LocationId": location}])

    assert event["orgUnit"] == COUNTRY.root.uid


def test_it_says_of_which_type_the_payer_is():
    [event] = given({"PayerID": 1}, Payer=[{"PayerType": "G"}])

    assert event["Funding payer type"] == "Government"


def test_a_payer_that_does_not_exist_is_left_out_with_a_note():
    [event] = given({"PayerID": 7})

    assert event["Funding payer type"] is None
    assert event["notes"] == ["funding_payer_unknown"]


def test_the_household_by_which_openimis_keeps_a_fund_does_not_matter():
    [event] = given(Insuree=[{"IsExcluded": 1}])

    assert event["faults"] == []


@pytest.mark.parametrize(
    "premium",
    [{"PayType": "C"}, {"isPhotoFee": True}, deleted(), history_of(7)],
    ids=["a contribution", "a photo fee", "deleted", "superseded"],
)
def test_what_is_no_funding_is_no_event(premium: Mapping[str, Any]):
    assert given(premium) == []


def test_what_is_given_by_a_policy_that_is_deleted_is_no_event():
    assert given(Policy=[deleted()]) == []


@pytest.mark.parametrize(
    ("premium", "fault"),
    [
        ({"PolicyID": 7}, "funding_policy_unknown"),
        ({"PayDate": None}, "funding_date_missing"),
        ({"PayDate": dt.date(203, 1, 2)}, "funding_date_out_of_range"),
        ({"PayDate": dt.date(2023, 7, 2)}, "funding_date_in_future"),
        ({"Amount": None}, "funding_amount_missing"),
    ],
)
def test_what_cannot_be_sent_says_why(premium: Mapping[str, Any], fault: str):
    [event] = given(premium)

    assert event["faults"] == [fault]
    assert hint_of(fault)


REGIONS = [*PLACES, {"LocationType": "R", "LocationCode": "R2", "ParentLocationId": None}]


@pytest.mark.parametrize(
    ("products", "count"),
    [([{"LocationId": 1}], 1), ([{"LocationId": 2}], 1), ([{"LocationId": None}], 1),
     ([{"LocationId": 6}], 0)],
    ids=["of the pilot", "of a district of it", "of the country", "of another region"],
)  # fmt: skip
def test_a_pilot_has_what_is_given_for_its_products_and_for_those_of_the_country(
    products: Sequence[Mapping[str, Any]], count: int
):
    pilot = COUNTRY.model_copy(update={"regions": ["R1"]})

    assert len(given(country=pilot, Product=products, Locations=REGIONS)) == count


def test_in_a_tree_of_dhis2s_own_the_root_stays_the_root():
    of_root = pl.LazyFrame({"orgUnit": [COUNTRY.root.uid], "faults": [[]], "notes": [[]]})
    nothing = pl.DataFrame(schema=PLACEMENT)

    found = placed(of_root, (), with_root(nothing, COUNTRY)).collect()

    assert found["orgUnit"].to_list() == [COUNTRY.root.uid]
    assert found["faults"].list.len().to_list() == [0]


@pytest.mark.parametrize(("change", "is_in"), [({}, False), ({"Product": True}, True)])
def test_a_window_holds_what_is_given_for_a_product_that_changed_in_it(
    change: dict[str, bool], is_in: bool
):
    june = Window(dt.date(2023, 6, 1), dt.date(2023, 6, 30))
    changed = {"ValidityFrom": dt.datetime.fromisoformat("2023-06-01")} if change else {}

    [event] = given(window=june, Product=[{"LocationId": 2} | changed])

    assert event["in_window"] is is_in


def test_a_country_that_does_not_ask_has_none_and_reads_no_place_of_a_product():
    source = register(Premium=[GIVEN], Policy=[{}])
    silent = COUNTRY.model_copy(update={"funding": False})
    asked = {"as_of": TODAY, "pseudonym_key": "x" * 32, "window": None}

    found = {
        country.funding: desired(source, country=country, **asked)[FUNDING.name].collect().height
        for country in (COUNTRY, silent)
    }

    assert found == {True: 1, False: 0}
    assert "LocationId" in {each.name for each in selected_columns(COUNTRY)["tblProduct"]}
    assert "LocationId" not in {each.name for each in selected_columns(silent)["tblProduct"]}
    assert "tblPremium" not in selected_columns(silent)
