"""What is wrong in openIMIS is held back with its reason, and nothing else but what hangs on it."""

# ruff: noqa: E501 - a table is read by its rows

import json
from collections import Counter

import pytest

from tests.system.demo_database import needs_demo_database
from tests.system.demo_database.comparison import RESOURCES, difference, reject_reasons
from tests.system.demo_database.demo_scheme import DemoScheme, NewScheme

pytestmark = [*needs_demo_database, pytest.mark.longer]

DEFECTS = (
    # The only member of family 15, whom no claim names, has no place at all.
    """UPDATE "tblFamilies" SET "LocationId" = NULL WHERE 15 IN ("FamilyID", "LegacyID")""",
    """UPDATE "tblInsuree" SET "Gender" = 'Q' WHERE "InsureeID" = 14""",
    """UPDATE "tblPolicy" SET "PolicyStage" = 'X' WHERE "PolicyID" = 31""",
    """UPDATE "tblInsureePolicy" SET "InsureeID" = 0 WHERE "InsureePolicyID" =
       (SELECT MIN("InsureePolicyID") FROM "tblInsureePolicy"
        WHERE "PolicyId" = 25 AND "ValidityTo" IS NULL)""",
    """UPDATE "tblInsureePolicy" SET "PolicyId" = 99999 WHERE "InsureePolicyID" =
       (SELECT MIN("InsureePolicyID") FROM "tblInsureePolicy"
        WHERE "PolicyId" = 29 AND "ValidityTo" IS NULL)""",
    """UPDATE "tblInsuree" SET "CHFID" = (SELECT "CHFID" FROM "tblInsuree" WHERE "InsureeID" = 18)
       WHERE "InsureeID" = 22""",
    """UPDATE "tblClaim" SET "InsureeID" = 0 WHERE "ClaimID" = 5""",
    """UPDATE "tblClaim" SET "HFID" = 99999 WHERE "ClaimID" = 4""",
    """UPDATE "tblClaim" SET "DateClaimed" = '2099-01-01' WHERE "ClaimID" = 1""",
    """UPDATE "tblClaimServices" SET "ServiceID" = 99999 WHERE "ClaimServiceID" = 12""",
    """UPDATE "tblHF" SET "LocationId" = 99999 WHERE "HfID" =
       (SELECT MAX("HfID") FROM "tblHF" h WHERE "ValidityTo" IS NULL
        AND NOT EXISTS (SELECT FROM "tblClaim" c WHERE c."HFID" = h."HfID"))""",
)


def copied(table: str, key: str, number: int, **values: str | int | None) -> str:
    """A statement that adds a row like another one, with other values."""
    texts = json.dumps(values)
    return f"""INSERT INTO "{table}" SELECT (JSONB_POPULATE_RECORD(r, '{texts}')).*
               FROM "{table}" r WHERE "{key}" = {number}"""


def _uuid(table: int) -> str:
    return f"900{table}f00d-{table}{table}00-4000-8000-00000000900{table}"


def _place(number: int, kind: str, parent: int | None) -> str:
    own = {"LocationId": 9000 + number, "LocationUUID": _uuid(number), "LocationType": kind}
    names = {"LocationCode": f"F{kind}", "LocationName": "Funding", "ParentLocationId": parent}
    return copied("tblLocations", "LocationId", 1, **own, **names)


MEANT = (
    # The insuree was saved twice more: two more rows of one insuree policy.
    copied("tblInsureePolicy", "InsureePolicyID", 1, InsureePolicyID=9001, EffectiveDate="2018-06-01", ExpiryDate="2019-06-30"),
    copied("tblInsureePolicy", "InsureePolicyID", 1, InsureePolicyID=9002, EffectiveDate="2018-09-01"),
    """UPDATE "tblPolicy" SET "PolicyStage" = NULL WHERE "PolicyID" = 5""",
    """UPDATE "tblPolicy" SET "ProdID" = 0 WHERE "PolicyID" = 7""",
    # A fund of a product of a district.
    _place(1, "R", None), _place(2, "D", 9001), _place(3, "W", 9002), _place(4, "V", 9003),
    copied("tblFamilies", "FamilyID", 6, FamilyID=9001, FamilyUUID=_uuid(5), InsureeID=9001, LocationId=2),
    copied("tblInsuree", "InsureeID", 14, InsureeID=9001, InsureeUUID=_uuid(6), FamilyID=9001, CHFID="999999999", Gender=None),
    copied("tblPolicy", "PolicyID", 9, PolicyID=9001, PolicyUUID=_uuid(7), FamilyID=9001),
    copied("tblInsureePolicy", "InsureePolicyID", 17, InsureePolicyID=9003, InsureeID=9001, PolicyId=9001),
)  # fmt: skip


