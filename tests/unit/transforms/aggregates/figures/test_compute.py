"""Figures: what counts in which month, where, and in which part."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import polars as pl

from tests.support.builders import deleted, register, uuid
from transforms.aggregates.figures.compute import VALUES, figure_values
from transforms.aggregates.figures.periods import period_of
from transforms.aggregates.figures.settings import FigureSettings
from transforms.aggregates.figures.table import FIGURE_BY_KEY
from transforms.openimis.country import Country, Root
from transforms.openimis.service_groups import ServiceGroup

ROOT = Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha")
GROUPS = {"visits": ServiceGroup(name="Visits", codes=["A1"])}
COUNTRY = Country(root=ROOT, service_groups=GROUPS)
SETTINGS = FigureSettings(as_of=dt.date(2024, 6, 30), country=COUNTRY)
DISTRICT, FACILITY = uuid("tblLocations", 2), uuid("tblHF", 1)


def values(
    figure: str,
    *periods: str,
    settings: FigureSettings = SETTINGS,
    **tables: Any,
) -> list[dict[str, Any]]:
    """Return the values of a figure, without what is null or the same in all of these tests."""
    months = [period_of(each) for each in periods or ("202306",)]
    found = figure_values(register(**tables), months, settings, [FIGURE_BY_KEY[figure]]).collect()
    assert found.schema == VALUES
    rows = found.sort(pl.all().exclude("value"))
    return [
        {name: value for name, value in row.items() if value is not None and name != "figure"}
        for row in rows.iter_rows(named=True)
    ]


def of(figure: str, *periods: str, **tables: Any) -> dict[str, Decimal]:
    """Return period to the value of a figure, added up."""
    found: dict[str, Decimal] = {}
    for row in values(figure, *periods, **tables):
        found[row["period"]] = found.get(row["period"], Decimal(0)) + row["value"]
    return found


# --- people and policies ---


def test_a_person_with_an_active_policy_on_the_last_day_is_insured_in_the_district():
    assert values("insured", Policy=[{}], InsureePolicy=[{}]) == [
        {
            "period": "202306",
            "place": DISTRICT,
            "product": "BCUL0001",
            "sex": "female",
            "age_band": "age_30_44",
            "value": 1,
            "persons": 1,
        }
    ]


def test_a_policy_counts_on_its_last_day_and_not_after():
    assert of("insured", "202311", "202312", "202401", Policy=[{}], InsureePolicy=[{}]) == {
        "202311": 1,
        "202312": 1,
    }


def test_who_has_two_products_counts_in_each_and_once_as_a_person():
    tables: dict[str, Any] = {
        "Product": [{}, {"ProductCode": "SECOND"}],
        "Policy": [{}, {"ProdID": 2}],
        "InsureePolicy": [{}, {"PolicyId": 2}],
    }

    assert of("insured", **tables) == {"202306": 2}
    assert of("insured_people", **tables) == {"202306": 1}


def test_a_policy_event_that_the_tracker_holds_back_counts_in_no_figure():
    wrong = [{"EffectiveDate": dt.date(203, 1, 1)}]

    assert of("insured", Policy=[{}], InsureePolicy=wrong) == {}


# --- renewal ---

NEXT_YEAR = {
    "PolicyStage": "R",
    "EnrollDate": dt.date(2024, 1, 20),
    "StartDate": dt.date(2024, 1, 20),
    "EffectiveDate": dt.date(2024, 1, 20),
    "ExpiryDate": dt.date(2025, 1, 19),
}


def covers(*policies: dict[str, Any]) -> dict[str, Sequence[dict[str, Any]]]:
    dates = ("StartDate", "EffectiveDate", "ExpiryDate")
    return {
        "Policy": policies,
        "InsureePolicy": [
            {"PolicyId": number, "EnrollmentDate": each.get("EnrollDate")}
            | {name: each[name] for name in dates if name in each}
            for number, each in enumerate(policies, start=1)
        ],
    }


EXPIRED = {"PolicyStatus": 8, "EnrollDate": dt.date(2023, 1, 1)}
MONTHS = ("202312", "202401", "202402", "202403")


def test_a_cover_is_due_for_renewal_when_the_period_of_grace_of_its_product_is_over():
    none = covers(EXPIRED)
    two_months = none | {"Product": [{"GracePeriodRenewal": 2, "GracePeriod": 1}]}
    of_enrolment = none | {"Product": [{"GracePeriod": 1}]}

    assert of("covers_due", *MONTHS, **none) == {"202401": 1}
    assert of("covers_due", *MONTHS, **of_enrolment) == {"202402": 1}
    assert of("covers_due", *MONTHS, **two_months) == {"202403": 1}


def test_the_country_file_may_override_the_period_of_grace():
    tables = covers(EXPIRED) | {"Product": [{"GracePeriodRenewal": 2}]}

    found = of("covers_due", *MONTHS, settings=replace(SETTINGS, grace_months=1), **tables)

    assert found == {"202402": 1}


def test_a_cover_that_is_renewed_within_the_period_of_grace_did_not_drop_out():
    too_late = covers(EXPIRED, NEXT_YEAR)
    in_time = too_late | {"Product": [{"GracePeriodRenewal": 1}]}

    assert of("covers_dropped", *MONTHS, **too_late) == {"202401": 1}
    assert of("covers_renewed", *MONTHS, **in_time) == {"202402": 1}
    assert of("covers_dropped", *MONTHS, **in_time) == {}


def test_another_product_renews_only_if_the_first_is_converted_into_it():
    other = covers(EXPIRED, NEXT_YEAR | {"ProdID": 2})
    grace = {"GracePeriodRenewal": 1}
    products = [grace, {"ProductCode": "SECOND"}]
    converted = [grace | {"ConversionProdID": 2}, {"ProductCode": "SECOND"}]

    assert of("covers_dropped", *MONTHS, **other, Product=products) == {"202402": 1}
    assert of("covers_renewed", *MONTHS, **other, Product=converted) == {"202402": 1}


def test_a_cover_of_which_the_time_is_not_over_has_neither_dropped_out_nor_been_renewed():
    before = replace(SETTINGS, as_of=dt.date(2024, 1, 31))
    tables = covers(EXPIRED) | {"Product": [{"GracePeriodRenewal": 1}]}

    assert of("covers_due", *MONTHS, settings=before, **tables) == {}


# --- claims ---


def test_a_claim_counts_where_it_claims_in_the_month_of_its_claim_date():
    found = values("claims", Claim=[{}], ClaimServices=[{"ProdID": 1}])

    assert found == [
        {
            "period": "202306",
            "place": FACILITY,
            "product": "BCUL0001",
            "claim_status": "entered",
            "value": 1,
            "persons": 1,
        }
    ]


def test_the_amount_claimed_is_that_of_services_and_items():
    found = values("claimed_amount", Claim=[{}], ClaimServices=[{}], ClaimItems=[{}])

    assert [row["value"] for row in found] == [Decimal(420)]


def test_persons_are_counted_once_however_many_claims_they_have():
    found = values("claims", Claim=[{}, {}])

    assert [(row["value"], row["persons"]) for row in found] == [(2, 1)]


def test_of_a_deleted_person_a_figure_says_only_where_the_claim_is():
    found = values("claimants", Insuree=[deleted()], Claim=[{}])

    assert [(row["sex"], row["age_band"]) for row in found] == [("unknown", "unknown")]


def test_a_claim_of_a_facility_without_district_is_held_back_and_counts_nowhere():
    assert of("claims", Claim=[{"HFID": 2}]) == {}


def test_a_line_counts_in_each_group_that_has_its_code():
    found = values("group_people", Claim=[{}], ClaimServices=[{}, {}])

    assert [(row["code_group"], row["sex"], row["value"]) for row in found] == [
        ("visits", "female", 1)
    ]


# --- households and ceilings ---

VALUATED = {"ClaimStatus": 16, "ProcessStamp": dt.datetime.fromisoformat("2023-06-20")}
PAID = {"PolicyID": 1, "ProdID": 1, "RemuneratedAmount": Decimal(400)}
MEMBERS: dict[str, Any] = {
    "Insuree": [{}, {}],
    "Policy": [{}],
    "InsureePolicy": [{}, {"InsureeID": 2}],
    "Claim": [VALUATED, VALUATED | {"InsureeID": 2}],
    "ClaimServices": [PAID, PAID | {"ClaimID": 2}],
}


def test_a_household_with_claims_counts_once_for_all_its_members():
    assert of("households_with_claims", **MEMBERS) == {"202306": 1}


def test_a_household_hits_the_ceiling_of_its_product_in_the_month_in_which_it_is_reached():
    found = of("households_at_ceiling", **MEMBERS, Product=[{"MaxPolicy": Decimal(800)}])

    assert found == {"202306": 1}


def test_the_country_file_may_set_one_ceiling_for_all_products():
    constant = replace(SETTINGS, household_ceiling=Decimal(800))

    products = [{"MaxInsuree": Decimal(1)}]

    found = of("households_at_ceiling", settings=constant, **MEMBERS, Product=products)

    assert found == {"202306": 1}


# --- money ---


def premium(**changes: Any) -> dict[str, Any]:
    return {
        "PolicyID": 1,
        "Amount": Decimal("365.00"),
        "PayDate": dt.date(2023, 6, 10),
        "PayType": "C",
    } | changes


def test_contributions_are_earned_evenly_over_the_days_of_the_policy():
    found = of("contributions_earned", "202301", "202302", Policy=[{}], Premium=[premium()])

    assert found == {"202301": 31, "202302": 28}


def test_contributions_are_allocated_from_their_payment_on():
    tables: dict[str, Any] = {"Policy": [{}], "Premium": [premium(PayDate=dt.date(2023, 12, 27))]}

    assert of("contributions_allocated", "202311", "202312", **tables) == {"202312": 365}


def test_photo_fees_are_no_contributions_and_funding_is_of_the_whole_country():
    tables: dict[str, Any] = {
        "Policy": [{}],
        "Payer": [{"PayerType": "D"}],
        "Premium": [premium(isPhotoFee=True), premium(PayType="F", PayerID=1), premium()],
    }

    assert of("contributions", **tables) == {"202306": 365}
    assert [
        (row["place"], row["payer_type"], row["value"]) for row in values("funding", **tables)
    ] == [(ROOT.uid, "donor", 365)]


def test_the_household_pays_itself_where_no_payer_is_named():
    found = values("contributions_by_payer", Policy=[{}], Premium=[premium()])

    assert [row["payer_type"] for row in found] == ["household"]


def test_what_is_paid_for_a_policy_that_is_not_in_force_is_not_allocated():
    idle: dict[str, Any] = {"PolicyStatus": 1, "EffectiveDate": None}

    found = of("contributions_not_allocated", Policy=[idle], Premium=[premium()])

    assert found == {"202306": 365}
    assert of("contributions_earned", Policy=[idle], Premium=[premium()]) == {}


# --- payment and feedback ---


def test_promptness_goes_from_the_claim_date_to_the_batch_run():
    tables: dict[str, Any] = {
        "Claim": [VALUATED | {"RunID": 1}],
        "BatchRun": [{"RunDate": dt.datetime.fromisoformat("2023-07-02 08:00:00")}],
    }

    assert of("days_to_payment", "202307", **tables) == {"202307": 30}
    assert of("claims_paid", "202306", "202307", **tables) == {"202307": 1}


def test_feedback_is_counted_by_the_days_on_which_it_was_asked_for_and_given():
    tables: dict[str, Any] = {
        "Claim": [{}, {}],
        "FeedbackPrompt": [
            {"ClaimID": number, "FeedbackPromptDate": dt.date(2023, 6, 5)} for number in (1, 2)
        ],
        "Feedback": [
            {"ClaimID": 1, "Asessment": 4, "FeedbackDate": dt.datetime.fromisoformat("2023-07-01")}
        ],
    }

    assert of("feedbacks_asked", **tables) == {"202306": 2}
    assert of("feedbacks_answered", **tables) == {"202306": 1}
    assert of("feedback_marks", "202306", "202307", **tables) == {"202307": 4}


# --- who is behind a value ---


def test_who_has_nothing_of_a_sum_is_not_behind_it():
    """Two people have claims; only one of these was asked for with an amount."""
    tables: dict[str, Any] = {
        "Insuree": [{"IsHead": True}, {}],
        "Claim": [{}, {"InsureeID": 2}],
        "ClaimServices": [{"ClaimID": 1, "PriceAsked": Decimal("9.00")}],
    }
    at = {"period": "202306", "place": DISTRICT}

    assert values("home_claims", **tables) == [at | {"value": 2, "persons": 2}]
    assert values("home_claimed_amount", **tables) == [at | {"value": 9, "persons": 1}]


def test_who_gave_no_mark_but_zero_is_not_behind_the_marks():
    marks = [{"ClaimID": number, "Asessment": mark} for number, mark in ((1, 3), (2, 0))]
    given = {"FeedbackDate": dt.datetime.fromisoformat("2023-06-01")}

    (found,) = values(
        "feedback_marks",
        Insuree=[{"IsHead": True}, {}],
        Claim=[{}, {"InsureeID": 2}],
        Feedback=[each | given for each in marks],
    )

    assert (found["value"], found["persons"]) == (3, 1)
