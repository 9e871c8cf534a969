"""Dashboards as DHIS2 accepts them, with the charts that they show.

visualizations ──────┐
event visualizations ┼─► dashboards
maps ────────────────┘
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from transforms.core.json_texts import Json, Payload
from transforms.core.language import Phrase
from transforms.core.metadata_uids import metadata_uid
from transforms.package.program_indicators import ProgramIndicator
from transforms.package.tables.dashboards import DASHBOARDS, EVENT, MAP, TEXT, Dashboard, ItemRows
from transforms.package.tables.event_visualizations import (
    EVENT_VISUALIZATIONS,
    ITEM_PROPERTY,
    ITEM_TYPE,
)
from transforms.package.tables.maps import MAPS
from transforms.package.tables.seed_dashboard_items import SEED_DASHBOARD_ITEMS
from transforms.package.tables.visualizations import VISUALIZATIONS
from transforms.package.visualizations import (
    event_visualization_objects,
    legend_set_objects,
    visualization_objects,
)

WIDTH = 60
CHART_HEIGHT, MAP_HEIGHT = 20, 30
COPY_TO_CHANGE = "Set-up makes this dashboard as it is in the package: copy it to change it."

_MAP_UIDS = {MAP + row.key: row.uid for row in MAPS}
_EVENT_UIDS = {EVENT + row.key: row.uid for row in EVENT_VISUALIZATIONS}
_CHART_UIDS = {row.key: row.uid for row in VISUALIZATIONS}


def dashboard_objects(
    rows: Sequence[ProgramIndicator], indicators: Sequence[Json], *, restored_once: bool
) -> Payload:
    """Return legend sets, visualizations, event visualizations and dashboards.

    Args:
        rows: The country's program indicators.
        indicators: The country's indicators (`transforms.package.indicators`).
        restored_once: See `transforms.package.program_indicators.counts_restored_once`.
    """
    charts = visualization_objects(rows, indicators)
    return {
        "legendSets": legend_set_objects(),
        "visualizations": list(charts.values()),
        "eventVisualizations": event_visualization_objects(restored_once=restored_once),
        "dashboards": [_dashboard(row, charts) for row in DASHBOARDS],
    }


def _dashboard(row: Dashboard, charts: Mapping[str, Json]) -> Json:
    return {
        "id": row.uid,
        "name": row.name,
        "description": Phrase(
            "{about} {advice}", about=Phrase(row.about), advice=Phrase(COPY_TO_CHANGE)
        ),
        "dashboardItems": list(_place(row, _present_rows(row.rows, charts))),
    }


def _present_rows(rows: ItemRows, charts: Mapping[str, Json]) -> Iterator[list[str]]:
    """Yield the rows without the charts that the country does not have."""
    for row in rows:
        items = [item for item in row if ":" in item or item in charts]
        if items:
            yield items


def _place(dashboard: Dashboard, rows: Iterable[list[str]]) -> Iterator[Json]:
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
    return {"id": _item_uid(dashboard.uid, target)} | shown


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
