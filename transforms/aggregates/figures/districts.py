"""In which district each place lies: figures of people are told by district."""

import polars as pl

from transforms.core.memory import collect_once
from transforms.openimis.places import MOST_PARENTS, org_units_among
from transforms.openimis.register import Register
from transforms.openimis.tables.places import DISTRICT


def districts_of(register: Register) -> pl.LazyFrame:
    """Return the org units that lie in a district, or are one.

    Args:
        register: Of openIMIS.

    Returns:
        `uid` of a location or facility, and `district`: the UUID of its district; in memory.
    """
    places = org_units_among(register.places)
    above = places.select(
        at="location_id",
        up="parent_id",
        district=pl.when(pl.col("location_type") == DISTRICT.code).then("location_uuid"),
    )
    found, climbing = [], places.select("uid", at="location_id")
    for _ in range(MOST_PARENTS):
        here = climbing.join(above, on="at")
        found.append(here.filter(pl.col("district").is_not_null()).select("uid", "district"))
        climbing = here.filter(pl.col("district").is_null()).select("uid", at="up")
    locations = pl.concat(found)
    of_parents = locations.rename({"uid": "parent_uid"})
    facilities = org_units_among(register.facilities).join(of_parents, on="parent_uid")
    return collect_once(pl.concat([locations, facilities.select("uid", "district")]))
