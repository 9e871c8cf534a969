"""What only some countries send of a claim: care type, referral, condition and the like."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import pytest

from tests.support.builders import deleted, history_of, org_unit, register, snapshot, uuid
from tests.support.reading import Row, column, read
from transforms.core.fields import Treatment
from transforms.model.desired import desired, desired_metadata
from transforms.model.resources import CLAIM_EVENTS, OPTIONS
from transforms.model.selected_columns import selected_columns
from transforms.model.tables.option_sets import (
    CARE_TYPE,
    OPTION_SETS,
    PATIENT_CONDITION,
    PAY_TYPE,
    PAYER_TYPE,
    REJECTION_REASON,
)
from transforms.openimis.country import Country, Root
from transforms.openimis.register import register_of

ROOT = Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha")
KEY = "a key of the ministry that is long enough"
OPTIONAL = [field for field in CLAIM_EVENTS.fields if field.optional]
SILENT = Country(root=ROOT)
NAMED = [field for field in OPTIONAL if field.follows is None]
ASKING = Country(root=ROOT, privacy={field.name: Treatment.SEND for field in NAMED})
FULL = {
    "CareType": "IPD",
    "pre_authorization": True,
    "patient_condition": "D",
    "ReferFrom": 1,
    "ReferTo": 2,
    "RestoredClaim": 2,
}
"""A claim in which a clerk has filled everything."""


def events(
    claims: Sequence[Mapping[str, Any]], country: Country = ASKING, **tables: Any
) -> list[Row]:
    """Return the events of the claims, in the order of their UUIDs and statuses."""
    source = snapshot(Claim=claims, HF=[{}, {"HFCode": "RAHC0001"}], **tables)
    found = desired(
        register_of(source), as_of=dt.date(2023, 12, 31), country=country, pseudonym_key=KEY,
        window=None,
    )  # fmt: skip
    return read(found[CLAIM_EVENTS.name], CLAIM_EVENTS)


def first(*claims: Mapping[str, Any], country: Country = ASKING) -> Row:
    """Return the event of the first of some claims that are all Entered."""
    rows = events(claims, country)
    return next(row for row in rows if row["parent"] == uuid("tblClaim", 1))


def test_what_a_clerk_has_filled_is_read_in_the_words_of_openimis():
    event = first(FULL, {"ClaimStatus": 1})

    assert event["Care type"] == "In-patient"
    assert event["Pre-authorisation required"] == "Yes"
    assert event["Patient condition"] == "Deceased"
    assert event["Referred from"] == org_unit("tblHF", 1)
    assert event["Referred to"] == org_unit("tblHF", 2)
    assert event["Restored from claim"] == uuid("tblClaim", 2)
    assert (event["faults"], event["notes"]) == ([], [])


def test_a_claim_without_any_of_it_is_as_good():
    event = first({"pre_authorization": False, "CareType": " "})

    assert event["Pre-authorisation required"] == "No"
    assert {event[field.name] for field in OPTIONAL} == {"No", None}
    assert (event["faults"], event["notes"]) == ([], [])


def test_nothing_of_it_is_sent_unless_the_country_file_asks():
    event = first(FULL | {"CareType": "?", "ReferTo": 99}, country=SILENT)

    assert {event[field.name] for field in OPTIONAL} == {None}
    assert (event["faults"], event["notes"]) == ([], [])


def test_a_country_may_ask_for_one_of_it_alone():
    country = Country(root=ROOT, privacy={"Care type": Treatment.SEND})

    event = first(FULL, country=country)

    assert {event[field.name] for field in OPTIONAL} == {"In-patient", None}


def test_only_what_is_asked_for_is_read_from_openimis():
    country = Country(root=ROOT, privacy={"Referred to": Treatment.SEND})

    read_columns = {each.name for each in selected_columns(country)["tblClaim"]}

    assert read_columns.intersection(FULL) == {"ReferTo"}
    assert not {each.name for each in selected_columns(SILENT)["tblClaim"]}.intersection(FULL)


def test_an_openimis_that_lacks_the_columns_gives_nothing():
    columns = [each for each in selected_columns(ASKING)["tblClaim"] if each.name in FULL]

    assert len(columns) == len(FULL)
    assert not any(each.required for each in columns)


@pytest.mark.parametrize(
    ("change", "name", "note"),
    [
        ({"CareType": "DAY"}, "Care type", "care_type_unknown"),
        ({"patient_condition": "X"}, "Patient condition", "patient_condition_unknown"),
        ({"ReferFrom": 99}, "Referred from", "referred_from_unknown"),
        ({"ReferTo": 99}, "Referred to", "referred_to_unknown"),
        ({"RestoredClaim": 99}, "Restored from claim", "restored_from_claim_unknown"),
    ],
)
def test_a_value_that_is_no_good_is_left_out_and_the_claim_counts(
    change: Any, name: str, note: str
):
    event = first(FULL | change, {"ClaimStatus": 1})

    assert event[name] is None
    assert event["notes"] == [note]
    assert event["faults"] == []


def test_keys_of_copies_and_of_no_row_are_as_everywhere():
    source = [FULL | {"ReferFrom": 8, "ReferTo": 0, "RestoredClaim": 7}, {}]
    copies = [history_of(2, ClaimID=7)]

    [event] = [row for row in events([*source, *copies]) if row["parent"] == uuid("tblClaim", 1)]

    assert event["notes"] == ["referred_from_unknown"]
    assert event["Referred to"] is None
    assert event["Restored from claim"] == uuid("tblClaim", 2)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(deleted(), id="that was deleted"),
        pytest.param({"InsureeID": 2}, id="of another person"),
    ],
)
def test_a_claim_that_is_not_there_for_the_person_is_not_named(other: Any):
    rows = events([{"RestoredClaim": 2}, other], Insuree=[{}, {}])
    event = next(row for row in rows if row["parent"] == uuid("tblClaim", 1))

    assert event["Restored from claim"] is None
    assert event["notes"] == ["restored_from_claim_unknown"]


def test_every_event_of_a_claim_has_it_and_one_has_the_note():
    checked = {"ClaimStatus": 4, "SubmitStamp": dt.datetime.fromisoformat("2023-06-05")}

    rows = events([FULL | checked | {"ReferTo": 99, "RestoredClaim": None}])

    assert column(rows, "Claim status", "Care type") == [
        ("Entered", "In-patient"),
        ("Checked", "In-patient"),
    ]
    assert column(rows, "notes") == [["referred_to_unknown"], []]


@pytest.mark.parametrize(("country", "pushed"), [(SILENT, False), (ASKING, True)])
def test_options_are_pushed_where_something_has_their_code(country: Country, *, pushed: bool):
    options = desired_metadata(register(), country, None)[OPTIONS].collect()

    sets = set(options["optionSet"])

    of_optional_fields = {CARE_TYPE.uid, PATIENT_CONDITION.uid, REJECTION_REASON.uid}
    of_money = {PAY_TYPE.uid, PAYER_TYPE.uid}
    others = {each.uid for each in OPTION_SETS} - of_optional_fields - of_money
    assert sets == (others | of_optional_fields if pushed else others)
    assert options.filter(pl.col("optionSet") == CARE_TYPE.uid)["code"].to_list() == (
        ["In-patient", "Out-patient"] if pushed else []
    )