@pytest.fixture(scope="module")
def faulty(new_scheme: NewScheme) -> DemoScheme:
    """A scheme whose openIMIS has each defect once, and what only looks like one, after its first
    run."""
    scheme = new_scheme("1.4", changes=DEFECTS + MEANT)
    state = scheme.sync(run_id="first")
    assert state.name == "CompletedWithRejects"
    return scheme


def test_every_row_is_held_or_a_reject(faulty: DemoScheme) -> None:
    assert [line for line in faulty.table("first") if not line.is_explained] == []


def test_what_is_held_is_right_in_every_value(faulty: DemoScheme) -> None:
    wanted, held = faulty.wanted("first"), faulty.held()

    surplus = {name: difference(wanted[name], held[name])[1] for name in RESOURCES}

    assert surplus == {name: [] for name in RESOURCES}


def test_every_defect_has_its_reason(faulty: DemoScheme) -> None:
    assert reject_reasons(faulty.rejects("first")) == {
        "org_units": {"health_facility_without_district": 1},
        "tracked_entities": {"no_place": 1},
        "insuree_enrollments": {"no_place": 1},
        "policy_events": {
            "insuree_policy_insuree_unknown": 3,
            "insuree_policy_policy_unknown": 2,
            "no_place": 3,
            "policy_stage_unknown": 3,
        },
        "contributions": {"no_place": 1},
        "claim_enrollments": {
            "claim_date_in_future": 1,
            "claim_facility_unknown": 1,
            "claim_insuree_unknown": 1,
        },
        "claim_events": {
            "claim_date_in_future": 1,
            "claim_facility_unknown": 2,
            "claim_insuree_unknown": 4,
        },
        "claim_services": {
            "claim_date_in_future": 2,
            "claim_facility_unknown": 2,
            "claim_insuree_unknown": 2,
            "claimed_service_unknown": 1,
        },
        "claim_items": {"claim_date_in_future": 1, "claim_insuree_unknown": 1},
    }


def test_numbers_that_two_people_have_and_an_unknown_gender_are_left_out(
    faulty: DemoScheme,
) -> None:
    notes = faulty.rejects("first").filter(stage="note")

    assert Counter(notes["reason"]) == {
        "insurance_number_double": 2,
        "gender_unknown": 1,
        # One a member: policy 5 has three, policy 7 two.
        "policy_without_stage": 3,
        "policy_without_product": 2,
        "insuree_policy_double": 1,
    }


def test_of_rows_that_name_nobody_and_of_funds_only_a_count_is_told(faulty: DemoScheme) -> None:
    assert faulty.counted_only("first") == {
        ("openimis_rows", "insuree_excluded"): 1,
        ("openimis_rows", "place_of_funds"): 4,
        ("tracked_entities", "no_place"): 1,
        ("insuree_enrollments", "no_place"): 1,
        ("policy_events", "no_place"): 3,
        ("contributions", "no_place"): 1,
        ("policy_events", "insuree_policy_insuree_unknown"): 3,
        ("policy_events", "insuree_policy_policy_unknown"): 2,
        ("claim_enrollments", "claim_insuree_unknown"): 1,
        ("claim_events", "claim_insuree_unknown"): 4,
        ("claim_services", "claim_insuree_unknown"): 2,
        ("claim_items", "claim_insuree_unknown"): 1,
    }


def test_a_second_run_tries_again_what_was_held_back_and_posts_nothing(faulty: DemoScheme) -> None:
    first = reject_reasons(faulty.rejects("first"))
    mark = len(faulty.written())

    faulty.sync(run_id="second")

    assert reject_reasons(faulty.rejects("second")) == first
    assert faulty.written()[mark:] == []
