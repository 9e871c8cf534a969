"""Funding: events of nobody, at the place of the product, from night to night."""

import sqlite3
from contextlib import closing
from decimal import Decimal
from typing import Any

import polars as pl

from tests.support.scheme import COUNTRY
from tests.support.scheme.comparisons import (
    assert_acknowledged_is_held,
    assert_like_a_first_load,
    first_load_of_today,
)
from tests.support.scheme.contents import acknowledged, tracker
from tests.system.contributions.conftest import PayingScheme
from tests.system.guards.guarded import in_openimis
from transforms.core.uids import uid_of_uuid
from transforms.model.resources import FUNDING
from transforms.model.tables.contribution import FUNDING_AMOUNT
from transforms.model.tables.programs import FUNDING_STAGE

CURRENT = '"ValidityTo" IS NULL'
ROOT = "ImspTQPwCqd"


def rows(scheme: PayingScheme, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(scheme.database)) as database:
        return database.execute(statement).fetchall()


def in_dhis2(scheme: PayingScheme) -> dict[str, dict[str, Any]]:
    """UID to event, of all funding that DHIS2 has."""
    events = tracker(scheme.sandbox)["events"]
    stage = FUNDING_STAGE.uid
    return {uid: row for uid, row in events.items() if row["programStage"] == stage}


def in_openimis_now(scheme: PayingScheme) -> list[tuple[Decimal, str, str | None, str]]:
    """Amount, day, code and place (UUID) of the product, of all that was given."""
    found = rows(scheme, f"""
        SELECT p."Amount", substr(p."PayDate", 1, 10), r."ProductCode", l."LocationUUID"
        FROM "tblPremium" p
        JOIN "tblPolicy" o ON o."PolicyID" = p."PolicyID" AND o.{CURRENT}
        JOIN "tblProduct" r ON r."ProdID" = o."ProdID"
        LEFT JOIN "tblLocations" l ON l."LocationId" = r."LocationId"
        WHERE p.{CURRENT} AND p."PayType" = 'F'
    """)  # fmt: skip
    return sorted((Decimal(str(each[0])), each[1], each[2], place_of(each[3])) for each in found)


def place_of(uuid: str | None) -> str:
    return str(pl.select(uid_of_uuid(pl.lit(uuid))).item()) if uuid else ROOT


def of_events(events: dict[str, dict[str, Any]]) -> list[tuple[Decimal, str, str | None, str]]:
    return sorted(
        (
            Decimal(row["dataValues"][FUNDING_AMOUNT.uid]),
            row["occurredAt"][:10],
            row["dataValues"].get("NAdBLHAdOGv"),
            row["orgUnit"],
        )
        for row in events.values()
    )


def a_payment(scheme: PayingScheme) -> tuple[int, str]:
    """Number and UID of one that was given."""
    key = acknowledged(scheme.target, FUNDING).filter(state="held").sort("key").row(0, named=True)
    [[number]] = rows(
        scheme, f"""SELECT "PremiumId" FROM "tblPremium" WHERE "PremiumUUID" = '{key["key"]}'"""
    )
    return number, key["uid"]


def test_on_day_one_dhis2_has_what_was_given_at_the_places_of_the_products(funded: PayingScheme):
    events = in_dhis2(funded)

    assert of_events(events) == in_openimis_now(funded)
    assert {row["orgUnit"] == ROOT for row in events.values()} == {True, False}
    assert {row["trackedEntity"] for row in events.values()} == {None}
    assert_acknowledged_is_held(funded)


def test_a_second_night_without_changes_posts_nothing(funded: PayingScheme):
    before = funded.writes()

    funded.bring("second")

    assert funded.writes() == before


def test_what_was_corrected_is_corrected(funded: PayingScheme):
    number, _ = a_payment(funded)
    in_openimis(funded, f'UPDATE "tblPremium" SET "Amount" = 99 WHERE "PremiumId" = {number}')

    funded.bring("second")

    assert of_events(in_dhis2(funded)) == in_openimis_now(funded)
    assert_acknowledged_is_held(funded)


def test_what_was_deleted_is_deleted(funded: PayingScheme):
    number, uid = a_payment(funded)
    before = in_dhis2(funded)
    in_openimis(funded, f"""
        UPDATE "tblPremium" SET "ValidityTo" = '2026-01-01 10:00:00' WHERE "PremiumId" = {number}
    """)  # fmt: skip

    funded.bring("second")

    assert before.keys() - in_dhis2(funded).keys() == {uid}


def test_where_a_product_goes_to_another_district_what_was_given_for_it_follows(
    funded: PayingScheme,
):
    in_openimis(funded, """
        UPDATE "tblProduct" SET "LocationId" = (
            SELECT max("LocationId") FROM "tblLocations"
            WHERE "LocationType" = 'D' AND "ValidityTo" IS NULL)
    """)  # fmt: skip

    funded.bring("second")

    assert of_events(in_dhis2(funded)) == in_openimis_now(funded)
    assert ROOT not in {row["orgUnit"] for row in in_dhis2(funded).values()}
    assert_acknowledged_is_held(funded)
    assert_like_a_first_load(funded, first_load_of_today(funded))


def test_a_reconciliation_mends_what_somebody_deleted_and_what_somebody_added(
    funded: PayingScheme,
):
    [gone, *_] = sorted(in_dhis2(funded))
    other = {"event": "xxxxxxxxxx1", "program": "xB6Q2acQejV", "programStage": FUNDING_STAGE.uid,
             "orgUnit": ROOT, "status": "COMPLETED", "occurredAt": "2025-05-05",
             "dataValues": [{"dataElement": FUNDING_AMOUNT.uid, "value": "5"}]}  # fmt: skip
    funded.by_hand("DELETE", events=[{"event": gone}])
    funded.by_hand("CREATE", events=[other])

    funded.look("looked", repair=True)
    funded.bring("second")

    assert of_events(in_dhis2(funded)) == in_openimis_now(funded)
    assert_acknowledged_is_held(funded)


def test_a_staging_folder_that_was_lost_is_made_again_of_dhis2(funded: PayingScheme):
    before = in_dhis2(funded)
    funded.forget_everything()
    funded.plan("planned")

    funded.look("adopted", adopt_with="planned")
    funded.bring("second")

    assert in_dhis2(funded) == before
    assert_acknowledged_is_held(funded)


def test_a_country_that_asks_no_longer_has_it_deleted(funded: PayingScheme):
    funded.country = COUNTRY

    funded.bring("second")

    assert in_dhis2(funded) == {}


def test_after_a_withdrawal_there_is_nothing(funded: PayingScheme):
    funded.withdraw(funded.allow)

    assert in_dhis2(funded) == {}
