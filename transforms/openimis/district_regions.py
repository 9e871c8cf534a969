"""Districts that openIMIS has below no region, below the region that the country file names.

openIMIS shows nobody such a district, and keeps all that is below it.
"""

from collections.abc import Mapping

import polars as pl

from transforms.openimis.history import is_current
from transforms.openimis.tables.column_types import KEY
from transforms.openimis.tables.places import DISTRICT, REGION

_ID, _CODE, _TYPE, _PARENT = "LocationId", "LocationCode", "LocationType", "ParentLocationId"


def below_regions(locations: pl.LazyFrame, regions: Mapping[str, str]) -> pl.LazyFrame:
    """Return the locations, with a parent for the districts that have none.

    Args:
        locations: All versions of them.
        regions: Code of a district to the code of its region. Where openIMIS has not just one
            current region of that code, the district stays without.
    """
    keys = _keys_of_regions(locations)
    parents = {district: keys[code] for district, code in regions.items() if code in keys}
    if not parents:
        return locations
    code = pl.col(_CODE).str.strip_chars()
    found = code.replace_strict(
        list(parents), list(parents.values()), default=None, return_dtype=KEY
    )
    is_without = (pl.col(_TYPE) == DISTRICT.code) & pl.col(_PARENT).is_null()
    return locations.with_columns(pl.when(is_without).then(found).otherwise(_PARENT).alias(_PARENT))


def _keys_of_regions(locations: pl.LazyFrame) -> dict[str, int]:
    code = pl.col(_CODE).str.strip_chars()
    is_region = is_current() & (pl.col(_TYPE) == REGION.code) & code.is_not_null()
    regions = locations.filter(is_region).select(code, _ID).collect()
    return dict(regions.unique(_CODE, keep="none").iter_rows())
