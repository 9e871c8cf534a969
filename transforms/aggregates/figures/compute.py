"""The values of the figures: facts, gathered by period, place and categories."""

from collections.abc import Sequence

import polars as pl

from transforms.aggregates.figures.categories import AGE_BAND, CATEGORIES
from transforms.aggregates.figures.facts import FactsOf
from transforms.aggregates.figures.methods import METHODS, ONE, PEOPLE, Method, When
from transforms.aggregates.figures.options import age_band
from transforms.aggregates.figures.periods import DataPeriod, in_periods, on_last_days
from transforms.aggregates.figures.settings import FigureSettings
from transforms.aggregates.figures.table import FIGURES, Figure
from transforms.openimis.register import Register

AMOUNT = pl.Decimal(38, 4)
VALUES: dict[str, pl.DataType] = {
    "figure": pl.String(),
    "period": pl.String(),
    "place": pl.String(),
    **dict.fromkeys(CATEGORIES, pl.String()),
    "value": AMOUNT,
    "persons": pl.Int64(),
}
"""Schema of the values."""


def figure_values(
    register: Register,
    periods: Sequence[DataPeriod],
    settings: FigureSettings,
    holders: pl.LazyFrame | None = None,
) -> pl.LazyFrame:
    """Return the values of all figures; what is zero has no row.

    Args:
        register: Of openIMIS, or of a part of the people: the values of all parts add up to those
            of the whole.
        periods: Which months, or quarters.
        settings: What the country sets.
        holders: Of a part: which covers carry the value of their policy (cover_id); see
            `transforms.model.policies.value_holders`.

    Returns:
        The columns of `VALUES`: `figure` (key), `period` (DHIS2's identifier), `place` (UUID of the
        facility or district in openIMIS), one column a category (null where the figure is not
        divided by it), `value`, and `persons`: how many people are behind it.

    Raises:
        CountryError: The country file names a place that openIMIS does not have.
    """
    facts = FactsOf(register, settings, holders)
    return pl.concat([_values(figure, facts, periods) for figure in FIGURES])


def _values(figure: Figure, facts: FactsOf, periods: Sequence[DataPeriod]) -> pl.LazyFrame:
    method = METHODS[figure.key]
    rows = _of_periods(method, facts, periods).filter(pl.col("place").is_not_null())
    if AGE_BAND.key in figure.categories and AGE_BAND.key not in rows.collect_schema():
        rows = rows.with_columns(age_band=age_band("birth", "last"))
    cells = rows.group_by("period", "place", *figure.categories).agg(
        value=_counted(method).cast(AMOUNT), persons=pl.col("insuree_id").n_unique().cast(pl.Int64)
    )
    return cells.filter(pl.col("value") != 0).select(
        pl.lit(figure.key).alias("figure"),
        "period",
        "place",
        *(_category(figure, key) for key in CATEGORIES),
        "value",
        "persons",
    )


def _of_periods(method: Method, facts: FactsOf, periods: Sequence[DataPeriod]) -> pl.LazyFrame:
    rows = facts.of(method.facts)
    if method.only is not None:
        rows = rows.filter(method.only)
    if method.when is When.IN_PERIOD:
        return in_periods(rows, periods)
    return on_last_days(rows, periods)


def _counted(method: Method) -> pl.Expr:
    if method.counted == PEOPLE:
        return pl.col("insuree_id").n_unique()
    return pl.len() if method.counted == ONE else pl.col(method.counted).sum()


def _category(figure: Figure, key: str) -> pl.Expr:
    return pl.col(key) if key in figure.categories else pl.lit(None, pl.String).alias(key)
