"""openIMIS's places in the order in which they are looked for: what lies above comes first."""

from typing import get_args

import polars as pl

from transforms.matching.org_unit_tree import PLACE_SEPARATOR
from transforms.openimis.match_settings import PlaceKind
from transforms.openimis.places import org_units_among
from transforms.openimis.register import Register
from transforms.openimis.tables.places import PLACE_LEVEL

KINDS: tuple[PlaceKind, ...] = get_args(PlaceKind)
FACILITY: PlaceKind = "facility"
PLACES = pl.Schema(
    {
        "key": pl.String(),
        "kind": pl.String(),
        "code": pl.String(),
        "name": pl.String(),
        "parent_key": pl.String(),
        "path": pl.String(),
        "is_current": pl.Boolean(),
        "longitude": pl.Float64(),
        "latitude": pl.Float64(),
    }
)


def places_to_match(register: Register, coordinates: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return the places that have an org unit, or should have one; deleted ones included.

    Args:
        register: Of openIMIS.
        coordinates: Columns code, longitude and latitude (degrees); None: nothing is known of them.

    Returns:
        `PLACES`: the UUID; the kind; code and name; UUID of the place above, null above a region;
        the names from the region down to the place; whether openIMIS has it still; where it lies.
    """
    locations = org_units_among(register.places).collect()
    above = locations.select(parent_id="location_id", parent_key="location_uuid")
    rows = pl.concat([_locations(locations, above), _facilities(register, above)])
    points = _nowhere() if coordinates is None else coordinates
    return (
        _with_paths(rows)
        .join(points, on="code", how="left", maintain_order="left")
        .select(PLACES.names())
        .cast(PLACES)
    )


def _locations(locations: pl.DataFrame, above: pl.DataFrame) -> pl.DataFrame:
    kinds = {group.code: group.key for group in PLACE_LEVEL.groups}
    return locations.join(above, on="parent_id", how="left").select(
        "is_current",
        "parent_key",
        key="location_uuid",
        kind=pl.col("location_type").replace_strict(kinds, return_dtype=pl.String),
        code=pl.col("location_code").str.strip_chars(),
        name="location_name",
    )


def _facilities(register: Register, above: pl.DataFrame) -> pl.DataFrame:
    facilities = org_units_among(register.facilities).collect()
    return facilities.join(above, left_on="location_id", right_on="parent_id", how="left").select(
        "is_current",
        "parent_key",
        key="facility_uuid",
        kind=pl.lit(FACILITY),
        code=pl.col("facility_code").str.strip_chars(),
        name="facility_name",
    )


def _with_paths(rows: pl.DataFrame) -> pl.DataFrame:
    """Add the names from the region down, kind by kind: what lies above has its path already."""
    paths = pl.DataFrame(schema={"parent_key": pl.String, "above": pl.String})
    levels = []
    for kind in KINDS:
        level = (
            rows.filter(kind=kind)
            .join(paths, on="parent_key", how="left", maintain_order="left")
            .with_columns(
                path=pl.concat_str("above", "name", separator=PLACE_SEPARATOR, ignore_nulls=True)
            )
            .drop("above")
            .sort("path", "code", "key")
        )
        paths = pl.concat([paths, level.select(parent_key="key", above="path")])
        levels.append(level)
    return pl.concat(levels)


def _nowhere() -> pl.DataFrame:
    return pl.DataFrame(schema={"code": pl.String, "longitude": pl.Float64, "latitude": pl.Float64})
