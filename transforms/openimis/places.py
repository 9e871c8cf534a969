"""Where the places of openIMIS lie: which location below which region, which facility where.

    region (level 2) ── district (3) ─┬─ ward (4) ── village (5)
                                      └─ health facility (4)

Only a place with a UUID of its own and a way up to a region can be an org unit: the others would
have no UID, or no parent.
"""

import polars as pl

from transforms.core.uids import uid_of_uuid
from transforms.openimis.rows import Rows
from transforms.openimis.tables.places import DISTRICT, REGION, VILLAGE, WARD

REGION_LEVEL = 2
"""Level of a region in DHIS2: the root is level 1."""
MOST_PARENTS = 6
"""How many parents are followed, so that a circle ends: openIMIS has three above a village."""
LOCATION_TYPES = (REGION.code, DISTRICT.code, WARD.code, VILLAGE.code)


def places_of(rows: Rows) -> pl.LazyFrame:
    """Return the locations, deleted ones included.

    Returns:
        The columns of `transforms.openimis.subjects.PLACES`, is_current and `valid_until`, and
        `uid`, `level` and `region_id`; the last two are null where there is no way up to a region.
    """
    live = rows.lasting.with_columns(uid=uid_of_uuid(pl.col("location_uuid")))
    return live.join(_regions(live), on="location_id", how="left")


def facilities_of(rows: Rows, places: pl.LazyFrame) -> pl.LazyFrame:
    """Return the health facilities, deleted ones included.

    Args:
        rows: Of health facilities.
        places: See `places_of`.

    Returns:
        The columns of `transforms.openimis.subjects.FACILITIES`, is_current and `valid_until`, and
        `uid`, `parent_uid`, `level` and `region_id`; the last three are null where there is no way
        up to a region.
    """
    live = rows.lasting.with_columns(uid=uid_of_uuid(pl.col("facility_uuid")))
    above = org_units_among(places).select(
        "location_id", "region_id", parent_uid="uid", level=pl.col("level") + 1
    )
    return live.join(above, on="location_id", how="left").with_columns(
        pl.when(has_own_uid()).then("level").alias("level")
    )


def has_own_uid() -> pl.Expr:
    """True for a place that no other shares its UUID with, and whose UUID is one."""
    return pl.col("uid").is_not_null() & (pl.len().over("uid") == 1)


def org_units_among(places: pl.LazyFrame) -> pl.LazyFrame:
    """Return the locations, or facilities, that are org units."""
    return places.filter(pl.col("level").is_not_null())


def _regions(live: pl.LazyFrame) -> pl.LazyFrame:
    """Return location_id, region_id and level of the locations below (or being) a region."""
    is_region = pl.col("location_type") == REGION.code
    above = live.filter(pl.col("location_type").is_in(LOCATION_TYPES), has_own_uid()).select(
        at="location_id",
        up=pl.when(pl.col("location_type") != REGION.code).then("parent_id"),
        is_region=is_region,
    )
    climbed = live.select("location_id", at="location_id", steps=pl.lit(0, pl.Int32))
    for _ in range(MOST_PARENTS):
        climbed = _one_step_up(climbed, above)
    return climbed.join(above.filter("is_region").select("at"), on="at", how="semi").select(
        "location_id", region_id="at", level=REGION_LEVEL + pl.col("steps")
    )


def _one_step_up(climbed: pl.LazyFrame, above: pl.LazyFrame) -> pl.LazyFrame:
    return climbed.join(above, on="at", how="inner").select(
        "location_id",
        at=pl.when("is_region").then("at").otherwise("up"),
        steps=pl.col("steps") + (~pl.col("is_region")).cast(pl.Int32),
    )
