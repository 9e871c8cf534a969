"""Claim events: which statuses a claim has passed, and what each of them shows."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.builders import history_of, org_unit, register, uuid
from tests.support.reading import Row, column, read
from transforms.core.memory import collect_once
from transforms.model.claim_lines import claim_amounts
from transforms.model.claim_status import claim_events, claim_statuses
from transforms.model.claims import current_claims
from transforms.model.people import desired_people
from transforms.model.resources import CLAIM_EVENTS
from transforms.openimis.country import Country, Root

COUNTRY = Country(root=Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha"))
TODAY = dt.date(2023, 12, 31)
REJECTED, ENTERED, CHECKED, PROCESSED, VALUATED = 1, 2, 4, 8, 16
CLAIMED = "2023-06-02"


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def until(text: str, status: int, number: int = 0) -> dict[str, Any]:
    """A version of claim 1 that openIMIS replaced on that day."""
    return history_of(
        1, ClaimID=100 + number, ClaimStatus=status, ValidityTo=moment(text), InsureeID=1
    )


def claim(status: int, **changes: Any) -> dict[str, Any]:
    return {"ClaimStatus": status, "DateClaimed": dt.date.fromisoformat(CLAIMED), **changes}


def events(claims: Sequence[Mapping[str, Any]], **tables: Any) -> list[Row]:
    source = register(Claim=claims, **tables)
    wanted = collect_once(desired_people(source, COUNTRY))
    found = collect_once(current_claims(source, wanted, as_of=TODAY, window=None))
    statuses = collect_once(claim_statuses(found, source))
    amounts = collect_once(claim_amounts(source, found))
    return read(claim_events(found, statuses, amounts, source), CLAIM_EVENTS)


def passed(rows: list[Row]) -> list[tuple[str, str, str]]:
    """Status, first day, last day."""
    return [(row["Claim status"], row["occurredAt"][:10], row["Status until"]) for row in rows]


SUBMITTED = {"SubmitStamp": moment("2023-06-05T11:00:00")}
REVIEWED = SUBMITTED | {"ProcessStamp": moment("2023-06-20T08:15:00")}
IN_BATCH = REVIEWED | {"RunID": 1}
JULY_RUN = {"BatchRun": [{"RunDate": moment("2023-07-10T23:00:00")}]}

# --- which statuses there are, and when they begin ---


def test_a_claim_that_was_entered_is_entered_on_the_claim_date_until_further_notice():
    assert passed(events([claim(ENTERED)])) == [("Entered", CLAIMED, "2099-12-31")]


def test_a_checked_claim_was_checked_on_the_day_it_was_submitted():
    assert passed(events([claim(CHECKED, **SUBMITTED)])) == [
        ("Entered", CLAIMED, "2023-06-04"),
        ("Checked", "2023-06-05", "2099-12-31"),
    ]


def test_a_checked_claim_without_submit_stamp_was_checked_when_its_entered_version_ended():
    rows = events([claim(CHECKED), until("2023-06-04", ENTERED), until("2023-06-06", ENTERED, 1)])

    assert passed(rows)[-1] == ("Checked", "2023-06-06", "2099-12-31")


def test_a_status_of_which_no_day_is_known_has_no_event():
    assert column(events([claim(CHECKED)]), "Claim status") == ["Entered"]


def test_a_processed_claim_was_processed_on_the_day_of_the_process_stamp():
    assert passed(events([claim(PROCESSED, **REVIEWED)])) == [
        ("Entered", CLAIMED, "2023-06-04"),
        ("Checked", "2023-06-05", "2023-06-19"),
        ("Processed", "2023-06-20", "2099-12-31"),
    ]


def test_a_processed_claim_without_stamp_was_processed_on_the_date_processed():
    rows = events([claim(PROCESSED, **SUBMITTED, DateProcessed=dt.date(2023, 6, 21))])

    assert passed(rows)[-1] == ("Processed", "2023-06-21", "2099-12-31")


def test_a_claim_valuated_in_a_batch_run_was_processed_before_and_valuated_on_the_day_of_the_run():
    assert passed(events([claim(VALUATED, **IN_BATCH)], **JULY_RUN)) == [
        ("Entered", CLAIMED, "2023-06-04"),
        ("Checked", "2023-06-05", "2023-06-19"),
        ("Processed", "2023-06-20", "2023-07-09"),
        ("Valuated", "2023-07-10", "2099-12-31"),
    ]


@pytest.mark.parametrize("run", [None, 0])
def test_a_claim_valuated_without_batch_run_went_straight_from_checked_to_valuated(run: int | None):
    assert passed(events([claim(VALUATED, **REVIEWED, RunID=run)])) == [
        ("Entered", CLAIMED, "2023-06-04"),
        ("Checked", "2023-06-05", "2023-06-19"),
        ("Valuated", "2023-06-20", "2099-12-31"),
    ]


def test_a_claim_whose_batch_run_was_undone_is_processed_and_no_longer_valuated():
    rows = events([claim(PROCESSED, **REVIEWED), until("2023-07-01", VALUATED)], **JULY_RUN)

    assert column(rows, "Claim status") == ["Entered", "Checked", "Processed"]


def test_a_claim_rejected_on_submission_was_rejected_when_its_entered_version_ended():
    rows = events([claim(REJECTED), until("2023-06-08", ENTERED)])

    assert passed(rows) == [
        ("Entered", CLAIMED, "2023-06-07"),
        ("Rejected", "2023-06-08", "2099-12-31"),
    ]


def test_a_claim_rejected_in_review_was_checked_before():
    rows = events(
        [claim(REJECTED, **REVIEWED), until("2023-06-05", ENTERED), until("2023-06-20", CHECKED, 1)]
    )

    assert column(rows, "Claim status") == ["Entered", "Checked", "Rejected"]
    assert column(rows, "Claim rejection date") == [None, None, "2023-06-20"]


def test_a_rejected_claim_with_a_process_stamp_was_checked_before_though_no_version_says_so():
    assert column(events([claim(REJECTED, **REVIEWED)]), "Claim status") == [
        "Entered",
        "Checked",
        "Rejected",
    ]


def test_a_rejected_claim_that_was_processed_once_was_processed():
    rows = events([claim(REJECTED, **REVIEWED), until("2023-06-25", PROCESSED)])

    assert column(rows, "Claim status") == ["Entered", "Checked", "Processed", "Rejected"]


def test_a_rejection_of_which_no_day_is_known_is_dated_as_entered_with_an_empty_date():
    rows = events([claim(REJECTED)])

    assert column(rows, "Claim status", "occurredAt", "Claim rejection date") == [
        ("Entered", f"{CLAIMED}T00:01:00", None),
        ("Rejected", f"{CLAIMED}T00:02:00", None),
    ]


def test_a_claim_checked_before_its_claim_date_is_dated_after_entered_and_keeps_the_true_date():
    rows = events([claim(CHECKED, SubmitStamp=moment("2023-05-30T10:00:00"))])

    assert column(rows, "occurredAt", "Claim checked date", "Status until") == [
        (f"{CLAIMED}T00:01:00", None, "2023-06-01"),
        (f"{CLAIMED}T00:02:00", "2023-05-30", "2099-12-31"),
    ]


def test_a_claim_of_an_unknown_status_is_held_back():
    assert column(events([claim(3)]), "faults") == [["claim_status_unknown"]]


def test_a_status_is_known_again_by_claim_and_status():
    assert column(events([claim(CHECKED, **SUBMITTED)]), "key") == [
        f"{uuid('tblClaim', 1)}:2",
        f"{uuid('tblClaim', 1)}:4",
    ]


# --- what a status shows ---


def test_each_status_shows_the_dates_that_were_known_by_then():
    rows = events([claim(VALUATED, **IN_BATCH)], **JULY_RUN)

    assert column(
        rows, "Claim status", "Claim checked date", "Claim processed date", "Claim valuation date"
    ) == [
        ("Entered", None, None, None),
        ("Checked", "2023-06-05", None, None),
        ("Processed", "2023-06-05", "2023-06-20", None),
        ("Valuated", "2023-06-05", "2023-06-20", "2023-07-10"),
    ]


AMOUNTS = (
    "Claim amount", "Adjusted amount", "Approved amount", "Valuated amount", "Remunerated amount",
)  # fmt: skip
LINE = {
    "QtyProvided": Decimal(3),
    "PriceAsked": Decimal(100),
    "PriceAdjusted": Decimal(90),
    "QtyApproved": Decimal(2),
    "PriceValuated": Decimal("170.5"),
    "RemuneratedAmount": Decimal("160.25"),
}


def test_a_later_status_shows_more_amounts():
    rows = events([claim(VALUATED, **IN_BATCH)], ClaimServices=[LINE], **JULY_RUN)

    assert column(rows, *AMOUNTS) == [
        ("300", None, None, None, None),
        ("300", "270", "180", None, None),
        ("300", "270", "180", None, None),
        ("300", "270", "180", "170.5", "160.25"),
    ]


def test_a_rejected_claim_is_worth_nothing():
    rows = events([claim(REJECTED, **REVIEWED)], ClaimServices=[LINE])

    assert column(rows, "Claim status", *AMOUNTS) == [
        ("Entered", "300", None, None, None, None),
        ("Checked", "300", "270", "0", None, None),
        ("Rejected", "300", "270", "0", "0", "0"),
    ]


def test_a_claim_without_lines_is_a_claim_of_nothing():
    rows = events([claim(VALUATED, **REVIEWED)])

    assert column(rows, *AMOUNTS)[-1] == ("0", "0", "0", "0", None)


def test_every_event_tells_what_the_claim_is_about():
    rows = events(
        [claim(CHECKED, **SUBMITTED, VisitType="E", ICDID=2, ICDID1=1, ClaimAdminId=1)],
        ICDCodes=[{"ICDCode": "A00"}, {"ICDCode": "A01"}],
        ClaimServices=[{"ProdID": 1}],
    )

    for event in rows:
        assert event["Claim number"] == "C0000001"
        assert event["Visit type"] == "Emergency"
        assert event["Main diagnosis"] == "A01"
        assert event["Secondary diagnosis 1"] == "A00"
        assert event["Secondary diagnosis 2"] is None
        assert event["Claim administrator"] == uuid("tblClaimAdmin", 1)
        assert event["Claim product"] == "BCUL0001"
        assert event["Village of the insuree"] == org_unit("tblLocations", 4)
        assert event["parent"] == uuid("tblClaim", 1)
        assert event["orgUnit"] == org_unit("tblHF", 1)


def test_the_village_of_an_insuree_whose_only_place_is_a_facility_is_empty():
    event = events([claim(ENTERED)], Families=[{"LocationId": None}])[0]

    assert event["Village of the insuree"] is None
    assert event["faults"] == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        pytest.param({"ICDID": 99}, "main_diagnosis_unknown", id="a diagnosis that is no more"),
        pytest.param({"HFID": 99}, "claim_facility_unknown", id="no facility"),
    ],
)
def test_the_events_of_a_claim_are_held_back_for(change: Any, fault: str):
    assert events([claim(ENTERED, **change)])[0]["faults"] == [fault]


def test_a_claim_of_an_unknown_visit_type_counts_without_it_and_is_noted():
    [event] = events([claim(ENTERED, VisitType="I")])

    assert event["Visit type"] is None
    assert event["faults"] == []
    assert event["notes"] == ["visit_type_unknown"]


def test_only_the_status_with_a_mistyped_date_is_held_back():
    rows = events([claim(CHECKED, SubmitStamp=moment("0203-06-05"))])

    assert column(rows, "faults") == [[], ["claim_status_date_out_of_range"]]


# --- law ---

stamps = st.none() | st.datetimes(moment("2023-05-01"), moment("2023-09-01"))
codes = st.sampled_from([REJECTED, ENTERED, CHECKED, PROCESSED, VALUATED, None])


@settings(deadline=None, max_examples=60)
@given(
    status=codes,
    submitted=stamps,
    processed=stamps,
    run=st.sampled_from([None, 1, 99]),
    history=st.lists(st.tuples(stamps.filter(bool), codes), max_size=4),
    asked=st.dates(dt.date.fromisoformat(CLAIMED), dt.date(2099, 12, 31)),
)
def test_on_any_day_from_the_claim_date_on_exactly_one_status_of_a_claim_holds(
    status: int | None,
    submitted: dt.datetime | None,
    processed: dt.datetime | None,
    run: int | None,
    history: list[tuple[dt.datetime, int | None]],
    asked: dt.date,
):
    live = claim(0) | {
        "ClaimStatus": status, "SubmitStamp": submitted, "ProcessStamp": processed, "RunID": run,
    }  # fmt: skip
    past = [
        history_of(1, ClaimID=100 + number, ClaimStatus=code, ValidityTo=replaced)
        for number, (replaced, code) in enumerate(history)
    ]
    source = register(Claim=[live, *past], **JULY_RUN)
    claims = source.claims.current.join(source.batch_runs.current, on="batch_run_id", how="left")

    found = claim_statuses(claims, source).collect().sort("occurredAt")

    times = found["occurredAt"].to_list()
    holding = found.filter((pl.col("date") <= asked) & (pl.col("status_until") >= asked))
    assert times == sorted(set(times))
    assert found["claim_status"].is_unique().all()
    assert len(holding) == 1
