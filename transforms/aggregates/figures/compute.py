"""The values of the figures: facts, gathered by period, place and categories.

part of the people ─► PartOfFigures ─┬─ values ────────────┬─► values of all figures
part of the people ─► PartOfFigures ─┤                     │
                                     └─ families, benefits ─► shared values
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from transforms.aggregates.figures.benefits import BENEFITS, of_policies_at_work
from transforms.aggregates.figures.categories import AGE_BAND, CATEGORIES
from transforms.aggregates.figures.desired_objects import DesiredObjects
from transforms.aggregates.figures.facts import FAMILIES, PersonFacts
from transforms.aggregates.figures.methods import (
    METHODS,
    ONE,
    PEOPLE,
    SHARED,
    Facts,
    Method,
    When,
)
from transforms.aggregates.figures.options import age_band
from transforms.aggregates.figures.periods import (
    DataPeriod,
    ends_of,
    in_periods,
    on_last_days,
    spread_over,
)
from transforms.aggregates.figures.settings import FigureSettings
from transforms.aggregates.figures.shared import SharedFacts
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
"""Schema of the values: `figure` (key), `period` (DHIS2's identifier), `place` (UUID of the
facility or district in openIMIS; of a figure of the country, the UID of its org unit), one column a
category (null where the figure is not divided by it), `value` (never null, never 0), and `persons`:
how many people, or households, are behind it; of a sum, those whose own part of it is not 0."""

_NOTHING = pl.LazyFrame(schema=VALUES)
_COUNTS = pl.col("value") != 0


@dataclass(frozen=True)
class PartOfFigures:
    """What a part of the people says of the figures.

    Attributes:
        values: Of the figures that add up over parts; the columns of `VALUES`. What is 0 here has
            its row: it counts for `persons` where another part has more.
        families: With claims: `transforms.aggregates.figures.facts.FAMILIES`.
        benefits: What policies paid: `transforms.aggregates.figures.benefits.BENEFITS`.
    """

    values: pl.LazyFrame
    families: pl.LazyFrame
    benefits: pl.LazyFrame


def figure_values(
    register: Register,
    periods: Sequence[DataPeriod],
    settings: FigureSettings,
    figures: Sequence[Figure] = FIGURES,
) -> pl.LazyFrame:
    """Return the values of figures; what is zero has no row.

    Args:
        register: Of openIMIS, of everybody.
        periods: Which months, or quarters; none lies in another.
        settings: What the country sets.
        figures: Which; what the others need is not made.

    Returns:
        The columns of `VALUES`.

    Raises:
        CountryError: The country file names a place that openIMIS does not have.
    """
    part = part_of_figures(register, periods, settings, figures=figures)
    shared = shared_values(
        register, part.families, part.benefits, periods, settings, figures=figures
    )
    return pl.concat([part.values, shared]).filter(_COUNTS)


def part_of_figures(
    register: Register,
    periods: Sequence[DataPeriod],
    settings: FigureSettings,
    holders: pl.LazyFrame | None = None,
    figures: Sequence[Figure] = FIGURES,
) -> PartOfFigures:
    """Return what a part of the people says: the values of all parts are added up.

    Args:
        register: Of a part of the people.
        periods: See `figure_values`.
        settings: What the country sets.
        holders: Which covers carry the value of their policy (cover_id); see
            `transforms.model.policies.value_holders`. None where the part is everybody.
        figures: See `figure_values`.

    Raises:
        CountryError: The country file names a place that openIMIS does not have.
    """
    facts = PersonFacts(DesiredObjects(register, settings, holders))
    needed = {METHODS[figure.key].facts for figure in figures}
    own = [figure for figure in figures if METHODS[figure.key].facts not in SHARED]
    families = facts.families_with_claims(periods) if Facts.HOUSEHOLDS in needed else None
    benefits = facts.benefits if Facts.FULL_CEILINGS in needed else None
    return PartOfFigures(
        pl.concat([_NOTHING, *(_values(figure, facts, periods) for figure in own)]),
        pl.LazyFrame(schema=FAMILIES) if families is None else families,
        pl.LazyFrame(schema=BENEFITS) if benefits is None else benefits,
    )


def shared_values(
    register: Register,
    families: pl.LazyFrame,
    benefits: pl.LazyFrame,
    periods: Sequence[DataPeriod],
    settings: FigureSettings,
    figures: Sequence[Figure] = FIGURES,
) -> pl.LazyFrame:
    """Return the values of the figures that no part of the people can tell.

    Args:
        register: Of openIMIS, of everybody.
        families: Of all parts; see `PartOfFigures`.
        benefits: Of all parts.
        periods: See `figure_values`.
        settings: What the country sets.
        figures: See `figure_values`.
    """
    first, _ = ends_of(periods)
    facts = SharedFacts(register, settings, families, of_policies_at_work(benefits, first))
    shared = [figure for figure in figures if METHODS[figure.key].facts in SHARED]
    values = [_values(figure, facts, periods) for figure in shared]
    return pl.concat([_NOTHING, *values]).filter(_COUNTS)


def added_up(values: Iterable[pl.LazyFrame]) -> pl.LazyFrame:
    """Return the values of several parts of the people as those of all of them."""
    named = [name for name in VALUES if name not in ("value", "persons")]
    return (
        pl.concat(list(values))
        .group_by(named)
        .agg(pl.col("value", "persons").sum())
        .filter(_COUNTS)
        .select(pl.col(name).cast(dtype) for name, dtype in VALUES.items())
    )


def _values(
    figure: Figure, facts: PersonFacts | SharedFacts, periods: Sequence[DataPeriod]
) -> pl.LazyFrame:
    method = METHODS[figure.key]
    rows = _of_periods(method, facts, periods).filter(pl.col("place").is_not_null())
    if AGE_BAND.key in figure.categories:
        rows = rows.with_columns(age_band=age_band("birth", "last"))
    cells = _cells(rows, method, ["period", "place", *figure.categories])
    return cells.select(
        pl.lit(figure.key).alias("figure"),
        "period",
        "place",
        *(_category(figure, key) for key in CATEGORIES),
        "value",
        "persons",
    )


def _of_periods(
    method: Method, facts: PersonFacts | SharedFacts, periods: Sequence[DataPeriod]
) -> pl.LazyFrame:
    rows: pl.LazyFrame = getattr(facts, method.facts.value).filter(method.only)
    if method.when is When.SPREAD:
        return spread_over(rows, periods, method.counted)
    return (in_periods if method.when is When.IN_PERIOD else on_last_days)(rows, periods)


def _cells(rows: pl.LazyFrame, method: Method, by: list[str]) -> pl.LazyFrame:
    """Return value and persons of each cell: of a sum, those people who have a part in it."""
    persons = pl.col("person").n_unique().cast(pl.Int64)
    if method.counted in (PEOPLE, ONE):
        value = persons if method.counted == PEOPLE else pl.len()
        return rows.group_by(by).agg(value=value.cast(AMOUNT), persons=persons)
    own = rows.group_by(*by, "person").agg(total=pl.col(method.counted).sum())
    total = pl.col("total").sum()
    value = total.round(2) if method.when is When.SPREAD else total
    return own.group_by(by).agg(
        value=value.cast(AMOUNT), persons=(pl.col("total") != 0).sum().cast(pl.Int64)
    )


def _category(figure: Figure, key: str) -> pl.Expr:
    return pl.col(key) if key in figure.categories else pl.lit(None, pl.String).alias(key)
