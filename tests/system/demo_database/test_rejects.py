"""What is wrong in openIMIS is held back with its reason, and nothing else but what hangs on it."""

from collections import Counter

import pytest

from tests.system.demo_database import needs_demo_database
from tests.system.demo_database.comparison import RESOURCES, difference, reject_reasons
from tests.system.demo_database.demo_scheme import DemoScheme, NewScheme

pytestmark = needs_demo_database

DEFECTS = (
    # The only member of family 15, whom no claim names, has no place at all.
    """UPDATE "tblFamilies" SET "LocationId" = NULL WHERE 15 IN ("FamilyID", "LegacyID")""",
    """UPDATE "tblInsuree" SET "Gender" = 'Q' WHERE "InsureeID" = 14""",
    """UPDATE "tblPolicy" SET "PolicyStage" = 'X' WHERE "PolicyID" = 31""",
    """UPDATE "tblInsureePolicy" SET "InsureeID" = 99999 WHERE "InsureePolicyID" =
       (SELECT MIN("InsureePolicyID") FROM "tblInsureePolicy"
        WHERE "PolicyId" = 25 AND "ValidityTo" IS NULL)""",
    """UPDATE "tblInsureePolicy" SET "PolicyId" = 99999 WHERE "InsureePolicyID" =
       (SELECT MIN("InsureePolicyID") FROM "tblInsureePolicy"
        WHERE "PolicyId" = 29 AND "ValidityTo" IS NULL)""",
    """UPDATE "tblInsuree" SET "CHFID" = (SELECT "CHFID" FROM "tblInsuree" WHERE "InsureeID" = 18)
       WHERE "InsureeID" = 22""",
    """UPDATE "tblClaim" SET "InsureeID" = 99999 WHERE "ClaimID" = 5""",
    """UPDATE "tblClaim" SET "HFID" = 99999 WHERE "ClaimID" = 4""",
    """UPDATE "tblClaim" SET "DateClaimed" = '2099-01-01' WHERE "ClaimID" = 1""",
    """UPDATE "tblClaimServices" SET "ServiceID" = 99999 WHERE "ClaimServiceID" = 12""",
    """UPDATE "tblHF" SET "LocationId" = 99999 WHERE "HfID" =
       (SELECT MAX("HfID") FROM "tblHF" h WHERE "ValidityTo" IS NULL
        AND NOT EXISTS (SELECT FROM "tblClaim" c WHERE c."HFID" = h."HfID"))""",
)


@pytest.fixture(scope="module")
def faulty(new_scheme: NewScheme) -> DemoScheme:
    """A scheme whose openIMIS has each defect once, after its first run."""
    scheme = new_scheme("1.4", changes=DEFECTS)
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
            "parent_rejected": 3,
            "policy_stage_unknown": 3,
        },
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

    assert Counter(notes["reason"]) == {"insurance_number_double": 2, "gender_unknown": 1}


def test_a_second_run_tries_again_what_was_held_back_and_posts_nothing(faulty: DemoScheme) -> None:
    first = reject_reasons(faulty.rejects("first"))
    mark = len(faulty.written())

    faulty.sync(run_id="second")

    assert reject_reasons(faulty.rejects("second")) == first
    assert faulty.written()[mark:] == []
