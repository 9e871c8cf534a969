"""Maps as `/api/maps` takes them."""

from transforms.core.json_texts import Json
from transforms.package.tables.indicators import INDICATORS
from transforms.package.tables.maps import MAPS, Map


def map_objects(root_level: int) -> list[Json]:
    """Return the maps, as `/api/maps` takes them.

    Args:
        root_level: Level of the country's root in DHIS2, counted from 1.
    """
    return [_map(row, root_level) for row in MAPS]


def _map(row: Map, root_level: int) -> Json:
    return {
        "id": row.uid,
        "name": row.name,
        "latitude": 0,
        "longitude": 0,
        "zoom": 3,
        "basemap": "osmLight",
        "mapViews": [_layer(row, f"LEVEL-{root_level + row.levels_below_root}")],
    }


def _layer(row: Map, level: str) -> Json:
    """Return the one layer; items of a dimension in the order of their names."""
    places = [_axis("ou", level, "USER_ORGUNIT")]
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
