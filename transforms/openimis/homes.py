"""Where a person is: the first of these that openIMIS knows, as the org unit of the person.

    1  current_village   the person's CurrentVillage
    2  family            the village of the person's family, if the family is current
    3  history           the CurrentVillage of the person's newest history row that has one
    4  former_family     the village of the family that the person left last, if it is current
    5  family_history    the village of the family's newest history row that has one
    6  deleted_family    the village of the family, though it is deleted
    7  facility          the facility of the person's earliest current claim

The family of a person without one is, from 4 on, that of the newest history row that has one. A
place that is no org unit is as good as none. Closed places count.
"""

import polars as pl

from transforms.openimis.places import org_units_among
from transforms.openimis.rows import Rows, newest

CURRENT_VILLAGE = "current_village"
SOURCES = (
    CURRENT_VILLAGE, "family", "history", "former_family", "family_history", "deleted_family",
)  # fmt: skip
FACILITY = "facility"


def homes_of(
    people: Rows,
    families: Rows,
    claims: Rows,
    places: pl.LazyFrame,
    facilities: pl.LazyFrame,
) -> pl.LazyFrame:
    """Return the place of every insuree, deleted ones included.

    Args:
        people: Of the register, or a part of them.
        families: At least those that these people are in, or were.
        claims: At least those of these people.
        places: See `transforms.openimis.places`.
        facilities: See `transforms.openimis.places`.

    Returns:
        insuree_id, family_id (or null), `place` (UID of an org unit, or null), `place_village`
        (the same, null if it is a facility), `place_source` (see the module) and `region_id`.
    """
    villages = org_units_among(places).select("location_id", "region_id", place_village="uid")
    insurees = _with_last_family(people)
    for source, (column, rows) in _sources(people, families, villages).items():
        insurees = insurees.join(rows.rename({"location_id": source}), on=column, how="left")
    at_village = insurees.select(
        "insuree_id",
        "family_id",
        location_id=pl.coalesce(SOURCES),
        place_source=_first_of(SOURCES),
    ).join(villages, on="location_id", how="left")
    homeless = at_village.filter(pl.col("place_village").is_null())
    return _at_facilities(at_village, _earliest_facilities(claims, facilities, homeless))


def _with_last_family(people: Rows) -> pl.LazyFrame:
    """Return insuree_id, family_id and last_family: the family, or else the one left last."""
    left = newest(people.copies.filter(pl.col("family_id").is_not_null()), people.key)
    return (
        people.live.select("insuree_id", "family_id")
        .join(left.select("insuree_id", last_family="family_id"), on="insuree_id", how="left")
        .with_columns(last_family=pl.coalesce("family_id", "last_family"))
    )


def _sources(
    people: Rows, families: Rows, villages: pl.LazyFrame
) -> dict[str, tuple[str, pl.LazyFrame]]:
    """Return, a source, the column to join on and a frame of that column and location_id."""
    current, past = (
        _at_villages(rows.rename({"current_village_id": "location_id"}), villages)
        for rows in (people.live, people.copies)
    )
    here, before, closed = (
        _at_villages(rows, villages)
        for rows in (families.current, families.copies, families.deleted)
    )
    return {
        CURRENT_VILLAGE: _by("insuree_id", current, "insuree_id"),
        "family": _by("family_id", here, "family_id"),
        "history": _by("insuree_id", newest(past, people.key), "insuree_id"),
        "former_family": _by("family_id", here, "last_family"),
        "family_history": _by("family_id", newest(before, families.key), "last_family"),
        "deleted_family": _by("family_id", closed, "last_family"),
    }


def _at_villages(rows: pl.LazyFrame, villages: pl.LazyFrame) -> pl.LazyFrame:
    """Return the rows whose location_id names an org unit."""
    return rows.join(villages, on="location_id", how="semi")


def _by(key: str, rows: pl.LazyFrame, column: str) -> tuple[str, pl.LazyFrame]:
    return column, rows.select(pl.col(key).alias(column), "location_id")


def _earliest_facilities(
    claims: Rows, facilities: pl.LazyFrame, insurees: pl.LazyFrame
) -> pl.LazyFrame:
    """Return insuree_id, facility_uid and facility_region_id of each one's earliest current claim.

    Of `insurees` (insuree_id) only those who have such a claim at an org unit.
    """
    sites = org_units_among(facilities).select(
        "facility_id", facility_uid="uid", facility_region_id="region_id"
    )
    return (
        claims.current.join(insurees, on="insuree_id", how="semi")
        .join(sites, on="facility_id")
        .sort("date_from", "claim_id", nulls_last=True)
        .unique("insuree_id", keep="first", maintain_order=True)
        .select("insuree_id", "facility_uid", "facility_region_id")
    )


def _at_facilities(at_village: pl.LazyFrame, sites: pl.LazyFrame) -> pl.LazyFrame:
    at_facility = pl.col("place_village").is_null() & pl.col("facility_uid").is_not_null()
    return at_village.join(sites, on="insuree_id", how="left").select(
        "insuree_id",
        "family_id",
        "place_village",
        place=pl.coalesce("place_village", "facility_uid"),
        place_source=pl.when(at_facility).then(pl.lit(FACILITY)).otherwise("place_source"),
        region_id=pl.coalesce("region_id", "facility_region_id"),
    )


def _first_of(columns: tuple[str, ...]) -> pl.Expr:
    return pl.coalesce(pl.when(pl.col(c).is_not_null()).then(pl.lit(c)) for c in columns)
