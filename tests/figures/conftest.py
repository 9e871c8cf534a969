"""The schemes whose figures are compared: a sample, the same with odd rows, the demo database."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from tests.figures.figures_twice import BothSides, scheme_of
from tests.support.databases import Database, PostgreSQL, demo_folder, load_demo
from tests.support.openimis_sample import sample, write_postgresql

AS_OF = dt.date(2026, 1, 1)
DEMO_AS_OF = dt.date(2024, 6, 1)
ODD_ROWS: tuple[str, ...] = (
    # An item without a code: the line is sent, the code is not.
    """UPDATE "tblItems" SET "ItemCode" = ' ' WHERE "ItemID" = (
        SELECT "ItemID" FROM "tblClaimItems" WHERE "ValidityTo" IS NULL
        GROUP BY 1 ORDER BY COUNT(*) DESC, 1 LIMIT 1)""",
    """UPDATE "tblServices" SET "ServCode" = ' ' WHERE "ServiceID" = (
        SELECT "ServiceID" FROM "tblClaimServices" WHERE "ValidityTo" IS NULL
        GROUP BY 1 ORDER BY COUNT(*) DESC, 1 LIMIT 1)""",
    # Policies that were suspended on the day on which they became active.
    """UPDATE "tblPolicy" v SET "ValidityTo" = v."EffectiveDate" + TIME '09:00'
        WHERE v."ValidityTo" IS NOT NULL AND v."PolicyStatus" = 2 AND EXISTS (
            SELECT FROM "tblPolicy" s WHERE s."PolicyStatus" = 4
            AND COALESCE(s."LegacyID", s."PolicyID") = v."LegacyID")""",
)

MANY_REASONS: tuple[str, ...] = tuple(
    f"""WITH rejected AS (
        SELECT "ClaimID", ROW_NUMBER() OVER (ORDER BY "DateClaimed" DESC, "ClaimID") AS number
        FROM "tblClaim" WHERE "ValidityTo" IS NULL AND "ClaimStatus" = 1
    )
    UPDATE "tblClaim{kind}s" line SET "Claim{kind}Status" = 2, "RejectionReason" =
        ('{{21,-1,99,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,19,20}}'::INT[])[1 + number % 23]
    FROM rejected r WHERE r."ClaimID" = line."ClaimID"
        AND ("Claim{kind}Status" = 2 OR "RejectionReason" <> 0)"""
    for kind in ("Item", "Service")
)
"""The sample rejects few claims for few reasons: another one for the lines of each claim."""

FUNDS = """UPDATE "tblPremium" SET "PayType" = 'F' WHERE "PremiumId" % 5 = 0"""
"""Every fifth payment is what a payer gave for the product."""

NewScheme = Callable[..., BothSides]


@pytest.fixture(scope="module")
def new_scheme(tmp_path_factory: pytest.TempPathFactory) -> NewScheme:
    """Makes a scheme of an openIMIS database on a day."""

    def made(database: Database, as_of: dt.date, **more: Any) -> BothSides:
        return scheme_of(database, as_of, tmp_path_factory.mktemp("scheme"), **more)

    return made


@pytest.fixture(scope="module")
def sound_sample(postgresql_server: PostgreSQL) -> Iterator[Database]:
    """A sample openIMIS in which every record can be sent."""
    database = write_sound_sample(postgresql_server)
    yield database
    postgresql_server.drop_database(database)


def write_sound_sample(server: PostgreSQL, country: str = "demo") -> Database:
    """Write a sample openIMIS, as a country runs it, in which every record can be sent."""
    database = server.create_database()
    tables = sample(600, seed=1, level="1.11", as_of=AS_OF, defects=False, country=country)
    write_postgresql(tables, database.conninfo)
    with psycopg.connect(database.conninfo) as connection:
        for statement in (*MANY_REASONS, FUNDS):
            connection.execute(statement.encode())
    return database


@pytest.fixture(scope="module")
def odd_sample(postgresql_server: PostgreSQL) -> Iterator[Database]:
    """One of twelve years, with rows that are rare besides."""
    database = write_sound_sample(postgresql_server, "old_data")
    with psycopg.connect(database.conninfo, options="-c TimeZone=UTC") as connection:
        for statement in ODD_ROWS:
            done = connection.execute(statement.encode())
            assert done.rowcount > 0, f"nothing was changed by {statement}"
    yield database
    postgresql_server.drop_database(database)


@pytest.fixture(scope="module")
def restoring_scheme(postgresql_server: PostgreSQL, new_scheme: NewScheme) -> Iterator[BothSides]:
    """A sample whose claims restore others."""
    database = write_sound_sample(postgresql_server, "restored_claims")
    yield new_scheme(database, AS_OF, name="restored_claims")
    postgresql_server.drop_database(database)


@pytest.fixture(scope="module", params=[pytest.param("1.4", marks=pytest.mark.other_cases), "1.11"])
def demo(request: pytest.FixtureRequest, postgresql_server: PostgreSQL) -> Iterator[Database]:
    """The real demo database, at both schema levels."""
    if demo_folder() is None:
        pytest.skip("there is no openIMIS demo database (../shared/openimis-demo)")
    database = postgresql_server.create_database()
    load_demo(database.conninfo, request.param)
    yield database
    postgresql_server.drop_database(database)


@pytest.fixture(scope="module")
def sample_scheme(sound_sample: Database, new_scheme: NewScheme) -> BothSides:
    """The sample, and what DHIS2 holds of it."""
    return new_scheme(sound_sample, AS_OF)


@pytest.fixture(scope="module")
def odd_scheme(odd_sample: Database, new_scheme: NewScheme) -> BothSides:
    """The sample with odd rows, and what DHIS2 holds of it."""
    return new_scheme(odd_sample, AS_OF, name="old_data")


@pytest.fixture(scope="module")
def demo_scheme(demo: Database, new_scheme: NewScheme) -> BothSides:
    """The demo database, and what DHIS2 holds of it."""
    return new_scheme(demo, DEMO_AS_OF)
