"""Periods: the months, or quarters, of which figures are computed."""

import calendar
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

_MONTHS = re.compile(r"(?P<year>\d{4})(?P<month>0[1-9]|1[0-2])")
_QUARTERS = re.compile(r"(?P<year>\d{4})Q(?P<quarter>[1-4])")


@dataclass(frozen=True, order=True)
class DataPeriod:
    """A period of DHIS2, in the ISO calendar.

    Attributes:
        id: DHIS2's identifier, as `202601` or `2026Q1`.
        first: Its first day.
        last: Its last day.
    """

    id: str
    first: dt.date
    last: dt.date


def period_of(identifier: str) -> DataPeriod:
    """Return the period of an identifier of DHIS2.

    Raises:
        ValueError: It is neither a month nor a quarter.
    """
    if found := _MONTHS.fullmatch(identifier):
        year, first = int(found["year"]), int(found["month"])
        last = first
    elif found := _QUARTERS.fullmatch(identifier):
        year, last = int(found["year"]), 3 * int(found["quarter"])
        first = last - 2
    else:
        raise ValueError(f"{identifier!r} is no month as 202601, and no quarter as 2026Q1")
    last_day = calendar.monthrange(year, last)[1]
    return DataPeriod(identifier, dt.date(year, first, 1), dt.date(year, last, last_day))


def in_periods(facts: pl.LazyFrame, periods: Sequence[DataPeriod]) -> pl.LazyFrame:
    """Return the facts whose `day` lies in a period, with `period` and its `last` day."""
    days = _frame(periods).sort("first")
    # Said once more before the sort, so that what is read is as little as it can be.
    of_some_period = pl.col("day").is_between(*ends_of(periods))
    return (
        facts.filter(of_some_period)
        .sort("day")
        .join_asof(days, left_on="day", right_on="first", strategy="backward")
        .filter(pl.col("day") <= pl.col("last"))
    )


def on_last_days(facts: pl.LazyFrame, periods: Sequence[DataPeriod]) -> pl.LazyFrame:
    """Return the facts that hold (from `since` to `until`, both included) on last days.

    Once for each period on the last day of which they do, with `period` and `last`.
    """
    holds = pl.col("last").is_between(pl.col("since"), pl.col("until"))
    return facts.join(_frame(periods).drop("first"), how="cross").filter(holds)


def spread_over(facts: pl.LazyFrame, periods: Sequence[DataPeriod], amount: str) -> pl.LazyFrame:
    """Return the facts some of whose days lie in a period, with that share of their amount.

    Args:
        facts: With `since` and `until`, both included.
        periods: Which periods.
        amount: The column that is spread evenly over these days.

    Returns:
        A row for each period, with `period` and `last`.
    """
    begins, ends = pl.max_horizontal("since", "first"), pl.min_horizontal("until", "last")
    days, of_all = _days(begins, ends), _days(pl.col("since"), pl.col("until"))
    first, last = ends_of(periods)
    return (
        facts.filter(pl.col("since") <= last, pl.col("until") >= first)
        .join(_frame(periods), how="cross")
        .filter(begins <= ends)
        .with_columns((pl.col(amount).cast(pl.Float64) * days / of_all).alias(amount))
    )


def ends_of(periods: Sequence[DataPeriod]) -> tuple[dt.date, dt.date]:
    """Return the first day of all periods, and the last; without any, days of which none is."""
    first = min((each.first for each in periods), default=dt.date.max)
    return first, max((each.last for each in periods), default=dt.date.min)


def _days(begins: pl.Expr, ends: pl.Expr) -> pl.Expr:
    return (ends - begins).dt.total_days() + 1


def _frame(periods: Sequence[DataPeriod]) -> pl.LazyFrame:
    schema = {"period": pl.String(), "first": pl.Date(), "last": pl.Date()}
    rows = [(each.id, each.first, each.last) for each in periods]
    return pl.LazyFrame(rows, schema=schema, orient="row")
