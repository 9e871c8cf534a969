"""Charts and maps: the form they are stored in, and the `columns`, `rows`, `filters` that are made
from it.

`/api/metadata` takes the stored form only; `/api/visualizations` and `/api/maps` take columns,
rows and filters.
"""

from __future__ import annotations

import re
from typing import Any

from .defaults import defaults
from .dialects import Dialect
from .metadata_classes import MetadataClass
from .state import State
from .wordlist import names

Object = dict[str, Any]

ANALYTICAL = frozenset({"visualizations", "eventVisualizations", "maps"})
_AXES = {"columns": "columnDimensions", "rows": "rowDimensions", "filters": "filterDimensions"}
VIEW_AXES = frozenset(_AXES.values())
_ITEM_TYPES = {
    "PROGRAM_INDICATOR": "programIndicator",
    "INDICATOR": "indicator",
    "DATA_ELEMENT": "dataElement",
}
_USER_UNITS = {
    "USER_ORGUNIT": "userOrganisationUnit",
    "USER_ORGUNIT_CHILDREN": "userOrganisationUnitChildren",
    "USER_ORGUNIT_GRANDCHILDREN": "userOrganisationUnitGrandChildren",
}

RELATIVE_PERIODS = names(
    "thisDay yesterday last3Days last7Days last14Days last30Days last60Days last90Days last180Days "
    "thisMonth lastMonth thisBimonth lastBimonth thisQuarter lastQuarter thisSixMonth lastSixMonth "
    "weeksThisYear monthsThisYear biMonthsThisYear quartersThisYear thisYear monthsLastYear "
    "quartersLastYear lastYear last5Years last10Years last12Months last6Months last3Months "
    "last6BiMonths last4Quarters last2SixMonths thisFinancialYear lastFinancialYear "
    "last5FinancialYears last10FinancialYears thisWeek lastWeek thisBiWeek lastBiWeek last4Weeks "
    "last4BiWeeks last12Weeks last52Weeks"
)

_EMPTY_LISTS = names(
    "translations favorites organisationUnits periods dataElementGroupSetDimensions "
    "organisationUnitGroupSetDimensions organisationUnitLevels categoryDimensions "
    "categoryOptionGroupSetDimensions itemOrganisationUnitGroups subscribers yearlySeries "
    "attributeValues series optionalAxes icons axes columnDimensions rowDimensions "
    "filterDimensions dataDimensionItems rawPeriods"
)
_SWITCHES = names(
    "hideEmptyRows showHierarchy userOrganisationUnit userOrganisationUnitChildren "
    "userOrganisationUnitGrandChildren completedOnly skipRounding hideLegend "
    "noSpaceBetweenColumns cumulativeValues percentStackedValues showData colTotals rowTotals "
    "rowSubTotals colSubTotals hideTitle hideSubtitle showDimensionLabels regression "
    "hideEmptyColumns fixColumnHeaders fixRowHeaders"
)
_CHOICES = {
    "regressionType": "NONE",
    "displayDensity": "NORMAL",
    "fontSize": "NORMAL",
    "digitGroupSeparator": "SPACE",
    "hideEmptyRowItems": "NONE",
    "sortOrder": 0,
    "topLimit": 0,
}


def defaults_of(row_class: MetadataClass, dialect: Dialect) -> Object:
    """What an object of this class has though nobody set it."""
    kept = defaults(row_class.kind, dialect.version)
    if row_class.kind == "eventVisualizations":
        return kept | {name: [] for name in ("periods", "rawPeriods", "organisationUnits")}
    if row_class.kind != "visualizations":
        return kept
    lists: Object = {name: [] for name in _EMPTY_LISTS}
    return kept | lists | dict.fromkeys(_SWITCHES, False) | _CHOICES


