"""Which values are not sent, because they would tell of few people: `privacy.smallest_cell`.

    small_cell      fewer people are behind the value than that, but some
    telling_cell    without it, a small cell would follow from the others; so it was on an earlier
                    night, and the period is closed: DHIS2 never gets it

A zero is sent: it tells of nobody. The people behind a value are counted, whatever the value is:
the amount that two people claimed is theirs.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

import polars as pl

from transforms.aggregates.complementary import cells_to_withhold
from transforms.aggregates.figures.table import Figure
from transforms.aggregates.relations import Balance, Relation, equations, is_of

SMALL, TELLING = "small_cell", "telling_cell"
CELL = "cell"
NEVER: Final = pl.lit(value=False)


def with_reasons(
    values: pl.DataFrame,
    figures: Iterable[Figure],
    relations: Sequence[Relation],
    smallest_cell: int,
    balances: Sequence[Balance] = (),
    stands: pl.Expr = NEVER,
    is_absent: pl.Expr = NEVER,
) -> pl.DataFrame:
    """Return values with `reason`: why a value is not sent, or null.

    Args:
        values: figure, period, place, district, a column a category, value, persons.
        figures: Those that are sent.
        relations: What holds of figures, whether they are sent or not.
        smallest_cell: The fewest people of whom a value may tell.
        balances: Which sums over the whole country are the same.
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
    usable = [each for each in relations if {side.figure for side, _ in each.sides} <= sent.keys()]
    telling = _telling_cells(cells.with_columns(period_after=period_after()), usable)
    telling |= balancing_cells(cells, telling, [each for each in balances if each.figure in sent])
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


def _telling_cells(cells: pl.DataFrame, relations: Sequence[Relation]) -> set[int]:
    """Return the cells that are no small ones and must be kept back all the same.

    No sum reaches over a district, so only those with a small cell are looked at. What was kept
    back before hides others, and is hidden as small ones are: it may hide one.
    """
    small = cells.filter("is_small")
    hidden = cells.filter(pl.col("is_small") | pl.col("is_absent"))
    near = cells.join(hidden, on="district", how="semi", nulls_equal=True)
    costs = [*zip(cells["stands"], cells["value"].cast(pl.Float64), strict=True)]
    withheld = cells_to_withhold(equations(near, relations), hidden[CELL].to_list(), costs)
    return withheld - set(small[CELL])


def balancing_cells(
    cells: pl.DataFrame, telling: Collection[int], balances: Sequence[Balance]
) -> set[int]:
    """Return the cells of districts that are kept back, so that no sum of the country tells.

    Args:
        cells: cell, figure, period, a column a category, value, is_small.
        telling: Cells that are kept back so far besides small ones.
        balances: Which sums are the same.
    """
    more: set[int] = set()
    marked = cells.with_columns(
        is_withheld=pl.col("is_small") | pl.col(CELL).is_in(sorted(telling))
    )
    for balance in balances:
        own = marked.filter(pl.col("figure") == balance.figure)
        others = marked.filter(pl.any_horizontal(map(is_of, balance.others)), "is_withheld")
        lacking = _lacking(own, others)
        smallest = own.filter(~pl.col("is_withheld")).sort("value", CELL).join(lacking, on="period")
        chosen = smallest.filter(pl.int_range(pl.len()).over("period") < pl.col("lacking"))
        more |= set(chosen[CELL])
    return more


def _lacking(own: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """Return period and how many cells of districts have to be kept back besides.

    Two, where one of them is small; one, where something is kept back at the facilities.
    """
    kept = own.group_by("period").agg(withheld=pl.col("is_withheld").sum().cast(pl.Int64))
    needed = kept.join(others.select("period").unique(), on="period", how="semi").select(
        "period", needed=pl.lit(1)
    )
    counted = kept.join(needed, on="period", how="left")
    least = pl.when(pl.col("withheld") > 0).then(2).otherwise(pl.col("needed").fill_null(0))
    return counted.select("period", lacking=(least - pl.col("withheld")).clip(0))
