"""Indicators, charts and one dashboard of figures: DHIS2 adds values up, and reads no event."""

from collections.abc import Iterator, Sequence
from functools import partial

from transforms.aggregates.elements import element_uid
from transforms.aggregates.figures.table import FIGURE_BY_KEY, Figure
from transforms.aggregates.tables.ratios import BEFORE, IN_BRACKETS, RATIOS, Ratio
from transforms.core.json_texts import Json, Payload
from transforms.core.language import Phrase, shortened
from transforms.core.metadata_uids import metadata_uid
from transforms.model.tables.name_lengths import LONGEST_SHORT_NAME
from transforms.package.tables.charts import BY_AREA, BY_PERIOD, ChartType, Period, Visualization
from transforms.package.tables.indicator_kinds import IndicatorType
from transforms.package.visualizations import visualization_object

WIDTH, IN_A_ROW, HEIGHT = 60, 2, 20
DASHBOARD = metadata_uid("dashboard:figures")
GROUP = metadata_uid("indicatorGroup:figures")
ABOUT = (
    "Figures of the insurance scheme, made of data values: no person is in this DHIS2 for them. "
    "Set-up makes this dashboard as it is in the package: copy it to change it."
)
SHOWN = {
    "monthly": (Period.LAST_12_MONTHS, Period.LAST_MONTH),
    "quarterly": (Period.LAST_4_QUARTERS, Period.LAST_QUARTER),
}
"""Frequency to the periods of a year, and the last one: no month has a value of a quarter."""


def board_objects(
    figures: Sequence[Figure], frequency: str, *, sends_every_cell: bool = False
) -> Payload:
    """Return indicators with type and group, charts, and the dashboard that shows them.

    Args:
        figures: Those that the country sends.
        frequency: How often.
        sends_every_cell: Whether what DHIS2 has no value of is nothing, and no small cell either.
    """
    keys = {figure.key for figure in figures}
    ratios = [row for row in RATIOS if row.figures <= keys]
    charts = list(_charts(figures, ratios, frequency))
    return {
        "indicatorTypes": [_type(row) for row in {each.type: None for each in ratios}],
        "indicators": [
            _indicator(row, frequency, sends_every_cell=sends_every_cell) for row in ratios
        ],
        "indicatorGroups": [_group(ratios)] if ratios else [],
        "visualizations": charts,
        "dashboards": [_dashboard(charts)],
    }


def _type(of: IndicatorType) -> Json:
    return {"id": of.uid, "name": of.name, "factor": of.factor, "number": of.is_number}


def _indicator(row: Ratio, frequency: str, *, sends_every_cell: bool) -> Json:
    name = Phrase("{ratio} (openIMIS figures)", ratio=Phrase(row.name))
    numerator = row.numerator_with_zero() if sends_every_cell else row.numerator
    return {
        "id": row.uid,
        "name": name,
        "shortName": shortened(name, LONGEST_SHORT_NAME),
        "indicatorType": {"id": row.type.uid},
        "numerator": _of_elements(numerator, frequency),
        "numeratorDescription": _in_words(row.numerator),
        "denominator": _of_elements(row.denominator, frequency),
        "denominatorDescription": _in_words(row.denominator),
        "decimals": 2,
        "annualized": False,
    }


def _of_elements(expression: str, frequency: str) -> str:
    """Return a numerator or denominator with data elements for figures."""
    uid = partial(element_uid, frequency=frequency)
    return IN_BRACKETS.sub(lambda found: f"#{{{uid(FIGURE_BY_KEY[found[1]])}}}", expression)


def _in_words(expression: str) -> Phrase:
    """Return an expression with the names of figures."""
    form = IN_BRACKETS.sub(r"{\1}", expression.replace(BEFORE, ""))
    keys = IN_BRACKETS.findall(expression)
    return Phrase(form, **{key: _name_in(expression, key) for key in keys})


def _name_in(expression: str, key: str) -> Phrase:
    name = Phrase(FIGURE_BY_KEY[key].name)
    if f"[{key}]{BEFORE}" in expression:
        return Phrase("{figure} of the period before", figure=name)
    return name


def _group(ratios: Sequence[Ratio]) -> Json:
    members = [{"id": row.uid} for row in ratios]
    return {"id": GROUP, "name": "openIMIS figures", "indicators": members}


def _charts(figures: Sequence[Figure], ratios: Sequence[Ratio], frequency: str) -> Iterator[Json]:
    for row in figures:
        item = {
            "dataDimensionItemType": "DATA_ELEMENT",
            "dataElement": {"id": element_uid(row, frequency)},
        }
        yield from _two_charts(f"figure.{row.key}", row.name, item, frequency)
    for ratio in ratios:
        item = {"dataDimensionItemType": "INDICATOR", "indicator": {"id": ratio.uid}}
        yield from _two_charts(f"figure.{ratio.key}", ratio.name, item, frequency)


def _two_charts(key: str, name: str, item: Json, frequency: str) -> Iterator[Json]:
    """Yield a chart of the periods, and one of the org units below one's own."""
    year, last = SHOWN[frequency]
    title = Phrase("{name} (figures)", name=Phrase(name))
    of_periods = Visualization(key, "", title, ChartType.LINE, BY_PERIOD, (), year)
    title = Phrase("{name} by area (figures)", name=Phrase(name))
    of_areas = Visualization(
        f"{key}.area",
        "",
        title,
        ChartType.COLUMN,
        BY_AREA,
        (),
        last,
    )
    yield visualization_object(of_periods, [item])
    yield visualization_object(of_areas, [item])


def _dashboard(charts: Sequence[Json]) -> Json:
    return {
        "id": DASHBOARD,
        "name": "openIMIS figures",
        "description": ABOUT,
        "dashboardItems": [_item(chart, place) for place, chart in enumerate(charts)],
    }


def _item(chart: Json, place: int) -> Json:
    row, column = divmod(place, IN_A_ROW)
    width = WIDTH // IN_A_ROW
    return {
        "id": metadata_uid(f"dashboardItem:{DASHBOARD}:{chart['id']}"),
        "type": "VISUALIZATION",
        "visualization": {"id": chart["id"]},
        "x": column * width,
        "y": row * HEIGHT,
        "width": width,
        "height": HEIGHT,
    }
