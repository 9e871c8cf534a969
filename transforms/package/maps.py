"""Maps as `/api/maps` takes them."""

from collections.abc import Sequence

from transforms.core.json_texts import Json
from transforms.openimis.country import Country
from transforms.package.tables.indicators import INDICATORS
from transforms.package.tables.maps import BELOW_ROOT, MAPS, Map


def map_objects(root_level: int, country: Country | None = None) -> list[Json]:
    """Return the maps, as `/api/maps` takes them.

    Args:
        root_level: Level of the country's root in DHIS2, counted from 1.
        country: Says on which levels places lie, where DHIS2's own org units are used.
    """
    return [_map(row, _levels(row, root_level, country)) for row in MAPS]


def _levels(row: Map, root_level: int, country: Country | None) -> Sequence[int]:
    """Return the levels of the places that a map shows, or of those above that DHIS2 has."""
    if country is None or not country.uses_matches:
        return [root_level + BELOW_ROOT[row.kind]]
    kinds = list(BELOW_ROOT)[: list(BELOW_ROOT).index(row.kind) + 1]
    named = [country.match.levels_of(kind) for kind in reversed(kinds)]
    return next(filter(None, named), [root_level])


def _map(row: Map, levels: Sequence[int]) -> Json:
    return {
        "id": row.uid,
        "name": row.name,
        "latitude": 0,
        "longitude": 0,
        "zoom": 3,
        "basemap": "osmLight",
        "mapViews": [_layer(row, *(f"LEVEL-{level}" for level in levels))],
    }


def _layer(row: Map, *levels: str) -> Json:
    """Return the one layer; items of a dimension in the order of their names."""
    places = [_axis("ou", *levels, "USER_ORGUNIT")]
    if not row.indicator or row.period is None or row.legend is None:
        looks: Json = {"layer": "facility", "opacity": 1, "columns": [], "filters": []}
    else:
        uid = next(each.uid for each in INDICATORS if each.key == row.indicator)
        looks = {
            "layer": "thematic",
            "thematicMapType": "CHOROPLETH",
            "renderingStrategy": "SINGLE",
            "opacity": 0.9,
            "legendSet": {"id": row.legend.uid},
            "columns": [_axis("dx", uid)],
            "filters": [_axis("pe", row.period.name)],
        }
    return looks | {"hidden": False, "rows": places}


def _axis(dimension: str, *items: str) -> Json:
    return {"dimension": dimension, "items": [{"id": item} for item in sorted(items)]}
