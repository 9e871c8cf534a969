"""Where the places of openIMIS lie: which location below which region, which facility where.

    region (level 2) ── district (3) ─┬─ ward (4) ── village (5)
                                      └─ health facility (4)

Only a place with a UUID of its own and a way up to a region can be an org unit: the others would
have no UID, or no parent.
"""

from collections.abc import Mapping

import polars as pl

from transforms.history import live_rows, resolved
from transforms.tables.org_units import DISTRICT, REGION, VILLAGE, WARD
from transforms.uids import uid_of_uuid

Snapshot = Mapping[str, pl.LazyFrame]
"""openIMIS table name to its frame, with the columns of `transforms.tables.openimis`."""

REGION_LEVEL = 2
"""Level of a region in DHIS2: the root is level 1."""
MOST_PARENTS = 6
"""How many parents are followed, so that a circle ends: openIMIS has three above a village."""
LOCATION_TYPES = (REGION.code, DISTRICT.code, WARD.code, VILLAGE.code)


def locations(snapshot: Snapshot) -> pl.LazyFrame:
    """Return the live locations, deleted ones included.

    Returns:
        The columns of `tblLocations`, with ParentLocationId naming a live row, and `uid`, `level`
        and `regionId` (LocationId); the last two are null where there is no way up to a region.
    """
    rows = snapshot["tblLocations"]
    live = resolved(live_rows(rows, "LocationId"), "ParentLocationId", rows, "LocationId")
    live = live.with_columns(uid=uid_of_uuid(pl.col("LocationUUID")))
    return live.join(_regions(live), on="LocationId", how="left")


def health_facilities(snapshot: Snapshot) -> pl.LazyFrame:
    """Return the live health facilities, deleted ones included.

    Returns:
        The columns of `tblHF`, with LocationId naming a live row, and `uid`, `parentUid`, `level`
        and `regionId`; the last three are null where there is no way up to a region.
    """
    rows = snapshot["tblHF"]
    live = resolved(live_rows(rows, "HfID"), "LocationId", snapshot["tblLocations"], "LocationId")
    above = placed_locations(snapshot).select(
        "LocationId", "regionId", parentUid="uid", level=pl.col("level") + 1
    )
    placed = live.with_columns(uid=uid_of_uuid(pl.col("HfUUID"))).join(
        above, on="LocationId", how="left"
    )
    return placed.with_columns(pl.when(has_own_uid()).then("level").alias("level"))


def has_own_uid() -> pl.Expr:
    """True for a place that no other shares its UUID with, and whose UUID is one."""
    return pl.col("uid").is_not_null() & (pl.len().over("uid") == 1)


def placed_locations(snapshot: Snapshot) -> pl.LazyFrame:
    """Return the locations that are org units."""
    return locations(snapshot).filter(pl.col("level").is_not_null())


def placed_facilities(snapshot: Snapshot) -> pl.LazyFrame:
    """Return the health facilities that are org units."""
    return health_facilities(snapshot).filter(pl.col("level").is_not_null())


def _regions(live: pl.LazyFrame) -> pl.LazyFrame:
    """Return LocationId, regionId and level of the locations below (or being) a region."""
    above = live.filter(pl.col("LocationType").is_in(LOCATION_TYPES), has_own_uid()).select(
        at="LocationId",
        up=pl.when(pl.col("LocationType") != REGION.code).then("ParentLocationId"),
        is_region=pl.col("LocationType") == REGION.code,
    )
    climbed = live.select("LocationId", at="LocationId", steps=pl.lit(0, pl.Int32))
    for _ in range(MOST_PARENTS):
        climbed = _one_step_up(climbed, above)
    return climbed.join(above.filter("is_region").select("at"), on="at", how="semi").select(
        "LocationId", regionId="at", level=REGION_LEVEL + pl.col("steps")
    )


def _one_step_up(climbed: pl.LazyFrame, above: pl.LazyFrame) -> pl.LazyFrame:
    return climbed.join(above, on="at", how="inner").select(
        "LocationId",
        at=pl.when("is_region").then("at").otherwise("up"),
        steps=pl.col("steps") + (~pl.col("is_region")).cast(pl.Int32),
    )
