"""Legend sets, visualizations and event visualizations as DHIS2 accepts them.

    program indicators ─┐
    indicators ─────────┼─► visualizations
    legend sets ────────┘   event visualizations

Charts are in the form in which DHIS2 stores them (`columnDimensions`, `dataDimensionItems`,
`relativePeriods` …): `POST /api/metadata` stores the other form (`columns`, `rows`, `filters`)
empty, and says OK. With maps it is the other way round.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from transforms.core.json_texts import Json
from transforms.core.metadata_uids import metadata_uid
from transforms.openimis.country_sections import HIGHEST, Legends
from transforms.package.program_indicators import ProgramIndicator
from transforms.package.tables.charts import (
    GROUPS,
    MOST_LABELS,
    PERIODS,
    ChartType,
    OrgUnits,
    Visualization,
)
from transforms.package.tables.event_visualizations import (
    EVENT_VISUALIZATIONS,
    TOP,
    EventVisualization,
    counted_once,
)
from transforms.package.tables.indicators import INDICATORS
from transforms.package.tables.legend_sets import LEGEND_SETS, LegendSet
from transforms.package.tables.visualizations import VISUALIZATIONS

DataItems = Mapping[str, Json]
"""Key of a program indicator, or `indicator:` and key of an indicator, to its data item."""

INDICATOR = "indicator:"
ALL_OPTIONS = "*"
STACKED = frozenset({ChartType.STACKED_COLUMN, ChartType.STACKED_AREA})
DESCENDING = 1


def visualization_objects(
    rows: Sequence[ProgramIndicator], indicators: Sequence[Json]
) -> dict[str, Json]:
    """Return key to chart; data items that the country does not have are left out.

    Args:
        rows: The country's program indicators.
        indicators: The country's indicators (`transforms.package.indicators`).
    """
    data_items = _data_items(rows, indicators)
    return {
        row.key: visualization_object(row, items)
        for row in VISUALIZATIONS
        if (items := _items(row, data_items))
    }


def event_visualization_objects(*, restored_once: bool = False) -> list[Json]:
    """Return the event visualizations.

    Args:
        restored_once: See `transforms.package.program_indicators.counts_restored_once`.
    """
    return [
        _event_visualization(counted_once(row) if restored_once else row)
        for row in EVENT_VISUALIZATIONS
    ]


def legend_set_objects(limits: Legends) -> list[Json]:
    """Return the legend sets, with the country's limits."""
    return [_legend_set(row, getattr(limits, row.key.replace("-", "_"))) for row in LEGEND_SETS]


def _data_items(rows: Iterable[ProgramIndicator], indicators: Iterable[Json]) -> dict[str, Json]:
    uids = {thing["id"] for thing in indicators}
    programs = {row.key: row.uid for row in rows}
    others = {INDICATOR + row.key: row.uid for row in INDICATORS if row.uid in uids}
    return {key: _data_item(key, uid) for key, uid in (programs | others).items()}


def _data_item(key: str, uid: str) -> Json:
    if key.startswith(INDICATOR):
        return {"dataDimensionItemType": "INDICATOR", "indicator": {"id": uid}}
    return {"dataDimensionItemType": "PROGRAM_INDICATOR", "programIndicator": {"id": uid}}


def _items(row: Visualization, data_items: DataItems) -> list[Json]:
    return [
        data_items[key]
        for item in row.items
        for key in _keys(item, data_items)
        if key in data_items
    ]


def _keys(item: str, data_items: DataItems) -> Iterable[str]:
    if not item.endswith(ALL_OPTIONS):
        return [item]
    return [key for key in data_items if key.startswith(item.removesuffix(ALL_OPTIONS))]


def _legend_set(row: LegendSet, limits: Sequence[int]) -> Json:
    ends = (0, *limits, HIGHEST)
    legends = [
        {
            "id": metadata_uid(f"legend:{row.key}:{place}"),
            "name": legend.name,
            "startValue": start,
            "endValue": end,
            "color": legend.color,
        }
        for place, (legend, (start, end)) in enumerate(
            zip(row.legends, pairwise(ends), strict=True), start=1
        )
    ]
    return {"id": row.uid, "name": row.name, "legends": legends}


def visualization_object(row: Visualization, items: list[Json]) -> Json:
    """Return a chart of some data items."""
    chart = {
        "id": row.uid,
        "name": row.name,
        "title": row.name,
        "type": row.kind.value,
        "columnDimensions": list(row.layout.columns),
        "rowDimensions": _rows(row),
        "filterDimensions": list(row.layout.filters),
        "dataDimensionItems": items,
        "showData": _has_labels(row, len(items)),
        "digitGroupSeparator": "SPACE",
        "hideTitle": True,
        "hideLegend": _has_one_series(row, len(items)),
        "hideSubtitle": False,
        "rowTotals": False,
        "colTotals": False,
        "hideEmptyRows": any(item.endswith(ALL_OPTIONS) for item in row.items),
        "hideEmptyRowItems": "ALL" if "ou" in row.layout.rows else "NONE",
    }
    return chart | _place_and_time(row.layout.org_units, row.period.value) | _looks(row)


def _place_and_time(org_units: OrgUnits, period: str) -> Json:
    """Return whose figures of which time; no fixed org units or periods."""
    return {
        "userOrganisationUnit": True,
        "userOrganisationUnitChildren": org_units is OrgUnits.OWN_AND_BELOW,
        "userOrganisationUnitGrandChildren": False,
        "organisationUnits": [],
        "organisationUnitLevels": [],
        "relativePeriods": {period: True},
        "periods": [],
    }


def _has_one_series(row: Visualization, items: int) -> bool:
    """Whether the name of the chart says what its one series is."""
    return row.kind is not ChartType.PIE and ("dx" not in row.layout.columns or items == 1)


def _has_labels(row: Visualization, items: int) -> bool:
    """Whether each value stands beside its bar: where there are few, and none above another."""
    if row.kind in STACKED:
        return False
    return items * PERIODS.get(row.period, 1) <= MOST_LABELS or "pe" in row.layout.filters


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
        "id": row.uid,
        "name": row.name,
        "title": row.name,
        "type": "PIVOT_TABLE",
        "legacy": True,
        "hideTitle": True,
        "hideSubtitle": True,
        "program": {"id": row.program.uid},
        "programStage": {"id": row.stage.uid},
        "outputType": "EVENT",
        "dataType": "AGGREGATED_VALUES",
        "columnDimensions": ["pe"],
        "rowDimensions": [row.element.uid],
        "filterDimensions": ["ou", *(element.uid for element, _ in row.only)],
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
    by: Json = {"dataElement": {"id": row.element.uid}}
    return [by, *({"dataElement": {"id": each.uid}, "filter": f"IN:{of}"} for each, of in row.only)]
