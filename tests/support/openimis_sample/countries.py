"""Samples of openIMIS as countries run it: each differs from the community's in one way.

`docs/countries` has a country file for each that needs one.
"""

from collections.abc import Callable, Mapping
from typing import Final

import polars as pl

from tests.support.openimis_sample.packages import with_packages

Tables = dict[str, pl.DataFrame]
PACKAGES: Final = "packages"
"""Where facilities claim packages of services and items (openIMIS 1.11 and later)."""


def as_in(country: str, tables: Mapping[str, pl.DataFrame]) -> Tables:
    """The tables of a sample as that country has them.

    Raises:
        KeyError: There is no such country.
    """
    whole = dict(tables)
    for table, change in COUNTRIES[country].items():
        whole[table] = change(whole[table])
    return with_packages(whole) if country == PACKAGES else whole


def _in_patients(claims: pl.DataFrame) -> pl.DataFrame:
    """Every third claim of the visit type Other is of an in-patient."""
    is_one = (pl.col("VisitType") == "O") & (pl.col("ClaimID") % 3 == 0)
    return claims.with_columns(
        VisitType=pl.when(is_one).then(pl.lit("I")).otherwise(pl.col("VisitType"))
    )


def _recommended_and_forwarded(claims: pl.DataFrame) -> pl.DataFrame:
    """Claims that are checked are recommended or forwarded as well, in every version."""
    status = pl.col("ClaimStatus")
    finer = pl.when(pl.col("ClaimID") % 2 == 0).then(6).otherwise(9)
    return claims.with_columns(
        ClaimStatus=pl.when(status == 4).then(finer).otherwise(status).cast(pl.Int16)
    )


def _deleted_by_a_flag(insurees: pl.DataFrame) -> pl.DataFrame:
    """Who was deleted has no `ValidityTo`, but a flag; every other one is inactive instead."""
    gone = pl.col("ValidityTo").is_not_null() & pl.col("LegacyID").is_null()
    is_even = pl.col("InsureeID") % 2 == 0
    return insurees.with_columns(
        ValidityTo=pl.when(~gone).then("ValidityTo"),
        IsDeleted=gone & is_even,
        IsActive=~(gone & ~is_even),
    )


def _without_regions(locations: pl.DataFrame) -> pl.DataFrame:
    """No district names the region above it."""
    is_district = pl.col("LocationType") == "D"
    return locations.with_columns(ParentLocationId=pl.when(~is_district).then("ParentLocationId"))


COUNTRIES: Final[dict[str, dict[str, Callable[[pl.DataFrame], pl.DataFrame]]]] = {
    "demo": {},
    "nepal_hib": {"tblClaim": _in_patients},
    "nepal_ssf": {"tblClaim": _recommended_and_forwarded},
    "ethiopia": {"tblInsuree": _deleted_by_a_flag},
    "malawi": {"tblLocations": _without_regions},
    PACKAGES: {},
}
