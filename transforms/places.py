"""Where a person is: the first of these that openIMIS knows, as the org unit of the person.

    1  current_village   the person's CurrentVillage
    2  family            the village of the person's family, if the family is current
    3  history           the CurrentVillage of the person's newest history row that has one
    4  former_family     the village of the family that the person left last, if it is current
    5  family_history    the village of the family's newest history row that has one
    6  deleted_family    the village of the family, though it is deleted
    7  facility          the facility of the person's earliest current claim

The family of a person without one is, from 4 on, that of the newest history row that has one. A
key of 0, or of a place that is no org unit, is as good as none. Closed places count.
"""

import polars as pl

from transforms.history import is_current, is_deleted, live_rows, newest, resolved
from transforms.locations import Snapshot, placed_facilities, placed_locations
from transforms.values import is_set

CURRENT_VILLAGE = "current_village"
SOURCES = (
    CURRENT_VILLAGE, "family", "history", "former_family", "family_history", "deleted_family",
)  # fmt: skip
FACILITY = "facility"


def places(snapshot: Snapshot) -> pl.LazyFrame:
    """Return the place of every insuree, deleted ones included.

    Returns:
        InsureeID (of the live row), FamilyID (of the family's live row, or null), `place` (UID of
        an org unit, or null), `place_village` (the same, null if it is a facility), `place_source`
        (see the module) and `regionId` (LocationId of the region).
    """
    # Locations are few, and needed for each source: once collected, they are read only once.
    villages = placed_locations(snapshot).select("LocationId", "regionId", place_village="uid")
    villages = villages.collect().lazy()
    found = _insurees(snapshot)
    for source, (column, rows) in _sources(snapshot, villages).items():
        found = found.join(rows.rename({"LocationId": source}), on=column, how="left")
    at_village = found.select(
        "InsureeID", "FamilyID", LocationId=pl.coalesce(SOURCES), place_source=_first_of(SOURCES)
    ).join(villages, on="LocationId", how="left")
    return _at_facilities(at_village, snapshot)


def earliest_facilities(snapshot: Snapshot, insurees: pl.LazyFrame) -> pl.LazyFrame:
    """Return the facility of the earliest current claim of each of `insurees`.

    Args:
        snapshot: The snapshot.
        insurees: A frame with InsureeID, of live rows.

    Returns:
        InsureeID, facilityUid and facilityRegionId; only of those who have such a claim.
    """
    claims = snapshot["tblClaim"].filter(is_current())
    claims = resolved(claims, "InsureeID", snapshot["tblInsuree"], "InsureeID")
    claims = claims.join(insurees, on="InsureeID", how="semi")
    facilities = placed_facilities(snapshot).select(
        HFID="HfID", facilityUid="uid", facilityRegionId="regionId"
    )
    at_facility = resolved(claims, "HFID", snapshot["tblHF"].rename({"HfID": "HFID"}), "HFID")
    return (
        at_facility.join(facilities, on="HFID")
        .sort("DateFrom", "ClaimID", nulls_last=True)
        .unique("InsureeID", keep="first", maintain_order=True)
        .select("InsureeID", "facilityUid", "facilityRegionId")
    )


def _insurees(snapshot: Snapshot) -> pl.LazyFrame:
    """Return InsureeID, FamilyID and known_family: the family, or else the one left last."""
    rows = _with_family(snapshot["tblInsuree"], snapshot["tblFamilies"])
    left = newest(rows.filter(pl.col("FamilyID").is_not_null()), "InsureeID")
    return (
        live_rows(rows, "InsureeID")
        .select("InsureeID", "FamilyID")
        .join(left.select("InsureeID", known_family="FamilyID"), on="InsureeID", how="left")
        .with_columns(known_family=pl.coalesce("FamilyID", "known_family"))
    )


def _with_family(insurees: pl.LazyFrame, families: pl.LazyFrame) -> pl.LazyFrame:
    known = insurees.with_columns(pl.when(is_set("FamilyID")).then("FamilyID").alias("FamilyID"))
    return resolved(known, "FamilyID", families, "FamilyID")


def _sources(snapshot: Snapshot, villages: pl.LazyFrame) -> dict[str, tuple[str, pl.LazyFrame]]:
    """Return, a source, the column to join on and a frame of that column and LocationId."""
    locations = snapshot["tblLocations"]
    insurees = snapshot["tblInsuree"].with_columns(LocationId="CurrentVillage")
    insurees = _at_villages(insurees, locations, villages)
    families = _at_villages(snapshot["tblFamilies"], locations, villages)
    current = families.filter(is_current())
    return {
        CURRENT_VILLAGE: _places_by("InsureeID", live_rows(insurees, "InsureeID")),
        "family": _places_by("FamilyID", current),
        "history": _places_by("InsureeID", newest(insurees, "InsureeID")),
        "former_family": _places_by("known_family", current),
        "family_history": _places_by("known_family", newest(families, "FamilyID")),
        "deleted_family": _places_by("known_family", families.filter(is_deleted("FamilyID"))),
    }


def _at_villages(
    rows: pl.LazyFrame, locations: pl.LazyFrame, villages: pl.LazyFrame
) -> pl.LazyFrame:
    """Return the rows whose LocationId names an org unit."""
    return resolved(rows, "LocationId", locations, "LocationId").join(
        villages, on="LocationId", how="semi"
    )


def _places_by(column: str, rows: pl.LazyFrame) -> tuple[str, pl.LazyFrame]:
    key = "InsureeID" if column == "InsureeID" else "FamilyID"
    return column, rows.select(pl.col(key).alias(column), "LocationId")


def _at_facilities(at_village: pl.LazyFrame, snapshot: Snapshot) -> pl.LazyFrame:
    homeless = at_village.filter(pl.col("place_village").is_null())
    at_facility = pl.col("place_village").is_null() & pl.col("facilityUid").is_not_null()
    return at_village.join(
        earliest_facilities(snapshot, homeless), on="InsureeID", how="left"
    ).select(
        "InsureeID",
        "FamilyID",
        "place_village",
        place=pl.coalesce("place_village", "facilityUid"),
        place_source=pl.when(at_facility).then(pl.lit(FACILITY)).otherwise("place_source"),
        regionId=pl.coalesce("regionId", "facilityRegionId"),
    )


def _first_of(columns: tuple[str, ...]) -> pl.Expr:
    return pl.coalesce(pl.when(pl.col(c).is_not_null()).then(pl.lit(c)) for c in columns)
