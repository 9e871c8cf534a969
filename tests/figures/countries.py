"""What a country's openIMIS means, said in SQL: the other side of its country file.

A table in which a country differs is put into the community's terms, for one connection.
"""

import tomllib
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
        zone: Whose days count.
        table: In which it differs.
        change: What puts a copy of that into the community's terms.
    """

    zone: str
    table: str
    change: str


IN_SQL: Final[dict[str, InSql]] = {
    "nepal_hib": InSql(
        "Asia/Kathmandu", "tblClaim", """UPDATE {} SET "VisitType" = 'O' WHERE "VisitType" = 'I'"""
    ),
    "nepal_ssf": InSql(
        "Asia/Kathmandu",
        "tblClaim",
        """UPDATE {} SET "ClaimStatus" = 4 WHERE "ClaimStatus" IN (6, 9)""",
    ),
    "ethiopia": InSql(
        "Africa/Addis_Ababa",
        "tblInsuree",
        """UPDATE {} SET "ValidityTo" = "ValidityFrom"
        WHERE "ValidityTo" IS NULL AND ("IsDeleted" OR NOT "IsActive")""",
    ),
    "malawi": InSql(
        "UTC",
        "tblLocations",
        """UPDATE {} SET "ParentLocationId" = CASE WHEN "LocationCode" IN ('D001', 'D003')
        THEN 1 ELSE 2 END WHERE "LocationType" = 'D'""",
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
    """Hide the table in which a country differs behind a copy in the community's terms."""
    if country not in IN_SQL:
        return
    known = IN_SQL[country]
    copy = f'pg_temp."{known.table}"'
    connection.execute(f'CREATE TEMP TABLE "{known.table}" AS TABLE "{known.table}"'.encode())
    done = connection.execute(known.change.format(copy).encode())
    assert done.rowcount > 0, f"the sample has nothing in which {country} differs"
