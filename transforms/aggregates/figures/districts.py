"""In which district each place lies: figures of people and of money are told by district."""

import polars as pl

from transforms.core.memory import collect_once
from transforms.openimis.country import Country
from transforms.openimis.places import MOST_PARENTS, org_units_among
from transforms.openimis.register import Register
from transforms.openimis.tables.places import DISTRICT, REGION


def districts_of(register: Register, country: Country) -> pl.LazyFrame:
    """Return the org units that lie in a district, or are one; of a pilot, those of its regions.

    Args:
        register: Of openIMIS.
        country: May name the regions of a pilot.

    Returns:
        `uid` of a location or facility, location_id and facility_id (one of them is null), and
        `district`: the UUID of its district; in memory.
    """
    places = _of_pilot(org_units_among(register.places), country)
    above = places.select(
        at="location_id",
        up="parent_id",
        district=pl.when(pl.col("location_type") == DISTRICT.code).then("location_uuid"),
    )
    found, climbing = [], places.select("uid", "location_id", at="location_id")
    for _ in range(MOST_PARENTS):
        here = climbing.join(above, on="at")
        found.append(here.filter(pl.col("district").is_not_null()).drop("at", "up"))
        climbing = here.filter(pl.col("district").is_null()).select("uid", "location_id", at="up")
    locations = pl.concat(found)
    of_parents = locations.select("district", parent_uid="uid")
    facilities = org_units_among(register.facilities).join(of_parents, on="parent_uid")
    sites = facilities.select("uid", "facility_id", "district")
    return collect_once(pl.concat([locations, sites], how="diagonal"))


def _of_pilot(places: pl.LazyFrame, country: Country) -> pl.LazyFrame:
    if not country.regions:
        return places
    is_named = pl.col("location_code").str.strip_chars().is_in(country.regions)
    named = places.filter(is_named, pl.col("location_type") == REGION.code)
    return places.join(named.select(region_id="location_id"), on="region_id", how="semi")
