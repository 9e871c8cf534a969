"""Contributions: an event of the head of the household for each payment for a policy."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest

from tests.support.builders import deleted, history_of, org_unit, register, snapshot, uuid
from tests.support.reading import Row, read
from transforms.model.contributions import contributions
from transforms.model.people import desired_people
from transforms.model.resources import CONTRIBUTIONS
from transforms.openimis.country import Country, Root
from transforms.openimis.register import register_of
from transforms.openimis.tables.field_reasons import hint_of
from transforms.openimis.windows import Window

COUNTRY = Country(
    root=Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha"), contributions=True
)
TODAY = dt.date(2023, 6, 30)
IN_JUNE = dt.datetime.fromisoformat("2023-06-01")
ONE: Sequence[Mapping[str, Any]] = ({},)
COUPLE = [{"IsHead": True}, {}]
"""Insuree 1 is the head, whom the family names; insuree 2 is a member."""


def paid(*premiums: Mapping[str, Any], window: Window | None = None, **tables: Any) -> list[Row]:
    """The events of payments for policy 1 of family 1."""
    source = register(Premium=premiums or ONE, **({"Policy": [{}]} | tables))
    people = desired_people(source, COUNTRY)
    return read(contributions(source, people, as_of=TODAY, window=window), CONTRIBUTIONS)


def test_a_payment_is_an_event_of_the_head_on_the_day_of_payment():
    [event] = paid(Insuree=COUPLE)

    assert event["key"] == uuid("tblPremium", 1)
    assert event["parent"] == event["person"] == uuid("tblInsuree", 1)
    assert event["orgUnit"] == org_unit("tblLocations", 4)
    assert event["occurredAt"] == "2023-01-02"
    assert event["status"] == "COMPLETED"
    assert event["faults"] == event["notes"] == []


def test_it_says_how_much_was_paid_how_for_which_policy_and_product():
    [event] = paid({"Amount": Decimal("1250.50"), "PayType": "B"})

    assert event["Contribution amount"] == "1250.5"
    assert event["Contribution pay type"] == "Bank"
    assert event["Product"] == "BCUL0001"
    assert event["Policy ID"] == uuid("tblPolicy", 1)


@pytest.mark.parametrize(
    ("premium", "payers", "type_of_payer"),
    [
        ({"PayerID": None}, [], "Household"),
        ({"PayerID": 1}, [{"PayerType": "D"}], "Donor"),
        ({"PayerID": 1}, [{"PayerType": None}], None),
    ],
)
def test_of_the_payer_only_the_type_is_sent(
    premium: Mapping[str, Any], payers: list[Any], type_of_payer: str | None
):
    [event] = paid(premium, Payer=payers)

    assert event["Contribution payer type"] == type_of_payer
    assert event["notes"] == []


def test_a_payer_that_does_not_exist_is_left_out_with_a_note():
    [event] = paid({"PayerID": 7})

    assert event["Contribution payer type"] is None
    assert event["notes"] == ["contribution_payer_unknown"]


def test_where_payers_are_not_read_nobody_is_said_to_have_paid():
    tables = snapshot(Premium=ONE, Policy=[{}])
    source = register_of({name: rows for name, rows in tables.items() if name != "tblPayer"})

    [event] = read(
        contributions(source, desired_people(source, COUNTRY), as_of=TODAY, window=None),
        CONTRIBUTIONS,
    )

    assert event["Contribution payer type"] is None
    assert event["notes"] == event["faults"] == []


def test_an_unknown_pay_type_goes_out_empty_with_a_note():
    [event] = paid({"PayType": "X"})

    assert event["Contribution pay type"] is None
    assert event["notes"] == ["contribution_pay_type_unknown"]
    assert event["faults"] == []


@pytest.mark.parametrize(
    "premium",
    [{"isPhotoFee": True}, {"PayType": "F"}, {"PayType": "F "}, deleted(), history_of(7)],
    ids=["photo fee", "funding", "funding with a blank", "deleted", "superseded"],
)
def test_what_is_no_contribution_is_no_event(premium: Mapping[str, Any]):
    assert paid(premium) == []


def test_a_payment_for_a_policy_that_is_deleted_is_no_event():
    assert paid(Policy=[deleted()]) == []


def test_two_payments_for_one_policy_are_two_events():
    amounts = [each["Contribution amount"] for each in paid({"Amount": 10}, {"Amount": 20})]

    assert sorted(amounts) == ["10", "20"]


def test_who_becomes_head_has_the_payments_that_were_made_before():
    [event] = paid(Insuree=COUPLE, Families=[{"InsureeID": 2}])

    assert event["parent"] == event["person"] == uuid("tblInsuree", 2)


def test_a_household_of_another_region_than_the_pilots_has_no_events():
    pilot = COUNTRY.model_copy(update={"regions": ["R1"]})
    source = register(Premium=ONE, Policy=[{}])
    nobody = desired_people(source, pilot).filter(False)

    assert read(contributions(source, nobody, as_of=TODAY, window=None), CONTRIBUTIONS) == []


@pytest.mark.parametrize(
    ("premium", "tables", "fault"),
    [
        ({"PolicyID": 7}, {}, "contribution_policy_unknown"),
        ({}, {"Insuree": [deleted()]}, "contribution_without_head"),
        ({"PayDate": None}, {}, "contribution_date_missing"),
        ({"PayDate": dt.date(203, 1, 2)}, {}, "contribution_date_out_of_range"),
        ({"PayDate": dt.date(2023, 7, 2)}, {}, "contribution_date_in_future"),
        ({"Amount": None}, {}, "contribution_amount_missing"),
        ({}, {"Policy": [{"ProdID": 7}]}, "product_unknown"),
    ],
)
def test_what_cannot_be_sent_says_why(
    premium: Mapping[str, Any], tables: dict[str, Any], fault: str
):
    [event] = paid(premium, **tables)

    assert event["faults"] == [fault]
    assert hint_of(fault)


def test_a_payment_of_the_day_after_the_extract_is_a_matter_of_time_zones():
    [event] = paid({"PayDate": dt.date(2023, 7, 1)})

    assert event["faults"] == []


@pytest.mark.parametrize(
    ("tables", "is_in"),
    [
        ({}, False),
        ({"Policy": [{"ValidityFrom": IN_JUNE}]}, True),
        ({"Insuree": [{"ValidityFrom": IN_JUNE}]}, True),
    ],
)
def test_a_window_holds_what_left_a_trace_in_it(tables: dict[str, Any], is_in: bool):
    june = Window(dt.date(2023, 6, 1), dt.date(2023, 6, 30))

    [event] = paid(window=june, **tables)

    assert event["in_window"] is is_in


def test_a_window_holds_a_payment_that_was_corrected_in_it():
    june = Window(dt.date(2023, 6, 1), dt.date(2023, 6, 30))

    [event] = paid({"ValidityFrom": IN_JUNE}, window=june)

    assert event["in_window"] is True
