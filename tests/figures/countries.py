"""What a country's openIMIS means, said in SQL: the other side of its country file.

Tables in which a country differs are put into the community's terms, for one connection.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

from transforms.openimis.country import Country, country_of

_FOLDER: Final = Path(__file__).parents[2] / "docs" / "countries"


@dataclass(frozen=True)
class InSql:
    """A country's openIMIS.

    Attributes:
        changes: Table in which it differs, to what puts a copy of that into the community's terms.
        zone: Whose days count.
    """

    changes: Mapping[str, str]
    zone: str = "UTC"


_NAMES_NOTHING = """DELETE FROM {} line WHERE NOT EXISTS (
    SELECT FROM "tblClaim" claim WHERE claim."ClaimID" = line."ClaimID")"""

IN_SQL: Final[dict[str, InSql]] = {
    "nepal_hib": InSql(
        {"tblClaim": """UPDATE {} SET "VisitType" = 'O' WHERE "VisitType" = 'I'"""},
        "Asia/Kathmandu",
    ),
    "nepal_ssf": InSql(
        {"tblClaim": """UPDATE {} SET "ClaimStatus" = 4 WHERE "ClaimStatus" IN (6, 9)"""},
        "Asia/Kathmandu",
    ),
    "ethiopia": InSql(
        {
            "tblInsuree": """UPDATE {} SET "ValidityTo" = "ValidityFrom"
            WHERE "ValidityTo" IS NULL AND ("IsDeleted" OR NOT "IsActive")"""
        },
        "Africa/Addis_Ababa",
    ),
    "malawi": InSql(
        {
            "tblLocations": """UPDATE {} SET "ParentLocationId" =
            CASE WHEN "LocationCode" IN ('D001', 'D003') THEN 1 ELSE 2 END
            WHERE "LocationType" = 'D'"""
        }
    ),
    "other_values": InSql(
        {
            "tblPolicy": """UPDATE {} SET "PolicyStage" = 'R' WHERE "PolicyStage" = 'C'""",
            "tblClaim": """ALTER TABLE {} RENAME COLUMN visit_kind TO "VisitType\"""",
        }
    ),
    "more_fields": InSql({}),
    # Of a claim and those that restore it the newest counts: as if the others had not been.
    "restored_claims": InSql(
        {
            "tblClaim": """UPDATE {} old SET "ValidityTo" = old."ValidityFrom" WHERE EXISTS (
            SELECT FROM public."tblClaim" new
            WHERE new."ValidityTo" IS NULL AND new."InsureeID" = old."InsureeID" AND (
                new."RestoredClaim" = old."ClaimID" OR
                new."RestoredClaim" = old."RestoredClaim" AND new."ClaimID" > old."ClaimID"))"""
        }
    ),
    # Who is nowhere, and has claimed nowhere, is where the country file says.
    "day_workers": InSql(
        {
            "tblInsuree": """UPDATE {} insuree SET "CurrentVillage" = (
                SELECT "LocationId" FROM "tblLocations"
                WHERE "LocationCode" = 'V00001' AND "ValidityTo" IS NULL)
            WHERE "FamilyID" IS NULL AND "ValidityTo" IS NULL AND NOT EXISTS (
                SELECT FROM "tblClaim" claim WHERE claim."InsureeID" = insuree."InsureeID"
                AND claim."ValidityTo" IS NULL)"""
        }
    ),
    # Another number of funds; what names nobody counts nowhere.
    "old_data": InSql(
        {
            "tblInsuree": """UPDATE {} SET "CHFID" = '999999999' WHERE "CHFID" = '000000001'""",
            "tblClaim": """DELETE FROM {} WHERE "InsureeID" IN (0, 88888888)
            OR "HFID" IN (0, 88888888)""",
            "tblClaimServices": _NAMES_NOTHING,
            "tblClaimItems": _NAMES_NOTHING,
            "tblInsureePolicy": """DELETE FROM {} WHERE "InsureeID" IN (0, 88888888)
            OR "PolicyId" IN (0, 88888888)""",
        }
    ),
}


def country_file(country: str) -> Country:
    """The country file of a country, as people copy it."""
    path = _FOLDER / f"{country.replace('_', '-')}.toml"
    return country_of(tomllib.loads(path.read_text()), path.name)


def zone_of(country: str) -> str:
    """The zone whose days count there."""
    return IN_SQL[country].zone if country in IN_SQL else "UTC"


def put_into_own_terms(connection: psycopg.Connection, country: str) -> None:
    """Hide the tables in which a country differs behind copies in the community's terms."""
    for table, change in IN_SQL[country].changes.items() if country in IN_SQL else ():
        copy = f'pg_temp."{table}"'
        done = [
            connection.execute(statement.encode())
            for statement in (
                f'CREATE TEMP TABLE "{table}" (LIKE "{table}" INCLUDING INDEXES)',
                f'INSERT INTO {copy} SELECT * FROM public."{table}"',
                change.format(copy),
                f"ANALYZE {copy}",
            )
        ]
        assert done[2].rowcount, f"{table} of the sample has nothing in which {country} differs"
