"""Legend sets, visualizations, event visualizations, maps and dashboards as DHIS2 takes them.

    program indicators ─┐
    indicators ─────────┼─► visualizations ──┐
    legend sets ────────┘   maps ────────────┼─► dashboards
                            event visualizations ┘

Charts are in the form in which DHIS2 stores them (`columnDimensions`, `dataDimensionItems`,
`relativePeriods` …): `POST /api/metadata` stores the other form (`columns`, `rows`, `filters`)
empty, and says OK. With maps it is the other way round.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from transforms.core.json_texts import Json
from transforms.core.metadata_uids import metadata_uid
from transforms.package.indicators import ProgramIndicator, indicator_uid
from transforms.package.tables.dashboards import DASHBOARDS, EVENT, MAP, TEXT, Dashboard, Rows
from transforms.package.tables.event_visualizations import (
    EVENT_VISUALIZATIONS,
    ITEM_PROPERTY,
    ITEM_TYPE,
    TOP,
    EventVisualization,
)
from transforms.package.tables.indicators import INDICATORS
from transforms.package.tables.legend_sets import LEGEND_SETS, LegendSet
from transforms.package.tables.maps import MAPS, Map
from transforms.package.tables.seed_dashboard_items import SEED_DASHBOARD_ITEMS
from transforms.package.tables.visualizations import GROUPS, VISUALIZATIONS, OrgUnits, Visualization

Payload = dict[str, list[Json]]
DataItems = Mapping[str, Json]  # key of a program indicator or `indicator:` key → data item

INDICATOR = "indicator:"
ALL_OPTIONS = "*"
DESCENDING = 1
WIDTH = 60
CHART_HEIGHT, MAP_HEIGHT = 20, 30
MADE_ANEW = "Set-up makes this dashboard as it is in the package: copy it to change it."


def dashboard_objects(rows: Sequence[ProgramIndicator], indicators: Payload) -> Payload:
    """Return legend sets, visualizations, event visualizations and dashboards.

    Args:
        rows: The country's program indicators.
        indicators: What `transforms.package.indicators.indicator_objects` makes of them: data items
            that the country does not have are left out of the charts.
    """
    known = _data_items(rows, indicators)
    charts = {row.key: _visualization(row, known) for row in VISUALIZATIONS if _items(row, known)}
    return {
        "legendSets": [_legend_set(row) for row in LEGEND_SETS],
        "visualizations": list(charts.values()),
        "eventVisualizations": [_event_visualization(row) for row in EVENT_VISUALIZATIONS],
        "dashboards": [_dashboard(row, charts) for row in DASHBOARDS],
    }


def map_objects(root_level: int) -> list[Json]:
    """Return the maps, as `/api/maps` takes them.

    Args:
        root_level: Level of the country's root in DHIS2, counted from 1.
    """
    return [_map(row, root_level) for row in MAPS]


def _data_items(rows: Iterable[ProgramIndicator], indicators: Payload) -> dict[str, Json]:
    made = {thing["id"] for thing in indicators["indicators"]}
    programs = {row.key: row.uid for row in rows}
    others = {INDICATOR + row.key: uid for row in INDICATORS if (uid := indicator_uid(row)) in made}
    return {key: _data_item(key, uid) for key, uid in (programs | others).items()}


def _data_item(key: str, uid: str) -> Json:
    if key.startswith(INDICATOR):
        return {"dataDimensionItemType": "INDICATOR", "indicator": {"id": uid}}
    return {"dataDimensionItemType": "PROGRAM_INDICATOR", "programIndicator": {"id": uid}}


def _items(row: Visualization, known: DataItems) -> list[Json]:
    return [known[key] for named in row.items for key in _keys(named, known) if key in known]


def _keys(named: str, known: DataItems) -> Iterable[str]:
    if not named.endswith(ALL_OPTIONS):
        return [named]
    return [key for key in known if key.startswith(named.removesuffix(ALL_OPTIONS))]


def _legend_set(row: LegendSet) -> Json:
    legends = [
        {
            "id": metadata_uid(f"legend:{row.key}:{legend.name}"),
            "name": legend.name,
            "startValue": legend.start,
            "endValue": legend.end,
            "color": legend.color,
        }
        for legend in row.legends
    ]
    return {"id": row.uid, "name": row.name, "legends": legends}


def _visualization(row: Visualization, known: DataItems) -> Json:
    chart = {
        "id": row.made_uid,
        "name": row.name,
        "title": row.name,
        "type": row.kind.value,
        "columnDimensions": list(row.layout.columns),
        "rowDimensions": _rows(row),
        "filterDimensions": list(row.layout.filters),
        "dataDimensionItems": _items(row, known),
        "showData": True,
        "hideTitle": False,
        "hideSubtitle": False,
        "rowTotals": False,
        "colTotals": False,
        "hideEmptyRowItems": "ALL" if "ou" in row.layout.rows else "NONE",
    }
    return chart | _place_and_time(row.layout.org_units, row.period.value) | _looks(row)


def _place_and_time(org_units: OrgUnits, period: str) -> Json:
    """Return whose figures of which time, and that no fixed ones are meant."""
    chosen = {each.value: each is org_units for each in OrgUnits}
    return chosen | {
        "userOrganisationUnitGrandChildren": False,
        "organisationUnits": [],
        "organisationUnitLevels": [],
        "relativePeriods": {period: True},
        "periods": [],
    }


def _rows(row: Visualization) -> list[str]:
    group_set = row.group_set.uid if row.group_set else ""
    return [group_set if name == GROUPS else name for name in row.layout.rows]


def _looks(row: Visualization) -> Json:
    looks: Json = {"description": row.note} if row.note else {}
    if row.legend:
        shown = {"set": {"id": row.legend.uid}, "strategy": "FIXED", "style": "FILL"}
        looks |= {"legend": shown}
    if row.group_set:
        groups = {"organisationUnitGroupSet": {"id": row.group_set.uid}}
        looks |= {"organisationUnitGroupSetDimensions": [groups | {"organisationUnitGroups": []}]}
    return looks


def _event_visualization(row: EventVisualization) -> Json:
    """Return a pivot table: the options with the largest figures first."""
    value: Json = {"aggregationType": "COUNT"}
    if row.value:
        value = {"aggregationType": "SUM", "dataElementValueDimension": {"id": row.value.uid}}
    table = {
        "id": row.made_uid,
        "name": row.name,
        "title": row.name,
        "type": "PIVOT_TABLE",
        "program": {"id": row.program.uid},
        "programStage": {"id": row.stage.uid},
        "outputType": "EVENT",
        "dataType": "AGGREGATED_VALUES",
        "columnDimensions": ["pe"],
        "rowDimensions": [row.element.uid],
        "filterDimensions": ["ou", *([row.only[0].uid] if row.only else [])],
        "dataElementDimensions": _element_dimensions(row),
        "simpleDimensions": [],
        "sortOrder": DESCENDING,
        "topLimit": TOP,
        "rowTotals": False,
        "colTotals": False,
        "hideEmptyRows": True,
        "hideNaData": True,
        "completedOnly": False,
    }
    return table | value | _place_and_time(OrgUnits.OWN, row.period.value)


def _element_dimensions(row: EventVisualization) -> list[Json]:
    dimensions: list[Json] = [{"dataElement": {"id": row.element.uid}}]
    if row.only:
        element, option = row.only
        dimensions.append({"dataElement": {"id": element.uid}, "filter": f"IN:{option}"})
    return dimensions


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
        uid = next(indicator_uid(each) for each in INDICATORS if each.key == row.indicator)
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


def _dashboard(row: Dashboard, charts: Mapping[str, Json]) -> Json:
    return {
        "id": row.made_uid,
        "name": row.name,
        "description": f"{row.about} {MADE_ANEW}",
        "dashboardItems": list(_placed(row, _filled(row.rows, charts))),
    }


def _filled(rows: Rows, charts: Mapping[str, Json]) -> Iterator[list[str]]:
    """Yield the rows without the charts that the country does not have."""
    for row in rows:
        there = [item for item in row if ":" in item or item in charts]
        if there:
            yield there


def _placed(dashboard: Dashboard, rows: Iterable[list[str]]) -> Iterator[Json]:
    """Yield the items: those of a row side by side, row below row."""
    y, texts = 0, 0
    for row in rows:
        height = max(_height(item) for item in row)
        for place, item in enumerate(row):
            texts += item.startswith(TEXT)
            left, right = WIDTH * place // len(row), WIDTH * (place + 1) // len(row)
            where = {"x": left, "y": y, "width": right - left, "height": height}
            yield _item(dashboard, item, texts) | where
        y += height


def _height(item: str) -> int:
    if item.startswith(TEXT):
        return item.count("\n") + 4
    return MAP_HEIGHT if item.startswith(MAP) else CHART_HEIGHT


def _item(dashboard: Dashboard, item: str, texts: int) -> Json:
    if item.startswith(TEXT):
        shown: Json = {"type": "TEXT", "text": item.removeprefix(TEXT)}
        target = f"{TEXT}{texts}"
    else:
        kind, name, target = _target(item)
        shown = {"type": kind, name: {"id": target}}
    return {"id": _item_uid(dashboard.made_uid, target)} | shown


def _target(item: str) -> tuple[str, str, str]:
    """Return type of the item, its property, and the UID of what it shows."""
    if item.startswith(MAP):
        return "MAP", "map", _MAP_UIDS[item]
    if item.startswith(EVENT):
        return ITEM_TYPE, ITEM_PROPERTY, _EVENT_UIDS[item]
    return "VISUALIZATION", "visualization", _CHART_UIDS[item]


def _item_uid(dashboard: str, target: str) -> str:
    seed = SEED_DASHBOARD_ITEMS.get(dashboard, {})
    return seed.get(target) or metadata_uid(f"dashboardItem:{dashboard}:{target}")


_MAP_UIDS = {MAP + row.key: row.uid for row in MAPS}
_EVENT_UIDS = {EVENT + row.key: row.made_uid for row in EVENT_VISUALIZATIONS}
_CHART_UIDS = {row.key: row.made_uid for row in VISUALIZATIONS}
