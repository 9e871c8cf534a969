"""What households pay for their policies, as events of their heads, from night to night."""

import sqlite3
from contextlib import closing
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from tests.support.scheme import COUNTRY
from tests.support.scheme.comparisons import (
    assert_acknowledged_is_held,
    assert_like_a_first_load,
    first_load_of_today,
)
from tests.support.scheme.contents import acknowledged, tracker
from tests.system.contributions.conftest import PayingScheme
from tests.system.guards.guarded import in_openimis
from transforms.core.errors import StagingError
from transforms.model.resources import CONTRIBUTIONS
from transforms.model.tables.contribution import CONTRIBUTION_AMOUNT
from transforms.model.tables.policy import POLICY_ID
from transforms.model.tables.programs import CONTRIBUTION_STAGE

Row = dict[str, Any]
CURRENT = '"ValidityTo" IS NULL'


def rows(scheme: PayingScheme, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(scheme.database)) as database:
        return database.execute(statement).fetchall()


def in_dhis2(scheme: PayingScheme) -> dict[str, Row]:
    """UID to event, of all contributions that DHIS2 has."""
    events = tracker(scheme.sandbox)["events"]
    return {
        uid: row for uid, row in events.items() if row["programStage"] == CONTRIBUTION_STAGE.uid
    }


def amounts(events: dict[str, Row]) -> list[Decimal]:
    return sorted(Decimal(row["dataValues"][CONTRIBUTION_AMOUNT.uid]) for row in events.values())


def a_payment(scheme: PayingScheme) -> tuple[int, str]:
    """Number and UUID of a payment for a policy of a household with several members."""
    [[number, uuid]] = rows(scheme, f"""
        SELECT p."PremiumId", p."PremiumUUID" FROM "tblPremium" p
        JOIN "tblPolicy" o ON o."PolicyID" = p."PolicyID" AND o.{CURRENT}
        WHERE p.{CURRENT} AND (SELECT count(*) FROM "tblInsuree" i
                               WHERE i."FamilyID" = o."FamilyID" AND i.{CURRENT}) > 1
        ORDER BY p."PremiumId" LIMIT 1
    """)  # fmt: skip
    return number, uuid


def uid_of(scheme: PayingScheme, uuid: str) -> str:
    held = acknowledged(scheme.target, CONTRIBUTIONS).filter(key=uuid, state="held")
    return str(held["uid"].item())


def test_on_day_one_dhis2_has_every_payment_with_its_head_day_and_amount(scheme: PayingScheme):
    expected = rows(scheme, f"""
        SELECT p."Amount", substr(p."PayDate", 1, 10), h."InsureeUUID", o."PolicyUUID"
        FROM "tblPremium" p
        JOIN "tblPolicy" o ON o."PolicyID" = p."PolicyID" AND o.{CURRENT}
        JOIN "tblFamilies" f ON f."FamilyID" = o."FamilyID"
        JOIN "tblInsuree" h ON h."InsureeID" = f."InsureeID" AND h.{CURRENT}
        WHERE p.{CURRENT}
    """)  # fmt: skip
    people = {
        row["trackedEntity"]: row["attributes"]["e9fOa40sDwR"]
        for row in tracker(scheme.sandbox)["trackedEntities"].values()
    }

    found = [
        (
            Decimal(row["dataValues"][CONTRIBUTION_AMOUNT.uid]),
            row["occurredAt"][:10],
            people[row["trackedEntity"]],
            row["dataValues"][POLICY_ID.uid],
        )
        for row in in_dhis2(scheme).values()
    ]

    assert len(found) > 10
    assert sorted(found) == sorted((Decimal(str(each[0])), *each[1:]) for each in expected)
    assert_acknowledged_is_held(scheme)


def test_a_second_night_without_changes_posts_nothing(scheme: PayingScheme):
    before = scheme.writes()

    scheme.bring("second")

    assert scheme.writes() == before


def test_a_corrected_payment_is_corrected(scheme: PayingScheme):
    number, uuid = a_payment(scheme)
    in_openimis(scheme, f"""
        UPDATE "tblPremium" SET "Amount" = 12345, "PayDate" = '2025-12-24', "PayType" = 'B'
        WHERE "PremiumId" = {number}
    """)  # fmt: skip

    scheme.bring("second")

    event = in_dhis2(scheme)[uid_of(scheme, uuid)]
    assert event["dataValues"][CONTRIBUTION_AMOUNT.uid] == "12345"
    assert event["dataValues"]["B3sIgrqqhBo"] == "Bank"
    assert event["occurredAt"][:10] == "2025-12-24"
    assert_acknowledged_is_held(scheme)


