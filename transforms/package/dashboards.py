"""Dashboards as DHIS2 accepts them, with the charts that they show.

visualizations ──────┐
event visualizations ┼─► dashboards
maps ────────────────┘
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from math import ceil

from transforms.core.json_texts import Json, Payload
from transforms.core.language import Phrase
from transforms.dhis2.dashboard_items import item_uid
from transforms.openimis.country_sections import Legends
from transforms.package.program_indicators import ProgramIndicator
from transforms.package.tables.dashboard_items import (
    EVENT,
    MAP,
    NEEDS,
    UP_TO,
    Awaited,
    Dashboard,
)
from transforms.package.tables.dashboards import DASHBOARDS
from transforms.package.tables.event_visualizations import (
    EVENT_VISUALIZATIONS,
    ITEM_PROPERTY,
    ITEM_TYPE,
)
from transforms.package.tables.maps import MAPS
from transforms.package.tables.visualizations import VISUALIZATIONS
from transforms.package.visualizations import (
    event_visualization_objects,
    legend_set_objects,
    visualization_objects,
)

WIDTH = 60
NUMBER_HEIGHT, CHART_HEIGHT, MOST_FREQUENT_HEIGHT, MAP_HEIGHT = 11, 17, 19, 26
HEAD_OF_TABLE, HEIGHT_OF_ROW = 6, 1.2
TEXT = "text:1"
STAYS = "Items that you add stay; set-up makes the others as they are in the package."
EVERYTHING: frozenset[Awaited] = frozenset(Awaited)

_MAP_UIDS = {MAP + row.key: row.uid for row in MAPS}
_EVENT_UIDS = {EVENT + row.key: row.uid for row in EVENT_VISUALIZATIONS}
_CHART_UIDS = {row.key: row.uid for row in VISUALIZATIONS}
_CHART_ROWS = {row.key: len(row.items) for row in VISUALIZATIONS}


def dashboard_objects(
    rows: Sequence[ProgramIndicator],
    indicators: Sequence[Json],
    *,
    restored_once: bool,
    limits: Legends,
    there: frozenset[Awaited] = EVERYTHING,
) -> Payload:
    """Return legend sets, visualizations, event visualizations and dashboards.

    Args:
        rows: The country's program indicators.
        indicators: The country's indicators (`transforms.package.indicators`).
        restored_once: See `transforms.package.program_indicators.counts_restored_once`.
        limits: Of the legends, as the country file has them.
        there: What DHIS2 has of that which some items need.
    """
    charts = visualization_objects(rows, indicators)
    return {
        "legendSets": legend_set_objects(limits),
        "visualizations": list(charts.values()),
        "eventVisualizations": event_visualization_objects(restored_once=restored_once),
        "dashboards": [_dashboard(row, charts, there) for row in DASHBOARDS],
    }


def _dashboard(row: Dashboard, charts: Mapping[str, Json], there: frozenset[Awaited]) -> Json:
    waiting = [NEEDS[item] for items in row.rows for item in items if _waits(item, there)]
    shown = [
        [item for item in items if (":" in item or item in charts) and not _waits(item, there)]
        for items in row.rows
    ]
    text = _text(row, waiting)
    return {
        "id": row.uid,
        "name": row.name,
        "description": Phrase("{about} {advice}", about=Phrase(row.question), advice=Phrase(STAYS)),
        "dashboardItems": [text, *_place(row, filter(None, shown), text["height"])],
    }


def _waits(item: str, there: frozenset[Awaited]) -> bool:
    return item in NEEDS and NEEDS[item] not in there


def _text(row: Dashboard, waiting: Sequence[Awaited]) -> Json:
    """Return the first item, which says what is counted."""
    lines = [
        f"*{row.question}*",
        f"_Counted:_ {row.counted}",
        f"_By date:_ {row.dated} {UP_TO}",
        f"_Left out:_ {row.left_out}",
        *(each.value for each in waiting),
    ]
    where = {"x": 0, "y": 0, "width": WIDTH, "height": _text_height(waiting)}
    uid = item_uid(row.uid, TEXT)
    return {"id": uid, "type": "TEXT", "text": "\n".join(lines)} | where


def _text_height(waiting: Sequence[Awaited]) -> int:
    return 6 + len(waiting)


def _place(dashboard: Dashboard, rows: Iterable[list[str]], y: int) -> Iterator[Json]:
    """Yield the items: those of a row side by side, row below row."""
    for row in rows:
        height = max(_height(item) for item in row)
        ends = list(accumulate((_shares(item) for item in row), initial=0))
        for item, (start, end) in zip(row, pairwise(ends), strict=True):
            left, right = WIDTH * start // ends[-1], WIDTH * end // ends[-1]
            where = {"x": left, "y": y, "width": right - left, "height": height}
            yield _item(dashboard, item) | where
        y += height


def _shares(item: str) -> int:
    """Return how wide an item is, beside others: a table as two numbers."""
    return 2 if item.startswith("figures-") else 1


def _height(item: str) -> int:
    if item.startswith("number-"):
        return NUMBER_HEIGHT
    if item.startswith("figures-"):
        return HEAD_OF_TABLE + ceil(HEIGHT_OF_ROW * _CHART_ROWS[item])
    if item.startswith(EVENT):
        return MOST_FREQUENT_HEIGHT
    return MAP_HEIGHT if item.startswith(MAP) else CHART_HEIGHT


def _item(dashboard: Dashboard, item: str) -> Json:
    kind, name, target = _target(item)
    return {"id": item_uid(dashboard.uid, target), "type": kind, name: {"id": target}}


def _target(item: str) -> tuple[str, str, str]:
    """Return type of the item, its property, and the UID of what it shows."""
    if item.startswith(MAP):
        return "MAP", "map", _MAP_UIDS[item]
    if item.startswith(EVENT):
        return ITEM_TYPE, ITEM_PROPERTY, _EVENT_UIDS[item]
    return "VISUALIZATION", "visualization", _CHART_UIDS[item]
