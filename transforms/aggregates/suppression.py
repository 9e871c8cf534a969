"""Which values are not sent, because they would tell of few people: `privacy.smallest_cell`.

    small_cell      fewer people are behind the value than that, but some
    telling_cell    without it, a small cell would follow from the others; so it was on an earlier
                    night, and the period is closed: DHIS2 never gets it

A zero is sent: it tells of nobody. The people behind a value are counted, whatever the value is:
the amount that two people claimed is theirs.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import polars as pl

from transforms.aggregates.complementary import cells_to_withhold
from transforms.aggregates.figures.table import Figure
from transforms.aggregates.relations import (
    COUNTRY,
    Journeys,
    Relation,
    equations,
    equations_of_journeys,
)

SMALL, TELLING = "small_cell", "telling_cell"
CELL = "cell"
NEVER: Final = pl.lit(value=False)


def with_reasons(
    values: pl.DataFrame,
    figures: Iterable[Figure],
    relations: Sequence[Relation],
    smallest_cell: int,
    journeys: Sequence[Journeys] = (),
    stands: pl.Expr = NEVER,
    is_absent: pl.Expr = NEVER,
) -> pl.DataFrame:
    """Return values with `reason`: why a value is not sent, or null.

    Args:
        values: figure, period, place, district, a column a category, value, persons.
        figures: Those that are sent.
        relations: What holds of figures, whether they are sent or not.
        smallest_cell: The fewest people of whom a value may tell.
        journeys: Which figures say how many go to other districts.
        stands: Whether DHIS2 has the value, and keeps it.
        is_absent: Whether DHIS2 does not have the value, and never gets it.
    """
    sent = {figure.key: figure for figure in figures}
    personal = [figure.key for figure in sent.values() if figure.personal]
    cells = values.with_row_index(CELL).with_columns(
        is_small=pl.col("figure").is_in(personal) & (pl.col("persons") < smallest_cell),
        stands=stands,
        is_absent=is_absent,
    )
    telling = _telling_cells(
        cells.with_columns(period_after=period_after()),
        [each for each in relations if each.figures <= sent.keys()],
        [each for each in journeys if each.figures <= sent.keys()],
    )
    return cells.with_columns(
        reason=pl.when("is_small")
        .then(pl.lit(SMALL))
        .when(pl.col(CELL).is_in(sorted(telling)))
        .then(pl.lit(TELLING))
    ).drop(CELL, "is_small", "stands", "is_absent")


def period_after() -> pl.Expr:
    """Return the month, or quarter, after that of `period`."""
    period = pl.col("period")
    is_quarter = period.str.contains("Q", literal=True)
    year = period.str.slice(0, 4).cast(pl.Int32)
    last = pl.when(is_quarter).then(4).otherwise(12)
    part = period.str.tail(pl.when(is_quarter).then(1).otherwise(2)).cast(pl.Int32)
    number = year * last + part
    following = (number % last) + 1
    text = pl.when(is_quarter).then(pl.format("Q{}", following))
    month = following.cast(pl.String).str.zfill(2)
    return pl.concat_str((number // last).cast(pl.String), text.otherwise(month))


def _telling_cells(
    cells: pl.DataFrame, relations: Sequence[Relation], journeys: Sequence[Journeys]
) -> set[int]:
    """Return the cells that are no small ones and must be kept back all the same.

    Only sums over the whole country reach over a district, so besides their figures only districts
    with a small cell are looked at. What was kept back before hides others, and is hidden as small
    ones are: it may hide one. A small cell that DHIS2 has, and keeps, is not hidden.
    """
    hidden = cells.filter((pl.col("is_small") & ~pl.col("stands")) | pl.col("is_absent"))
    of_country = {
        side.figure for each in relations if each.place == COUNTRY for side, _ in each.sides
    }
    has_hidden = pl.col("district").is_in(hidden["district"].unique().implode(), nulls_equal=True)
    near = cells.filter(has_hidden | pl.col("figure").is_in(sorted(of_country)))
    terms = pl.concat([equations(near, relations), equations_of_journeys(cells, journeys)])
    costs = [*zip(cells["stands"], cells["value"].cast(pl.Float64), strict=True)]
    withheld = cells_to_withhold(terms, hidden[CELL].to_list(), costs)
    return withheld - {*cells.filter("is_small")[CELL]}
