"""The map of a matching, as GeoJSON: where both sides say that a place lies, and a line between."""

from collections.abc import Iterator
from typing import Any

import polars as pl

from transforms.core.json_texts import Json

_POINT = ("longitude", "latitude")
_PROPERTIES = (
    "decision",
    "kind",
    "how",
    "km",
    "openimis_code",
    "openimis_name",
    "dhis2_uid",
    "dhis2_name",
)


def match_map(rows: pl.DataFrame, places: pl.DataFrame, units: pl.DataFrame) -> Json | None:
    """Return a collection of points and lines; None where nobody says where anything lies.

    Args:
        rows: The file of matches: `transforms.matching.decisions.FILE_COLUMNS`.
        places: `transforms.matching.places.PLACES`.
        units: `transforms.matching.org_unit_tree.ORG_UNITS`.
    """
    ours = places.select("longitude", "latitude", openimis_uuid="key")
    theirs = units.select("longitude", "latitude", dhis2_uid="uid")
    located = rows.join(ours, on="openimis_uuid", how="left").join(
        theirs, on="dhis2_uid", how="left", suffix="_unit"
    )
    features = [feature for row in located.to_dicts() for feature in _features(row)]
    return {"type": "FeatureCollection", "features": features} if features else None


def _features(row: dict[str, Any]) -> Iterator[Json]:
    place = [row[name] for name in _POINT]
    unit = [row[f"{name}_unit"] for name in _POINT]
    properties = {name: row[name] for name in _PROPERTIES}
    if None not in place:
        yield _feature("Point", place, properties | {"side": "openIMIS"})
    if None not in unit:
        yield _feature("Point", unit, properties | {"side": "DHIS2"})
    if None not in (*place, *unit):
        yield _feature("LineString", [place, unit], properties)


def _feature(kind: str, coordinates: list[Any], properties: Json) -> Json:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "geometry": geometry, "properties": properties}
