"""openIMIS's regions by code and name: for a country file that does not say yet what is needed."""

import polars as pl

from transforms.openimis.history import is_current
from transforms.openimis.tables.column_types import Column
from transforms.openimis.tables.columns import LOCATIONS
from transforms.openimis.tables.places import REGION

_CODE, _NAME, _TYPE = "LocationCode", "LocationName", "LocationType"


def columns_of_regions() -> dict[str, list[Column]]:
    """Return table name to the columns that `regions_of` needs."""
    names = (LOCATIONS.key, _CODE, _NAME, _TYPE, "ValidityFrom", "ValidityTo")
    return {LOCATIONS.name: [LOCATIONS.column(name) for name in names]}


def regions_of(places: pl.DataFrame) -> list[tuple[str, str]]:
    """Return code and name of the current regions among locations."""
    is_region = pl.col(_TYPE).str.strip_chars() == REGION.code
    return places.filter(is_current(), is_region).select(_CODE, _NAME).rows()