def test_a_deleted_payment_is_deleted_and_no_other(scheme: PayingScheme):
    number, uuid = a_payment(scheme)
    before, uid = in_dhis2(scheme), uid_of(scheme, uuid)
    in_openimis(scheme, f"""
        UPDATE "tblPremium" SET "ValidityTo" = '2026-01-01 10:00:00' WHERE "PremiumId" = {number}
    """)  # fmt: skip

    scheme.bring("second")

    assert before.keys() - in_dhis2(scheme).keys() == {uid}
    assert_acknowledged_is_held(scheme)


@pytest.mark.parametrize(
    "change",
    ['"isPhotoFee" = 1', "\"PayType\" = 'F'"],
    ids=["a photo fee", "funding"],
)
def test_what_turns_out_to_be_no_contribution_is_deleted(scheme: PayingScheme, change: str):
    number, uuid = a_payment(scheme)
    uid = uid_of(scheme, uuid)
    in_openimis(scheme, f'UPDATE "tblPremium" SET {change} WHERE "PremiumId" = {number}')

    scheme.bring("second")

    assert uid not in in_dhis2(scheme)


def test_where_another_member_becomes_head_the_payments_go_to_that_member(scheme: PayingScheme):
    number, uuid = a_payment(scheme)
    [[family, head]] = rows(scheme, f"""
        SELECT o."FamilyID", i."InsureeID" FROM "tblPremium" p
        JOIN "tblPolicy" o ON o."PolicyID" = p."PolicyID"
        JOIN "tblFamilies" f ON f."FamilyID" = o."FamilyID"
        JOIN "tblInsuree" i ON i."FamilyID" = f."FamilyID" AND i.{CURRENT}
        WHERE p."PremiumId" = {number} AND i."InsureeID" <> f."InsureeID" LIMIT 1
    """)  # fmt: skip
    before = in_dhis2(scheme)
    in_openimis(
        scheme,
        f'UPDATE "tblFamilies" SET "InsureeID" = {head} WHERE "FamilyID" = {family}',
        f'UPDATE "tblInsuree" SET "IsHead" = ("InsureeID" = {head}) WHERE "FamilyID" = {family}',
    )
    old = uid_of(scheme, uuid)

    scheme.bring("second")

    after, new = in_dhis2(scheme), uid_of(scheme, uuid)
    assert old not in after
    assert after[new]["trackedEntity"] != before[old]["trackedEntity"]
    assert amounts(after) == amounts(before)
    assert_acknowledged_is_held(scheme)
    assert_like_a_first_load(scheme, first_load_of_today(scheme))


@pytest.mark.longer
def test_days_that_follow_leave_dhis2_as_a_first_load_would(scheme: PayingScheme):
    for number in range(3):
        scheme.next_day(seed=number)
        scheme.set_up()
        scheme.bring(f"day-{number}")

    assert_acknowledged_is_held(scheme)
    assert_like_a_first_load(scheme, first_load_of_today(scheme))


def test_a_reconciliation_finds_a_payment_that_somebody_deleted_in_dhis2(scheme: PayingScheme):
    uid = min(in_dhis2(scheme))
    scheme.by_hand("DELETE", events=[{"event": uid}])

    scheme.look("looked", repair=True)
    scheme.bring("second")

    assert (
        len(in_dhis2(scheme))
        == acknowledged(scheme.target, CONTRIBUTIONS).filter(state="held").select(pl.len()).item()
    )
    assert_acknowledged_is_held(scheme)


def test_a_country_that_asks_no_longer_has_its_payments_deleted(scheme: PayingScheme):
    scheme.country = COUNTRY

    scheme.bring("second")

    assert in_dhis2(scheme) == {}
    assert_acknowledged_is_held(scheme)


def test_after_a_withdrawal_there_is_nothing(scheme: PayingScheme):
    scheme.withdraw(scheme.allow)

    assert in_dhis2(scheme) == {}


def test_a_file_of_payments_that_was_lost_stops_the_run_and_deletes_nothing(scheme: PayingScheme):
    before = in_dhis2(scheme)
    scheme.next_day(seed=1)
    scheme.plan("tonight")
    scheme.run("tonight").desired(CONTRIBUTIONS.name, 0).unlink()
    scheme.run("tonight").manifest("changes").unlink()

    with pytest.raises(StagingError):
        scheme.bring("tonight")

    assert in_dhis2(scheme) == before
