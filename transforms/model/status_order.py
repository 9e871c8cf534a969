"""Statuses in their order: when each begins, until when it holds, and its place within a day.

own dates      03-01   02-27   03-09          what openIMIS says, in the order of the statuses
date           03-01   03-01   03-09          never before the status that it follows
occurredAt     T00:01  T00:02  T00:03         so that DHIS2 orders the statuses of one day
status_until   02-28   03-08   2099-12-31     the day before the next one begins
"""

import datetime as dt

import polars as pl

ENDLESS = dt.date(2099, 12, 31)
EARLIEST = dt.date(1900, 1, 1)
LATEST = dt.date(2100, 12, 31)

_DAY = pl.duration(days=1)


def in_order(statuses: pl.LazyFrame, owner: str) -> pl.LazyFrame:
    """Return the statuses with their dates, one after the other.

    Args:
        statuses: One row a status, with `position` (which status comes after which) and
            `own_date` (Date; null takes the date of the status before it).
        owner: Column with the key of the policy or claim.

    Returns:
        The same rows, sorted, with `date` (Date; null only where neither the status nor one
        before it has a date), `occurredAt` (text; strictly increasing within `owner`) and
        `next_date` (Date of the status that follows; null for the last).
    """
    return (
        statuses.sort(owner, "position")
        .with_columns(
            date=pl.col("own_date").cum_max().forward_fill().over(owner),
            rank=pl.int_range(1, pl.len() + 1).over(owner),
        )
        .with_columns(
            occurredAt=_time_of_day("date", "rank").dt.strftime("%Y-%m-%dT%H:%M:%S"),
            next_date=pl.col("date").shift(-1).over(owner),
        )
    )


def status_until(last_day: pl.Expr) -> pl.Expr:
    """Return the last day on which a status held: the day before the next one begins.

    A status that another follows on its own day held on none: it gets the day before its own.

    Args:
        last_day: Date for the last status, which none follows.
    """
    return pl.coalesce(pl.col("next_date") - _DAY, last_day)


def is_out_of_range(*dates: str) -> pl.Expr:
    """True where one of the Date columns is before 1900 or after 2100: it is mistyped."""
    return pl.any_horizontal(
        (~pl.col(date).is_between(EARLIEST, LATEST)).fill_null(value=False) for date in dates
    )


def _time_of_day(date: str, rank: str) -> pl.Expr:
    return pl.col(date).cast(pl.Datetime("us")) + pl.duration(minutes=pl.col(rank))