def analytical_view(row_class: MetadataClass, row: Object, name: str, state: State) -> Any:
    """A computed property of a chart; None: it is not one."""
    if row_class.kind not in ANALYTICAL and row_class.klass != "mapping.MapView":
        return None
    if name in _AXES:
        axis = row.get(_AXES[name]) or ()
        return [{"dimension": dimension, "items": _items(row, dimension)} for dimension in axis]
    if name == "relativePeriods":
        chosen = row.get("relativePeriods") or {}
        return {period: bool(chosen.get(period)) for period in RELATIVE_PERIODS}
    if name == "rawPeriods":
        return [_period_name(period) for period in _chosen_periods(row)]
    if name == "legend" and row.get("legend"):
        return {"showKey": False, **row["legend"]}
    return None


def _items(row: Object, dimension: str) -> list[Object]:
    if dimension == "dx":
        return [_data_item(item) for item in row.get("dataDimensionItems") or ()]
    if dimension == "pe":
        periods = [_period_name(period) for period in _chosen_periods(row)]
        return [{"id": period} for period in periods] + list(row.get("periods") or ())
    if dimension == "ou":
        return _unit_items(row)
    return []


def data_name(state: State, view: Object) -> str:
    """What 2.40 and 2.41 call a view of a map: what it shows, or its UID."""
    for item in view.get("dataDimensionItems") or ():
        shown = _data_item(item)
        for kind in ("indicators", "programIndicators", "dataElements"):
            row = state.find(kind, shown["id"])
            if row is not None:
                return str(row.get("shortName") or row.get("name"))
    return str(view["id"])


def _data_item(item: Object) -> Object:
    return next(value for value in item.values() if isinstance(value, dict))


def _unit_items(row: Object) -> list[Object]:
    chosen = [{"id": name} for name, flag in _USER_UNITS.items() if row.get(flag)]
    units = [{"id": unit["id"]} for unit in row.get("organisationUnits") or ()]
    levels = [{"id": f"LEVEL-{level}"} for level in row.get("organisationUnitLevels") or ()]
    return units + chosen + levels


def _chosen_periods(row: Object) -> list[str]:
    return [name for name, chosen in (row.get("relativePeriods") or {}).items() if chosen]


def _period_name(name: str) -> str:
    """`last12Months` → `LAST_12_MONTHS`."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z0-9])|(?<=\d)(?=[A-Z])", "_", name)
    return spaced.upper()


_PERIOD_FLAGS = {_period_name(name): name for name in RELATIVE_PERIODS}


def stored_form(row: Object) -> Object:
    """A chart given by columns, rows and filters, in the form it is stored."""
    stored = {name: value for name, value in row.items() if name not in _AXES}
    for axis, dimensions in _AXES.items():
        if axis in row:
            stored[dimensions] = [part["dimension"] for part in row[axis]]
            for part in row[axis]:
                _store_items(stored, part["dimension"], part.get("items") or ())
    return stored


def stored_map(row: Object) -> Object:
    """A map whose views are given by columns, rows and filters."""
    return row | {"mapViews": [stored_form(view) for view in row.get("mapViews") or ()]}


def _store_items(stored: Object, dimension: str, items: Any) -> None:
    for item in items:
        if dimension == "dx":
            kind = item.get("dimensionItemType", "PROGRAM_INDICATOR")
            stored.setdefault("dataDimensionItems", []).append(
                {"dataDimensionItemType": kind, _ITEM_TYPES[kind]: {"id": item["id"]}}
            )
        elif dimension == "pe":
            _store_period(stored, item["id"])
        elif dimension == "ou":
            _store_unit(stored, item["id"])


def _store_period(stored: Object, period: str) -> None:
    if period in _PERIOD_FLAGS:
        stored.setdefault("relativePeriods", {})[_PERIOD_FLAGS[period]] = True
    else:
        stored.setdefault("periods", []).append({"id": period})


def _store_unit(stored: Object, unit: str) -> None:
    if unit in _USER_UNITS:
        stored[_USER_UNITS[unit]] = True
    elif unit.startswith("LEVEL-"):
        stored.setdefault("organisationUnitLevels", []).append(int(unit.removeprefix("LEVEL-")))
    else:
        stored.setdefault("organisationUnits", []).append({"id": unit})
