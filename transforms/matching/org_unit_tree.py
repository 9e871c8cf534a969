"""DHIS2's org units as a frame, and what lies below what."""

from collections.abc import Iterable
from datetime import date

import polars as pl

from transforms.core.json_texts import Json

PLACE_SEPARATOR = " / "
ORG_UNITS = pl.Schema(
    {
        "uid": pl.String(),
        "name": pl.String(),
        "short_name": pl.String(),
        "code": pl.String(),
        "attribute": pl.String(),
        "uid_path": pl.String(),
        "level": pl.Int32(),
        "closed_date": pl.String(),
        "longitude": pl.Float64(),
        "latitude": pl.Float64(),
    }
)


def org_units_of(
    objects: Iterable[Json], attribute: str | None = None, *, today: date
) -> pl.DataFrame:
    """Return DHIS2's org units.

    The level is counted along the path: the one that DHIS2 stores is out of date below a unit that
    was moved.

    Args:
        objects: As DHIS2 shows them, with id, name, shortName, code, path, closedDate, geometry and
            attributeValues.
        attribute: UID of the attribute that holds openIMIS's code.
        today: The day of the run: a closing day that is to come, or today's, has closed nothing.

    Returns:
        `ORG_UNITS`: names, code; the value of the attribute; the UIDs from the root down to the
        unit with slashes between; the level (the root is 1); the day on which it was closed, or
        null while it is open; where it lies (degrees), of points only.
    """
    rows = [_row(each, attribute) for each in objects]
    is_past = pl.col("closed_date") < today.isoformat()
    return pl.DataFrame(rows, schema=ORG_UNITS, orient="row").with_columns(
        closed_date=pl.when(is_past).then("closed_date")
    )


def ancestors_of(units: pl.DataFrame) -> pl.DataFrame:
    """Return `uid`, `above` and `distance` (in levels): a row an org unit and one above it."""
    line = pl.col("uid_path").str.strip_chars("/").str.split("/").list.reverse()
    return (
        units.select("uid", above=line, distance=pl.int_ranges(0, line.list.len()))
        .explode("above", "distance")
        .filter(pl.col("distance") > 0)
    )


def subtree(units: pl.DataFrame, root: str) -> pl.DataFrame:
    """Return an org unit and all that lie below it."""
    below = ancestors_of(units).filter(above=root).select("uid")
    return units.filter((pl.col("uid") == root) | pl.col("uid").is_in(below["uid"].implode()))


def parents_of(units: pl.DataFrame) -> pl.DataFrame:
    """Return `uid` and `parent` of all org units; the root has none."""
    above = ancestors_of(units).filter(distance=1).select("uid", parent="above")
    return units.select("uid").join(above, on="uid", how="left")


def with_paths(units: pl.DataFrame) -> pl.DataFrame:
    """Return org units with `path`: the names from above down to the unit, for people."""
    line = pl.col("uid_path").str.strip_chars("/").str.split("/")
    names = units.select(above="uid", step="name")
    paths = (
        units.select("uid", above=line)
        .explode("above")
        .join(names, on="above", how="inner", maintain_order="left")
        .group_by("uid", maintain_order=True)
        .agg(path=pl.col("step").fill_null("?").str.join(PLACE_SEPARATOR))
    )
    return units.join(paths, on="uid", how="left", maintain_order="left")


def _row(unit: Json, attribute: str | None) -> tuple[object, ...]:
    path = unit.get("path") or f"/{unit['id']}"
    longitude, latitude = _point(unit.get("geometry"))
    return (
        unit["id"],
        unit.get("name"),
        unit.get("shortName"),
        unit.get("code"),
        _value_of(unit, attribute),
        path,
        path.count("/"),
        (unit.get("closedDate") or "")[:10] or None,
        longitude,
        latitude,
    )


def _value_of(unit: Json, attribute: str | None) -> str | None:
    values = unit.get("attributeValues") or ()
    found = (
        each["value"] for each in values if (each.get("attribute") or {}).get("id") == attribute
    )
    return next(found, None)


def _point(geometry: Json | None) -> tuple[float | None, float | None]:
    """Return where a point lies; the outline of a district is not where it is."""
    if not geometry or geometry.get("type") != "Point":
        return None, None
    longitude, latitude = geometry["coordinates"][:2]
    return float(longitude), float(latitude)
