"""Claims: which are wanted, whose they are, where and when."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.support.builders import deleted, history_of, org_unit, register, uuid
from tests.support.reading import Row, column, read
from transforms.core.memory import collect_once
from transforms.model.claims import claim_enrollments, current_claims
from transforms.model.people import desired_people
from transforms.model.resources import CLAIM_ENROLLMENTS
from transforms.openimis.country import Country, Root

TODAY = dt.date(2023, 6, 30)
ROOT = Root(uid="ImspTQPwCqd", name="Ultha", short_name="Ultha")


def enrollments(
    claims: Sequence[Mapping[str, Any]], *, regions: Sequence[str] = (), **tables: Any
) -> list[Row]:
    source = register(Claim=claims, **tables)
    wanted = collect_once(desired_people(source, Country(root=ROOT, regions=list(regions))))
    found = collect_once(current_claims(source, wanted, as_of=TODAY, window=None))
    return read(claim_enrollments(found), CLAIM_ENROLLMENTS)


def test_a_claim_is_a_completed_enrollment_of_the_insuree_at_the_facility_on_the_claim_date():
    claim = enrollments([{"DateClaimed": dt.date(2023, 6, 2)}])[0]

    assert claim["key"] == uuid("tblClaim", 1)
    assert claim["parent"] == claim["person"] == uuid("tblInsuree", 1)
    assert claim["orgUnit"] == org_unit("tblHF", 1)
    assert claim["status"] == "COMPLETED"
    assert claim["occurredAt"] == "2023-06-02"
    assert claim["faults"] == []


def test_history_rows_and_deleted_claims_are_no_claims():
    assert len(enrollments([{}, history_of(1), deleted()])) == 1


def test_a_claim_may_name_history_rows_of_the_insuree_and_the_facility():
    claim = enrollments(
        [{"InsureeID": 7, "HFID": 8}],
        Insuree=[{}, history_of(1, InsureeID=7)],
        HF=[{}, history_of(1, HfID=8)],
    )[0]

    assert claim["person"] == uuid("tblInsuree", 1)
    assert claim["orgUnit"] == org_unit("tblHF", 1)


def test_the_claim_of_a_deleted_insuree_is_kept():
    claim = enrollments([{}], Insuree=[deleted()])[0]

    assert claim["person"] == uuid("tblInsuree", 1)


def test_the_claim_of_a_closed_facility_is_kept():
    assert enrollments([{}], HF=[deleted()])[0]["orgUnit"] == org_unit("tblHF", 1)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        pytest.param({"InsureeID": 99}, "claim_insuree_unknown", id="of nobody"),
        pytest.param({"HFID": 99}, "claim_facility_unknown", id="of no facility"),
        pytest.param({"HFID": 2}, "claim_facility_unknown", id="of a facility without district"),
        pytest.param({"ClaimStatus": 3}, "claim_status_unknown", id="of an unknown status"),
        pytest.param({"DateClaimed": None}, "claim_date_missing", id="without a claim date"),
        pytest.param(
            {"DateClaimed": dt.date(203, 6, 2)}, "claim_date_out_of_range", id="of the year 203"
        ),
        pytest.param(
            {"DateClaimed": TODAY + dt.timedelta(days=2)}, "claim_date_in_future", id="of later"
        ),
    ],
)
def test_a_claim_is_held_back(change: Any, fault: str):
    claim = enrollments([change], HF=[{}, {"LocationId": None}])[0]

    assert claim["key"] == uuid("tblClaim", 1)
    assert fault in claim["faults"]


@pytest.mark.parametrize("days", [0, 1])
def test_a_claim_of_today_is_not_held_back_wherever_it_is_day_already(days: int):
    claimed = TODAY + dt.timedelta(days=days)

    assert enrollments([{"DateClaimed": claimed}])[0]["faults"] == []


def test_in_a_pilot_only_the_claims_of_its_regions_people_are_wanted():
    places: list[Mapping[str, Any]] = [
        {"LocationType": "R", "LocationCode": "R1", "ParentLocationId": None},
        {"LocationType": "D", "LocationCode": "D1", "ParentLocationId": 1},
        {"LocationType": "W", "LocationCode": "W1", "ParentLocationId": 2},
        {"LocationType": "V", "LocationCode": "V1", "ParentLocationId": 3},
        {"LocationType": "R", "LocationCode": "R2", "ParentLocationId": None},
        {"LocationType": "D", "LocationCode": "D2", "ParentLocationId": 5},
        {"LocationType": "W", "LocationCode": "W2", "ParentLocationId": 6},
        {"LocationType": "V", "LocationCode": "V2", "ParentLocationId": 7},
    ]
    people_of_both = [{"CurrentVillage": 4}, {"CurrentVillage": 8}]
    claims = [{"InsureeID": 1}, {"InsureeID": 2}]

    found = enrollments(claims, regions=["R2"], Locations=places, Insuree=people_of_both)

    assert column(found, "person") == [uuid("tblInsuree", 2)]
