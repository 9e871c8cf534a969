"""Samples of openIMIS as countries run it: each differs from the community's in a few ways.

    nepal_hib, nepal_ssf   values of their own; the day begins while it is evening in UTC
    ethiopia               rows that flags delete; likewise
    malawi                 districts below no region
    packages               claims of packages of services and items (openIMIS 1.11 and later)

More are in `cases.py`. `docs/countries` has a country file for each.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

import polars as pl

from tests.support.openimis_sample.cases import (
    with_day_workers,
    with_more_fields,
    with_old_data,
    with_other_values,
    with_restored_claims,
)
from tests.support.openimis_sample.packages import with_packages
from transforms.openimis.tables.column_types import STAMP
from transforms.openimis.tables.columns import TABLES

Tables = dict[str, pl.DataFrame]


def as_in(country: str, tables: Mapping[str, pl.DataFrame]) -> Tables:
    """The tables of a sample as that country has them.

    Raises:
        KeyError: There is no such country.
    """
    whole = COUNTRIES[country](dict(tables))
    ahead = AHEAD_OF_UTC.get(country)
    return {name: _in_utc(name, rows, ahead) for name, rows in whole.items()} if ahead else whole


def _in_utc(table: str, rows: pl.DataFrame, ahead: timedelta) -> pl.DataFrame:
    """The rows with their time stamps in UTC, where they are on the country's clock."""
    known = TABLES[table].columns if table in TABLES else ()
    stamps = [each.name for each in known if each.dtype == STAMP and each.name in rows.columns]
    return rows.with_columns(pl.col(stamps) - ahead)


def _by_night(policies: pl.DataFrame) -> pl.DataFrame:
    """What changes a policy runs in the first five minutes of a day, in the order of before."""
    at, day = pl.col("ValidityTo"), pl.col("ValidityTo").dt.truncate("1d")
    hurried = day + ((at - day).dt.total_microseconds() // 288).cast(pl.Duration("us"))
    is_copy = pl.col("LegacyID").is_not_null()
    return policies.with_columns(ValidityTo=pl.when(is_copy).then(hurried).otherwise(at))


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


def _with(**changes: Callable[[pl.DataFrame], pl.DataFrame]) -> Callable[[Tables], Tables]:
    """What changes tables one by one."""
    return lambda tables: tables | {name: change(tables[name]) for name, change in changes.items()}


COUNTRIES: Final[dict[str, Callable[[Tables], Tables]]] = {
    "demo": dict,
    "nepal_hib": _with(tblClaim=_in_patients, tblPolicy=_by_night),
    "nepal_ssf": _with(tblClaim=_recommended_and_forwarded, tblPolicy=_by_night),
    "ethiopia": _with(tblInsuree=_deleted_by_a_flag, tblPolicy=_by_night),
    "malawi": _with(tblLocations=_without_regions),
    "packages": with_packages,
    "other_values": with_other_values,
    "more_fields": with_more_fields,
    "restored_claims": with_restored_claims,
    "day_workers": with_day_workers,
    "old_data": with_old_data,
}

AHEAD_OF_UTC: Final[dict[str, timedelta]] = {
    "nepal_hib": timedelta(hours=5, minutes=45),
    "nepal_ssf": timedelta(hours=5, minutes=45),
    "ethiopia": timedelta(hours=3),
}
