"""The population data set as DHIS2 accepts it, and a table of figures as its values."""

from collections.abc import Collection

import polars as pl

from transforms.core.json_texts import Json, Payload
from transforms.model.tables.calendars import Calendar
from transforms.model.values import with_faults
from transforms.openimis.places import org_units_among
from transforms.package.tables.population import POPULATION_SET, DataElement

FIGURES = ("code", "year", "population")
"""Columns of a file of population figures."""


def population_objects() -> Payload:
    """Return the data set and its data element; which places are in it comes with the org units."""
    return {
        "dataElements": [_data_element(row) for row in POPULATION_SET.elements],
        "dataSets": [
            {
                "id": POPULATION_SET.uid,
                "name": POPULATION_SET.name,
                "shortName": POPULATION_SET.name,
                "periodType": POPULATION_SET.period_type,
                "openFuturePeriods": POPULATION_SET.open_future_periods,
                "dataSetElements": [
                    {"dataSet": {"id": POPULATION_SET.uid}, "dataElement": {"id": row.uid}}
                    for row in POPULATION_SET.elements
                ],
            }
        ],
    }


def _data_element(row: DataElement) -> Json:
    return {
        "id": row.uid,
        "name": row.name,
        "shortName": row.name,
        "valueType": row.value_type,
        "aggregationType": row.aggregation,
        "domainType": "AGGREGATE",
        "zeroIsSignificant": True,
    }


def figures(
    rows: pl.DataFrame,
    places: pl.LazyFrame,
    *,
    level: str,
    assigned: Collection[str],
    calendar: Calendar,
    now: int,
) -> pl.DataFrame:
    """Return the rows of a file of figures as data values, with what is wrong with each.

    Args:
        rows: code (of an openIMIS location), year (of DHIS2's calendar) and population, all as
            text.
        places: See `transforms.openimis.places`; `uid` is the org unit of the place alone, null
            if DHIS2's own org units are used and it has none.
        level: Type of the places that have population figures.
        assigned: UIDs of the org units to which DHIS2 has assigned the data set.
        calendar: In which DHIS2 counts.
        now: The ISO year of today.

    Returns:
        key (code, year and line), orgUnit (UID), period, value; faults (List of reason codes).
    """
    counted = _places(places)
    text = [pl.col(name).str.strip_chars().alias(name) for name in FIGURES]
    judged = with_faults(
        rows.lazy()
        .with_row_index("line", 2)
        .with_columns(text)
        .join(counted, on="code", how="left"),
        _faults(level, assigned)
        | {"population_year_of_another_calendar": ~calendar.has_plausible(pl.col("year"), now)},
    )
    line = pl.format("line {}", "line")
    return judged.select(
        "orgUnit",
        "faults",
        key=pl.concat_str([pl.col("code"), pl.col("year"), line], separator=":", ignore_nulls=True),
        period="year",
        value=pl.col("population").cast(pl.Int64, strict=False).cast(pl.String),
    ).collect()


def _faults(level: str, assigned: Collection[str]) -> dict[str, pl.Expr]:
    exists = pl.col("type").is_not_null()
    is_counted = exists & (pl.col("type") == level)
    is_year = pl.col("year").str.contains(r"^(19|20)\d\d$")
    is_figure = pl.col("population").str.contains(r"^\d{1,9}$")
    return {
        "population_place_unknown": ~exists,
        "population_place_double": pl.col("places") > 1,
        "population_level_other": exists & (pl.col("type") != level),
        "population_place_unmatched": is_counted & pl.col("orgUnit").is_null(),
        "population_place_not_assigned": is_counted & ~pl.col("orgUnit").is_in(list(assigned)),
        "population_year_malformed": ~is_year.fill_null(value=False),
        "population_figure_malformed": ~is_figure.fill_null(value=False),
        "population_figure_double": pl.struct("code", "year").is_duplicated(),
    }


def _places(places: pl.LazyFrame) -> pl.LazyFrame:
    """Return code, orgUnit, type, and places: how many have the code, alive or else closed."""
    units = org_units_among(places).select(
        code=pl.col("location_code").str.strip_chars(),
        orgUnit="uid",
        type="location_type",
        is_alive="is_current",
    )
    is_best = pl.col("is_alive") | ~pl.col("is_alive").any().over("code")
    return (
        units.filter(is_best)
        .group_by("code")
        .agg(pl.col("orgUnit", "type").sort_by("orgUnit").first(), places=pl.len())
    )
